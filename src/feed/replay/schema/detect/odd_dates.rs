//! Dates of figures that only their column tells from other numbers: years, months, days of a spreadsheet.

use super::clock_column::cells;
use super::column_name::{self, UNNAMED_TIME};
use super::profile::Profile;
use super::table::Table;
use super::weights::{NEARLY_ALL, STEPS_IN_ORDER};
use crate::feed::replay::parse::times::{DateFigures, DateOrder, TimeFormat, TimeUnit};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::Assumption;

/// The rank of a column of years: a date beside it is better.
const YEARS: u8 = 50;
/// The days of spreadsheets from 1990 to 2044, and those of years that are no days since 1970 in this century.
const SHEET_DAYS: std::ops::Range<f64> = 32_874.0..53_000.0;
const NAMED_SHEET_DAYS: std::ops::Range<f64> = 27_395.0..73_051.0;
/// The days since 1970 from 1990 to 2044.
const UNIX_DAYS: std::ops::Range<f64> = 7_305.0..27_395.0;
/// The fewest rows by which figures without a name are dates.
const MIN_ROWS: usize = 3;

/// Dates of one form span less time than those of another by this factor, or both may be right.
const CLEARLY_NEARER: i64 = 10;

/// Names of columns of years, months and days.
const YEAR_NAMES: &str = "year yr yyyy año ano jahr annee année anno rok god год yıl yil 年 年份 年度";
const MONTH_NAMES: &str = "month mon mm mes monat mois mese mês miesiąc месяц ay 月 月份";
const DAY_NAMES: &str = "day dd dia día tag jour giorno dzień день gün 日";

/// A column of dates in odd figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddDates {
    pub rank: u8,
    pub column: usize,
    pub format: TimeFormat,
    /// The columns of month and day beside that of the year.
    pub month: Option<usize>,
    pub day: Option<usize>,
    pub assumption: Option<Assumption>,
}

/// Finds the best column of odd dates. `unit` and `order` are the answers of people.
pub fn find(table: &Table, profiles: &[Profile], unit: Option<TimeUnit>, order: Option<DateOrder>) -> Option<OddDates> {
    let of_column = |n: usize| of_column(table, profiles, n, unit, order);
    (0..profiles.len()).filter_map(of_column).min_by_key(|odd| (odd.rank, odd.column))
}

fn of_column(
    table: &Table,
    profiles: &[Profile],
    n: usize,
    unit: Option<TimeUnit>,
    order: Option<DateOrder>,
) -> Option<OddDates> {
    let profile = &profiles[n];
    let named = column_name::role_of(&profile.name, ColumnRole::Time);
    if !profile.are_most(profile.numeric) {
        let months = TimeFormat::Figures(DateFigures::MonYy);
        let are_months = table.column(n).filter(|cell| months.parse(cell).is_some()).count();
        let rank = named.filter(|_| profile.are_most(are_months))?.rank;
        return Some(OddDates { rank, column: n, format: months, month: None, day: None, assumption: None });
    }
    let is_first = profile.name.is_empty() && n == 0;
    let is_year = is_named(&profile.name, YEAR_NAMES);
    let rank = match named {
        _ if is_year => YEARS,
        Some(named) => named.rank,
        None if is_first => UNNAMED_TIME + 5,
        None => return None,
    };
    let found = |format, assumption| Some(OddDates { rank, column: n, format, month: None, day: None, assumption });
    if let Some(unit) = unit.filter(|unit| !unit.is_known_by_size()) {
        return found(TimeFormat::Epoch(unit), None);
    }
    if is_year {
        let (month, day) = month_and_day(profiles, n);
        let are_years = all_parse(table, n, DateFigures::Yyyy);
        let format = TimeFormat::Figures(DateFigures::Yyyy);
        return are_years.then_some(OddDates { rank, column: n, format, month, day, assumption: None });
    }
    let names_date = is_first || column_name::names_date(&profile.name);
    if !names_date {
        return None;
    }
    // Steps of a few days are those of days, and not of the figures of dates.
    if order.is_none()
        && profile.values().count() >= MIN_ROWS
        && steps_are_days(profile)
        && let Some((unit, assumption)) = days(profile, is_first)
    {
        return found(TimeFormat::Epoch(unit), assumption);
    }
    figures(table, profile, n, order)
        .filter(|_| !is_first || profile.are_integers() && behaves(profile))
        .and_then(|(figures, assumption)| found(TimeFormat::Figures(figures), assumption))
        .or_else(|| days(profile, is_first).and_then(|(unit, assumption)| found(TimeFormat::Epoch(unit), assumption)))
}

