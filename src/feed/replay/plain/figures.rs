//! Bare figures at the front of a text, eight at a time.

use crate::market::Decimal;

/// The powers of ten that 64 bits hold.
pub const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut n = 1;
    while n < tens.len() {
        tens[n] = tens[n - 1] * 10;
        n += 1;
    }
    tens
};

/// The number that the figures at the front of a text write, and how many they are, at most 19; `None` where they
/// are more, or the text ends within eight bytes of the last.
#[inline]
pub fn figures(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut count) = up_to_eight(text.first_chunk()?);
    while count == 8 || count == 16 {
        let (more, further) = up_to_eight(text.get(count..)?.first_chunk()?);
        if count + further > 19 {
            return None;
        }
        value = value * TENS[further] + more;
        count += further;
        if further == 0 {
            break;
        }
    }
    Some((value, count))
}

/// The decimal at the front of a text, without a sign and no longer than [`MAX_NUMBER`], and its length.
#[inline]
pub fn decimal(text: &[u8]) -> Option<(Decimal, usize)> {
    let (whole, figures_before) = figures(text)?;
    let rest = text.get(figures_before..)?;
    let (mantissa, decimals, length) = match rest.strip_prefix(b".") {
        None => (whole, 0, figures_before),
        Some(rest) => {
            let (fraction, decimals) = figures(rest)?;
            // Of two long numbers the length is too large, whatever this is.
            let mantissa = whole.wrapping_mul(TENS[decimals]).wrapping_add(fraction);
            (mantissa, decimals, figures_before + 1 + decimals)
        }
    };
    let is_number = figures_before + decimals > 0 && length <= MAX_NUMBER;
    is_number.then_some((Decimal::new(mantissa as i64, decimals as u8), length))
}

/// The longest number read here: any 16 figures fit 64 bits, with a sign.
pub const MAX_NUMBER: usize = 16;

/// The number that the first figures of eight bytes write, and how many they are.
#[inline]
fn up_to_eight(bytes: &[u8; 8]) -> (u64, usize) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    // A figure is now 0 to 9, and the high bit of what is none is set when this is added to it. What is carried from
    // there reaches only bytes behind it.
    const TO_HIGH_BIT: u64 = 0x7676_7676_7676_7676;
    let digits = u64::from_le_bytes(*bytes) ^ ZEROS;
    let others = (digits.wrapping_add(TO_HIGH_BIT) | digits) & HIGH_BITS;
    match others.trailing_zeros() as usize / 8 {
        0 => (0, 0),
        count => (eight(digits << (64 - 8 * count)), count),
    }
}

/// The number of eight digits, the first one in the lowest byte: pairs, then fours, then all are joined. From
/// Johnny Lee, "Fast numeric string to int", as in Lemire's "Quickly parsing eight digits".
const fn eight(digits: u64) -> u64 {
    const EVEN: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & EVEN).wrapping_mul(100 + (1_000_000 << 32));
    let second = ((pairs >> 16) & EVEN).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn figures_are_read_up_to_what_is_none() {
        for (text, want) in [
            ("12,34567890", Some((12, 2))),
            ("12345678,90123456", Some((12_345_678, 8))),
            ("123456789.1234567", Some((123_456_789, 9))),
            ("1234567890123456\n12345678", Some((1_234_567_890_123_456, 16))),
            ("9999999999999999999,1234567", Some((9_999_999_999_999_999_999, 19))),
            ("12345678901234567890,123", None),
            ("x1234567", Some((0, 0))),
            ("\u{ff}1234567", Some((0, 0))),
            ("1234567", None),
        ] {
            assert_eq!(figures(text.as_bytes()), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn figures_are_the_number_they_write(number in "[0-9]{0,19}", rest in "[^0-9][\\PC]{8,12}") {
            let text = format!("{number}{rest}");
            prop_assert_eq!(figures(text.as_bytes()), Some((number.parse().unwrap_or(0), number.len())));
        }

        #[test]
        fn decimals_are_as_the_longer_way_reads_them(number in "[0-9]{0,10}\\.?[0-9]{0,10}", rest in "[^0-9.][\\PC]{8,12}") {
            let text = format!("{number}{rest}");
            let want = Decimal::parse(&number).ok().filter(|_| number.len() <= MAX_NUMBER);
            prop_assert_eq!(decimal(text.as_bytes()), want.map(|want| (want, number.len())));
        }
    }
}
