//! Prices in fractions: shares in eighths (`45 1/2`), bonds in 32nds of a point (`110'165`), grains in eighths of a
//! cent (`455'2`).

use super::DecimalMark;
use crate::market::Decimal;

/// The whole points of a bond's price. With three figures behind it, an apostrophe may also separate thousands.
const BOND_POINTS: std::ops::RangeInclusive<i64> = 40..=250;
/// The least cents of a grain's price.
const MIN_GRAIN_CENTS: i64 = 100;
/// Percent of the cells of a column that have to be such prices.
const MOST_CELLS: usize = 80;
/// The cells whose mark could separate thousands as well, from which on it separates 32nds.
const MIN_DOUBTFUL: usize = 4;

const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The largest denominator of a fraction.
const MAX_DENOMINATOR: i64 = 256;

/// Parses `45 1/2`, `45-1/2` or `1/2`; `None` where the cell is none, or its denominator is no power of two.
pub fn parse(cell: &str) -> Option<Decimal> {
    let (text, is_negative) = cell.trim().strip_prefix('-').map_or((cell.trim(), false), |text| (text, true));
    let (left, denominator) = text.split_once('/')?;
    let (whole, numerator) = match left.trim().rsplit_once([' ', '-']) {
        Some((whole, numerator)) => (whole.trim_end(), numerator),
        None => ("0", left.trim()),
    };
    let (numerator, denominator) = (figures(numerator)?, figures(denominator.trim())?);
    let is_proper = numerator < denominator && denominator <= MAX_DENOMINATOR && denominator.count_ones() == 1;
    if !is_proper {
        return None;
    }
    let places = denominator.trailing_zeros();
    let share = numerator * 5i64.pow(places);
    decimal(figures(whole)?, share, places, is_negative)
}

/// Parses a price in 32nds or eighths, as its column has them.
pub fn parse_points(cell: &str, mark: DecimalMark) -> Option<Decimal> {
    let Points { is_negative, whole, behind } = Points::of(cell)?;
    if mark == DecimalMark::Eighths {
        let eighths = figures(behind).filter(|eighths| behind.len() == 1 && *eighths < 8)?;
        return decimal(whole, eighths * 125, 3, is_negative);
    }
    let (ticks, tail) = behind.split_at_checked(2)?;
    let ticks = figures(ticks).filter(|ticks| *ticks < 32)?;
    let thousandths = match (tail, mark) {
        ("", _) => 0,
        ("+", _) => 500,
        ("0", _) => 0,
        ("2", _) => 250,
        ("5", DecimalMark::ThirtySeconds) => 500,
        ("7", DecimalMark::ThirtySeconds) => 750,
        ("1" | "3" | "4" | "5" | "6" | "7", DecimalMark::EighthsOf32nds) => figures(tail)? * 125,
        _ => {
            let decimals = tail.strip_prefix('.').filter(|decimals| (1..=3).contains(&decimals.len()))?;
            figures(decimals)? * 10i64.pow(3 - decimals.len() as u32)
        }
    };
    decimal(whole, (ticks * 1_000 + thousandths) * 3_125, 8, is_negative)
}

/// Returns whether a cell has figures on both sides of an apostrophe or a dash.
pub fn has_mark(cell: &str) -> bool {
    Points::of(cell).is_some()
}

/// Returns whether a cell is written like a price in 32nds or eighths.
pub fn looks_like_points(cell: &str) -> bool {
    let all = [DecimalMark::ThirtySeconds, DecimalMark::EighthsOf32nds, DecimalMark::Eighths];
    all.into_iter().any(|mark| parse_points(cell, mark).is_some())
}

/// The form of the prices of a column in 32nds or eighths; `None` where it has others. `all_doubtful` are the cells of
/// all columns whose mark could separate thousands.
pub fn mark_of<'a>(cells: &(impl Iterator<Item = &'a str> + Clone), all_doubtful: usize) -> Option<DecimalMark> {
    let filled = cells.clone().filter(|cell| !super::is_blank(cell)).count();
    let are_most = |mark: DecimalMark| {
        let fits = |cell: &&str| {
            let is_in_range = |whole: i64| match mark {
                DecimalMark::Eighths => whole >= MIN_GRAIN_CENTS,
                _ => BOND_POINTS.contains(&whole),
            };
            parse_points(cell, mark).is_some() && Points::of(cell).is_some_and(|points| is_in_range(points.whole))
        };
        let count = cells.clone().filter(fits).count();
        count > 1 && count * 100 >= filled * MOST_CELLS
    };
    if all_doubtful < MIN_DOUBTFUL && doubtful(cells.clone()) > 0 {
        return None;
    }
    [DecimalMark::ThirtySeconds, DecimalMark::EighthsOf32nds, DecimalMark::Eighths]
        .into_iter()
        .find(|mark| are_most(*mark))
}

