//! Which columns hold the time, and how it is written.

use super::meaning::{self, Meaning};
use super::profile::Profile;
use super::table::Table;
use crate::feed::replay::times::{self, DateOrder, TimeFormat, TimeUnit};

/// The columns and format of the time, as far as the sample tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub column: usize,
    pub clock: Option<usize>,
    pub format: TimeFormat,
    /// The sample does not tell the day from the month.
    pub is_order_open: bool,
}

/// Farther than any column that is named for a time.
const UNNAMED: u8 = 60;
const ID: u8 = 80;

/// Finds the time. `fixed` is what people say of it.
pub fn find(table: &Table, profiles: &[Profile], fixed: &Fixed) -> Option<Found> {
    let candidates = (0..profiles.len()).filter_map(|n| Some((rank(&profiles[n], n)?, n)));
    let column = fixed.column.or_else(|| candidates.min().map(|(_, n)| n));
    let Some(column) = column else { return clock_alone(profiles, fixed) };
    let profile = &profiles[column];
    let unit = fixed.unit;
    if let Some(unit) = profile.epoch_unit().or_else(|| unit.filter(|_| profile.dated == 0)) {
        let small = profile.max() < 86_400.0 * 1e9 && profile.epochs.iter().sum::<usize>() == 0;
        let format =
            if small { TimeFormat::SinceMidnight(unit) } else { TimeFormat::Epoch(fixed.unit.unwrap_or(unit)) };
        return Some(Found { column, clock: None, format, is_order_open: false });
    }
    if profile.dated > 0 {
        return Some(dated(table, profiles, column, fixed));
    }
    let format = since_midnight(profile, fixed)?;
    Some(Found { column, clock: None, format, is_order_open: false })
}

/// What people say of the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    pub column: Option<usize>,
    pub clock: Option<usize>,
    pub unit: Option<TimeUnit>,
    pub order: Option<DateOrder>,
}

/// How far a column is from being the time, by its name and values; `None` where it cannot be.
fn rank(profile: &Profile, index: usize) -> Option<(u8, u8, usize)> {
    let named = meaning::of(&profile.name).into_iter().find(|named| named.meaning == Meaning::Time);
    let looks_so = profile.iso > 0 || !profile.are_integers || looks_dated(profile);
    // What is named for a time may be broken in most of its cells.
    let is_date = if named.is_some() { profile.dated > 0 } else { profile.half(profile.dated) && looks_so };
    let unit = profile.epoch_unit();
    if !is_date && unit.is_none() {
        return None;
    }
    // Of two counts, the finer one is the time: ids that read as seconds are common.
    let coarse = u8::from(unit == Some(TimeUnit::Seconds));
    match named {
        Some(named) => Some((named.rank, 0, index)),
        None if is_date => Some((UNNAMED, 0, index)),
        None if meaning::is_id(&profile.name) => is_in_order(profile).then_some((ID, coarse, index)),
        // Values of a column that is named for something else may be large without being times.
        None if !profile.name.is_empty() && meaning::is_known(&profile.name) => None,
        None => (is_in_order(profile) && !counts_up(profile)).then_some((UNNAMED, coarse, index)),
    }
}

/// Dates without marks are whole numbers, too: they are times where all read as dates.
fn looks_dated(profile: &Profile) -> bool {
    profile.dated == profile.filled && is_in_order(profile)
}

fn is_in_order(profile: &Profile) -> bool {
    const NEARLY_ALL: f64 = 0.9;
    profile.steps(|a, b| a <= b) >= NEARLY_ALL || profile.steps(|a, b| a >= b) >= NEARLY_ALL
}

/// Numbers that are given out one after the other.
fn counts_up(profile: &Profile) -> bool {
    const NEARLY_ALL: f64 = 0.9;
    profile.values().count() > 2 && profile.steps(|a, b| b - a == 1.0) > NEARLY_ALL
}

