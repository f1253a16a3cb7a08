//! The column of the clock: beside a column of dates, or alone in a file whose date is elsewhere.
//!
//! A clock with marks tells itself. Figures alone are a clock under a name for times, or where they behave as one: they
//! rise within each day and begin again at the next.

use super::cell_type::time_of;
use super::clock_figures;
use super::column_name::{self, ID_AS_TIME, UNNAMED_TIME};
use super::profile::Profile;
use super::table::Table;
use super::time_part::{self, CLOCK_PART};
use super::weights::{AGREEING_ROWS, NEARLY_ALL, QUOTE_SPREAD, STEPS_IN_ORDER};
use crate::feed::replay::parse::times::{ClockForm, TimeFormat, TimeUnit};
use crate::feed::replay::schema::column_role::ColumnRole;

const SECONDS_A_DAY: f64 = 86_400.0;
/// The rank of a column that people name as the clock.
const GIVEN: u8 = 0;
/// The rank of figures without a name that behave as a clock.
const BEHAVES: u8 = UNNAMED_TIME + 1;

/// A clock, and the evidence for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub column: usize,
    pub form: ClockForm,
    /// No name says that it is a clock.
    pub is_guess: bool,
}

/// The cells of a column that begin with a figure: a line below the rows may not.
pub fn cells(table: &Table, column: usize) -> Vec<&str> {
    table.column(column).filter(|cell| cell.starts_with(|c: char| c.is_ascii_digit())).collect()
}

/// The column of the clock that belongs to a column of dates. `unit` is the answer of people.
pub fn beside(table: &Table, profiles: &[Profile], date: usize, unit: Option<TimeUnit>) -> Option<Clock> {
    let ranked = (0..profiles.len()).filter(|n| *n != date).filter_map(|n| {
        let (rank, form) = rank(table, profiles, date, n, unit)?;
        Some((rank, n.abs_diff(date), n, form))
    });
    let best = ranked.min_by_key(|(rank, distance, n, _)| (*rank, *distance, *n));
    best.map(|(rank, _, column, form)| Clock { column, form, is_guess: rank == BEHAVES })
}

fn rank(table: &Table, profiles: &[Profile], date: usize, n: usize, unit: Option<TimeUnit>) -> Option<(u8, ClockForm)> {
    let profile = &profiles[n];
    let is_given = profile.name == ColumnRole::Clock.label();
    let named = column_name::role_of(&profile.name, ColumnRole::Time).filter(|_| profile.name != CLOCK_PART);
    let rank_of_name = || if is_given { GIVEN } else { named.map_or(UNNAMED_TIME, |named| named.rank) };
    if profile.are_most(profile.clocks) {
        return Some((rank_of_name(), ClockForm::Marked));
    }
    if has_dummy_dates(table, profile, n) {
        return Some((rank_of_name(), ClockForm::BehindDate));
    }
    let is_numeric = if named.is_some() { profile.is_numeric() } else { profile.are_most(profile.numeric) };
    if !is_numeric || !is_given && (profile.dated > 0 || is_date_again(table, date, n)) || profile.min() < 0.0 {
        return None;
    }
    let cells = cells(table, n);
    let unit_of_name = time_part::clock_unit_of(&profile.name);
    if named.is_none()
        && !is_given
        && let Some(unit) = unit_of_name
    {
        // A count too large for a part of a clock is one since midnight.
        let is_count =
            profile.max() >= time_part::LARGEST_PART && clock_figures::form(&cells, Some(unit), NEARLY_ALL).is_some();
        return is_count.then_some((column_name::CLOCK_NAME, ClockForm::Count(unit)));
    }
    if named.is_some() || is_given {
        let form = match unit {
            Some(unit) => Some(ClockForm::Count(unit)),
            None => clock_figures::form(&cells, unit_of_name, NEARLY_ALL),
        };
        // Minutes and the like beside a clock are its parts. A letter, or a count in no unit, may be anything.
        let is_part = time_part::unit_of(&profile.name).is_some() && profile.max() < time_part::LARGEST_PART;
        let is_unsure =
            profile.name.len() < 2 || matches!(form, Some(ClockForm::Count(_))) && unit.or(unit_of_name).is_none();
        let is_clock = is_given || !is_part && (!is_unsure || Steps::of(table, date, n).are_of_clock(1));
        return form.filter(|_| is_clock).map(|form| (rank_of_name(), form));
    }
    let is_unknown = profile.name.is_empty() || !column_name::is_known(&profile.name);
    let behaves = is_unknown.then(|| by_behaviour(table, date, n, &cells)).flatten()?;
    let counts = unit.map(ClockForm::Count).filter(|form| cells.iter().all(|cell| form.parse(cell).is_some()));
    Some((BEHAVES, counts.unwrap_or(behaves)))
}

