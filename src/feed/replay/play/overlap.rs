//! Files that play together and have the same events: rows of one symbol in two files play once.
//!
//! Files whose names differ by dates alone are of one symbol, where no column has symbols. Where two files of one symbol
//! have the same times, their rows are compared. The same rows play once. Where rows differ, both play, and files with
//! symbols from their names keep a symbol each. Of bars and ticks of one symbol the ticks play.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::catalog::bar_intervals;
use super::scan::{Scan, SymbolScan};
use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::{Problem, ReplayError};
use crate::feed::replay::input::{Entry, TextPosition, open_at};
use crate::feed::replay::rows::Rows;
use crate::feed::replay::schema::{Assumption, FileKind, file_name};
use crate::market::{Interval, Timestamp};

/// The most rows of each file that are compared with another.
const MAX_COMPARED: usize = if cfg!(test) { 40 } else { 200_000 };
/// The most pairs of files that are compared. Each reads both again.
const MAX_PAIRS: usize = if cfg!(test) { 6 } else { 1_000 };

/// The rows of one symbol of a file that do not play, as another file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The number of the symbol within its file.
    pub symbol: usize,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Skip {
    /// Returns whether all rows of a symbol are skipped.
    fn covers(&self, symbol: &SymbolScan) -> bool {
        self.from <= symbol.first && symbol.last <= self.to
    }
}

/// A symbol of a file.
#[derive(Clone, Copy)]
struct Place {
    file: usize,
    symbol: usize,
}

/// Gives files of one symbol the same one, and finds the rows that two files have. Returns those that do not play, for
/// each file.
///
/// # Errors
/// When a file cannot be read again.
pub fn settle(
    entries: &[&Entry],
    scans: &mut [&mut Scan],
    config: &ReplayConfig,
) -> Result<Vec<Vec<Skip>>, ReplayError> {
    let mut skips = vec![Vec::new(); scans.len()];
    for (stem, files) in series(entries, scans) {
        if are_of_one_symbol(entries, scans, &files, config)? {
            name_all(scans, &files, &stem);
        }
    }
    let mut places: HashMap<String, Vec<Place>> = HashMap::new();
    for (file, scan) in scans.iter().enumerate() {
        for (symbol, one) in scan.symbols.iter().enumerate() {
            places.entry(one.symbol.clone()).or_default().push(Place { file, symbol });
        }
    }
    let mut shared: Vec<_> = places.into_values().filter(|places| places.len() > 1).collect();
    shared.sort_unstable_by_key(|places| (places[0].file, places[0].symbol));
    let mut pairs = 0;
    for places in shared {
        for (n, later) in places.iter().enumerate() {
            for earlier in &places[..n] {
                if needs_rows(scans, *earlier, *later) {
                    pairs += 1;
                    if pairs > MAX_PAIRS {
                        note_not_compared(entries, scans, *earlier, *later);
                        return Ok(skips);
                    }
                }
                let Some((file, skip)) = overlap(entries, scans, *earlier, *later, config)? else { continue };
                skips[file].push(skip);
                // Rows that do not play need no further file that has them.
                if file == later.file && skip.covers(&scans[file].symbols[skip.symbol]) {
                    break;
                }
            }
        }
    }
    Ok(skips)
}

/// Returns whether the rows of two files have to be read to compare them.
fn needs_rows(scans: &[&mut Scan], earlier: Place, later: Place) -> bool {
    let [are_bars, were_bars] = [later, earlier].map(|place| scans[place.file].layout.kind == FileKind::Bars);
    are_bars == were_bars && common(scans, earlier, later).is_some()
}

fn note_not_compared(entries: &[&Entry], scans: &mut [&mut Scan], earlier: Place, later: Place) {
    let what = format!("`{}` and further files of the same symbols are not compared", entries[earlier.file].name());
    let why = format!("{MAX_PAIRS} pairs of files were; rows in several files count several times");
    scans[later.file].notes.push(Assumption { what, why, flag: "" });
}

