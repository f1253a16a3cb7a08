//! The header of a table: the names of the columns, and the symbols where another line has them.

use std::cmp::Reverse;

use super::cell_type::{CellType, type_of};
use super::column_name;
use crate::feed::replay::schema::column_role::ColumnRole;

/// The most lines above the first row.
pub const MAX_ABOVE: usize = 60;

/// A line number, and the cells of the line.
pub type Line = (u64, Vec<String>);

/// The names of the columns, and where another line has them the symbols.
#[derive(Default)]
pub struct Header {
    pub line: Option<u64>,
    pub names: Vec<String>,
    pub symbols: Option<Vec<String>>,
}

/// The fewest names with a role that tell a header among the lines of a preamble.
const MIN_NAMES: usize = 3;
/// Units that a line below the names has.
const UNITS: &str = "usd eur gbp jpy chf cad aud usd/bbl usd/oz usd/t usc % pct percent share shares unit units index points \
                     point mn mio million millions bn contracts lots pcs oz ounces bbl barrels nominal date datetime text \
                     string float int number price";

/// The line with the most names that have a role, where these are enough and the line has no numbers.
pub fn line_of_names(lines: &[Line]) -> Option<usize> {
    let known = |(at, (_, cells)): (usize, &Line)| {
        let roles = cells.iter().filter(|cell| cell.len() > 1 && column_name::has_role(cell)).count();
        let has_time = cells.iter().any(|cell| column_name::role_of(cell, ColumnRole::Time).is_some());
        let is_text = cells.iter().all(|cell| matches!(type_of(cell), CellType::Text | CellType::Blank));
        (roles >= MIN_NAMES && has_time && is_text).then_some((roles, at))
    };
    let found = lines.iter().take(MAX_ABOVE).enumerate().filter_map(known);
    // Of equals the first: a header may occur again within the rows.
    let at = found.max_by_key(|(roles, at)| (*roles, Reverse(*at))).map(|(_, at)| at)?;
    let filled = |(_, cells): &Line| cells.iter().filter(|cell| !cell.is_empty()).count();
    // The lines of a preamble fill few columns: others are rows.
    lines[..at].iter().all(|line| filled(line) * 2 < filled(&lines[at])).then_some(at)
}

impl Header {
    /// Takes the line with the most known names. A letter alone is a symbol more often than a name.
    pub fn of(lines: &[Line]) -> Self {
        let is_known = |cell: &&String| cell.chars().count() > 1 && column_name::has_role(cell);
        let known = |cells: &[String]| cells.iter().filter(is_known).count();
        let letters = |cells: &[String]| cells.iter().filter(|cell| column_name::has_role(cell)).count();
        // A line of symbols, which may be words, stands beside a line of fields that repeat.
        let has_symbols = |cells: &[String]| {
            has_symbol_role(cells) && lines.iter().any(|(_, other)| other != cells && repeats(other))
        };
        let rank = |cells: &[String], n: usize| (!has_symbols(cells), known(cells), letters(cells), n);
        let best = lines.iter().enumerate().max_by_key(|(n, (_, cells))| rank(cells, *n));
        let Some((at, (line, names))) = best else { return Self::default() };
        let mut header = Self { line: Some(*line), names: names.clone(), symbols: None };
        for (n, (_, cells)) in lines.iter().enumerate().filter(|(n, _)| *n != at) {
            header.add(cells, n > at);
        }
        header
    }

    /// Adds a line above or below the names.
    fn add(&mut self, cells: &[String], is_below: bool) {
        let first = cells.first().map(String::as_str).unwrap_or_default();
        let role = column_name::roles_of(first).first().map(|named| named.role);
        let filled = cells.iter().skip(1).filter(|cell| !cell.is_empty()).count();
        if filled == 0 && role == Some(ColumnRole::Time) {
            // pandas writes the name of the index into a line of its own.
            first.clone_into(&mut self.names[0]);
            return;
        }
        let may_name = role == Some(ColumnRole::Symbol) || first.is_empty();
        let names = self.names.len();
        let is_of_fields = has_symbol_role(cells) && self.repeats();
        let are_names = !is_of_fields && cells.iter().skip(1).all(|cell| cell.len() > 1 && column_name::is_known(cell));
        let are_units = !is_of_fields && are_units(cells);
        if !may_name || filled == 0 || cells.len() > names + 1 || are_units || are_names {
            return;
        }
        if filled + 1 >= names {
            self.symbols = Some(cells.to_vec());
        } else if !is_below && self.repeats() {
            // A spreadsheet writes a symbol once, above the first of its columns.
            self.symbols = Some(filled_forward(cells, names));
        }
    }

    /// A name occurs twice: the columns are those of several symbols.
    fn repeats(&self) -> bool {
        repeats(&self.names)
    }
}

/// A name occurs twice, behind the first cell.
fn repeats(names: &[String]) -> bool {
    let names = names.get(1..).unwrap_or_default();
    names.iter().enumerate().any(|(n, name)| !name.is_empty() && names[..n].contains(name))
}

/// The first cell is a name for symbols.
fn has_symbol_role(cells: &[String]) -> bool {
    let first = cells.first().map(String::as_str).unwrap_or_default();
    column_name::roles_of(first).first().is_some_and(|named| named.role == ColumnRole::Symbol)
}

fn are_units(cells: &[String]) -> bool {
    let is_unit = |cell: &String| {
        let text = cell.trim_matches(|c: char| "()[]".contains(c)).to_lowercase();
        text.is_empty() || UNITS.split_ascii_whitespace().any(|unit| unit == text)
    };
    cells.iter().skip(1).all(is_unit)
}

fn filled_forward(cells: &[String], names: usize) -> Vec<String> {
    let mut last = String::new();
    let filled = (0..names).map(|n| {
        if let Some(cell) = cells.get(n).filter(|cell| !cell.is_empty()) {
            last.clone_from(cell);
        }
        last.clone()
    });
    filled.collect()
}
