//! Cells as exact numbers.

use std::cmp::Ordering;

use crate::market::{Decimal, DecimalError, MAX_DECIMALS};

/// Cells that say that there is nothing to say.
const BLANKS: [&str; 10] = ["", "-", "--", "null", "nan", "n/a", "na", "#n/a", "none", "nil"];

pub fn is_blank(cell: &str) -> bool {
    cell.len() <= 4 && BLANKS.iter().any(|blank| cell.eq_ignore_ascii_case(blank))
}

/// Reads plain decimals, and exponents such as `1.2E7`, digit for digit.
///
/// # Errors
/// [`DecimalError`] for all else, infinities among them.
pub fn parse(cell: &str) -> Result<Decimal, DecimalError> {
    match Decimal::parse(cell) {
        Err(DecimalError::NotANumber) => scientific(cell),
        Err(DecimalError::TooManyDigits) if cell.contains('.') => {
            Decimal::parse(cell.trim_end_matches('0')).map_err(|_| DecimalError::TooManyDigits)
        }
        plain => plain,
    }
}

/// Compares by value, whatever the digits written.
pub fn compare(a: Decimal, b: Decimal) -> Ordering {
    let scaled = |d: Decimal| i128::from(d.mantissa) * 10i128.pow(u32::from(MAX_DECIMALS - d.decimals));
    scaled(a).cmp(&scaled(b))
}

fn scientific(cell: &str) -> Result<Decimal, DecimalError> {
    let (digits, exponent) = cell.split_once(['e', 'E']).ok_or(DecimalError::NotANumber)?;
    let value = Decimal::parse(digits)?;
    let exponent: i32 = exponent.parse().map_err(|_| DecimalError::NotANumber)?;
    let decimals = i32::from(value.decimals).saturating_sub(exponent);
    if decimals < 0 {
        let factor = 10i64.checked_pow(decimals.unsigned_abs()).ok_or(DecimalError::TooManyDigits)?;
        let mantissa = value.mantissa.checked_mul(factor).ok_or(DecimalError::TooManyDigits)?;
        return Ok(Decimal::new(mantissa, 0));
    }
    let shifted = Decimal::new(value.mantissa, u8::try_from(decimals).unwrap_or(u8::MAX));
    if shifted.decimals <= MAX_DECIMALS {
        return Ok(shifted);
    }
    let shortest = shifted.shorten(0);
    if shortest.decimals <= MAX_DECIMALS { Ok(shortest) } else { Err(DecimalError::TooManyDigits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(cell: &str, want: Result<&str, DecimalError>) {
        assert_eq!(parse(cell).map(|d| d.to_string()), want.map(String::from), "{cell:?}");
    }

    #[test]
    fn numbers_are_read_digit_for_digit() {
        check("9616100.0", Ok("9616100.0"));
        check("-37.63", Ok("-37.63"));
        check("1.2E7", Ok("12000000"));
        check("1.20e+1", Ok("12.0"));
        check("2.853e-05", Ok("0.00002853"));
        check("-1E2", Ok("-100"));
        check("0.10000000000000000", Ok("0.1"));
        check("0e-20", Ok("0"));
    }

    #[test]
    fn what_is_no_number_or_too_long_is_told_apart() {
        for cell in ["inf", "-inf", "Infinity", "1e", "e5", "1e5.0", "1,000", "$5", "12k"] {
            check(cell, Err(DecimalError::NotANumber));
        }
        for cell in ["0.30000000000000004", "1e99", "1e-99", "9e2147483647", "9e-2147483648"] {
            check(cell, Err(DecimalError::TooManyDigits));
        }
    }

    #[test]
    fn blanks_are_known_by_any_case() {
        assert!(["", "NaN", "NULL", "N/A", "-", "None"].into_iter().all(is_blank));
        assert!(!["0", "inf", "-1", "nano"].into_iter().any(is_blank));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(cell in "\\PC{0,30}|[-+.0-9eE]{0,24}") {
            let _ = parse(&cell);
        }
    }
}
