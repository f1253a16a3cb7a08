//! The first rows of a file, as they play.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::{Problem, echo};
use crate::feed::replay::input::{Entry, TextPosition, open_at};
use crate::feed::replay::play::{RowOrder, Scan};
use crate::feed::replay::rows::{RowValues, Rows};
use crate::feed::replay::schema::Layout;
use crate::market::{Decimal, Timestamp};

/// The most rows, bytes and parts of rows that are looked at.
const MAX_ROWS: usize = 2_000;
const MAX_BYTES: u64 = 1 << 20;
const MAX_PARTS: usize = 20_000;
/// The most lines that a warning names.
pub const MAX_LINES: usize = 3;

/// A row that plays.
#[derive(Clone, Debug)]
pub struct PlayedRow {
    pub line: u64,
    pub ts: Timestamp,
    pub has_clock: bool,
    pub cells: Vec<String>,
}

/// The part of a row about one symbol.
#[derive(Clone, Copy, Debug)]
pub struct PlayedPart {
    /// The index of the row.
    pub row: usize,
    pub ts: Timestamp,
    pub price: Option<Decimal>,
    pub values: RowValues,
}

/// The first rows of a file, as they play.
pub struct PlayedSample<'a> {
    /// The name of the file, or of the member of an archive.
    pub name: String,
    pub scan: &'a Scan,
    pub rows: Vec<PlayedRow>,
    /// The parts of the rows by symbol, in the order of their times.
    pub symbols: Vec<(String, Vec<PlayedPart>)>,
}

impl<'a> PlayedSample<'a> {
    /// Reads the beginning of a file as a replay does.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(entry: &Entry, scan: &'a Scan, config: &ReplayConfig) -> Result<Self, Problem> {
        let layout = Arc::clone(&scan.layout);
        let lines = open_at(entry, layout.text, TextPosition::default(), config.line_limits())?;
        let mut rows = Rows::new(lines, layout);
        let mut sample = Self { name: entry.name(), scan, rows: Vec::new(), symbols: Vec::new() };
        let mut index = HashMap::new();
        let mut parts = 0;
        while sample.rows.len() < MAX_ROWS && parts < MAX_PARTS && rows.position().offset < MAX_BYTES {
            match rows.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) if !sample.rows.is_empty() => break,
                Err(problem) => return Err(problem),
            }
            let Ok(time) = rows.time() else { continue };
            let row = sample.rows.len();
            let before = parts;
            for group in 0..rows.groups() {
                let Ok(Some(part)) = rows.part(group) else { continue };
                let price = part.values.edge_price(scan.layout.kind, false);
                let at = *index.entry(part.symbol.to_owned()).or_insert_with(|| {
                    sample.symbols.push((part.symbol.to_owned(), Vec::new()));
                    sample.symbols.len() - 1
                });
                sample.symbols[at].1.push(PlayedPart { row, ts: time.ts, price, values: part.values });
                parts += 1;
            }
            if parts > before {
                let cells = rows.cells().map(String::from).collect();
                sample.rows.push(PlayedRow { line: rows.line(), ts: time.ts, has_clock: time.has_clock, cells });
            }
        }
        sample.sort();
        Ok(sample)
    }

    /// Sorts the parts as they play.
    fn sort(&mut self) {
        for (_, parts) in &mut self.symbols {
            if self.scan.order == RowOrder::NewestFirst {
                parts.reverse();
            }
            parts.sort_by_key(|part| part.ts);
        }
    }

    pub fn layout(&self) -> &Layout {
        &self.scan.layout
    }

    /// The first lines of some parts.
    pub fn lines<'p>(&self, parts: impl IntoIterator<Item = &'p PlayedPart>) -> Vec<u64> {
        let mut lines: Vec<u64> = parts.into_iter().map(|part| self.rows[part.row].line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.truncate(MAX_LINES);
        lines
    }

    /// The cell of a row; empty where the row is short.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows[row].cells.get(column).map_or("", String::as_str)
    }

    /// The columns without a role.
    pub fn unused(&self) -> Vec<usize> {
        let roles = self.layout().roles();
        (0..roles.len()).filter(|n| roles[*n].is_none()).collect()
    }

    /// The parts of one symbol by their time.
    pub fn moments(parts: &[PlayedPart]) -> BTreeMap<Timestamp, Vec<&PlayedPart>> {
        let mut moments: BTreeMap<Timestamp, Vec<&PlayedPart>> = BTreeMap::new();
        parts.iter().for_each(|part| moments.entry(part.ts).or_default().push(part));
        moments
    }

    /// The name of a column in a message and in `--columns`: its number where it has none.
    pub fn column(&self, column: usize) -> String {
        match self.layout().header {
            Some(_) => self.layout().name(column).to_owned(),
            None => (column + 1).to_string(),
        }
    }
}

/// A number as a float, which weighs evidence here; no price is made of it.
pub fn float(number: Decimal) -> f64 {
    number.mantissa as f64 / 10f64.powi(i32::from(number.decimals))
}

/// The median; 0 of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A symbol for a message.
pub fn shown(symbol: &str) -> String {
    echo(symbol.as_bytes())
}

/// A time for a message.
pub fn time(ts: Timestamp) -> String {
    chrono::DateTime::from_timestamp_nanos(ts.0).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