/// Returns whether a column has the figures of the date: 20240301 beside 2024-03-01 is no clock of 20:24.
fn is_date_again(table: &Table, date: usize, n: usize) -> bool {
    let figures = |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>();
    let whole = |cell: &str| figures(cell.split('.').next().unwrap_or(cell));
    table.column(date).zip(table.column(n)).all(|(date, cell)| figures(date) == whole(cell))
}

/// Returns whether the dates of a column mean nothing: spreadsheets write clocks as times of 1899-12-30.
pub fn has_dummy_dates(table: &Table, profile: &Profile, n: usize) -> bool {
    /// 1899-12-30, 1899-12-31, 1900-01-01 and 1970-01-01 in days since 1970.
    const DUMMY_DAYS: [i64; 4] = [-25_569, -25_568, -25_567, 0];
    if profile.with_clock == 0 || !profile.are_most(profile.with_clock) {
        return false;
    }
    let mut days = table.column(n).filter_map(time_of).map(|ts| ts.div_euclid(DAY));
    let Some(first) = days.next().filter(|first| DUMMY_DAYS.contains(first)) else { return false };
    days.all(|day| day == first)
}

const DAY: i64 = crate::feed::replay::parse::times::NANOS_PER_DAY;

/// The form of figures that rise within each date and begin again at the next, or stand right behind the date as only
/// a clock does.
fn by_behaviour(table: &Table, date: usize, n: usize, cells: &[&str]) -> Option<ClockForm> {
    if cells.iter().any(|cell| !cell.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let fits = |form: ClockForm| cells.iter().all(|cell| form.parse(cell).is_some());
    let form = clock_figures::of_figures(cells, &fits).filter(|form| *form != ClockForm::Hours);
    let steps = Steps::of(table, date, n);
    let has_zeros = cells.iter().any(|cell| cell.len() > 3 && cell.starts_with('0'));
    let is_beside = n == date + 1;
    if let Some(form) = form {
        let is_one =
            cells.iter().all(|cell| *cell == cells[0] && matches!(cell.len(), 4 | 6)) && table.header.is_none();
        let behaves = steps.are_of_clock(if has_zeros || is_beside { 1 } else { 3 });
        return (behaves || is_beside && has_zeros && steps.falls == 0 || is_beside && is_one).then_some(form);
    }
    // Milliseconds since midnight, as bars have them.
    let are_seconds = cells.iter().all(|cell| cell.parse::<u64>().is_ok_and(|count| count.is_multiple_of(1_000)));
    let millis = ClockForm::Count(TimeUnit::Millis);
    let longest = cells.iter().map(|cell| cell.len()).max().unwrap_or(0);
    (are_seconds
        && longest >= 7
        && steps.restarts > 0
        && steps.are_of_clock(if is_beside { 2 } else { 3 })
        && fits(millis))
    .then_some(millis)
}

/// Counts of the steps of a column from row to row, within a date and from one date to the next.
#[derive(Debug, Default)]
struct Steps {
    rises: usize,
    falls: usize,
    /// Falls at a new date, and other steps there.
    restarts: usize,
    goes_on: usize,
}

impl Steps {
    fn of(table: &Table, date: usize, n: usize) -> Self {
        let mut steps = Self::default();
        let row = |row: &Vec<String>| Some((row.get(date)?.clone(), row.get(n)?.parse::<f64>().ok()?));
        let rows: Vec<(String, f64)> = table.rows.iter().filter_map(row).collect();
        let is_newest_first = rows.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 > pair[1].1).count()
            > rows.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 < pair[1].1).count();
        for pair in rows.windows(2) {
            let (from, to) = if is_newest_first { (&pair[1], &pair[0]) } else { (&pair[0], &pair[1]) };
            let slot = match (from.0 == to.0, from.1.total_cmp(&to.1)) {
                (true, std::cmp::Ordering::Less) => &mut steps.rises,
                (true, std::cmp::Ordering::Greater) => &mut steps.falls,
                (true, std::cmp::Ordering::Equal) => continue,
                (false, std::cmp::Ordering::Greater) => &mut steps.restarts,
                (false, _) => &mut steps.goes_on,
            };
            *slot += 1;
        }
        steps
    }

    /// The steps are those of a clock: at least `least` rises within dates, and nearly no fall.
    fn are_of_clock(&self, least: usize) -> bool {
        let within = self.rises as f64 >= AGREEING_ROWS * (self.rises + self.falls) as f64;
        self.rises >= least && within && (self.restarts > 0 || self.goes_on == 0)
    }
}