/// Files without symbols whose names differ by dates alone, with the name they share.
fn series(entries: &[&Entry], scans: &[&mut Scan]) -> Vec<(String, Vec<usize>)> {
    let mut series: Vec<(String, Vec<usize>)> = Vec::new();
    for (n, (entry, scan)) in entries.iter().zip(scans).enumerate() {
        let layout = &scan.layout;
        let is_named = layout.symbol.is_some() || layout.groups.iter().any(|group| group.symbol.is_some());
        let is_by_name = layout.file_symbol == file_name::symbol_of(&entry.name());
        let Some(stem) = file_name::stem_of(&entry.name()).filter(|_| !is_named && is_by_name) else { continue };
        match series.iter_mut().find(|(other, files)| *other == stem && scans[files[0]].layout.kind == layout.kind) {
            Some((_, files)) => files.push(n),
            None => series.push((stem, vec![n])),
        }
    }
    series.retain(|(_, files)| files.len() > 1);
    series
}

/// No two of the files have different rows at the same times.
fn are_of_one_symbol(
    entries: &[&Entry],
    scans: &[&mut Scan],
    files: &[usize],
    config: &ReplayConfig,
) -> Result<bool, ReplayError> {
    let mut by_time = files.to_vec();
    by_time.sort_by_key(|file| scans[*file].symbols[0].first);
    for pair in by_time.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let Some(span) = common(scans, Place { file: a, symbol: 0 }, Place { file: b, symbol: 0 }) else { continue };
        let same = compare([entries[a], entries[b]], [&*scans[a], &*scans[b]], span, config)?;
        if same.equal < same.rows {
            return Ok(false);
        }
    }
    Ok(true)
}

fn name_all(scans: &mut [&mut Scan], files: &[usize], stem: &str) {
    for file in files {
        let scan = &mut *scans[*file];
        let layout = Arc::make_mut(&mut scan.layout);
        layout.file_symbol = stem.to_owned();
        layout.assumptions.retain(|assumption| assumption.flag != "--symbol");
        let why = format!("the names of {} files differ by dates alone", files.len());
        layout.assume(format!("the symbol is {stem}"), why, "--symbol");
        scan.symbols.iter_mut().for_each(|one| stem.clone_into(&mut one.symbol));
    }
}

/// The times that two files have of one symbol.
fn common(scans: &[&mut Scan], a: Place, b: Place) -> Option<(Timestamp, Timestamp)> {
    let [a, b] = [a, b].map(|place| &scans[place.file].symbols[place.symbol]);
    let span = (a.first.max(b.first), a.last.min(b.last));
    (span.0 <= span.1).then_some(span)
}

/// Finds the rows of one symbol that do not play, as two files have them, and the file that leaves them out.
fn overlap(
    entries: &[&Entry],
    scans: &mut [&mut Scan],
    earlier: Place,
    later: Place,
    config: &ReplayConfig,
) -> Result<Option<(usize, Skip)>, ReplayError> {
    let are_bars = |place: Place| scans[place.file].layout.kind == FileKind::Bars;
    let symbol = scans[later.file].symbols[later.symbol].symbol.clone();
    if are_bars(earlier) != are_bars(later) {
        let (bars, ticks) = if are_bars(earlier) { (earlier, later) } else { (later, earlier) };
        return Ok(bars_of_ticks(entries, scans, bars, ticks, &symbol));
    }
    let Some(span) = common(scans, earlier, later) else { return Ok(None) };
    // Prices of quotes and books are states: the same one twice changes nothing.
    if !are_bars(earlier) && !scans[earlier.file].symbols[earlier.symbol].traded {
        return Ok(None);
    }
    let same = compare(
        [entries[earlier.file], entries[later.file]],
        [&*scans[earlier.file], &*scans[later.file]],
        span,
        config,
    )?;
    let other = entries[earlier.file].name();
    let is_same = same.rows > 0 && same.equal == same.rows;
    let (what, why) = match () {
        () if same.rows == 0 => return Ok(None),
        () if is_same && same.until < span.1 => (
            format!("the first {} rows of {symbol} that `{other}` has, too, play once", same.rows),
            "further rows are not compared, and play from both",
        ),
        () if is_same => {
            (format!("{} rows of {symbol} that `{other}` has, too, play once", same.rows), "each is the same row")
        }
        () => (
            format!("{symbol} plays from here and from `{other}`"),
            "both have rows at the same times, and they differ: volumes may count twice",
        ),
    };
    scans[later.file].notes.push(Assumption { what, why: why.into(), flag: "" });
    let skip = Skip { symbol: later.symbol, from: span.0, to: same.until };
    Ok(is_same.then_some((later.file, skip)))
}

