//! The columns of the time, and the form in which it is written.

use std::ops::Range;

use super::cell_type::time_of;
use super::clock_column::{self, Clock};
use super::column_name::{self, ID_AS_TIME, UNNAMED_TIME};
use super::odd_dates::{self, OddDates};
use super::profile::Profile;
use super::table::Table;
use super::time_part::{self, CLOCK_PART};
use super::weights::STEPS_IN_ORDER;
use super::{ruined_times, short_dates};
use crate::feed::replay::error::{Problem, echo};
use crate::feed::replay::parse::times::{self, ClockForm, DateOrder, NANOS_PER_DAY, TimeFormat, TimeUnit};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::{Assumption, MAX_TIME_PARTS, TimePart};

/// Added to the rank of a column whose times are not those of the file's name, where another's are.
const NOT_AS_NAMED: u8 = 30;
/// The most cells that are looked at for that.
const MAX_LOOKS: usize = 64;
/// The days by which times may differ from the date in the file's name: zones, and a day that ends late.
const DAYS_AROUND: i64 = 2;

/// The columns and the format of the time, as far as the sample tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectedTime {
    pub column: usize,
    pub clock: Option<usize>,
    pub clock_form: ClockForm,
    pub parts: [Option<TimePart>; MAX_TIME_PARTS],
    pub month: Option<usize>,
    pub day: Option<usize>,
    pub format: TimeFormat,
    /// The sample does not tell the day from the month.
    pub is_order_open: bool,
    /// Times have a clock, and not only a date.
    pub has_clock: bool,
    pub assumptions: Vec<Assumption>,
}

impl DetectedTime {
    /// A time in one column.
    fn in_column(column: usize, format: TimeFormat) -> Self {
        Self {
            column,
            clock: None,
            clock_form: ClockForm::Marked,
            parts: [None; MAX_TIME_PARTS],
            month: None,
            day: None,
            format,
            is_order_open: false,
            has_clock: true,
            assumptions: Vec::new(),
        }
    }

    /// All columns of the time.
    pub fn columns(&self) -> Vec<usize> {
        let parts = self.parts.iter().flatten().map(|part| part.column);
        [Some(self.column), self.clock, self.month, self.day].into_iter().flatten().chain(parts).collect()
    }

    fn assume(&mut self, what: impl Into<String>, why: impl Into<String>, flag: &'static str) {
        self.assumptions.push(Assumption { what: what.into(), why: why.into(), flag });
    }
}

/// Answers of people and of the file's name about the time.
#[derive(Clone, Debug, Default)]
pub struct TimeOverrides {
    pub unit: Option<TimeUnit>,
    pub order: Option<DateOrder>,
    /// The days in the file's name, in days since 1970.
    pub days: Option<Range<i64>>,
}

/// Finds the time; `None` where no column has one.
///
/// # Errors
/// When a column has times that have lost their figures.
pub fn find(table: &Table, profiles: &[Profile], overrides: &TimeOverrides) -> Result<Option<DetectedTime>, Problem> {
    let best = best(table, profiles, overrides);
    let odd = odd_dates::find(table, profiles, overrides.unit, overrides.order);
    let odd = odd.filter(|odd| best.as_ref().is_none_or(|best| odd.rank < best.rank));
    let clock = || clock_column::alone(table, profiles, overrides.unit);
    let found = match (best, odd) {
        (_, Some(odd)) => Some(of_odd_dates(table, profiles, odd, overrides.unit)),
        // Before numbers that may be ids, a clock is the time.
        (Some(best), None) if best.rank >= ID_AS_TIME => match clock() {
            Some((column, ClockForm::Marked)) => Some(of_clock(column, ClockForm::Marked)),
            _ => Some(of_candidate(table, profiles, best.column, overrides)),
        },
        (Some(best), None) => Some(of_candidate(table, profiles, best.column, overrides)),
        (None, None) => clock().map(|(column, form)| of_clock(column, form)),
    };
    ruined_times::check(table, profiles, found.as_ref().map(|time| time.column))?;
    let Some(mut time) = found else { return Ok(None) };
    add_parts(table, profiles, &mut time);
    check_given(table, profiles, &time)?;
    Ok(Some(time))
}

