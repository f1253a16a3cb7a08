//! Cells as exact numbers.
//!
//! Plain decimals are read at once. All else is undressed first: currency signs, thousands marks, a decimal
//! comma, K, M and B, percent. Where a mark cannot be what it would have to be, the cell is no number.

use std::cmp::Ordering;

use crate::market::{Decimal, DecimalError, MAX_DECIMALS};

/// Which mark stands before the decimals of a column; the other one stands between thousands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    #[default]
    Point,
    Comma,
}

/// Cells that say that there is nothing to say.
const BLANKS: [&str; 14] =
    ["", "-", "--", "null", "nan", "n/a", "na", "#n/a", "none", "nil", ".", "<na>", "nat", "\\n"];

pub fn is_blank(cell: &str) -> bool {
    cell.len() <= 4 && BLANKS.iter().any(|blank| cell.eq_ignore_ascii_case(blank))
}

/// Reads a number digit for digit. More than [`MAX_DECIMALS`] decimals are the noise of binary floats, and
/// are rounded to that many.
///
/// # Errors
/// [`DecimalError`] for all else, infinities among them.
pub fn parse(cell: &str, mark: DecimalMark) -> Result<Decimal, DecimalError> {
    if mark == DecimalMark::Point {
        match Decimal::parse(cell) {
            Err(DecimalError::NotANumber) => {}
            Err(DecimalError::TooManyDigits) => return round(cell),
            plain => return plain,
        }
    }
    dressed(cell, mark)
}

/// Compares by value, whatever the digits written.
pub fn compare(a: Decimal, b: Decimal) -> Ordering {
    if a.decimals == b.decimals {
        return a.mantissa.cmp(&b.mantissa);
    }
    let scaled = |d: Decimal| i128::from(d.mantissa) * 10i128.pow(u32::from(MAX_DECIMALS.max(d.decimals) - d.decimals));
    scaled(a).cmp(&scaled(b))
}

/// Rounds plain decimal text half away from zero to what 64 bits hold.
fn round(cell: &str) -> Result<Decimal, DecimalError> {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    // What is wrong behind so many digits was not looked at yet.
    let is_figures = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_figures(whole.trim_start_matches(['-', '+'])) || !is_figures(fraction) {
        return Err(DecimalError::NotANumber);
    }
    let fraction = &fraction[..fraction.len().min(usize::from(MAX_DECIMALS) + 1)];
    for decimals in (0..=fraction.len().min(usize::from(MAX_DECIMALS))).rev() {
        let Ok(cut) = Decimal::parse(&format!("{whole}.{}", &fraction[..decimals])) else { continue };
        let up = i64::from(fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5'));
        let step = if cell.starts_with('-') { -up } else { up };
        let mantissa = cut.mantissa.checked_add(step).ok_or(DecimalError::TooManyDigits)?;
        return Ok(Decimal::new(mantissa, cut.decimals).shorten(0));
    }
    Err(DecimalError::TooManyDigits)
}

fn dressed(cell: &str, mark: DecimalMark) -> Result<Decimal, DecimalError> {
    const NONE: DecimalError = DecimalError::NotANumber;
    /// The longest text that is looked at.
    const MAX_BYTES: usize = 64;
    if cell.len() > MAX_BYTES || !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(NONE);
    }
    let (bare, negative) = undress(cell);
    let (bare, zeros) = suffix(bare);
    if bare.is_empty() || bare.contains(['+', '-']) && !bare.contains(['e', 'E']) {
        return Err(NONE);
    }
    let plain = match bare.find(['e', 'E']) {
        // Before an exponent there is one digit and its decimals: a comma there is no mark between thousands.
        Some(_) => bare.replacen(',', ".", 1),
        None => without_thousands(bare, mark).ok_or(NONE)?,
    };
    let value = match Decimal::parse(&plain) {
        Err(DecimalError::NotANumber) => scientific(&plain)?,
        Err(DecimalError::TooManyDigits) => round(&plain)?,
        Ok(value) => value,
    };
    let value = shift(value, zeros)?;
    Ok(if negative { Decimal::new(-value.mantissa, value.decimals) } else { value })
}

/// Takes off what stands around a number: signs, currency, percent, brackets for a minus.
fn undress(cell: &str) -> (&str, bool) {
    let is_dress = |c: char| c.is_whitespace() || "$€£¥₩₹₽₿%".contains(c);
    let trim = |text: &'_ str| -> usize { text.len() - text.trim_start_matches(is_dress).len() };
    let mut text = cell.trim_matches(is_dress);
    let mut negative = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        (text, negative) = (inner.trim_matches(is_dress), true);
    }
    for (sign, minus) in [("-", true), ("\u{2212}", true), ("+", false)] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (&rest[trim(rest)..], negative || minus);
        }
    }
    (text, negative)
}

/// Takes off a letter for thousands, millions or billions: the rest, and how many zeros it stands for.
fn suffix(text: &str) -> (&str, u8) {
    const SUFFIXES: [(&str, u8); 12] = [
        ("K", 3),
        ("k", 3),
        ("M", 6),
        ("m", 6),
        ("B", 9),
        ("b", 9),
        ("T", 12),
        ("Tsd", 3),
        ("Mio", 6),
        ("万", 4),
        ("萬", 4),
        ("億", 8),
    ];
    let found = SUFFIXES.iter().find_map(|(letter, zeros)| Some((text.strip_suffix(letter)?, *zeros)));
    found.map_or((text, 0), |(rest, zeros)| (rest.trim_end(), zeros))
}

