//! The times are those of the date in the file's name.

use super::sample::{PlayedSample, time};
use crate::feed::replay::parse::times::{self, NANOS_PER_DAY};
use crate::feed::replay::schema::{Warning, WarningCode, file_name};

/// Days by which a zone may move a date.
const ZONE: i64 = 1;
/// Days after which a file of one day is mostly downloaded.
const DOWNLOAD: i64 = 7;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let (first, last) = (sample.scan.first?, sample.scan.last?);
    let days = (first.ts.0.div_euclid(NANOS_PER_DAY), last.ts.0.div_euclid(NANOS_PER_DAY));
    let named = file_name::dates_of(&sample.name);
    if is_plausible(&named, days) {
        return None;
    }
    let dates: Vec<String> = named.iter().map(|day| times::date_text(*day)).collect();
    Some(Warning {
        code: WarningCode::OtherDate,
        what: format!(
            "the file's name has {}, and its times are {} to {}",
            dates.join(", "),
            time(first.ts),
            time(last.ts)
        ),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: format!("the times in `{}`", sample.layout().name(sample.layout().time.column)),
        other: "the date of the file's name".into(),
        flag: "--columns time=NAME, --time-unit or --date".into(),
    })
}

/// Returns whether the times fit the dates of a name. A file of several days may be named by the day on which it was
/// made.
fn is_plausible(named: &[i64], (first, last): (i64, i64)) -> bool {
    match named {
        [] => true,
        [day] if last - first <= ZONE => (first - ZONE..=last + DOWNLOAD).contains(day),
        [_] => true,
        [from, .., to] => last >= from.min(to) - ZONE && first <= from.max(to) + ZONE,
    }
}