/// Checks that the columns which people name as the clock and its parts are such.
fn check_given(table: &Table, profiles: &[Profile], time: &DetectedTime) -> Result<(), Problem> {
    let is_part = |n: usize| time.parts.iter().flatten().any(|part| part.column == n);
    let is_wrong = |(n, profile): &(usize, &Profile)| match profile.name.as_str() {
        CLOCK_PART => !is_part(*n),
        name if name == ColumnRole::Clock.label() => time.clock != Some(*n) && time.column != *n,
        _ => false,
    };
    let Some((n, _)) = profiles.iter().enumerate().find(is_wrong) else { return Ok(()) };
    let value = table.column(n).find(|cell| !cell.is_empty()).unwrap_or_default();
    Err(Problem::NoClock { column: table.column_name(n), value: echo(value.as_bytes()) })
}

/// A column that may have the time. Of equal ranks, a finer count comes first, then a column whose times vary, then the
/// earlier times where no name tells, then the first column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RankedTime {
    rank: u8,
    coarse: u8,
    is_constant: bool,
    first: i64,
    column: usize,
}

fn best(table: &Table, profiles: &[Profile], overrides: &TimeOverrides) -> Option<RankedTime> {
    let mut candidates: Vec<RankedTime> = (0..profiles.len()).filter_map(|n| candidate(table, profiles, n)).collect();
    let has_dummy_dates = |column: usize| clock_column::has_dummy_dates(table, &profiles[column], column);
    if candidates.iter().any(|candidate| !has_dummy_dates(candidate.column)) {
        candidates.retain(|candidate| !has_dummy_dates(candidate.column));
    }
    if let Some(days) = &overrides.days {
        let as_named: Vec<bool> = candidates.iter().map(|one| is_within(table, one.column, days)).collect();
        if as_named.contains(&true) {
            let others = candidates.iter_mut().zip(as_named).filter(|(_, as_named)| !as_named);
            others.for_each(|(candidate, _)| candidate.rank += NOT_AS_NAMED);
        }
    }
    candidates.into_iter().min()
}

/// Returns whether most times of a column lie around these days.
fn is_within(table: &Table, column: usize, days: &Range<i64>) -> bool {
    let times: Vec<i64> = table.column(column).filter_map(time_of).take(MAX_LOOKS).collect();
    let around = days.start - DAYS_AROUND..days.end + DAYS_AROUND;
    let within = times.iter().filter(|ts| around.contains(&ts.div_euclid(NANOS_PER_DAY))).count();
    within * 2 > times.len()
}

/// A column as the time, by its name and values; `None` where it cannot be.
fn candidate(table: &Table, profiles: &[Profile], column: usize) -> Option<RankedTime> {
    let profile = &profiles[column];
    let named = column_name::role_of(&profile.name, ColumnRole::Time).filter(|_| profile.name != CLOCK_PART);
    let looks_dated = || profile.iso > 0 || !profile.are_integers() || are_compact_dates(profile);
    // A column that is named for a time may have broken values in most rows.
    let is_date = if named.is_some() { profile.dated > 0 } else { profile.are_half(profile.dated) && looks_dated() };
    let unit = if named.is_some() { profile.epoch_unit_of_half() } else { profile.epoch_unit() };
    if !is_date && unit.is_none() || profile.name == ColumnRole::Clock.label() {
        return None;
    }
    // Of two counts the finer one is the time: ids often look like seconds since 1970.
    let coarse = u8::from(unit == Some(TimeUnit::Seconds));
    let (rank, coarse) = match named {
        Some(named) => (named.rank, 0),
        None if is_date => (UNNAMED_TIME, 0),
        None if column_name::is_id(&profile.name) => is_in_order(profile).then_some((ID_AS_TIME, coarse))?,
        // A column that is named for something else may have values as large as times.
        None if !profile.name.is_empty() && column_name::is_known(&profile.name) => return None,
        None if !is_in_order(profile) => return None,
        None if counts_up(profile) => (ID_AS_TIME, coarse),
        None => (UNNAMED_TIME, coarse),
    };
    let first = if named.is_some() { 0 } else { table.column(column).find_map(time_of).unwrap_or(0) };
    let is_constant = profile.texts.len() == 1 && profile.filled > 1;
    Some(RankedTime { rank, coarse, is_constant, first, column })
}

/// Whole numbers that all read as dates without marks.
fn are_compact_dates(profile: &Profile) -> bool {
    profile.dated == profile.filled && is_in_order(profile)
}