/// The time in a file without dates: its column, and the form of a clock or of a count since midnight.
pub fn alone(table: &Table, profiles: &[Profile], unit: Option<TimeUnit>) -> Option<(usize, ClockForm)> {
    let rank = |n: usize| {
        let profile = &profiles[n];
        let is_clock = profile.are_most(profile.clocks);
        let form = if is_clock { Some(ClockForm::Marked) } else { figures_alone(table, profile, n, unit) }?;
        if !is_clock && !is_in_order(profile) {
            return None;
        }
        match column_name::role_of(&profile.name, ColumnRole::Time).filter(|_| profile.name != CLOCK_PART) {
            // Without a date, no name tells a timestamp from a clock.
            Some(named) => {
                Some((named.rank.max(column_name::CLOCK_NAME) + column_name::unknown_words(&profile.name), form))
            }
            None if time_part::clock_unit_of(&profile.name).is_some() => Some((column_name::CLOCK_NAME + 5, form)),
            None if is_clock => Some((UNNAMED_TIME, form)),
            // A count is only known by its place in front and by its order.
            None => {
                let may_be_count = profile.name.is_empty() && n == 0 && profile.max() > profile.min();
                (may_be_count && !is_beside_its_like(profiles, n)).then_some((ID_AS_TIME, form))
            }
        }
    };
    let ranked = (0..profiles.len()).filter_map(|n| rank(n).map(|(rank, form)| (rank, n, form)));
    ranked.min_by_key(|(rank, n, _)| (*rank, *n)).map(|(_, n, form)| (n, form))
}

/// Returns whether the numbers of a column are as near to those of another one as a bid is to its ask: they are prices.
fn is_beside_its_like(profiles: &[Profile], n: usize) -> bool {
    let is_near = |(a, b): (f64, f64)| (a - b).abs() <= a.abs() * QUOTE_SPREAD;
    profiles.iter().enumerate().filter(|(other, _)| *other != n).any(|(_, other)| {
        let mut rows = profiles[n].numbers.iter().zip(&other.numbers).filter_map(|(a, b)| (*a).zip(*b)).peekable();
        rows.peek().is_some() && rows.all(is_near)
    })
}

/// The form of numbers in a file without dates. Counts since midnight come first where their day holds them, but for
/// figures with leading zeros or too large for the unit of their length: 93000 is no second of the day.
fn figures_alone(table: &Table, profile: &Profile, n: usize, unit: Option<TimeUnit>) -> Option<ClockForm> {
    let is_named = column_name::role_of(&profile.name, ColumnRole::Time).is_some();
    let is_numeric = if is_named { profile.is_numeric() } else { profile.are_most(profile.numeric) };
    if !is_numeric || profile.min() < 0.0 {
        return None;
    }
    if unit.is_some() {
        return unit.map(ClockForm::Count);
    }
    let cells = cells(table, n);
    let fits = |form: ClockForm| {
        cells.iter().filter(|cell| form.parse(cell).is_some()).count() * 100 >= cells.len() * NEARLY_ALL
    };
    if let Some(form) = time_part::clock_unit_of(&profile.name).map(ClockForm::Count).filter(|form| fits(*form)) {
        return Some(form);
    }
    let figures = clock_figures::of_figures(&cells, &fits).filter(|form| *form != ClockForm::Hours);
    let length = cells.iter().map(|cell| cell.bytes().take_while(u8::is_ascii_digit).count()).max().unwrap_or(0);
    let has_zeros = cells.iter().any(|cell| cell.len() > 3 && cell.starts_with('0') && !cell.starts_with("0."));
    let is_too_large = match length {
        0..=4 => is_named && profile.are_integers(),
        5 => profile.max() >= SECONDS_A_DAY,
        6 => profile.values().any(|value| value % 60_000.0 != 0.0) && profile.are_integers(),
        7 | 8 => profile.max() >= SECONDS_A_DAY * 1e3,
        9..=11 => profile.max() >= SECONDS_A_DAY * 1e6,
        _ => profile.max() >= SECONDS_A_DAY * 1e9,
    };
    let count = || {
        let max = profile.max();
        let fits = |unit: &TimeUnit| max < SECONDS_A_DAY * 1e9 / unit.nanos() as f64;
        TimeUnit::OF_CLOCKS.into_iter().find(fits).map(ClockForm::Count)
    };
    figures.filter(|_| has_zeros || is_too_large).or_else(count)
}

fn is_in_order(profile: &Profile) -> bool {
    profile.share_of_steps(|a, b| a <= b) >= STEPS_IN_ORDER || profile.share_of_steps(|a, b| a >= b) >= STEPS_IN_ORDER
}

/// The nanoseconds that the clocks of a column tell apart: a minute, a second or less.
pub fn finest(table: &Table, column: usize, parse: impl Fn(&str) -> Option<i64>) -> i64 {
    const STEPS: [i64; 3] = [3_600_000_000_000, 60_000_000_000, 1_000_000_000];
    let nanos: Vec<i64> = table.column(column).filter_map(parse).collect();
    let divides = |step: &&i64| nanos.iter().all(|nanos| nanos % **step == 0);
    STEPS.iter().find(divides).copied().unwrap_or(0)
}

/// The format of the times of a file whose clock stands alone.
pub const fn format_alone(form: ClockForm) -> TimeFormat {
    match form {
        ClockForm::Count(unit) => TimeFormat::SinceMidnight(unit),
        _ => TimeFormat::SinceMidnight(TimeUnit::Seconds),
    }
}
