//! The columns of the time, and the form in which it is written.

use strum::IntoEnumIterator;

use super::column_name::{self, ID_AS_TIME, UNNAMED_TIME};
use super::profile::Profile;
use super::table::Table;
use super::weights::{ISO_DATES, STEPS_IN_ORDER};
use crate::feed::replay::parse::times::{self, DateOrder, TimeFormat, TimeUnit};
use crate::feed::replay::schema::column_role::ColumnRole;

const SECONDS_A_DAY: f64 = 86_400.0;

/// The columns and the format of the time, as far as the sample tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetectedTime {
    pub column: usize,
    pub clock: Option<usize>,
    pub format: TimeFormat,
    /// The sample does not tell the day from the month.
    pub is_order_open: bool,
}

/// The answers of people about the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeOverrides {
    pub unit: Option<TimeUnit>,
    pub order: Option<DateOrder>,
}

/// Finds the time.
pub fn find(table: &Table, profiles: &[Profile], overrides: TimeOverrides) -> Option<DetectedTime> {
    let candidates = (0..profiles.len()).filter_map(|n| Some((rank(&profiles[n], n)?, n)));
    let Some((_, column)) = candidates.min() else { return clock_alone(profiles, overrides) };
    let profile = &profiles[column];
    if let Some(unit) = profile.epoch_unit().or_else(|| overrides.unit.filter(|_| profile.dated == 0)) {
        let is_small = profile.max() < SECONDS_A_DAY * 1e9 && profile.epochs.iter().sum::<usize>() == 0;
        let format = match is_small {
            true => TimeFormat::SinceMidnight(unit),
            false => TimeFormat::Epoch(overrides.unit.unwrap_or(unit)),
        };
        return Some(DetectedTime { column, clock: None, format, is_order_open: false });
    }
    if profile.dated > 0 {
        return Some(dated(table, profiles, column, overrides.order));
    }
    let format = since_midnight(profile, overrides)?;
    Some(DetectedTime { column, clock: None, format, is_order_open: false })
}

/// The rank of a column as the time, by its name and values; `None` where it cannot be. Of equal ranks the first column
/// counts.
fn rank(profile: &Profile, index: usize) -> Option<(u8, u8, usize)> {
    let named = column_name::role_of(&profile.name, ColumnRole::Time);
    let looks_dated = || profile.iso > 0 || !profile.are_integers() || are_compact_dates(profile);
    // A column that is named for a time may have broken values in most rows.
    let is_date = if named.is_some() { profile.dated > 0 } else { profile.are_half(profile.dated) && looks_dated() };
    let unit = profile.epoch_unit();
    if !is_date && unit.is_none() {
        return None;
    }
    // Of two counts the finer one is the time: ids often look like seconds since 1970.
    let coarse = u8::from(unit == Some(TimeUnit::Seconds));
    match named {
        Some(named) => Some((named.rank, 0, index)),
        None if is_date => Some((UNNAMED_TIME, 0, index)),
        None if column_name::is_id(&profile.name) => is_in_order(profile).then_some((ID_AS_TIME, coarse, index)),
        // A column that is named for something else may have values as large as times.
        None if !profile.name.is_empty() && column_name::is_known(&profile.name) => None,
        None => (is_in_order(profile) && !counts_up(profile)).then_some((UNNAMED_TIME, coarse, index)),
    }
}

/// Whole numbers that all read as dates without marks.
fn are_compact_dates(profile: &Profile) -> bool {
    profile.dated == profile.filled && is_in_order(profile)
}

fn is_in_order(profile: &Profile) -> bool {
    profile.share_of_steps(|a, b| a <= b) >= STEPS_IN_ORDER || profile.share_of_steps(|a, b| a >= b) >= STEPS_IN_ORDER
}

/// Numbers given out one after the other.
fn counts_up(profile: &Profile) -> bool {
    profile.values().count() > 2 && profile.share_of_steps(|a, b| b - a == 1.0) > STEPS_IN_ORDER
}

/// The format of a column of dates, and the clock beside it. `order` is the answer of people.
fn dated(table: &Table, profiles: &[Profile], column: usize, order: Option<DateOrder>) -> DetectedTime {
    let profile = &profiles[column];
    let clock = if profile.with_clock == 0 { clock_beside(profiles, column) } else { None };
    let figures: Vec<(i64, i64)> = table.column(column).filter_map(times::day_and_month).collect();
    let first_over_12 = figures.iter().any(|(first, _)| *first > 12);
    let second_over_12 = figures.iter().any(|(_, second)| *second > 12);
    let order = order.or(match (first_over_12, second_over_12) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    });
    let is_iso = figures.is_empty() && profile.iso * 100 >= profile.dated * ISO_DATES;
    let format = if is_iso { TimeFormat::Iso } else { TimeFormat::Text(order.unwrap_or(DateOrder::Mdy)) };
    DetectedTime { column, clock, format, is_order_open: !figures.is_empty() && order.is_none() }
}

/// The column of the clock that belongs to a column of dates.
fn clock_beside(profiles: &[Profile], date: usize) -> Option<usize> {
    let rank = |n: usize| {
        let profile = &profiles[n];
        let named = column_name::role_of(&profile.name, ColumnRole::Time);
        if profile.are_most(profile.clocks) {
            return Some((named.map_or(UNNAMED_TIME, |named| named.rank), n.abs_diff(date)));
        }
        // Whole numbers such as 93000 are a clock only under a name for times.
        let is_whole = profile.are_integers() && profile.are_most(profile.numeric);
        let is_clock = is_whole && profile.max() < 240_000.0 && profile.min() >= 0.0;
        named
            .filter(|_| is_clock && profile.values().all(|v| v % 100.0 < 60.0))
            .map(|named| (named.rank, n.abs_diff(date)))
    };
    (0..profiles.len()).filter(|n| *n != date).filter_map(|n| Some((rank(n)?, n))).min().map(|(_, n)| n)
}

/// The time in a file without dates: a clock, or a count since midnight.
fn clock_alone(profiles: &[Profile], overrides: TimeOverrides) -> Option<DetectedTime> {
    let rank = |n: usize| {
        let profile = &profiles[n];
        let is_clock = profile.are_most(profile.clocks);
        if !is_clock && (since_midnight(profile, overrides).is_none() || !is_in_order(profile)) {
            return None;
        }
        match column_name::role_of(&profile.name, ColumnRole::Time) {
            Some(named) => Some(named.rank),
            None if is_clock => Some(UNNAMED_TIME),
            // A count is only known by its place in front and by its order.
            None => (profile.name.is_empty() && n == 0 && profile.max() > profile.min()).then_some(ID_AS_TIME),
        }
    };
    let (_, column) = (0..profiles.len()).filter_map(|n| Some((rank(n)?, n))).min()?;
    let profile = &profiles[column];
    let format = since_midnight(profile, overrides).unwrap_or(TimeFormat::SinceMidnight(TimeUnit::Seconds));
    let clock = profile.are_most(profile.clocks).then_some(column);
    Some(DetectedTime { column, clock, format, is_order_open: false })
}

/// The format of counts since midnight, in the coarsest unit whose day holds them.
fn since_midnight(profile: &Profile, overrides: TimeOverrides) -> Option<TimeFormat> {
    if !profile.are_most(profile.numeric) || profile.min() < 0.0 {
        return None;
    }
    let max = profile.max();
    let fits = |unit: &TimeUnit| max < SECONDS_A_DAY * 1e9 / unit.nanos() as f64;
    let unit = overrides.unit.or_else(|| TimeUnit::iter().find(fits))?;
    Some(TimeFormat::SinceMidnight(unit))
}
