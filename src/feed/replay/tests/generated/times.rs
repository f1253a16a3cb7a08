//! Times as files write them.

use chrono::{DateTime, Datelike as _};

use super::market::{DAY, SECOND};
use super::names::Field;
use super::rng::Rng;

const MILLI: i64 = SECOND / 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The form in which a file writes its times.
#[derive(Clone, Copy, Debug)]
pub struct TimeStyle {
    pub name: &'static str,
    /// Nanoseconds of which all times are multiples.
    pub resolution: i64,
    /// The formats of the columns.
    columns: &'static [(Field, Cell)],
    /// The kind of fault that this form is; 0 for the usual forms.
    pub fault: u8,
}

/// The format of one column of times.
#[derive(Clone, Copy, Debug)]
enum Cell {
    /// A format of chrono.
    Text(&'static str),
    /// A count of so many nanoseconds since 1970.
    Epoch(i64),
    /// A count of so many nanoseconds since midnight.
    OfDay(i64),
    /// Whole hours, minutes of the hour, milliseconds of the second.
    Hours,
    Minutes,
    Millis,
    /// A clock as a number, without leading zero.
    Number(&'static str),
    /// Days since 1899-12-30.
    Spreadsheet,
    DotNet,
    Minguo,
}

use Cell::{DotNet, Epoch, Hours, Millis, Minguo, Minutes, Number, OfDay, Spreadsheet, Text};

const fn usual(name: &'static str, resolution: i64, columns: &'static [(Field, Cell)]) -> TimeStyle {
    TimeStyle { name, resolution, columns, fault: 0 }
}

const fn odd(fault: u8, name: &'static str, resolution: i64, columns: &'static [(Field, Cell)]) -> TimeStyle {
    TimeStyle { name, resolution, columns, fault }
}

/// Times with a clock.
const CLOCKS: [TimeStyle; 20] = [
    usual("iso-z", MILLI, &[(Field::Time, Text("%Y-%m-%dT%H:%M:%S%.3fZ"))]),
    usual("iso", SECOND, &[(Field::Time, Text("%Y-%m-%d %H:%M:%S"))]),
    usual("iso-offset", SECOND, &[(Field::Time, Text("%Y-%m-%dT%H:%M:%S+00:00"))]),
    usual("epoch-s", SECOND, &[(Field::Time, Epoch(SECOND))]),
    usual("epoch-ms", MILLI, &[(Field::Time, Epoch(MILLI))]),
    usual("epoch-us", SECOND / 1_000_000, &[(Field::Time, Epoch(1_000))]),
    usual("epoch-ns", 1, &[(Field::Time, Epoch(1))]),
    usual("slashes", SECOND, &[(Field::Time, Text("%Y/%m/%d %H:%M:%S"))]),
    usual("dots", MILLI, &[(Field::Time, Text("%d.%m.%Y %H:%M:%S%.3f"))]),
    usual("mdy", MINUTE, &[(Field::Time, Text("%m/%d/%Y %H:%M"))]),
    usual("dmy", SECOND, &[(Field::Time, Text("%d/%m/%Y %H:%M:%S"))]),
    usual("am-pm", SECOND, &[(Field::Time, Text("%-m/%-d/%Y %-I:%M:%S %p"))]),
    usual("compact", SECOND, &[(Field::Time, Text("%Y%m%d %H%M%S"))]),
    usual("month-name", SECOND, &[(Field::Time, Text("%d-%b-%Y %H:%M:%S"))]),
    usual("date+clock", SECOND, &[(Field::Date, Text("%Y-%m-%d")), (Field::Clock, Text("%H:%M:%S"))]),
    usual("date+minutes", MINUTE, &[(Field::Date, Text("%d.%m.%Y")), (Field::Clock, Text("%H:%M"))]),
    usual("date+millis", MILLI, &[(Field::Date, Text("%Y%m%d")), (Field::Clock, Text("%H:%M:%S%.3f"))]),
    usual("dots+clock", MINUTE, &[(Field::Date, Text("%Y.%m.%d")), (Field::Clock, Text("%H:%M"))]),
    usual("mdy+clock", MINUTE, &[(Field::Date, Text("%m/%d/%Y")), (Field::Clock, Text("%H:%M"))]),
    usual("compact+clock", SECOND, &[(Field::Date, Text("%Y%m%d")), (Field::Clock, Text("%H%M%S"))]),
];

/// Dates without a clock.
const DATES: [TimeStyle; 9] = [
    usual("date", DAY, &[(Field::Date, Text("%Y-%m-%d"))]),
    usual("date-slashes", DAY, &[(Field::Date, Text("%Y/%m/%d"))]),
    usual("date-mdy", DAY, &[(Field::Date, Text("%m/%d/%Y"))]),
    usual("date-dmy", DAY, &[(Field::Date, Text("%d/%m/%Y"))]),
    usual("date-dots", DAY, &[(Field::Date, Text("%d.%m.%Y"))]),
    usual("date-compact", DAY, &[(Field::Date, Text("%Y%m%d"))]),
    usual("date-name", DAY, &[(Field::Date, Text("%b %d, %Y"))]),
    usual("date-short", DAY, &[(Field::Date, Text("%d-%b-%y"))]),
    usual("date-epoch", DAY, &[(Field::Time, Epoch(SECOND))]),
];

/// Forms in which the clock is lost (1), and those that are taken for 1970 and 2001 (7).
const ODD: [TimeStyle; 14] = [
    odd(1, "clock-number", MINUTE, &[(Field::Date, Text("%Y%m%d")), (Field::Clock, Number("%H%M"))]),
    odd(1, "clock-seconds", SECOND, &[(Field::Date, Text("%Y-%m-%d")), (Field::Clock, Number("%H%M%S"))]),
    odd(1, "ms-of-day", MILLI, &[(Field::Date, Text("%Y%m%d")), (Field::Clock, OfDay(MILLI))]),
    odd(1, "s-of-day", SECOND, &[(Field::Date, Text("%Y-%m-%d")), (Field::Clock, OfDay(SECOND))]),
    odd(1, "millis-apart", MILLI, &[(Field::Time, Text("%Y-%m-%d %H:%M:%S")), (Field::Clock, Millis)]),
    odd(1, "hour+minute", MINUTE, &[(Field::Date, Text("%Y-%m-%d")), (Field::Clock, Hours), (Field::Clock, Minutes)]),
    odd(7, "spreadsheet", DAY, &[(Field::Date, Spreadsheet)]),
    odd(7, "sas", SECOND, &[(Field::Time, Text("%d%b%Y:%H:%M:%S"))]),
    odd(7, "sas-date", DAY, &[(Field::Date, Text("%d%b%Y"))]),
    odd(7, "dot-net", MILLI, &[(Field::Time, DotNet)]),
    odd(7, "minguo", DAY, &[(Field::Date, Minguo)]),
    odd(7, "bitmex", SECOND / 1_000_000, &[(Field::Time, Text("%Y-%m-%dD%H:%M:%S%.9f"))]),
    odd(7, "yymmdd", SECOND, &[(Field::Date, Text("%y%m%d")), (Field::Clock, Text("%H%M%S"))]),
    odd(7, "epoch-fraction", MILLI, &[(Field::Time, Text("%s%.6f"))]),
];

impl TimeStyle {
    /// A form with a clock, or with dates alone.
    pub fn any(rng: &mut Rng, dates: bool) -> Self {
        if dates { rng.pick(&DATES) } else { rng.pick(&CLOCKS) }
    }

    /// A form of a kind of fault.
    pub fn odd(rng: &mut Rng, fault: u8) -> Self {
        let fits: Vec<Self> = ODD.into_iter().filter(|style| style.fault == fault).collect();
        rng.pick(&fits)
    }

    /// Returns whether a name in a header says what the column is.
    pub fn names(&self, rng: &mut Rng) -> Option<Vec<String>> {
        let list: &[&str] = match self.name {
            "ms-of-day" => &["ms_of_day", "Milliseconds", "msOfDay"],
            "s-of-day" => &["seconds_of_day", "SecondsSinceMidnight", "time"],
            "millis-apart" => {
                return Some(vec![
                    rng.pick(&["UpdateTime", "time", "datetime"]).into(),
                    rng.pick(&["UpdateMillisec", "Milliseconds", "ms", "millisec"]).into(),
                ]);
            }
            "hour+minute" => return Some(vec!["Date".into(), "Hour".into(), "Minute".into()]),
            _ => return None,
        };
        Some(vec!["date".into(), rng.pick(list).into()])
    }

    /// The columns of some times.
    pub fn columns(&self, times: &[i64]) -> Vec<(Field, Vec<String>)> {
        let column = |(field, cell): &(Field, Cell)| (*field, times.iter().map(|ts| text(*cell, *ts)).collect());
        self.columns.iter().map(column).collect()
    }
}

fn text(cell: Cell, ts: i64) -> String {
    let date = DateTime::from_timestamp_nanos(ts);
    let of_day = ts.rem_euclid(DAY);
    match cell {
        Text(format) => date.format(format).to_string(),
        Epoch(unit) => (ts / unit).to_string(),
        OfDay(unit) => (of_day / unit).to_string(),
        Hours => (of_day / HOUR).to_string(),
        Minutes => (of_day % HOUR / MINUTE).to_string(),
        Millis => (of_day % SECOND / MILLI).to_string(),
        Number(format) => {
            let digits = date.format(format).to_string();
            digits.trim_start_matches('0').to_owned() + if digits.bytes().all(|b| b == b'0') { "0" } else { "" }
        }
        Spreadsheet => (ts.div_euclid(DAY) + 25_569).to_string(),
        DotNet => (ts / 100 + 621_355_968_000_000_000).to_string(),
        Minguo => format!("{}/{:02}/{:02}", date.year() - 1911, date.month(), date.day()),
    }
}
