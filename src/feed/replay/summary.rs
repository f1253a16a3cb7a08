//! What is known of a replay before its first tick, for the feed and for people.

use super::bars;
use super::catalog::{Catalog, bar_intervals};
use super::entry::Entry;
use super::layout::Assumption;
use super::name;
use super::report::{FileKind, FileReport, RowOrder, TimeReport};
use super::scan::Scan;
use super::speed::{self, TickRate};
use crate::control::SourceKind;
use crate::feed::SourceInfo;
use crate::market::{Interval, Levels, Timestamp};

pub fn info(entries: &[Entry], scans: &[Scan], catalog: Catalog) -> SourceInfo {
    let (speed, speed_reason) =
        speed::watchable(scans.iter().flat_map(bar_intervals).flatten().min(), tick_rate(scans));
    let names: Vec<String> = entries.iter().map(Entry::name).collect();
    SourceInfo {
        levels: Levels::default(),
        kind: SourceKind::Replay,
        name: name::of_replay(&names),
        instruments: catalog.instruments.into(),
        seed: None,
        start: scans.iter().map(first_tick).min().unwrap_or_default(),
        end: scans.iter().map(last_tick).max(),
        speed,
        speed_reason,
    }
}

pub fn file(entry: &Entry, scan: &Scan) -> FileReport {
    let layout = &scan.layout;
    let mut intervals: Vec<Interval> = bar_intervals(scan).flatten().collect();
    intervals.sort_unstable();
    FileReport {
        file: entry.to_string(),
        kind: layout.kind,
        symbols: scan.symbols.iter().map(|one| one.symbol.clone()).collect(),
        rows: scan.rows,
        is_exact: scan.is_exact,
        rows_refused: scan.refusals.total(),
        refused: scan.refusals.clone().into_list(),
        delimiter: layout.delimiter,
        header: layout.header,
        encoding: layout.form.encoding.name(),
        compression: layout.form.compression.label(),
        time: TimeReport {
            format: layout.time.format,
            is_apart: layout.time.clock.is_some_and(|clock| clock != layout.time.column),
            zone: layout.time.zone,
            is_assumed: !layout.time.zone_is_known,
        },
        order: scan.order,
        first: scan.first,
        last: scan.last,
        bars: intervals.first().copied(),
        assumptions: assumptions(scan),
        columns: layout.names.iter().cloned().zip(layout.meanings()).collect(),
    }
}

fn first_tick(scan: &Scan) -> Timestamp {
    scan.symbols.iter().map(|one| one.first).min().unwrap_or_default()
}

fn last_tick(scan: &Scan) -> Timestamp {
    let last = scan.symbols.iter().zip(bar_intervals(scan));
    let last = last.map(|(one, bar)| bar.map_or(one.last, |interval| bars::last_tick(one.last, interval)));
    last.max().unwrap_or_default()
}

fn tick_rate(scans: &[Scan]) -> Option<TickRate> {
    let ticks = || scans.iter().filter(|scan| scan.layout.kind != FileKind::Bars);
    Some(TickRate {
        rows: ticks().map(|scan| scan.rows).sum(),
        first: ticks().map(first_tick).min()?,
        last: ticks().map(last_tick).max()?,
    })
}

fn assumptions(scan: &Scan) -> Vec<Assumption> {
    let mut list = scan.layout.assumptions.clone();
    let mut assume = |what: String, why: &str, flag| list.push(Assumption { what, why: why.into(), flag });
    if let Some(lengths) = bar_lengths(scan) {
        let why = "the usual distance between rows; each bar plays as four trades";
        assume(format!("times are the start of bars of {lengths}"), why, "");
    }
    match scan.order {
        RowOrder::OldestFirst => {}
        RowOrder::NewestFirst => {
            assume("rows are played from the last to the first".into(), "they are newest first", "")
        }
        RowOrder::Mixed => assume("rows are sorted by time".into(), "they are not in time order", ""),
    }
    if let Some(line) = scan.torn {
        let why = "its last zstd frame is not whole, as where writing was broken off";
        assume(format!("it ends behind line {line}"), why, "");
    }
    if !scan.is_exact {
        assume("all rows are like those read".into(), "only pieces of so large a file were read", "--full");
    }
    list
}

fn bar_lengths(scan: &Scan) -> Option<String> {
    let mut lengths: Vec<Interval> = bar_intervals(scan).flatten().collect();
    lengths.sort_unstable();
    lengths.dedup();
    let labels: Vec<_> = lengths.iter().map(|interval| interval.label()).collect();
    (!labels.is_empty()).then(|| labels.join(" and "))
}
