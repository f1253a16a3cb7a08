use proptest::prelude::*;

use super::DecimalMark::{Comma, Point, ThirtySeconds};
use super::*;

fn check(cell: &str, mark: DecimalMark, want: Result<&str, DecimalError>) {
    assert_eq!(parse(cell, mark).map(|d| d.to_string()), want.map(String::from), "{cell:?}");
}

#[test]
fn number_is_read_digit_for_digit() {
    check("9616100.0", Point, Ok("9616100.0"));
    check("-37.63", Point, Ok("-37.63"));
    check("1.2E7", Point, Ok("12000000"));
    check("1.20e+1", Point, Ok("12.0"));
    check("2.853e-05", Point, Ok("0.00002853"));
    check("-1E2", Point, Ok("-100"));
    check("0e-20", Point, Ok("0"));
}

#[test]
fn noise_of_floats_is_rounded() {
    check("0.10000000000000000", Point, Ok("0.1"));
    check("0.30000000000000004", Point, Ok("0.3"));
    check("1.1094800233840942", Point, Ok("1.109480023384094"));
    check("-1.99999999999999999", Point, Ok("-2"));
    check("123456789012.123456789", Point, Ok("123456789012.1234568"));
}

#[test]
fn decorated_number_is_read() {
    check("$189.95", Point, Ok("189.95"));
    check("-$1,234.50", Point, Ok("-1234.50"));
    check("28,935.9", Point, Ok("28935.9"));
    check("12,34,567", Point, Ok("1234567"));
    check("95.91K", Point, Ok("95910"));
    check("1.5B", Point, Ok("1500000000"));
    check("-1.83%", Point, Ok("-1.83"));
    check("(12.5)", Point, Ok("-12.5"));
    check("1'234.5", Point, Ok("1234.5"));
    check("217,80", Comma, Ok("217.80"));
    check("1.105.804", Comma, Ok("1105804"));
    check("1.234,56 €", Comma, Ok("1234.56"));
    check("1 234,5", Comma, Ok("1234.5"));
    check("5,3万", Comma, Ok("53000"));
    check("1,19E+11", Point, Ok("119000000000"));
    check("1.70433E+12", Point, Ok("1704330000000"));
    check("USD 100.50", Point, Ok("100.50"));
    check("100.50 USD", Point, Ok("100.50"));
    check("-EUR 1.234,50", Comma, Ok("-1234.50"));
    check("US$1,234.5", Point, Ok("1234.5"));
    check("45 1/2", Point, Ok("45.5"));
    check("110'165", ThirtySeconds, Ok("110.515625"));
    check("110.25", ThirtySeconds, Ok("110.25"));
    check("1,200", ThirtySeconds, Ok("1200"));
    check("110'995", ThirtySeconds, Err(DecimalError::NotANumber));
}

#[test]
fn small_price_is_never_zero() {
    check("0.000000000000001", Point, Ok("0.000000000000001"));
    check("0.00000000000000001", Point, Err(DecimalError::TooManyDigits));
    check("1e-17", Point, Err(DecimalError::TooManyDigits));
    check("2.853e-14", Point, Err(DecimalError::TooManyDigits));
    check("0.00000000000001234", Point, Err(DecimalError::TooManyDigits));
    check("0.00000000000000000", Point, Ok("0"));
    check("1.2345678901e-8", Point, Ok("0.000000012345678"));
}

#[test]
fn mark_in_a_wrong_place_makes_no_number() {
    for cell in ["0,700", "217,80", "1,23,45", "1,2345", ",123", "1.2.3", "12-5"] {
        check(cell, Point, Err(DecimalError::NotANumber));
    }
    check("217.80", Comma, Err(DecimalError::NotANumber));
}

#[test]
fn text_and_too_long_numbers_are_different_errors() {
    for cell in ["inf", "-inf", "Infinity", "1e", "e5", "1e5.0", "12x", "12:30", "abc", "$"] {
        check(cell, Point, Err(DecimalError::NotANumber));
    }
    check("15701203303001101200,⁰", Point, Err(DecimalError::NotANumber));
    check("1.0000000000000000000x", Point, Err(DecimalError::NotANumber));
    for cell in ["1e99", "1e-99", "9e2147483647", "9e-2147483648", "99999999999999999999"] {
        check(cell, Point, Err(DecimalError::TooManyDigits));
    }
}

#[test]
fn blanks_are_known_in_any_case() {
    assert!(["", "NaN", "NULL", "N/A", "-", "None", "."].into_iter().all(is_blank));
    assert!(!["0", "inf", "-1", "nano"].into_iter().any(is_blank));
}

proptest! {
    #[test]
    fn short_number_equals_the_general_parser(cell in "[0-9]{0,9}\\.?[0-9]{0,9}") {
        if let Some(short) = parse_short(cell.as_bytes()) {
            prop_assert_eq!(Ok(short), Decimal::parse(&cell));
        }
    }

    #[test]
    fn parsing_never_panics(cell in "\\PC{0,30}|[-+.,0-9eEKMB$%() ']{0,24}", comma in any::<bool>()) {
        let _ = parse(&cell, if comma { Comma } else { Point });
    }
}