/// Leaves out the bars of the times that ticks cover.
fn bars_of_ticks(
    entries: &[&Entry],
    scans: &mut [&mut Scan],
    bars: Place,
    ticks: Place,
    symbol: &str,
) -> Option<(usize, Skip)> {
    let of_ticks = &scans[ticks.file].symbols[ticks.symbol];
    if !of_ticks.traded {
        return None;
    }
    let interval = bar_intervals(scans[bars.file]).nth(bars.symbol).flatten().unwrap_or(Interval::M1);
    let of_bars = &scans[bars.file].symbols[bars.symbol];
    // A bar that began before the first tick has it, too.
    let from = of_bars.first.max(of_ticks.first.floor(interval));
    let to = of_bars.last.min(of_ticks.last);
    if from > to {
        return None;
    }
    let note = |what: String, why| Assumption { what, why, flag: "" };
    let (name_of_bars, name_of_ticks) = (entries[bars.file].name(), entries[ticks.file].name());
    let what = format!("bars of {symbol} do not play where `{name_of_ticks}` has its trades");
    scans[bars.file].notes.push(note(what, "both would count the same volume".into()));
    let what = format!("trades of {symbol} play in place of the bars in `{name_of_bars}`");
    scans[ticks.file].notes.push(note(what, "both would count the same volume".into()));
    Some((bars.file, Skip { symbol: bars.symbol, from, to }))
}

/// Rows of the second file within a span, and those of them that the first file has.
#[derive(Clone, Copy, Debug)]
struct Compared {
    rows: usize,
    equal: usize,
    /// The time up to which all rows were compared.
    until: Timestamp,
}

fn compare(
    entries: [&Entry; 2],
    scans: [&Scan; 2],
    span: (Timestamp, Timestamp),
    config: &ReplayConfig,
) -> Result<Compared, ReplayError> {
    let mut first: HashSet<u64> = HashSet::new();
    let until = each_row(entries[0], scans[0], span, config, |hash| {
        first.insert(hash);
    })?;
    let mut compared = Compared { rows: 0, equal: 0, until };
    compared.until = each_row(entries[1], scans[1], (span.0, until), config, |hash| {
        compared.rows += 1;
        compared.equal += usize::from(first.contains(&hash));
    })?;
    Ok(compared)
}

/// Calls `each` with the hash of each row within a span, up to [`MAX_COMPARED`] rows. Returns the time up to which all
/// rows were read: the end of the span, or just before the row that was one too many.
fn each_row(
    entry: &Entry,
    scan: &Scan,
    span: (Timestamp, Timestamp),
    config: &ReplayConfig,
    mut each: impl FnMut(u64),
) -> Result<Timestamp, ReplayError> {
    let at_fault = |problem: Problem| entry.at_fault(problem);
    let lines = open_at(entry, scan.layout.text, TextPosition::default(), config.line_limits()).map_err(at_fault)?;
    let mut rows = Rows::new(lines, Arc::clone(&scan.layout));
    let mut left = MAX_COMPARED;
    while rows.advance().map_err(at_fault)? {
        let Ok(time) = rows.time() else { continue };
        if time.ts > span.1 && scan.is_sorted() {
            break;
        }
        if !(span.0..=span.1).contains(&time.ts) {
            continue;
        }
        if left == 0 {
            // Of rows in any order, those that were read are not the earliest.
            let read = if scan.is_sorted() { time.ts } else { span.0 };
            return Ok(Timestamp(read.0 - 1));
        }
        let mut hasher = DefaultHasher::new();
        rows.text().hash(&mut hasher);
        each(hasher.finish());
        left -= 1;
    }
    Ok(span.1)
}
