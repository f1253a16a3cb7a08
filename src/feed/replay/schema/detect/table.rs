//! A sample as a table: the lines above the rows, the names of the columns, the rows.

use std::collections::HashMap;

use strum::{EnumCount, IntoEnumIterator};

use super::cell_type::{CellType, type_of};
use super::column_name::WEAK_SYMBOL;
use super::header::{self, Header, Line, MAX_ABOVE};
use super::sample::Sample;
use super::weights::INDEXED_ROWS;
use super::{column_name, delimiter};
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::symbol;

/// The most lines of a header.
const MAX_HEADER_LINES: usize = 4;

/// A sample as a table.
#[derive(Clone, Debug)]
pub struct Table {
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    /// Lines before the first row.
    pub above: u64,
    /// The names of the columns; empty where there is none.
    pub names: Vec<String>,
    /// A symbol for each column, where a second header line has them.
    pub symbols: Option<Vec<String>>,
    pub rows: Vec<Vec<String>>,
    /// The text above the rows, without the header.
    pub preamble: String,
    /// The symbol that a line above the rows names, and the number of that line.
    pub symbol: Option<(u64, String)>,
}

/// The answers of people about a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableOverrides {
    pub delimiter: Option<u8>,
    pub has_header: Option<bool>,
}

impl Table {
    /// Splits a sample into header and rows.
    pub fn of(sample: &Sample, overrides: TableOverrides) -> Self {
        let delimiter = overrides.delimiter.unwrap_or_else(|| delimiter::find(sample));
        let mut lines = split_all(sample, delimiter);
        let width = usual_width(&lines);
        let first = match overrides.has_header {
            Some(true) => None,
            Some(false) => first_row(&lines, &column_types(&lines, width), width),
            None => {
                let names = header::line_of_names(&lines).map_or(0, |at| at + 1);
                let found = first_row(&lines[names..], &column_types(&lines[names..], width), width);
                found.map(|at| at + names)
            }
        };
        let first =
            first.unwrap_or_else(|| usize::from(overrides.has_header == Some(true) || begins_with_names(&lines)));
        let rows = lines.split_off(first.min(lines.len())).into_iter().map(|(_, cells)| cells);
        let header = match overrides.has_header {
            Some(false) => Header::default(),
            _ => Header::of(&header_lines(&lines, width)),
        };
        let above = || lines.iter().filter(|(number, _)| Some(*number) != header.line);
        let preamble = above().map(|(_, cells)| cells.join(" "));
        let mut table = Self {
            delimiter,
            header: header.line,
            above: lines.last().map_or(0, |(number, _)| *number),
            names: header.names,
            symbols: header.symbols,
            rows: rows.filter(|cells| cells.iter().any(|cell| !cell.is_empty())).collect(),
            preamble: preamble.collect::<Vec<_>>().join("\n"),
            symbol: above().find_map(|(line, cells)| Some((*line, symbol_of(cells)?))),
        };
        table.fit_names();
        table
    }

    /// Fits the names to the rows. R and pandas write row numbers in front, in a column without a name.
    fn fit_names(&mut self) {
        let filled = |row: &Vec<String>| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let one_more = self.rows.iter().filter(|row| filled(row) == self.names.len() + 1).count();
        if self.header.is_some() && one_more * 100 > self.rows.len() * INDEXED_ROWS {
            self.names.insert(0, String::new());
            if let Some(symbols) = &mut self.symbols {
                symbols.insert(0, String::new());
            }
        }
        if self.header.is_none() {
            let usual = widest.min(most_common(self.rows.iter().map(Vec::len)));
            self.names = vec![String::new(); usual];
        }
    }

    /// The cells of a column.
    pub fn column(&self, index: usize) -> impl Iterator<Item = &str> + Clone {
        self.rows.iter().map(move |row| row.get(index).map_or("", String::as_str))
    }

    /// The name of a column for people.
    pub fn column_name(&self, index: usize) -> String {
        match self.names.get(index).map(String::as_str) {
            Some("") | None => format!("column {}", index + 1),
            Some(name) => echo(name.as_bytes()),
        }
    }

