//! The frame of a table: its delimiter, the lines above its rows, the names of its columns.

use std::collections::HashMap;

use super::meaning;
use super::profile::{Type, type_of};
use super::sample::Sample;
use crate::feed::replay::cells::Cells;

/// In order of preference among equals.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b' '];
/// How many lines tell the delimiter.
const LINES: usize = 300;
/// How many lines may stand above the first row.
const MAX_ABOVE: usize = 60;

#[derive(Clone, Debug)]
pub struct Table {
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    /// Lines before the first row.
    pub above: u64,
    /// The columns' names; empty where there is none.
    pub names: Vec<String>,
    /// A symbol for each column, where a second header line tells it.
    pub symbols: Option<Vec<String>>,
    pub rows: Vec<Vec<String>>,
    /// The text above the header.
    pub preamble: String,
}

/// What people say of the frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame {
    pub delimiter: Option<u8>,
    pub has_header: Option<bool>,
}

impl Table {
    pub fn of(sample: &Sample, frame: Frame) -> Self {
        let delimiter = frame.delimiter.unwrap_or_else(|| delimiter(sample));
        let mut lines = split_all(sample, delimiter);
        let width = usual_width(&lines);
        let types = column_types(&lines, width);
        let first = if frame.has_header == Some(true) { None } else { first_row(&lines, &types, width) };
        let named = lines.first().is_some_and(|(_, cells)| cells.iter().any(|cell| !meaning::of(cell).is_empty()));
        let first = first.unwrap_or_else(|| usize::from(named || frame.has_header == Some(true)));
        let mut rows: Vec<Vec<String>> =
            lines.split_off(first.min(lines.len())).into_iter().map(|(_, cells)| cells).collect();
        let heads = if frame.has_header == Some(false) { Vec::new() } else { heads(&lines, width) };
        let above = lines.last().map_or(0, |(number, _)| *number);
        let (header, names, symbols) = names(&heads);
        let preamble: Vec<_> =
            lines.iter().filter(|(number, _)| Some(*number) != header).map(|(_, c)| c.join(" ")).collect();
        let mut table =
            Self { delimiter, header, above, names, symbols, rows: Vec::new(), preamble: preamble.join("\n") };
        rows.retain(|cells| cells.iter().any(|cell| !cell.is_empty()));
        table.rows = rows;
        table.fit_width();
        table
    }

    /// Names a column that the header has no name for: the row numbers that R and pandas write in front.
    fn fit_width(&mut self) {
        let filled = |row: &Vec<String>| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let one_more = self.rows.iter().filter(|row| filled(row) == self.names.len() + 1).count();
        if self.header.is_some() && one_more * 10 > self.rows.len() * 9 {
            self.names.insert(0, String::new());
            if let Some(symbols) = &mut self.symbols {
                symbols.insert(0, String::new());
            }
        }
        if self.header.is_none() {
            let usual = widest.min(usual(self.rows.iter().map(Vec::len)));
            self.names = vec![String::new(); usual];
        }
    }

    pub fn column(&self, index: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(index).map_or("", String::as_str))
    }
}

fn split_all(sample: &Sample, delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut cells = Cells::default();
    let split = sample.lines.iter().filter_map(|(number, line)| {
        cells.split(line.as_bytes(), delimiter).ok()?;
        Some((*number, cells.iter().map(String::from).collect()))
    });
    split.collect()
}

/// The delimiter under which most lines have the same number of cells, and most cells are numbers or times.
fn delimiter(sample: &Sample) -> u8 {
    let scored = DELIMITERS.iter().rev().map(|delimiter| (score(sample, *delimiter), *delimiter));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(b',', |(_, delimiter)| delimiter)
}

fn score(sample: &Sample, delimiter: u8) -> f64 {
    let mut cells = Cells::default();
    let mut widths: HashMap<usize, (usize, usize, usize)> = HashMap::new();
    let mut lines = 0;
    for (_, line) in sample.lines.iter().take(LINES) {
        lines += 1;
        if cells.split(line.as_bytes(), delimiter).is_err() {
            continue;
        }
        let (count, typed, filled) = widths.entry(cells.len()).or_default();
        *count += 1;
        for cell in cells.iter().filter(|cell| !cell.is_empty()) {
            *filled += 1;
            *typed += usize::from(type_of(cell) != Type::Text);
        }
    }
    widths.retain(|width, _| *width > 1);
    let usual = widths.iter().max_by_key(|(width, (count, ..))| (*count, **width));
    let Some((width, (count, typed, filled))) = usual else { return 0.0 };
    let share = *count as f64 / f64::from(lines.max(1));
    let typed = *typed as f64 / (*filled).max(1) as f64;
    let weak = if delimiter == b' ' { 0.6 } else { 1.0 };
    share * (typed + 0.05) * (1.0 + (*width as f64).ln() / 10.0) * weak
}

