//! A report as a table.

use std::fmt::Write;

use super::json::utc;
use crate::feed::replay::{FileReport, RowOrder, TimeFormat};

/// The largest number of symbols and columns to list by name.
const MAX_LISTED: usize = 12;

/// Returns the lines of a file's report.
pub fn lines(report: &FileReport) -> Vec<String> {
    let mut lines = vec![report.file.clone()];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<12}{text}"));
    row("kind", kind(report));
    row("symbols", listed(report.symbols.iter().map(String::as_str)));
    row("rows", rows(report));
    for (name, edge) in [("first", &report.first), ("last", &report.last)] {
        if let Some(edge) = edge {
            row(name, format!("{}  {}", utc(edge.ts), edge.price));
        }
    }
    row("time", time(report));
    row("form", form(report));
    let used = report.columns.iter().filter_map(|(name, role)| Some((name, (*role)?.label())));
    let used = used
        .map(|(name, role)| if name.eq_ignore_ascii_case(role) { name.clone() } else { format!("{name} = {role}") });
    row("columns", used.collect::<Vec<_>>().join(", "));
    let unused: Vec<&str> = report.columns.iter().filter(|(_, m)| m.is_none()).map(|(name, _)| name.as_str()).collect();
    if !unused.is_empty() {
        row("not used", listed(unused.into_iter()));
    }
    for (n, assumption) in report.assumptions.iter().enumerate() {
        row(if n == 0 { "assumed" } else { "" }, assumption.to_string());
    }
    if let Some(question) = &report.question {
        row("undecided", question.to_string());
    }
    for (n, warning) in report.warnings.iter().enumerate() {
        row(if n == 0 { "warning" } else { "" }, warning.to_string());
    }
    for (n, rejected) in report.rejected.iter().enumerate() {
        let line = rejected.line.map(|line| format!(", first in line {line}")).unwrap_or_default();
        let column = rejected.column.map(|column| format!(", column {column}")).unwrap_or_default();
        let (count, reason, value) = (rejected.count, rejected.reason, &rejected.value);
        row(if n == 0 { "rejected" } else { "" }, format!("{count} x {reason}{line}{column}: {value}"));
    }
    lines
}

fn kind(report: &FileReport) -> String {
    let bars = report.bars.map(|interval| format!(" of {interval}")).unwrap_or_default();
    format!("{}: {}{bars}", report.kind.code(), report.kind.label())
}

fn rows(report: &FileReport) -> String {
    let about = if report.is_exact { "" } else { "about " };
    let order = match report.order {
        RowOrder::OldestFirst => "oldest first",
        RowOrder::NewestFirst => "newest first",
        RowOrder::Mixed => "not in time order",
    };
    let mut text = format!("{about}{}, {order}", report.rows);
    if report.rows_rejected > 0 {
        let _ = write!(text, "; {} rejected", report.rows_rejected);
    }
    text
}

fn time(report: &FileReport) -> String {
    let format = match report.time.format {
        TimeFormat::Iso => "ISO 8601".into(),
        TimeFormat::Epoch(unit) if unit.is_known_by_size() => format!("{unit} since 1970"),
        TimeFormat::Epoch(unit) => unit.to_string(),
        TimeFormat::SinceMidnight(unit) => format!("{unit} since midnight"),
        TimeFormat::Text(order) => format!("dates as {}", order.label()),
        TimeFormat::Figures(figures) => format!("dates as {}", figures.label()),
    };
    let apart = if report.time.is_apart { ", date and time in two columns" } else { "" };
    let assumed = if report.time.is_assumed { " (assumed)" } else { "" };
    format!("{format}{apart}, {}{assumed}", report.time.zone)
}

fn form(report: &FileReport) -> String {
    let delimiter = match report.delimiter {
        b'\t' => "tab".into(),
        b' ' => "space".into(),
        other => format!("`{}`", char::from(other)),
    };
    let header = report.header.map_or("no header".into(), |line| format!("header in line {line}"));
    let packed = if report.compression == "none" { String::new() } else { format!(", {}", report.compression) };
    format!("{}{packed}, delimiter {delimiter}, {header}", report.encoding)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown = names.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
