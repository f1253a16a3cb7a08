//! Cells as exact numbers.
//!
//! A bare decimal is read at once. Any other cell is [`decorated`]: currencies, thousands marks, a decimal comma, K, M
//! and B, percent, exponents. Some prices are a [`fraction`]. A cell with a mark in a wrong place is no number.

mod decorated;
pub mod fraction;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use crate::market::{Decimal, DecimalError, MAX_DECIMALS};

/// The powers of ten that fit 64 bits.
pub const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut n = 1;
    while n < tens.len() {
        tens[n] = tens[n - 1] * 10;
        n += 1;
    }
    tens
};

/// The mark before the decimals of a column. Of point and comma the other one separates thousands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DecimalMark {
    #[default]
    #[value(alias = ".")]
    Point,
    #[value(alias = ",")]
    Comma,
    /// Bonds: `110'165` is 110 and 16.5 32nds. The last figure, 0, 2, 5 or 7, stands for quarters of a 32nd.
    #[value(name = "32nds")]
    ThirtySeconds,
    /// Bonds, where the last figure counts eighths of a 32nd.
    #[value(name = "32nds-8ths")]
    EighthsOf32nds,
    /// Grains: `455'2` is 455 and 2 eighths.
    #[value(name = "8ths")]
    Eighths,
}

impl DecimalMark {
    /// Figures behind an apostrophe or a dash are no decimals.
    pub const fn is_fraction(self) -> bool {
        matches!(self, Self::ThirtySeconds | Self::EighthsOf32nds | Self::Eighths)
    }
}

/// Cells that mean that there is no value.
const BLANKS: [&str; 14] =
    ["", "-", "--", "null", "nan", "n/a", "na", "#n/a", "none", "nil", ".", "<na>", "nat", "\\n"];

/// Returns whether a cell means that there is no value.
pub fn is_blank(cell: &str) -> bool {
    cell.len() <= 4 && BLANKS.iter().any(|blank| cell.eq_ignore_ascii_case(blank))
}

/// Parses a number, digit for digit. More than [`MAX_DECIMALS`] decimals are noise of binary floats, and are rounded to
/// that many. A number that would lose more than noise by this has too many digits.
///
/// # Errors
/// [`DecimalError`] for anything else, infinities included.
pub fn parse(cell: &str, mark: DecimalMark) -> Result<Decimal, DecimalError> {
    if mark == DecimalMark::Point {
        if let Some(bare) = parse_short(cell.as_bytes()) {
            return Ok(bare);
        }
        match Decimal::parse(cell) {
            Err(DecimalError::NotANumber) => {}
            Err(DecimalError::TooManyDigits) => return round(cell),
            bare => return bare,
        }
    }
    if mark.is_fraction() {
        return match fraction::parse_points(cell, mark) {
            Some(price) => Ok(price),
            None if fraction::has_mark(cell) => Err(DecimalError::NotANumber),
            None => parse(cell, DecimalMark::Point),
        };
    }
    decorated::parse(cell, mark)
}

/// Parses digits with at most one point, so few that nothing can overflow. Nearly all cells are such.
fn parse_short(cell: &[u8]) -> Option<Decimal> {
    /// Any 18 digits fit 64 bits.
    const MAX_BYTES: usize = 16;
    if cell.is_empty() || cell.len() > MAX_BYTES {
        return None;
    }
    let (mut mantissa, mut point) = (0i64, None);
    for (at, byte) in cell.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + i64::from(digit);
        } else if *byte == b'.' && point.is_none() {
            point = Some(at);
        } else {
            return None;
        }
    }
    let decimals = point.map_or(0, |at| cell.len() - 1 - at);
    // A point alone is no number.
    (cell.len() > usize::from(point.is_some())).then(|| Decimal::new(mantissa, decimals as u8))
}

/// Compares by value, whatever digits are written.
pub fn compare(a: Decimal, b: Decimal) -> Ordering {
    if a.decimals == b.decimals {
        return a.mantissa.cmp(&b.mantissa);
    }
    let scaled = |d: Decimal| i128::from(d.mantissa) * 10i128.pow(u32::from(MAX_DECIMALS.max(d.decimals) - d.decimals));
    scaled(a).cmp(&scaled(b))
}

/// The least mantissa of a rounded number: of a smaller one, more than noise would be lost.
const MIN_ROUNDED: u64 = 100_000;

/// Rounds a bare decimal half away from zero to the digits that 64 bits hold.
fn round(cell: &str) -> Result<Decimal, DecimalError> {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    // `Decimal::parse` stopped before the end of the cell.
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole.trim_start_matches(['-', '+'])) || !are_digits(fraction) {
        return Err(DecimalError::NotANumber);
    }
    let fraction = &fraction[..fraction.len().min(usize::from(MAX_DECIMALS) + 1)];
    for decimals in (0..=fraction.len().min(usize::from(MAX_DECIMALS))).rev() {
        let Ok(cut) = Decimal::parse(&format!("{whole}.{}", &fraction[..decimals])) else { continue };
        let up = i64::from(fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5'));
        let step = if cell.starts_with('-') { -up } else { up };
        let mantissa = cut.mantissa.checked_add(step).ok_or(DecimalError::TooManyDigits)?;
        let cut_digits = &cell[cell.len().min(whole.len() + 1 + decimals)..];
        if cut_digits.bytes().any(|digit| digit != b'0') && mantissa.unsigned_abs() < MIN_ROUNDED {
            return Err(DecimalError::TooManyDigits);
        }
        return Ok(Decimal::new(mantissa, cut.decimals).shorten(0));
    }
    Err(DecimalError::TooManyDigits)
}