/// Days of a spreadsheet, or since 1970.
fn days(profile: &Profile, is_first: bool) -> Option<(TimeUnit, Option<Assumption>)> {
    let are_all = |range: std::ops::Range<f64>| profile.values().all(|value| range.contains(&value));
    let assume = |what: &str, why: &str| Some(Assumption { what: what.into(), why: why.into(), flag: "--time-unit" });
    profile.values().next()?;
    if is_first {
        let are_days = are_all(SHEET_DAYS) && steps_are_days(profile) && profile.are_integers() && behaves(profile);
        let assumption = assume("times are days of a spreadsheet", "numbers of the first column rise by a few days");
        return are_days.then_some((TimeUnit::SheetDays, assumption));
    }
    if are_all(NAMED_SHEET_DAYS) {
        return Some((
            TimeUnit::SheetDays,
            assume("times are days of a spreadsheet", "their numbers are of that size"),
        ));
    }
    let are_days = are_all(UNIX_DAYS) && profile.are_integers();
    are_days.then(|| (TimeUnit::Days, assume("times are days since 1970", "their numbers are of that size")))
}

/// Numbers from row to row at most a few days apart, and not all the same.
fn steps_are_days(profile: &Profile) -> bool {
    profile.share_of_steps(|a, b| (b - a).abs() <= 5.0) >= 1.0 && profile.max() > profile.min()
}

/// Numbers that run in one direction, in enough rows.
fn behaves(profile: &Profile) -> bool {
    let runs = |share: f64| share >= STEPS_IN_ORDER;
    let is_in_order = runs(profile.share_of_steps(|a, b| a < b)) || runs(profile.share_of_steps(|a, b| a > b));
    is_in_order && profile.values().count() >= MIN_ROWS
}

/// The figures of dates. Of several forms that fit, the one in which dates run in one direction.
fn figures(
    table: &Table,
    profile: &Profile,
    n: usize,
    order: Option<DateOrder>,
) -> Option<(DateFigures, Option<Assumption>)> {
    let mut forms: Vec<DateFigures> = DateFigures::ALL.into_iter().filter(|form| all_parse(table, n, *form)).collect();
    forms.retain(|form| order.is_none_or(|order| has_order(*form, order)));
    let in_order = |form: &DateFigures| {
        let times: Vec<i64> = table.column(n).filter_map(|cell| form.parse(cell)).map(|time| time.ts.0).collect();
        times.is_sorted() || times.is_sorted_by(|a, b| a >= b)
    };
    let ordered: Vec<DateFigures> = forms.iter().copied().filter(in_order).collect();
    let mut fitting = if ordered.is_empty() { forms } else { ordered };
    if fitting == [DateFigures::Yymmdd, DateFigures::Ddmmyy] {
        let span = |form: DateFigures| {
            let times = table.column(n).filter_map(|cell| form.parse(cell)).map(|time| time.ts.0);
            let (first, last) = times.fold((i64::MAX, i64::MIN), |(first, last), ts| (first.min(ts), last.max(ts)));
            last.saturating_sub(first)
        };
        let (year_first, day_first) = (span(DateFigures::Yymmdd), span(DateFigures::Ddmmyy));
        if year_first < day_first / CLEARLY_NEARER {
            fitting.truncate(1);
        } else if day_first < year_first / CLEARLY_NEARER {
            fitting.remove(0);
        }
    }
    let form = *fitting.first()?;
    // Years are numbers like others: only a column of years runs from one to the next.
    let is_unsure_year = form == DateFigures::Yyyy
        && profile.name.is_empty()
        && profile.share_of_steps(|a, b| (b - a).abs() == 1.0) < 1.0;
    let assumption = fitting.get(1).map(|other| Assumption {
        what: format!("dates are {}", form.label()),
        why: format!("all of them may as well be {}", other.label()),
        flag: "--date-order",
    });
    (!is_unsure_year).then_some((form, assumption))
}

/// Returns whether a form may be meant by an answer of people.
const fn has_order(form: DateFigures, order: DateOrder) -> bool {
    match order {
        DateOrder::Ymd => matches!(form, DateFigures::Yymmdd),
        DateOrder::Dmy => matches!(form, DateFigures::Ddmmyy | DateFigures::Ddmmyyyy),
        DateOrder::Mdy => matches!(form, DateFigures::Mmddyyyy),
        DateOrder::Roc => matches!(form, DateFigures::Roc),
    }
}

fn all_parse(table: &Table, n: usize, form: DateFigures) -> bool {
    let cells = cells(table, n);
    let count = cells.iter().filter(|cell| form.parse(cell).is_some()).count();
    !cells.is_empty() && count * 100 >= cells.len() * NEARLY_ALL
}

/// The columns of month and day beside a column of years.
fn month_and_day(profiles: &[Profile], year: usize) -> (Option<usize>, Option<usize>) {
    let find = |names: &str, max: f64| {
        let fits = |profile: &Profile| {
            let is_whole = profile.are_integers() && profile.are_most(profile.numeric);
            is_named(&profile.name, names) && is_whole && profile.min() >= 1.0 && profile.max() <= max
        };
        (0..profiles.len()).find(|n| *n != year && fits(&profiles[*n]))
    };
    let month = find(MONTH_NAMES, 12.0);
    (month, month.and_then(|_| find(DAY_NAMES, 31.0)))
}

fn is_named(name: &str, names: &str) -> bool {
    let name = name.trim_matches(['<', '>', ' ', '"']).to_lowercase();
    names.split_ascii_whitespace().any(|one| one == name)
}
