//! The facts of a replay before its first tick, for the feed and for people.

use std::sync::Arc;

use super::file_report::{FileReport, TimeReport};
use crate::control::{FileAssumption, FileWarning, ReadingReport, SourceKind};
use crate::feed::SourceInfo;
use crate::feed::replay::input::Entry;
use crate::feed::replay::play::{Catalog, RowOrder, Scan, TickRate, bar_intervals, bar_lengths, span, watchable_speed};
use crate::feed::replay::schema::{Assumption, FileKind, Warning, file_name};

/// Describes all files together, as a source that takes at most `memory_bytes`. `max_remarks` is the most assumptions
/// and the most warnings listed.
pub fn source_info(
    entries: &[Entry],
    scans: &[Scan],
    catalog: Catalog,
    memory_bytes: usize,
    max_remarks: usize,
) -> SourceInfo {
    let bars = scans.iter().flat_map(bar_intervals).flatten().min();
    let (speed, speed_reason) = watchable_speed(bars, tick_rate(scans));
    let levels = catalog.levels(scans);
    let names: Vec<String> = entries.iter().map(Entry::name).collect();
    SourceInfo {
        kind: SourceKind::Replay,
        name: file_name::of_replay(&names),
        instruments: catalog.instruments.into(),
        seed: None,
        levels,
        start: scans.iter().map(|scan| span(scan).0).min().unwrap_or_default(),
        end: scans.iter().map(|scan| span(scan).1).max(),
        speed,
        speed_reason,
        reading: Arc::new(reading(entries, scans, max_remarks)),
        memory_bytes,
    }
}

/// The remarks about all files, at most `max` of each kind.
fn reading(entries: &[Entry], scans: &[Scan], max: usize) -> ReadingReport {
    let files = || entries.iter().zip(scans).map(|(entry, scan)| (entry.to_string(), scan));
    let assumptions = files().flat_map(|(file, scan)| {
        let of_file = move |one: Assumption| {
            let Assumption { what, why, flag } = one;
            FileAssumption { file: file.clone(), what, why, flag }
        };
        assumptions(scan).into_iter().map(of_file)
    });
    let warnings = files().flat_map(|(file, scan)| {
        let of_file = move |one: &Warning| {
            let Warning { code, what, lines, played, other, flag } = one.clone();
            FileWarning { file: file.clone(), code: code.label(), what, lines, played, other, flag }
        };
        scan.layout.warnings.iter().chain(&scan.warnings).map(of_file)
    });
    ReadingReport { assumptions: assumptions.take(max).collect(), warnings: warnings.take(max).collect() }
}

/// Describes one file.
pub fn file_report(entry: &Entry, scan: &Scan) -> FileReport {
    let layout = &scan.layout;
    let file = entry.to_string();
    FileReport {
        kind: layout.kind,
        symbols: scan.symbols.iter().map(|one| one.symbol.clone()).collect(),
        rows: scan.rows,
        is_exact: scan.is_exact,
        rows_rejected: scan.rejected.total(),
        rejected: scan.rejected.list(&file),
        delimiter: layout.delimiter,
        header: layout.header,
        encoding: layout.text.encoding.name(),
        compression: layout.text.compression.label(),
        time: TimeReport {
            format: layout.time.format,
            is_apart: layout.time.clock.is_some_and(|clock| clock != layout.time.column),
            zone: layout.time.zone,
            is_assumed: !layout.time.zone_is_known,
        },
        order: scan.order,
        first: scan.first,
        last: scan.last,
        bars: bar_lengths(scan).flatten().min(),
        assumptions: assumptions(scan),
        warnings: layout.warnings.iter().chain(&scan.warnings).cloned().collect(),
        question: layout.question.clone(),
        columns: layout.names.iter().cloned().zip(layout.roles()).collect(),
        file,
    }
}

fn tick_rate(scans: &[Scan]) -> Option<TickRate> {
    let ticks = || scans.iter().filter(|scan| scan.layout.kind != FileKind::Bars);
    Some(TickRate {
        rows: ticks().map(|scan| scan.rows).sum(),
        first: ticks().map(|scan| span(scan).0).min()?,
        last: ticks().map(|scan| span(scan).1).max()?,
    })
}

/// The assumptions of the layout, and those about the rows.
fn assumptions(scan: &Scan) -> Vec<Assumption> {
    let mut list = [scan.layout.assumptions.as_slice(), &scan.notes].concat();
    let mut assume = |what: String, why: &str, flag| list.push(Assumption { what, why: why.into(), flag });
    if let Some((lengths, intervals)) = lengths_of_bars(scan) {
        let within = if lengths == intervals { String::new() } else { format!(" within {intervals}") };
        let why = format!("the usual distance between rows; each bar plays as four trades{within}");
        assume(format!("times are the start of bars of {lengths}"), &why, "");
    }
    match scan.order {
        RowOrder::OldestFirst => {}
        RowOrder::NewestFirst => {
            assume("rows are played from the last to the first".into(), "the file has the newest first", "")
        }
        RowOrder::Mixed => assume("rows are sorted by time".into(), "the file has them in no order", ""),
    }
    if scan.repeats > 0 {
        let why = "each is the same bar at the same time";
        assume(format!("{} rows that are the row before again play once", scan.repeats), why, "");
    }
    if scan.lines_again > 0 {
        let (plays, why) = match scan.drops_lines() {
            true => ("play once", "each has the number of the row before"),
            false => ("play each", "nothing tells a trade that was written twice from two equal ones"),
        };
        assume(format!("{} rows that are the row before again {plays}", scan.lines_again), why, "");
    }
    if let Some(line) = scan.torn {
        let why = "its last zstd frame is incomplete, as after an interrupted write";
        assume(format!("the file ends after line {line}"), why, "");
    }
    if !scan.is_exact {
        assume("all rows are like those read".into(), "the file is large, so only pieces were read", "--full");
    }
    list
}

/// The lengths of bars, and the intervals within which they play.
fn lengths_of_bars(scan: &Scan) -> Option<(String, String)> {
    let mut lengths: Vec<_> = bar_lengths(scan).flatten().collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut intervals: Vec<String> = lengths.iter().map(|length| length.interval().to_string()).collect();
    intervals.dedup();
    let labels: Vec<String> = lengths.iter().map(ToString::to_string).collect();
    (!labels.is_empty()).then(|| (labels.join(" and "), intervals.join(" and ")))
}