fn is_in_order(profile: &Profile) -> bool {
    profile.share_of_steps(|a, b| a <= b) >= STEPS_IN_ORDER || profile.share_of_steps(|a, b| a >= b) >= STEPS_IN_ORDER
}

/// Whole numbers given out one after the other.
fn counts_up(profile: &Profile) -> bool {
    let goes_up_by_one = profile.share_of_steps(|a, b| b - a == 1.0) > STEPS_IN_ORDER;
    profile.values().count() > 2 && profile.are_integers() && goes_up_by_one
}

/// The time in a column that names it, or whose values are times.
fn of_candidate(table: &Table, profiles: &[Profile], column: usize, overrides: &TimeOverrides) -> DetectedTime {
    let profile = &profiles[column];
    let unit = profile.epoch_unit_of_half().or_else(|| overrides.unit.filter(|_| profile.dated == 0));
    let Some(found) = unit else { return dated(table, profiles, column, overrides) };
    let mut time = DetectedTime::in_column(column, TimeFormat::Epoch(overrides.unit.unwrap_or(found)));
    if overrides.unit.is_none() && found == TimeUnit::Nanos && are_dot_net(table, column) {
        time.format = TimeFormat::Epoch(TimeUnit::DotNet);
        time.assume(
            "times are .NET ticks",
            "as nanoseconds since 1970, all of them would be about 1990",
            "--time-unit",
        );
    }
    if profile.name.is_empty() && counts_up(profile) {
        let what = format!("`{}` is the time", table.column_name(column));
        time.assume(what, "it counts up by one, as seconds and as ids do", "--columns");
    }
    time
}

/// Counts of 100 ns since the year 1 look like nanoseconds about 1990, but are no whole minutes of those.
fn are_dot_net(table: &Table, column: usize) -> bool {
    /// .NET ticks from 1870 to 2092.
    const TICKS: Range<i64> = 590_000_000_000_000_000..660_000_000_000_000_000;
    const MINUTE: i64 = 60_000_000_000;
    let counts: Vec<i64> = table.column(column).filter_map(|cell| cell.parse().ok()).collect();
    let are_ticks = !counts.is_empty() && counts.iter().all(|count| TICKS.contains(count));
    are_ticks && counts.iter().any(|count| count % MINUTE != 0)
}

/// The time in a column of dates, and in the clock beside it.
fn dated(table: &Table, profiles: &[Profile], column: usize, overrides: &TimeOverrides) -> DetectedTime {
    let profile = &profiles[column];
    let mut time = DetectedTime::in_column(column, TimeFormat::Iso);
    let has_clock = profile.with_clock > 0 && !is_at_midnight(table, column);
    if !has_clock {
        add_clock(table, profiles, &mut time, overrides.unit);
    }
    time.has_clock = has_clock || time.clock.is_some();
    // Among dates in ISO 8601, `1-01-01` is the year 1 and no other date.
    let are_iso = profile.iso * 2 > profile.dated;
    let is_meant = |cell: &&str| !are_iso || !times::has_short_years(cell);
    let figures: Vec<(i64, i64)> = table.column(column).filter(is_meant).filter_map(times::day_and_month).collect();
    let short = short_dates::order(table, column, overrides.days.as_ref());
    if overrides.order.is_none()
        && let Some(short) = short
    {
        time.format = TimeFormat::Text(short.order);
        time.assumptions.extend(short.assumption);
        return time;
    }
    let first_over_12 = figures.iter().any(|(first, _)| *first > 12);
    let second_over_12 = figures.iter().any(|(_, second)| *second > 12);
    let order = overrides.order.or(match (first_over_12, second_over_12) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    });
    let is_iso = figures.is_empty() && are_iso;
    let usual = || if figures.is_empty() { short_dates::named_order(table, column) } else { DateOrder::Mdy };
    time.format = if is_iso { TimeFormat::Iso } else { TimeFormat::Text(order.unwrap_or_else(usual)) };
    time.is_order_open = !figures.is_empty() && order.is_none();
    time
}

/// All clocks behind the dates of a column are midnight.
fn is_at_midnight(table: &Table, column: usize) -> bool {
    let mut times = table.column(column).filter_map(|cell| {
        let order = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd];
        order.iter().find_map(|order| TimeFormat::of(cell, *order)?.parse(cell))
    });
    times.all(|time| !time.has_zone && time.ts.0.rem_euclid(NANOS_PER_DAY) == 0)
}

