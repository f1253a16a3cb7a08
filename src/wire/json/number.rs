//! Numbers as JSON text: exact decimals, without floating point.

use serde::Serializer;

use crate::control::Speed;
use crate::market::Decimal;

pub fn push_u64(out: &mut String, n: u64) {
    out.push_str(itoa::Buffer::new().format(n));
}

pub fn push_i64(out: &mut String, n: i64) {
    out.push_str(itoa::Buffer::new().format(n));
}

/// All digits of `decimal`, trailing zeros included.
pub fn push_decimal(out: &mut String, decimal: Decimal) {
    if decimal.mantissa < 0 {
        out.push('-');
    }
    let digits = decimal.mantissa.unsigned_abs();
    let scale = 10u64.pow(u32::from(decimal.decimals));
    push_u64(out, digits / scale);
    if decimal.decimals > 0 {
        out.push('.');
        let mut buffer = itoa::Buffer::new();
        let fraction = buffer.format(digits % scale);
        for _ in fraction.len()..usize::from(decimal.decimals) {
            out.push('0');
        }
        out.push_str(fraction);
    }
}

/// A decimal, or `null`.
pub fn push_optional(out: &mut String, decimal: Option<Decimal>) {
    match decimal {
        Some(decimal) => push_decimal(out, decimal),
        None => out.push_str("null"),
    }
}

/// Serializes a rate or a factor; a whole number has no decimal point.
pub fn serialize_f64<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

/// Serializes a speed: a factor, or `"max"`.
pub fn serialize_speed<S: Serializer>(speed: &Speed, serializer: S) -> Result<S::Ok, S::Error> {
    match speed {
        Speed::Times(factor) => serialize_f64(factor, serializer),
        Speed::Max => serializer.serialize_str("max"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decimal_is_written_as_the_market_displays_it(mantissa in any::<i64>(), decimals in 0u8..=17) {
            let decimal = Decimal::new(mantissa, decimals);
            let mut text = String::new();
            push_decimal(&mut text, decimal);
            prop_assert_eq!(text, decimal.to_string());
        }
    }
}
