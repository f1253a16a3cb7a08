//! The delimiter of a file.

use std::collections::HashMap;

use super::cell_type::{CellType, type_of};
use super::sample::Sample;
use super::weights::{BLANK_DELIMITER, UNTYPED_CELLS, WIDTH_DIVISOR};
use crate::feed::replay::parse::cells::Cells;

/// The delimiters tried, the preferred of equals first.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b' '];
/// The most lines that are tried.
const MAX_LINES: usize = 300;

/// The lines of one width.
#[derive(Default)]
struct Width {
    lines: usize,
    /// Filled cells, and those of them that are numbers or times.
    filled: usize,
    typed: usize,
}

/// Finds the delimiter under which most lines have the same number of cells, and most cells are numbers or times.
pub fn find(sample: &Sample) -> u8 {
    let scored = DELIMITERS.iter().rev().map(|delimiter| (score(sample, *delimiter), *delimiter));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(b',', |(_, delimiter)| delimiter)
}

fn score(sample: &Sample, delimiter: u8) -> f64 {
    let lines = sample.lines.len().min(MAX_LINES);
    let widths = widths(sample, delimiter);
    let usual = widths.iter().filter(|(width, _)| **width > 1).max_by_key(|(width, one)| (one.lines, **width));
    let Some((width, usual)) = usual else { return 0.0 };
    let share_of_lines = usual.lines as f64 / lines.max(1) as f64;
    let share_typed = usual.typed as f64 / usual.filled.max(1) as f64;
    let factor = if delimiter == b' ' { BLANK_DELIMITER } else { 1.0 };
    share_of_lines * (share_typed + UNTYPED_CELLS) * (1.0 + (*width as f64).ln() / WIDTH_DIVISOR) * factor
}

fn widths(sample: &Sample, delimiter: u8) -> HashMap<usize, Width> {
    let mut cells = Cells::default();
    let mut widths: HashMap<usize, Width> = HashMap::new();
    for (_, line) in sample.lines.iter().take(MAX_LINES) {
        if cells.split(line.as_bytes(), delimiter).is_err() {
            continue;
        }
        let width = widths.entry(cells.len()).or_default();
        width.lines += 1;
        for cell in cells.iter().filter(|cell| !cell.is_empty()) {
            width.filled += 1;
            width.typed += usize::from(type_of(cell) != CellType::Text);
        }
    }
    widths
}