fn of_odd_dates(table: &Table, profiles: &[Profile], odd: OddDates, unit: Option<TimeUnit>) -> DetectedTime {
    let OddDates { column, format, month, day, assumption, .. } = odd;
    let mut time = DetectedTime { month, day, ..DetectedTime::in_column(column, format) };
    time.assumptions.extend(assumption);
    let is_share = |cell: &str| cell.contains('.') && !cell.ends_with(".0");
    let has_clock = matches!(format, TimeFormat::Epoch(_)) && table.column(column).any(is_share);
    if !has_clock {
        add_clock(table, profiles, &mut time, unit.filter(|unit| unit.is_known_by_size()));
    }
    time.has_clock = has_clock || time.clock.is_some();
    time
}

fn of_clock(column: usize, form: ClockForm) -> DetectedTime {
    let clock = (!matches!(form, ClockForm::Count(_))).then_some(column);
    let format = clock_column::format_alone(form);
    DetectedTime { clock, clock_form: form, ..DetectedTime::in_column(column, format) }
}

/// Adds the clock beside the dates.
fn add_clock(table: &Table, profiles: &[Profile], time: &mut DetectedTime, unit: Option<TimeUnit>) {
    let Some(Clock { column, form, is_guess }) = clock_column::beside(table, profiles, time.column, unit) else {
        return;
    };
    (time.clock, time.clock_form) = (Some(column), form);
    if is_guess {
        let what = format!("`{}` is the clock", table.column_name(column));
        let why = "its figures are clocks that rise within each date";
        time.assume(what, why, "--columns");
    }
    let are_hours_from_one =
        form == ClockForm::Hours && profiles[column].min() >= 1.0 && profiles[column].max() == 24.0;
    if are_hours_from_one {
        let what = format!("`{}` is the hour at which a row begins", table.column_name(column));
        time.assume(what, "it runs from 1 to 24, so it may be that at which it ends", "");
    }
    let is_given = unit.is_some() || profiles[column].name == ColumnRole::Clock.label();
    let name = table.column_name(column);
    if matches!(form, ClockForm::Seconds { decimals: 2 | 3 }) && !is_given && may_count(TimeUnit::Millis, table, column)
    {
        let why = "its numbers may as well be milliseconds since midnight";
        time.assume(format!("`{name}` is a clock of hours, minutes, seconds and decimals"), why, "--time-unit");
    }
    if form == (ClockForm::Seconds { decimals: 0 }) && !is_given && may_count(TimeUnit::Seconds, table, column) {
        if are_of_session(&profiles[column]) {
            time.clock_form = ClockForm::Count(TimeUnit::Seconds);
            let why = "its numbers may as well be clocks of hours, minutes and seconds in the night";
            time.assume(format!("`{name}` counts seconds since midnight"), why, "--columns");
        } else {
            let why = "its numbers may as well be seconds since midnight";
            time.assume(format!("`{name}` is a clock of hours, minutes and seconds"), why, "--time-unit");
        }
    }
}

/// Returns whether figures that are clocks may count units since midnight, too.
fn may_count(unit: TimeUnit, table: &Table, column: usize) -> bool {
    let is_count = |cell: &&str| ClockForm::Count(unit).parse(cell).is_some() && !cell.starts_with('0');
    clock_column::cells(table, column).iter().all(is_count)
}

/// Returns whether few numbers, as seconds since midnight, lie in a session of stocks. As clocks, they would lie in the
/// night; many numbers that count seconds are no clocks.
fn are_of_session(profile: &Profile) -> bool {
    const SESSION: Range<f64> = 32_400.0..57_601.0;
    const FEW: usize = 20;
    profile.texts.len() <= FEW && profile.values().all(|value| SESSION.contains(&value))
}

/// Adds the columns whose numbers are parts of the clock.
fn add_parts(table: &Table, profiles: &[Profile], time: &mut DetectedTime) {
    let nanos_of_day = |cell: &str| time.format.parse(cell).map(|time| time.ts.0.rem_euclid(NANOS_PER_DAY));
    let finest = match time.clock {
        Some(clock) => clock_column::finest(table, clock, |cell| time.clock_form.parse(cell).map(|(nanos, _)| nanos)),
        None if time.has_clock => clock_column::finest(table, time.column, nanos_of_day),
        None => return,
    };
    time.parts = time_part::find(&table.names, profiles, &time.columns(), finest);
}
