//! The hour that occurs twice where clocks are set back: the order of the rows tells its two passes apart.
//!
//! A file is read for it before its scan, and only where its times are those of a zone that sets its clocks back.

use std::collections::HashMap;
use std::sync::Arc;

use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::Problem;
use crate::feed::replay::input::{Entry, Text, TextPosition, open_at};
use crate::feed::replay::parse::times::Zone;
use crate::feed::replay::rows::Rows;
use crate::feed::replay::schema::{FileKind, Layout, Warning, WarningCode};
use crate::market::Timestamp;

/// The most rows in such hours that are distinguished.
const MAX_ROWS: usize = 1_000_000;
/// Trades are this far apart from those before them where the second pass begins: files are out of order by less.
const TICK_STEP: i64 = 60_000_000_000;
const HOUR: i64 = 3_600_000_000_000;

/// Finds where the second passes begin, and puts it into the layout with what is assumed by it.
///
/// # Errors
/// When the file cannot be read.
pub fn find(entry: &Entry, layout: &mut Layout, config: &ReplayConfig) -> Result<(), Problem> {
    let time = layout.time;
    if !matches!(time.zone, Zone::Named(_)) || !time.has_clock {
        return Ok(());
    }
    if layout.text.seekable_bytes.is_some_and(|bytes| bytes > config.full_read_bytes) {
        let why = "the file is large, so the order of its rows is not known";
        layout.assume("rows in an hour that occurs twice are in its first pass", why, "--full");
        return Ok(());
    }
    let lines = open_at(entry, layout.text, TextPosition::default(), config.line_limits())?;
    let mut rows = Rows::new(lines, Arc::new(layout.clone()));
    let mut found = Search { are_bars: layout.kind == FileKind::Bars, ..Search::default() };
    while rows.advance()? {
        found.add(&rows, time.zone);
    }
    let (twice, skipped) = (found.rows.len(), found.skipped);
    let second_line = found.hours.values().filter_map(|hour| hour.turn).map(|(_, line)| line).min();
    layout.second_hours = found.switches();
    if twice > 0 {
        let why = match second_line {
            Some(line) => format!("their order tells its two passes, of which one ends before line {line}"),
            None => "they are in order, so all of them are taken as its first pass".into(),
        };
        layout.assume(format!("{} in an hour that occurs twice", count_of(twice)), why, "--tz");
    }
    if let Some((count, line)) = skipped {
        layout.warnings.push(Warning {
            code: WarningCode::SkippedHour,
            what: format!("{} in an hour that the zone {} skips", count_of(count), time.zone),
            lines: vec![line],
            played: "an hour later".into(),
            other: "in another zone".into(),
            flag: "--tz".into(),
        });
    }
    Ok(())
}

fn count_of(rows: usize) -> String {
    if rows == 1 { "1 row is".into() } else { format!("{rows} rows are") }
}

/// The rows of one symbol in one such hour.
struct TwiceHour {
    latest: i64,
    /// The end of the first row of the other pass, and its line.
    turn: Option<(u64, u64)>,
}

#[derive(Default)]
struct Search {
    are_bars: bool,
    /// The hour looked at last, and whether any time in it occurs twice or never.
    hour: (i64, bool),
    latest: Option<i64>,
    rises: usize,
    falls: usize,
    hours: HashMap<(String, i64), TwiceHour>,
    /// The end of each row in such an hour, and its hour.
    rows: Vec<(u64, (String, i64))>,
    /// The number of rows in hours that are skipped, and the line of the first.
    skipped: Option<(usize, u64)>,
}

impl Search {
    fn add(&mut self, rows: &Rows<Text>, zone: Zone) {
        let Some(time) = rows.local_time().ok().filter(|time| !time.has_zone) else { return };
        let ts = time.ts.0;
        self.rises += usize::from(self.latest.is_some_and(|latest| ts > latest));
        self.falls += usize::from(self.latest.is_some_and(|latest| ts < latest));
        self.latest = Some(ts);
        let hour = ts.div_euclid(HOUR);
        if self.hour != (hour, false) {
            let is_odd = zone.both(time.ts).is_some() || zone.skips(time.ts);
            // Zones are set by half hours, too: only an hour without an odd end is done with.
            let start = Timestamp(hour * HOUR);
            let end = start.plus_nanos(HOUR - 1);
            let has_odd = [start, end].iter().any(|ts| zone.both(*ts).is_some() || zone.skips(*ts));
            self.hour = (hour, is_odd || has_odd);
        }
        if !self.hour.1 {
            return;
        }
        if zone.skips(time.ts) {
            let (count, _) = self.skipped.get_or_insert((0, rows.line()));
            *count += 1;
        }
        if zone.both(time.ts).is_none() || self.rows.len() == MAX_ROWS {
            return;
        }
        let Ok(Some(part)) = rows.part(0) else { return };
        // All hours of one night belong together, and no two nights of a zone are near.
        let key = (part.symbol.to_owned(), hour.div_euclid(24));
        let is_newest_first = self.falls > self.rises;
        let least = if self.are_bars { 0 } else { TICK_STEP };
        let is_first = !self.hours.contains_key(&key);
        let twice = self.hours.entry(key.clone()).or_insert(TwiceHour { latest: ts, turn: None });
        let back = if is_newest_first { ts - twice.latest } else { twice.latest - ts };
        let is_turn = !is_first && (back > least || self.are_bars && back == 0);
        if is_turn && twice.turn.is_none() {
            twice.turn = Some((rows.position().offset, rows.line()));
        }
        twice.latest = ts;
        self.rows.push((rows.position().offset, key));
    }

    /// The positions at which rows change between the passes.
    fn switches(&self) -> Vec<(u64, bool)> {
        let is_newest_first = self.falls > self.rises;
        let mut switches: Vec<(u64, bool)> = Vec::new();
        for (end, key) in &self.rows {
            let turn = self.hours.get(key).and_then(|hour| hour.turn);
            let is_second = turn.is_some_and(|(turn, _)| (*end >= turn) != is_newest_first);
            if switches.last().map_or(is_second, |(_, last)| *last != is_second) {
                switches.push((*end, is_second));
            }
        }
        switches
    }
}