fn dated(table: &Table, profiles: &[Profile], column: usize, fixed: &Fixed) -> Found {
    let profile = &profiles[column];
    let clock = fixed.clock.or_else(|| if profile.with_clock == 0 { clock_beside(profiles, column) } else { None });
    let figures = || table.column(column).filter_map(times::day_and_month);
    let (mut first, mut second, mut any) = (false, false, false);
    for (a, b) in figures() {
        any = true;
        first |= a > 12;
        second |= b > 12;
    }
    let order = match (first, second) {
        _ if fixed.order.is_some() => fixed.order,
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    };
    // Figures beyond any month on both sides are years of two digits in front.
    let years_first = first && second && figures().all(|(_, b)| b <= 12);
    let guess = if years_first { DateOrder::Ymd } else { DateOrder::Mdy };
    let is_iso = !any && profile.iso * 10 >= profile.dated * 9;
    let format = if is_iso { TimeFormat::Iso } else { TimeFormat::Text(order.unwrap_or(guess)) };
    Found { column, clock, format, is_order_open: any && order.is_none() }
}

/// The clock that belongs to a date in another column.
fn clock_beside(profiles: &[Profile], date: usize) -> Option<usize> {
    let rank = |n: usize| {
        let profile = &profiles[n];
        let named = meaning::of(&profile.name).into_iter().find(|named| named.meaning == Meaning::Time);
        if profile.mostly(profile.clocks) {
            return Some((named.map_or(UNNAMED, |named| named.rank), n.abs_diff(date)));
        }
        // Figures such as 93000 are a clock only by their column's name, or right behind the date.
        let compact = profile.are_integers && profile.mostly(profile.numeric) && profile.max() < 240_000.0;
        let compact = compact && profile.min() >= 0.0 && profile.values().all(|v| v % 100.0 < 60.0);
        (compact && named.is_some()).then(|| (named.map_or(UNNAMED, |named| named.rank), n.abs_diff(date)))
    };
    (0..profiles.len()).filter(|n| *n != date).filter_map(|n| Some((rank(n)?, n))).min().map(|(_, n)| n)
}

/// A clock, or a count since midnight, without any date in the file.
fn clock_alone(profiles: &[Profile], fixed: &Fixed) -> Option<Found> {
    let named = |profile: &Profile| {
        let named = meaning::of(&profile.name).into_iter().find(|named| named.meaning == Meaning::Time);
        named.map(|named| named.rank)
    };
    let rank = |n: usize| {
        let profile = &profiles[n];
        let is_clock = profile.mostly(profile.clocks);
        if !is_clock && (since_midnight(profile, fixed).is_none() || !is_in_order(profile)) {
            return None;
        }
        match named(profile) {
            Some(rank) => Some(rank),
            None if is_clock => Some(UNNAMED),
            // Nothing says that it is a time but its place and that it only grows.
            None => (profile.name.is_empty() && n == 0 && profile.max() > profile.min()).then_some(ID),
        }
    };
    let (_, column) = (0..profiles.len()).filter_map(|n| Some((rank(n)?, n))).min()?;
    let profile = &profiles[column];
    let format = since_midnight(profile, fixed).unwrap_or(TimeFormat::SinceMidnight(TimeUnit::Seconds));
    Some(Found { column, clock: profile.mostly(profile.clocks).then_some(column), format, is_order_open: false })
}

fn since_midnight(profile: &Profile, fixed: &Fixed) -> Option<TimeFormat> {
    const SECONDS_A_DAY: f64 = 86_400.0;
    if !profile.mostly(profile.numeric) || profile.min() < 0.0 {
        return None;
    }
    let max = profile.max();
    let fits = |unit: &TimeUnit| max < SECONDS_A_DAY * 1e9 / unit.nanos() as f64;
    let unit = fixed.unit.or_else(|| TimeUnit::ALL.into_iter().find(fits))?;
    Some(TimeFormat::SinceMidnight(unit))
}
