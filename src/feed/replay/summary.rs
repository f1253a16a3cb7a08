//! What is known of a replay before its first tick, for the feed and for people.

use std::path::{Path, PathBuf};

use super::bars;
use super::catalog::{Catalog, bar_intervals};
use super::name;
use super::report::{FileKind, FileReport};
use super::scan::Scan;
use super::speed::{self, TickRate};
use super::times::TimeFormat;
use crate::feed::SourceInfo;
use crate::market::{Interval, SourceKind, Timestamp};

pub fn info(paths: &[PathBuf], scans: &[Scan], catalog: Catalog) -> SourceInfo {
    let (speed, speed_reason) =
        speed::watchable(scans.iter().flat_map(bar_intervals).flatten().min(), tick_rate(scans));
    SourceInfo {
        kind: SourceKind::Replay,
        name: name::of_replay(paths),
        instruments: catalog.instruments.into(),
        seed: None,
        start: scans.iter().map(first_tick).min().unwrap_or_default(),
        end: scans.iter().map(last_tick).max(),
        speed,
        speed_reason,
        rows_refused: scans.iter().map(|scan| scan.refusals.total()).sum(),
    }
}

pub fn file(path: &Path, scan: Scan) -> FileReport {
    FileReport {
        path: path.to_owned(),
        kind: scan.layout.shape.kind(),
        symbols: scan.symbols.len(),
        rows: scan.rows,
        rows_refused: scan.refusals.total(),
        assumptions: assumptions(path, &scan),
        refused: scan.refusals.into_list(),
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
    let ticks = || scans.iter().filter(|scan| scan.layout.shape.kind() != FileKind::Bars);
    Some(TickRate {
        rows: ticks().map(|scan| scan.rows).sum(),
        first: ticks().map(first_tick).min()?,
        last: ticks().map(last_tick).max()?,
    })
}

fn assumptions(path: &Path, scan: &Scan) -> Vec<String> {
    let mut list = Vec::new();
    if scan.zoneless && scan.dates_only {
        list.push("dates are taken as 00:00 UTC".into());
    } else if scan.zoneless {
        list.push("times without a zone are taken as UTC".into());
    }
    if let TimeFormat::Epoch(unit) = scan.layout.time_format {
        list.push(format!("times are taken as {unit} since 1970-01-01 UTC"));
    }
    if scan.layout.symbol.is_none() {
        list.push(format!(
            "there is no symbol column: the symbol is taken from the file's name, {}",
            name::symbol_of(path)
        ));
    }
    list.extend(bar_assumption(scan));
    if !scan.sorted {
        list.push("rows are not in time order and were sorted".into());
    }
    let ignored: Vec<_> = scan.layout.columns.ignored().map(|name| format!("`{name}`")).collect();
    if !ignored.is_empty() {
        list.push(format!("columns not used: {}", ignored.join(", ")));
    }
    list
}

fn bar_assumption(scan: &Scan) -> Option<String> {
    let mut lengths: Vec<Interval> = bar_intervals(scan).flatten().collect();
    lengths.sort_unstable();
    lengths.dedup();
    let labels: Vec<_> = lengths.iter().map(|interval| interval.label()).collect();
    (!labels.is_empty()).then(|| {
        format!("times are taken as the start of bars of {}, each played as four trades", labels.join(" and "))
    })
}
