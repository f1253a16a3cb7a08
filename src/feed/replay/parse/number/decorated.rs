//! Numbers as people and spreadsheets write them.

use super::{DecimalMark, MIN_ROUNDED, fraction, round};
use crate::market::{Decimal, DecimalError, MAX_DECIMALS};

/// The longest cell that is tried.
const MAX_BYTES: usize = 64;

/// Suffixes, and the zeros that each stands for.
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

/// Currencies in letters.
const CURRENCIES: [&str; 41] = [
    "USDT", "USDC", "USD", "EUR", "GBP", "GBX", "GBp", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "HKD", "INR", "KRW",
    "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "BRL", "MXN", "ZAR", "TRY", "RUB", "SGD", "TWD", "THB", "BTC", "ETH",
    "US", "HK", "NT", "Rs.", "Rs", "R$", "kr", "zł", "Kč",
];

/// Parses a decorated number.
///
/// # Errors
/// [`DecimalError`] where it is none, or has too many digits.
pub fn parse(cell: &str, mark: DecimalMark) -> Result<Decimal, DecimalError> {
    const NONE: DecimalError = DecimalError::NotANumber;
    if cell.len() > MAX_BYTES || !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(NONE);
    }
    if cell.contains('/') {
        return fraction::parse(cell).ok_or(NONE);
    }
    let (bare, negative) = strip_signs(cell);
    let (bare, zeros) = strip_suffix(bare);
    if bare.is_empty() || bare.contains(['+', '-']) && !bare.contains(['e', 'E']) {
        return Err(NONE);
    }
    let number = match bare.find(['e', 'E']) {
        // Before an exponent there is one digit and its decimals: a comma there separates no thousands.
        Some(_) => bare.replacen(',', ".", 1),
        None => strip_thousands(bare, mark).ok_or(NONE)?,
    };
    let value = match Decimal::parse(&number) {
        Err(DecimalError::NotANumber) => scientific(&number)?,
        Err(DecimalError::TooManyDigits) => round(&number)?,
        Ok(value) => value,
    };
    let value = shift(value, zeros)?;
    Ok(if negative { Decimal::new(-value.mantissa, value.decimals) } else { value })
}

/// Strips signs, currency, percent, and brackets that mean a minus. Returns the rest, and whether it is negative.
fn strip_signs(cell: &str) -> (&str, bool) {
    let is_decoration = |c: char| c.is_whitespace() || "$€£¥₩₹₽₿%".contains(c);
    let mut text = strip_currency(cell.trim_matches(is_decoration)).trim_matches(is_decoration);
    let mut negative = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        (text, negative) = (inner.trim_matches(is_decoration), true);
    }
    for (sign, minus) in [("-", true), ("\u{2212}", true), ("+", false)] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (strip_currency(rest).trim_matches(is_decoration), negative || minus);
        }
    }
    (text, negative)
}

/// Strips the code or the letters of a currency before or behind a number.
fn strip_currency(text: &str) -> &str {
    let before = CURRENCIES.iter().find_map(|code| text.strip_prefix(code));
    let behind = || CURRENCIES.iter().find_map(|code| text.strip_suffix(code));
    before.or_else(behind).unwrap_or(text)
}

/// Strips a letter for thousands, millions or billions. Returns the rest, and the zeros that the letter stands for.
fn strip_suffix(text: &str) -> (&str, u8) {
    let found = SUFFIXES.iter().find_map(|(letter, zeros)| Some((text.strip_suffix(letter)?, *zeros)));
    found.map_or((text, 0), |(rest, zeros)| (rest.trim_end(), zeros))
}

/// Strips marks between thousands. Returns the number with a point as its only mark; `None` where a mark is in a wrong
/// place.
fn strip_thousands(text: &str, mark: DecimalMark) -> Option<String> {
    let (decimal, thousands) = match mark {
        DecimalMark::Comma => (',', '.'),
        _ => ('.', ','),
    };
    let (whole, fraction) = text.split_once(decimal).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_mark = |c: char| c == thousands || c == '\'' || c == '\u{2019}' || c == '_' || c.is_whitespace();
    let mut number = String::with_capacity(text.len());
    if whole.contains(is_mark) {
        let groups: Vec<&str> = whole.split(is_mark).collect();
        let last = groups.len() - 1;
        let fits = |(n, group): (usize, &&str)| match n {
            // Thousands never begin with a zero.
            0 => (1..=3).contains(&group.len()) && !group.starts_with('0'),
            // Indian numbers have groups of two before the last.
            n if n < last => (2..=3).contains(&group.len()),
            _ => group.len() == 3,
        };
        if !groups.iter().enumerate().all(fits) || !whole.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
            return None;
        }
        groups.iter().for_each(|group| number.push_str(group));
    } else {
        number.push_str(whole);
    }
    if let Some(fraction) = fraction {
        number.push('.');
        number.push_str(fraction);
    }
    Some(number)
}

/// Moves the point of a number to the right.
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
    with_decimals(value.mantissa, decimals)
}

/// `mantissa / 10^decimals`, cut to the most decimals that there can be. The mantissa is not zero.
fn with_decimals(mut mantissa: i64, mut decimals: i32) -> Result<Decimal, DecimalError> {
    while decimals > i32::from(MAX_DECIMALS) {
        if mantissa % 10 != 0 && mantissa.unsigned_abs() / 10 < MIN_ROUNDED {
            return Err(DecimalError::TooManyDigits);
        }
        mantissa /= 10;
        decimals -= 1;
    }
    Ok(Decimal::new(mantissa, decimals as u8))
}