/// The cells whose mark could separate thousands as well.
pub fn doubtful<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let is_doubtful =
        |cell: &&str| cell.contains(APOSTROPHES) && Points::of(cell).is_some_and(|points| points.behind.len() == 3);
    cells.filter(is_doubtful).count()
}

/// A price cut at its mark.
struct Points<'a> {
    is_negative: bool,
    whole: i64,
    behind: &'a str,
}

impl<'a> Points<'a> {
    fn of(cell: &'a str) -> Option<Self> {
        let (text, is_negative) = cell.trim().strip_prefix('-').map_or((cell.trim(), false), |text| (text, true));
        let (whole, behind) = text.split_once([APOSTROPHES[0], APOSTROPHES[1], '-'])?;
        let whole = figures(whole).filter(|_| whole.len() <= 4)?;
        Some(Self { is_negative, whole, behind })
    }
}

/// The number of up to nine figures.
fn figures(text: &str) -> Option<i64> {
    let are_figures = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| are_figures)
}

/// `whole + share / 10^places`.
fn decimal(whole: i64, share: i64, places: u32, is_negative: bool) -> Option<Decimal> {
    let mantissa = whole.checked_mul(10i64.pow(places))?.checked_add(share)?;
    Some(Decimal::new(if is_negative { -mantissa } else { mantissa }, places as u8).shorten(0))
}

#[cfg(test)]
mod tests {
    use super::DecimalMark::{Eighths, EighthsOf32nds, ThirtySeconds};
    use super::*;

    #[track_caller]
    fn check(cell: &str, mark: DecimalMark, want: Option<&str>) {
        assert_eq!(parse_points(cell, mark).map(|price| price.to_string()).as_deref(), want, "{cell}");
    }

    #[test]
    fn bond_is_quoted_in_32nds() {
        check("110'165", ThirtySeconds, Some("110.515625"));
        check("110'16.5", ThirtySeconds, Some("110.515625"));
        check("110-16+", ThirtySeconds, Some("110.515625"));
        check("110-16", ThirtySeconds, Some("110.5"));
        check("110'167", ThirtySeconds, Some("110.5234375"));
        check("109'312", ThirtySeconds, Some("109.9765625"));
        check("110'166", EighthsOf32nds, Some("110.5234375"));
        check("110'165", EighthsOf32nds, Some("110.51953125"));
        for cell in ["110'325", "110'166", "110'1", "110", "110.5", "1'000'000", "110'16.5555", "2024-01-02"] {
            check(cell, ThirtySeconds, None);
        }
    }

    #[test]
    fn grain_is_quoted_in_eighths() {
        check("455'2", Eighths, Some("455.25"));
        check("1245-6", Eighths, Some("1245.75"));
        check("455'8", Eighths, None);
        check("455'20", Eighths, None);
    }

    #[test]
    fn share_is_quoted_in_fractions() {
        let check = |cell: &str, want: Option<&str>| {
            assert_eq!(parse(cell).map(|price| price.to_string()).as_deref(), want, "{cell}");
        };
        check("45 1/2", Some("45.5"));
        check("45-1/2", Some("45.5"));
        check("45 15/16", Some("45.9375"));
        check("7/8", Some("0.875"));
        check("-1/8", Some("-0.125"));
        check("45 3/256", Some("45.01171875"));
        for cell in ["45 1/3", "3/2", "1/2/2020", "45/2", "a 1/2", "1/", "/2", "1 2 1/2"] {
            check(cell, None);
        }
    }

    #[test]
    fn form_of_column_follows_from_its_cells() {
        let check = |cells: &[&str], want: Option<DecimalMark>| {
            let cells = cells.iter().copied();
            assert_eq!(mark_of(&cells, doubtful(cells.clone())), want);
        };
        check(&["110'165", "110'250", "109'292", "110'007"], Some(ThirtySeconds));
        check(&["110'165", "110'166", "109'290", "110'001"], Some(EighthsOf32nds));
        check(&["99-16", "99-17+"], Some(ThirtySeconds));
        check(&["455'2", "456'0", "457'6"], Some(Eighths));
        check(&["110'165", "110'250"], None);
        check(&["12'165", "12'210", "12'305", "12'400"], None);
        check(&["1'000'000", "2'000'000", "110'165", "110'165"], None);
        check(&["10-16", "11-17"], None);
    }
}
