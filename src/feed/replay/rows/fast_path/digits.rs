//! Digits at the front of a text, read eight at a time.

use crate::feed::replay::parse::number::TENS;
use crate::market::Decimal;

/// Reads the digits at the front of a text: their number, and how many they are, at most 19. `None` where there are
/// more, or where the text ends within eight bytes of the last digit.
#[inline]
pub fn digits(text: &[u8]) -> Option<(u64, usize)> {
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

/// Reads the decimal at the front of a text, without a sign and at most [`MAX_NUMBER`] bytes long: its value and its
/// length.
#[inline]
pub fn decimal(text: &[u8]) -> Option<(Decimal, usize)> {
    let (whole, whole_digits) = digits(text)?;
    let rest = text.get(whole_digits..)?;
    let (mantissa, decimals, length) = match rest.strip_prefix(b".") {
        None => (whole, 0, whole_digits),
        Some(rest) => {
            let (fraction, decimals) = digits(rest)?;
            // Where this overflows, the length is over the limit.
            let mantissa = whole.wrapping_mul(TENS[decimals]).wrapping_add(fraction);
            (mantissa, decimals, whole_digits + 1 + decimals)
        }
    };
    let is_number = whole_digits + decimals > 0 && length <= MAX_NUMBER;
    is_number.then_some((Decimal::new(mantissa as i64, decimals as u8), length))
}

/// The longest number read here: any 16 digits fit 64 bits, with a sign.
pub const MAX_NUMBER: usize = 16;

/// Reads the digits at the front of eight bytes: their number, and how many they are.
#[inline]
fn up_to_eight(bytes: &[u8; 8]) -> (u64, usize) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    // A digit is now 0 to 9. In any other byte, adding this sets the high bit; its carry reaches only later bytes.
    const TO_HIGH_BIT: u64 = 0x7676_7676_7676_7676;
    let values = u64::from_le_bytes(*bytes) ^ ZEROS;
    let others = (values.wrapping_add(TO_HIGH_BIT) | values) & HIGH_BITS;
    match others.trailing_zeros() as usize / 8 {
        0 => (0, 0),
        count => (eight(values << (64 - 8 * count)), count),
    }
}

/// The number of eight digits, the first one in the lowest byte. Joins them to pairs, to fours, to all.
///
/// Johnny Lee, "Fast numeric string to int"; Daniel Lemire, "Quickly parsing eight digits".
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
    fn digits_are_read_up_to_the_first_other_byte() {
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
            assert_eq!(digits(text.as_bytes()), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn digits_equal_their_text(number in "[0-9]{0,19}", rest in "[^0-9][\\PC]{8,12}") {
            let text = format!("{number}{rest}");
            prop_assert_eq!(digits(text.as_bytes()), Some((number.parse().unwrap_or(0), number.len())));
        }

        #[test]
        fn decimals_equal_the_slow_path(number in "[0-9]{0,10}\\.?[0-9]{0,10}", rest in "[^0-9.][\\PC]{8,12}") {
            let text = format!("{number}{rest}");
            let want = Decimal::parse(&number).ok().filter(|_| number.len() <= MAX_NUMBER);
            prop_assert_eq!(decimal(text.as_bytes()), want.map(|want| (want, number.len())));
        }
    }
}