    /// The dates of a column are eight digits without marks.
    pub fn has_compact_dates(&self, column: usize) -> bool {
        self.column(column).next().is_some_and(|cell| cell.bytes().take_while(u8::is_ascii_digit).count() == 8)
    }
}

fn split_all(sample: &Sample, delimiter: u8) -> Vec<Line> {
    let mut cells = Cells::default();
    let split = sample.lines.iter().filter_map(|(number, line)| {
        cells.split(line.as_bytes(), delimiter).ok()?;
        Some((*number, cells.iter().map(String::from).collect()))
    });
    split.collect()
}

/// The symbol of a line such as `Security,SPX Index` or `# Symbol: AAPL`.
fn symbol_of(cells: &[String]) -> Option<String> {
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    let (first, second, more) = (filled.next()?, filled.next(), filled.next());
    let (name, symbol) = match second {
        Some(symbol) => (first.as_str(), symbol.as_str()),
        None => first.split_once([':', '='])?,
    };
    let named = column_name::role_of(name.trim_end_matches(':'), ColumnRole::Symbol)?;
    let symbol = symbol.trim();
    (more.is_none() && named.rank < WEAK_SYMBOL && symbol::is_symbol(symbol)).then(|| symbol.to_owned())
}

fn begins_with_names(lines: &[Line]) -> bool {
    lines.first().is_some_and(|(_, cells)| cells.iter().any(|cell| column_name::has_role(cell)))
}

/// The most common number; of equals the largest.
fn most_common(numbers: impl Iterator<Item = usize>) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    numbers.for_each(|number| *counts.entry(number).or_default() += 1);
    counts.into_iter().max_by_key(|(number, count)| (*count, *number)).map_or(0, |(number, _)| number)
}

fn usual_width(lines: &[Line]) -> usize {
    most_common(lines.iter().map(|(_, cells)| cells.len()).filter(|width| *width > 1))
}

/// The type of most cells of each column. Of equals not the text: a header is text.
fn column_types(lines: &[Line], width: usize) -> Vec<CellType> {
    let mut counts = vec![[0usize; CellType::COUNT]; width];
    for (_, cells) in lines.iter().filter(|(_, cells)| cells.len() == width) {
        cells.iter().zip(&mut counts).for_each(|(cell, count)| count[type_of(cell) as usize] += 1);
    }
    let most = |count: &[usize; CellType::COUNT]| {
        let filled = CellType::iter().filter(|one| *one != CellType::Blank && count[*one as usize] > 0);
        filled.max_by_key(|one| (count[*one as usize], *one != CellType::Text)).unwrap_or(CellType::Blank)
    };
    counts.iter().map(most).collect()
}

/// The first line whose cells have the types of their columns.
fn first_row(lines: &[Line], types: &[CellType], width: usize) -> Option<usize> {
    let has_time = types.contains(&CellType::Time);
    let fits = |(_, cells): &Line| {
        if cells.len() < 2 || cells.len() * 2 < width {
            return false;
        }
        // A line of symbols, which may be numbers, has no time.
        let is_blank_time = |(cell, column): (&String, &CellType)| *column == CellType::Time && cell.is_empty();
        if has_time && cells.iter().zip(types).any(is_blank_time) {
            return false;
        }
        let typed = cells.iter().zip(types).filter(|(_, column)| !matches!(column, CellType::Text | CellType::Blank));
        let mut filled =
            typed.map(|(cell, column)| (type_of(cell), *column)).filter(|(cell, _)| *cell != CellType::Blank);
        let agrees = |(cell, column): (CellType, CellType)| cell == column || cell != CellType::Text;
        filled.next().is_some_and(agrees) && filled.all(agrees)
    };
    lines.iter().take(MAX_ABOVE).position(fits)
}

/// The lines right above the first row that may be a header: they fill most columns.
fn header_lines(above: &[Line], width: usize) -> Vec<Line> {
    let is_wide = |cells: &Vec<String>| cells.len() >= 2 && cells.len() * 5 >= width.saturating_sub(1) * 3;
    let lines = above.iter().rev().take(MAX_HEADER_LINES).take_while(|(_, cells)| is_wide(cells)).cloned();
    let mut lines: Vec<_> = lines.collect();
    lines.reverse();
    lines
}
