//! Counts of time: since 1970 or another day, and since midnight.

use super::{NANOS_PER_DAY, NANOS_PER_SECOND, ParsedTime, TimeUnit};
use crate::feed::replay::parse::number::{self, DecimalMark};
use crate::market::Timestamp;

const MILLIS_PER_DAY: i64 = 86_400_000;
/// 1990-01-01 and 2045-01-01 in seconds since 1970. A count in another unit than those around it lies between them: the
/// year 9999 in milliseconds is no microsecond of 1978.
const PLAUSIBLE_SECONDS: std::ops::Range<i64> = 631_152_000..2_366_841_600;
/// The most decimals of a count of days that tell no more than a second.
const DECIMALS_OF_SECONDS: usize = 6;

/// Parses a count since 1970, or since the first day of the unit. `unit` is that of most counts around it.
pub fn parse(cell: &str, unit: TimeUnit) -> Option<ParsedTime> {
    if !unit.is_known_by_size() {
        return since_first_day(cell, unit);
    }
    let (whole, billionths) = epoch_count(cell)?;
    let ts = match billionths {
        0 => epoch_time(whole, unit)?,
        _ => {
            let nanos = i128::from(unit_of(whole, unit)?.nanos());
            let fraction = i128::from(billionths) * nanos / i128::from(NANOS_PER_SECOND);
            Timestamp(i64::try_from(i128::from(whole) * nanos + fraction).ok()?)
        }
    };
    Some(ParsedTime { ts, has_zone: true, has_clock: true })
}

/// The time of a whole count since 1970. `unit` is that of most counts around it.
pub fn epoch_time(count: i64, unit: TimeUnit) -> Option<Timestamp> {
    let is_epoch = !(0..MILLIS_PER_DAY).contains(&count);
    count.checked_mul(unit_of(count, unit)?.nanos()).filter(|_| is_epoch).map(Timestamp)
}

/// The unit of a cell that is a count since 1970.
pub fn unit_of_cell(cell: &str) -> Option<TimeUnit> {
    epoch_count(cell).map(|(whole, _)| TimeUnit::of_epoch_count(whole.unsigned_abs()))
}

/// The unit that the size of a count tells.
fn unit_of(count: i64, unit: TimeUnit) -> Option<TimeUnit> {
    match TimeUnit::of_epoch_count(count.unsigned_abs()) {
        own if own == unit => Some(own),
        // So small a count is in seconds, or before 1973.
        TimeUnit::Seconds => None,
        own => {
            let seconds = count / (NANOS_PER_SECOND / own.nanos());
            PLAUSIBLE_SECONDS.contains(&seconds).then_some(own)
        }
    }
}

/// Parses a count of a unit that has a first day of its own. Decimals of days are a clock, in no zone.
fn since_first_day(cell: &str, unit: TimeUnit) -> Option<ParsedTime> {
    let (whole, billionths) = count(cell)?;
    let of_count = i128::from(whole) * i128::from(unit.nanos());
    let is_day = unit.nanos() == NANOS_PER_DAY;
    let fraction = if is_day { share_of_day(cell, billionths) } else { 0 };
    let nanos = of_count + i128::from(unit.first_day()) * i128::from(NANOS_PER_DAY) + i128::from(fraction);
    let ts = Timestamp(i64::try_from(nanos).ok()?);
    Some(ParsedTime { ts, has_zone: unit.is_utc(), has_clock: !is_day || billionths != 0 })
}

/// The nanoseconds of billionths of a day, rounded to what their decimals tell.
fn share_of_day(cell: &str, billionths: i64) -> i64 {
    let nanos = billionths * (NANOS_PER_DAY / NANOS_PER_SECOND);
    let decimals = cell.find('.').map_or(0, |at| cell.len() - at - 1);
    let step = if decimals <= DECIMALS_OF_SECONDS { NANOS_PER_SECOND } else { 1_000_000 };
    (nanos + step / 2) / step * step
}

/// Parses a share of a day into nanoseconds since midnight.
pub fn parse_share_of_day(cell: &str) -> Option<i64> {
    let (whole, billionths) = count(cell)?;
    (whole == 0).then(|| share_of_day(cell, billionths))
}

/// Parses a count since midnight.
pub fn parse_since_midnight(cell: &str, unit: TimeUnit) -> Option<ParsedTime> {
    let (whole, billionths) = count(cell)?;
    let fraction = i128::from(billionths) * i128::from(unit.nanos()) / i128::from(NANOS_PER_SECOND);
    let nanos = whole.checked_mul(unit.nanos())?.checked_add(i64::try_from(fraction).ok()?)?;
    let ts = Timestamp(nanos);
    (0..NANOS_PER_DAY).contains(&nanos).then_some(ParsedTime { ts, has_zone: false, has_clock: true })
}

/// Parses a count and its billionths. A small one is no count since 1970 but a date without marks (`20200131`), or
/// seconds or milliseconds since midnight.
fn epoch_count(cell: &str) -> Option<(i64, i64)> {
    count(cell).filter(|(whole, _)| !(0..MILLIS_PER_DAY).contains(whole))
}

/// Parses a count and its billionths.
pub fn count(cell: &str) -> Option<(i64, i64)> {
    // Any 18 digits fit 64 bits.
    if (1..=18).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((cell.bytes().fold(0, |n, byte| n * 10 + i64::from(byte - b'0')), 0));
    }
    match cell.parse::<i64>() {
        Ok(whole) => Some((whole, 0)),
        Err(_) => split_fraction(cell),
    }
}

fn split_fraction(cell: &str) -> Option<(i64, i64)> {
    if !cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let value = number::parse(cell, DecimalMark::Point).ok()?;
    let scale = 10i64.checked_pow(u32::from(value.decimals))?;
    let (whole, rest) = (value.mantissa.div_euclid(scale), value.mantissa.rem_euclid(scale));
    let billionths = i128::from(rest) * i128::from(NANOS_PER_SECOND) / i128::from(scale);
    Some((whole, i64::try_from(billionths).ok()?))
}
