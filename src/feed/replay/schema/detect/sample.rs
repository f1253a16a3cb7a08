//! The lines by which a file is detected.

use std::io::Read;

use crate::feed::replay::error::Problem;
use crate::feed::replay::input::{Fit, Lines, read_problem};

/// The most lines and bytes read, from the beginning of a file.
const MAX_LINES: usize = 2_000;
const MAX_BYTES: usize = 1 << 20;
/// The most lines over the limit that are skipped.
const MAX_TOO_LONG: usize = 16;

/// Lines with their numbers, without blank lines and those over the limit.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub lines: Vec<(u64, String)>,
}

impl Sample {
    /// Reads the beginning of a file.
    ///
    /// # Errors
    /// When it cannot be read, or has no lines.
    pub fn read<R: Read>(lines: &mut Lines<R>, max_line_bytes: usize) -> Result<Self, Problem> {
        let mut sample = Self::default();
        let mut bytes = 0;
        let mut too_long = Vec::new();
        while sample.lines.len() < MAX_LINES && bytes < MAX_BYTES && too_long.len() < MAX_TOO_LONG {
            let advanced = match lines.advance() {
                // The lines before the damage are enough here. The scan reports it, with its line.
                Err(_) if sample.lines.len() > 1 => break,
                advanced => advanced.map_err(|e| read_problem(e, lines.number()))?,
            };
            match advanced {
                None => break,
                Some(Fit::TooLong) => too_long.push(lines.number()),
                Some(Fit::Whole) if lines.text().trim_ascii().is_empty() => bytes += 1,
                Some(Fit::Whole) => {
                    bytes += lines.text().len();
                    sample.lines.push((lines.number(), String::from_utf8_lossy(lines.text()).into_owned()));
                }
            }
        }
        match (sample.lines.is_empty(), too_long.first().copied()) {
            (true, Some(line)) => Err(Problem::LineTooLong { line, limit: max_line_bytes }),
            (true, None) => Err(Problem::Empty),
            _ => Ok(sample),
        }
    }
}