/// The number with a point as its only mark; `None` where the marks do not stand as they should.
fn without_thousands(text: &str, mark: DecimalMark) -> Option<String> {
    let (decimal, thousands) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, fraction) = text.split_once(decimal).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_mark = |c: char| c == thousands || c == '\'' || c == '\u{2019}' || c == '_' || c.is_whitespace();
    let mut plain = String::with_capacity(text.len());
    if whole.contains(is_mark) {
        let groups: Vec<&str> = whole.split(is_mark).collect();
        let last = groups.len() - 1;
        let fits = |(n, group): (usize, &&str)| match n {
            0 => (1..=3).contains(&group.len()),
            // Indian figures have groups of two before the last.
            n if n < last => (2..=3).contains(&group.len()),
            _ => group.len() == 3,
        };
        if !groups.iter().enumerate().all(fits) || !whole.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
            return None;
        }
        groups.iter().for_each(|group| plain.push_str(group));
    } else {
        plain.push_str(whole);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

/// The number with its point moved `zeros` places to the right.
fn shift(value: Decimal, zeros: u8) -> Result<Decimal, DecimalError> {
    if zeros <= value.decimals {
        return Ok(Decimal::new(value.mantissa, value.decimals - zeros));
    }
    let factor = 10i64.checked_pow(u32::from(zeros - value.decimals)).ok_or(DecimalError::TooManyDigits)?;
    let mantissa = value.mantissa.checked_mul(factor).ok_or(DecimalError::TooManyDigits)?;
    Ok(Decimal::new(mantissa, 0))
}

fn scientific(cell: &str) -> Result<Decimal, DecimalError> {
    let (digits, exponent) = cell.split_once(['e', 'E']).ok_or(DecimalError::NotANumber)?;
    let value = match Decimal::parse(digits) {
        Err(DecimalError::TooManyDigits) => round(digits)?,
        parsed => parsed?,
    };
    let exponent: i32 = exponent.parse().map_err(|_| DecimalError::NotANumber)?;
    if value.mantissa == 0 {
        return Ok(Decimal::new(0, 0));
    }
    let decimals = i32::from(value.decimals).saturating_sub(exponent);
    if decimals < 0 {
        return shift(value, u8::try_from(exponent).unwrap_or(u8::MAX));
    }
    fine(value.mantissa, decimals)
}

/// `mantissa / 10^decimals`, rounded to the finest decimal there is.
fn fine(mut mantissa: i64, mut decimals: i32) -> Result<Decimal, DecimalError> {
    while decimals > i32::from(MAX_DECIMALS) {
        if mantissa == 0 {
            return Err(DecimalError::TooManyDigits);
        }
        mantissa /= 10;
        decimals -= 1;
    }
    if mantissa == 0 { Err(DecimalError::TooManyDigits) } else { Ok(Decimal::new(mantissa, decimals as u8)) }
}

#[cfg(test)]
mod tests {
    use super::DecimalMark::{Comma, Point};
    use super::*;
    use proptest::prelude::*;

    fn check(cell: &str, mark: DecimalMark, want: Result<&str, DecimalError>) {
        assert_eq!(parse(cell, mark).map(|d| d.to_string()), want.map(String::from), "{cell:?}");
    }

    #[test]
    fn numbers_are_read_digit_for_digit() {
        check("9616100.0", Point, Ok("9616100.0"));
        check("-37.63", Point, Ok("-37.63"));
        check("1.2E7", Point, Ok("12000000"));
        check("1.20e+1", Point, Ok("12.0"));
        check("2.853e-05", Point, Ok("0.00002853"));
        check("-1E2", Point, Ok("-100"));
        check("0e-20", Point, Ok("0"));
    }

    #[test]
    fn the_noise_of_floats_is_rounded() {
        check("0.10000000000000000", Point, Ok("0.1"));
        check("0.30000000000000004", Point, Ok("0.3"));
        check("1.1094800233840942", Point, Ok("1.109480023384094"));
        check("-1.99999999999999999", Point, Ok("-2"));
        check("123456789012.123456789", Point, Ok("123456789012.1234568"));
    }

    #[test]
    fn dressed_numbers_are_undressed() {
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
    }

    #[test]
    fn a_mark_in_the_wrong_place_makes_it_no_number() {
        for cell in ["217,80", "1,23,45", "1,2345", ",123", "1.2.3", "12-5"] {
            check(cell, Point, Err(DecimalError::NotANumber));
        }
        check("217.80", Comma, Err(DecimalError::NotANumber));
    }

    #[test]
    fn what_is_no_number_or_too_long_is_told_apart() {
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
    fn blanks_are_known_by_any_case() {
        assert!(["", "NaN", "NULL", "N/A", "-", "None", "."].into_iter().all(is_blank));
        assert!(!["0", "inf", "-1", "nano"].into_iter().any(is_blank));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(cell in "\\PC{0,30}|[-+.,0-9eEKMB$%() ']{0,24}", comma in any::<bool>()) {
            let _ = parse(&cell, if comma { Comma } else { Point });
        }
    }
}
