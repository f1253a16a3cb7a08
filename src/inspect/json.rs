//! A report as one line of JSON. `docs/CSV.md` has the schema; a member is added and never changed.

use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::feed::replay::{Edge, FileReport, FirstRows, Question, ReplayError, TimeFormat, TimeReport, Warning};
use crate::market::Timestamp;
use crate::text::is_printable;

#[derive(Serialize)]
struct JsonReport<'a> {
    file: &'a str,
    member: Option<&'a str>,
    kind: &'static str,
    symbols: &'a [String],
    rows: u64,
    rows_exact: bool,
    rows_rejected: u64,
    rejected: Vec<JsonRejected<'a>>,
    delimiter: String,
    header: bool,
    header_line: Option<u64>,
    encoding: &'static str,
    compression: &'static str,
    time: JsonTime,
    order: &'static str,
    first: Option<JsonEvent>,
    last: Option<JsonEvent>,
    bars: Option<String>,
    assumptions: Vec<JsonAssumption<'a>>,
    warnings: Vec<JsonWarning<'a>>,
    questions: Vec<JsonQuestion<'a>>,
    columns: Vec<JsonColumn<'a>>,
    #[serde(flatten)]
    beginning: Option<JsonRows<'a>>,
}

/// The beginning of a file as text.
#[derive(Serialize)]
struct JsonRows<'a> {
    names: &'a [String],
    sample: &'a [Vec<String>],
}

#[derive(Serialize)]
struct JsonRejected<'a> {
    reason: &'static str,
    line: Option<u64>,
    column: Option<usize>,
    value: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct JsonTime {
    format: &'static str,
    unit: Option<&'static str>,
    zone: String,
    assumed: bool,
}

#[derive(Serialize)]
struct JsonEvent {
    ts: String,
    price: Box<RawValue>,
}

#[derive(Serialize)]
struct JsonAssumption<'a> {
    what: &'a str,
    why: &'a str,
    flag: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonWarning<'a> {
    code: &'static str,
    what: &'a str,
    lines: &'a [u64],
    played: &'a str,
    other: &'a str,
    flag: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonQuestion<'a> {
    what: &'a str,
    readings: [JsonReading<'a>; 2],
}

#[derive(Serialize)]
struct JsonReading<'a> {
    what: &'a str,
    flag: &'a str,
}

#[derive(Serialize)]
struct JsonColumn<'a> {
    name: &'a str,
    meaning: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    file: &'a str,
    member: Option<&'a str>,
    error: JsonMessage,
    #[serde(flatten)]
    beginning: Option<JsonRows<'a>>,
}

#[derive(Serialize)]
struct JsonMessage {
    message: String,
}

/// Returns the line of a file: its report, or the reason why it cannot be played.
///
/// With `first`, the beginning of the file is a part of it.
pub fn line(
    file: &str,
    member: Option<&str>,
    report: Result<&FileReport, &ReplayError>,
    first: Option<&FirstRows>,
) -> String {
    let beginning = first.map(|first| JsonRows { names: &first.names, sample: &first.rows });
    let json = match report {
        Ok(report) => serde_json::to_string(&JsonReport { beginning, ..of(file, member, report) }),
        Err(error) => {
            let message = error.problem.to_string();
            serde_json::to_string(&JsonFailure { file, member, error: JsonMessage { message }, beginning })
        }
    };
    escaped(&json.expect("invariant: a report has no map and no float, so it is always JSON"))
}

/// Escapes what a terminal may obey. JSON itself escapes only the first 32 characters.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_printable(c) {
            escaped.push(c);
        } else {
            let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            escaped.push_str(&units);
        }
    }
    escaped
}

fn of<'a>(file: &'a str, member: Option<&'a str>, report: &'a FileReport) -> JsonReport<'a> {
    let rejected = report.rejected.iter().map(|rejected| JsonRejected {
        reason: rejected.reason,
        line: rejected.line,
        column: rejected.column,
        value: &rejected.value,
        count: rejected.count,
    });
    let assumptions = report.assumptions.iter().map(|assumption| JsonAssumption {
        what: &assumption.what,
        why: &assumption.why,
        flag: Some(assumption.flag).filter(|flag| !flag.is_empty()),
    });
    let columns = report.columns.iter().map(|(name, role)| JsonColumn { name, meaning: role.map(|role| role.label()) });
    JsonReport {
        file,
        member,
        kind: report.kind.code(),
        symbols: &report.symbols,
        rows: report.rows,
        rows_exact: report.is_exact,
        rows_rejected: report.rows_rejected,
        rejected: rejected.collect(),
        delimiter: char::from(report.delimiter).to_string(),
        header: report.header.is_some(),
        header_line: report.header,
        encoding: report.encoding,
        compression: report.compression,
        time: time(&report.time),
        order: report.order.code(),
        first: report.first.map(event),
        last: report.last.map(event),
        bars: report.bars.map(|length| length.to_string()),
        assumptions: assumptions.collect(),
        warnings: report.warnings.iter().map(warning).collect(),
        questions: report.question.iter().map(question).collect(),
        columns: columns.collect(),
        beginning: None,
    }
}

fn warning(warning: &Warning) -> JsonWarning<'_> {
    JsonWarning {
        code: warning.code.label(),
        what: &warning.what,
        lines: &warning.lines,
        played: &warning.played,
        other: &warning.other,
        flag: Some(warning.flag.as_str()).filter(|flag| !flag.is_empty()),
    }
}

fn question(question: &Question) -> JsonQuestion<'_> {
    let readings = question.readings.each_ref().map(|reading| JsonReading { what: &reading.what, flag: &reading.flag });
    JsonQuestion { what: &question.what, readings }
}

fn time(time: &TimeReport) -> JsonTime {
    let (format, unit) = match time.format {
        TimeFormat::Iso => ("iso", None),
        TimeFormat::Epoch(unit) => ("epoch", Some(unit.label())),
        TimeFormat::SinceMidnight(unit) => ("since_midnight", Some(unit.label())),
        TimeFormat::Text(order) => (order.label(), None),
        TimeFormat::Figures(figures) => (figures.label(), None),
    };
    JsonTime { format, unit, zone: time.zone.to_string(), assumed: time.is_assumed }
}

fn event(edge: Edge) -> JsonEvent {
    JsonEvent { ts: utc(edge.ts), price: raw(edge.price) }
}

fn raw(number: impl Display) -> Box<RawValue> {
    RawValue::from_string(number.to_string()).expect("invariant: an exact decimal is a JSON number")
}

/// Formats a time as ISO 8601 in UTC, with as many digits of the second as it has.
pub fn utc(ts: Timestamp) -> String {
    let text = DateTime::<Utc>::from_timestamp_nanos(ts.0).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{}Z", fraction.trim_end_matches('Z').trim_end_matches('0')),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_only_the_digits_they_need() {
        let check = |nanos: i64, want: &str| assert_eq!(utc(Timestamp(nanos)), want);
        check(1_709_285_400_000_000_000, "2024-03-01T09:30:00Z");
        check(1_709_285_400_146_000_000, "2024-03-01T09:30:00.146Z");
        check(1_709_285_400_017_460_000, "2024-03-01T09:30:00.01746Z");
        check(1_709_285_400_000_000_001, "2024-03-01T09:30:00.000000001Z");
        check(-1_000_000_000, "1969-12-31T23:59:59Z");
    }
}