fn usual(widths: impl Iterator<Item = usize>) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    widths.for_each(|width| *counts.entry(width).or_default() += 1);
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

fn usual_width(lines: &[(u64, Vec<String>)]) -> usize {
    usual(lines.iter().map(|(_, cells)| cells.len()).filter(|width| *width > 1))
}

/// What most cells of each column are; of equals not the text, as a header is text.
fn column_types(lines: &[(u64, Vec<String>)], width: usize) -> Vec<Type> {
    let mut counts = vec![[0usize; Type::ALL.len()]; width];
    for (_, cells) in lines.iter().filter(|(_, cells)| cells.len() == width) {
        cells.iter().zip(&mut counts).for_each(|(cell, count)| count[type_of(cell) as usize] += 1);
    }
    let most = |count: &[usize; Type::ALL.len()]| {
        let filled = Type::ALL.into_iter().filter(|kind| *kind != Type::Blank && count[*kind as usize] > 0);
        filled.max_by_key(|kind| (count[*kind as usize], *kind != Type::Text)).unwrap_or(Type::Blank)
    };
    counts.iter().map(most).collect()
}

/// The first line whose cells are all of their columns' types.
fn first_row(lines: &[(u64, Vec<String>)], types: &[Type], width: usize) -> Option<usize> {
    let fits = |(_, cells): &(u64, Vec<String>)| {
        if cells.len() < 2 || cells.len() * 2 < width {
            return false;
        }
        let typed = cells.iter().zip(types).filter(|(_, kind)| !matches!(kind, Type::Text | Type::Blank));
        let seen: Vec<bool> = typed
            .map(|(cell, kind)| (type_of(cell), *kind))
            .filter(|(cell, _)| *cell != Type::Blank)
            .map(|(cell, kind)| cell == kind || cell != Type::Text && kind != Type::Text)
            .collect();
        !seen.is_empty() && seen.iter().all(|fit| *fit)
    };
    lines.iter().take(MAX_ABOVE).position(fits)
}

/// The lines right above the first row that may be headers.
fn heads(above: &[(u64, Vec<String>)], width: usize) -> Vec<(u64, Vec<String>)> {
    let wide = |cells: &Vec<String>| cells.len() >= 2 && cells.len() * 5 >= width.saturating_sub(1) * 3;
    let mut heads: Vec<_> = above.iter().rev().take(4).take_while(|(_, cells)| wide(cells)).cloned().collect();
    heads.reverse();
    heads
}

type Names = (Option<u64>, Vec<String>, Option<Vec<String>>);

/// The line of the columns' names, and where there is one the line of their symbols.
fn names(heads: &[(u64, Vec<String>)]) -> Names {
    let hits = |cells: &Vec<String>| cells.iter().filter(|cell| !meaning::of(cell).is_empty()).count();
    let best = heads.iter().enumerate().max_by_key(|(n, (_, cells))| (hits(cells), *n));
    let Some((at, (line, names))) = best else { return (None, Vec::new(), None) };
    let mut names = names.clone();
    let mut symbols = None;
    for (n, (_, cells)) in heads.iter().enumerate().filter(|(n, _)| *n != at) {
        let first = cells.first().map(String::as_str).unwrap_or_default();
        let named = meaning::of(first).first().map(|named| named.meaning);
        let filled = cells.iter().skip(1).filter(|cell| !cell.is_empty()).count();
        if filled == 0 && named == Some(meaning::Meaning::Time) {
            // The name of the index stands on a line of its own.
            names[0] = first.to_owned();
        } else if (named == Some(meaning::Meaning::Symbol) || first.is_empty()) && filled + 1 >= names.len() && n > at {
            symbols = Some(cells.clone());
        }
    }
    (Some(*line), names, symbols)
}
