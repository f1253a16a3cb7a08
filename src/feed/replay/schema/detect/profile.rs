//! The profile of a column: counts of the forms of its cells. Floats weigh evidence here; no price is made of them.

use std::cmp::Ordering;
use std::ops::Range;

use strum::EnumCount;

use super::cell_type::is_date;
use super::table::Table;
use super::weights::{HALF_OF_CELLS, MOST_CELLS};
use crate::feed::replay::parse::number::{self, DecimalMark, fraction};
use crate::feed::replay::parse::times::{DateOrder, TimeFormat, TimeUnit, looks_like_clock};
use crate::market::DecimalError;

/// The years whose counts since 1970 are times, even under a name that says nothing of time.
const PLAUSIBLE_YEARS: Range<i64> = 1990..2045;
const NANOS_PER_YEAR: i64 = 31_556_952_000_000_000;
/// The number of marks between thousands from which on a cell may be a price that lost its decimal point.
const MANGLED_MARKS: usize = 3;
/// No price is as large as this, in any currency.
const LARGEST_PRICE: f64 = 1e12;
/// Prices that have lost their decimal point differ by more than this factor, as they have unequal decimals.
const MANGLED_SPREAD: f64 = 5.0;
/// The most texts kept of a column.
const MAX_TEXTS: usize = 64;

/// The profile of a column.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub name: String,
    /// Cells that are not blank.
    pub filled: usize,
    pub mark: DecimalMark,
    /// The number of each row, under that mark.
    pub numbers: Vec<Option<f64>>,
    /// Cells that are numbers, including numbers that stand for a missing value.
    pub numeric: usize,
    /// A number has decimals.
    has_decimals: bool,
    /// Cells that are dates in either order of day and month.
    pub dated: usize,
    /// Dates in ISO 8601, with a clock, with a zone.
    pub iso: usize,
    pub with_clock: usize,
    pub zoned: usize,
    /// Cells that are clocks without a date.
    pub clocks: usize,
    /// Cells that are counts since 1970 in plausible years, by unit.
    pub epochs: [usize; TimeUnit::COUNT],
    /// Numbers whose decimal point a spreadsheet has lost.
    mangled: usize,
    /// The first different texts, in lower case.
    pub texts: Vec<String>,
    pub has_more_texts: bool,
    /// The greatest common divisor of all mantissas.
    pub divisor: u64,
}

impl Profile {
    /// The profiles of all columns.
    pub fn all(table: &Table) -> Vec<Self> {
        let votes: Vec<MarkVotes> = (0..table.names.len()).map(|n| MarkVotes::of(table.column(n))).collect();
        let points = votes.iter().map(|vote| vote.points).sum();
        let commas = votes.iter().map(|vote| vote.commas).sum();
        let unsure = votes.iter().map(|vote| vote.unsure).sum();
        // A comma that does not separate cells is more often a decimal mark.
        let is_comma_likely = table.delimiter == b';' && unsure > 0;
        let usual = if is_comma_likely { DecimalMark::Comma } else { DecimalMark::Point };
        let usual = MarkVotes { points, commas, unsure }.mark(usual);
        let doubtful = (0..votes.len()).map(|n| fraction::doubtful(table.column(n))).sum();
        let mark = |n: usize| fraction::mark_of(&table.column(n), doubtful).unwrap_or_else(|| votes[n].mark(usual));
        (0..votes.len()).map(|n| Self::of(table, n, mark(n))).collect()
    }

    /// The profile of one column.
    pub fn of(table: &Table, column: usize, mark: DecimalMark) -> Self {
        let numbers = Vec::with_capacity(table.rows.len());
        let mut profile = Self { name: table.names[column].clone(), mark, numbers, ..Self::default() };
        table.column(column).for_each(|cell| profile.add(cell));
        profile
    }

    fn add(&mut self, cell: &str) {
        if number::is_blank(cell) {
            self.numbers.push(None);
            return;
        }
        self.filled += 1;
        let number = self.number(cell);
        self.numbers.push(number);
        self.add_time(cell);
        self.add_text(cell);
    }

    /// Counts a number. Its value is `None` where it means that there is none: Databento writes the largest number
    /// then.
    fn number(&mut self, cell: &str) -> Option<f64> {
        let parsed = number::parse(cell, self.mark);
        self.numeric += usize::from(parsed != Err(DecimalError::NotANumber));
        let value = parsed.ok()?;
        if value.mantissa == i64::MAX {
            return None;
        }
        self.has_decimals |= value.decimals > 0;
        self.divisor = greatest_common_divisor(self.divisor, value.mantissa.unsigned_abs());
        Some(value.mantissa as f64 / 10f64.powi(i32::from(value.decimals)))
    }

    fn add_time(&mut self, cell: &str) {
        let orders = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd];
        match orders.into_iter().find_map(|order| TimeFormat::of(cell, order)) {
            Some(TimeFormat::Epoch(unit)) => {
                let time = TimeFormat::Epoch(unit).parse(cell);
                let year = time.map(|time| 1970 + time.ts.0 / NANOS_PER_YEAR);
                self.epochs[unit as usize] += usize::from(year.is_some_and(|year| PLAUSIBLE_YEARS.contains(&year)));
            }
            Some(format) => self.add_date(cell, format),
            None => {
                let is_date = is_date(cell);
                self.dated += usize::from(is_date);
                self.clocks += usize::from(!is_date && looks_like_clock(cell));
            }
        }
    }

    fn add_date(&mut self, cell: &str, format: TimeFormat) {
        self.dated += 1;
        self.iso += usize::from(format == TimeFormat::Iso);
        if let Some(time) = format.parse(cell) {
            self.with_clock += usize::from(time.has_clock);
            self.zoned += usize::from(time.has_zone);
        }
    }

    fn add_text(&mut self, cell: &str) {
        let are_many = cell.bytes().filter(|byte| *byte == b'.').count() >= MANGLED_MARKS;
        self.mangled +=
            usize::from(are_many && cell.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte)));
        if self.texts.len() < MAX_TEXTS {
            let text = cell.to_lowercase();
            if !self.texts.contains(&text) {
                self.texts.push(text);
            }
        } else {
            self.has_more_texts = true;
        }
    }

    /// Returns whether a count of cells is most of those filled.
    pub const fn are_most(&self, count: usize) -> bool {
        self.filled > 0 && count * 100 >= self.filled * MOST_CELLS
    }

    /// Returns whether a count of cells is half of those filled, which is enough where a name says the same.
    pub const fn are_half(&self, count: usize) -> bool {
        self.filled > 0 && count * 100 >= self.filled * HALF_OF_CELLS
    }

    pub const fn is_numeric(&self) -> bool {
        self.are_half(self.numeric)
    }

    /// Numbers without decimals, or no numbers at all.
    pub const fn are_integers(&self) -> bool {
        !self.has_decimals
    }

    /// Numbers whose decimal point a spreadsheet has lost, or that are too large for prices anyway.
    pub fn is_mangled(&self) -> bool {
        let are_no_prices = || {
            let (min, max) = (self.min(), self.max());
            self.numbers.iter().flatten().count() == 0 || max >= LARGEST_PRICE || max > min * MANGLED_SPREAD
        };
        self.are_half(self.mangled) && self.dated == 0 && are_no_prices()
    }

    /// The unit of counts since 1970, where most cells are such.
    pub fn epoch_unit(&self) -> Option<TimeUnit> {
        self.are_most(self.epochs.iter().sum()).then(|| self.usual_unit())
    }

    /// The unit of counts since 1970, where half of the cells are such, which is enough under a name for times.
    pub fn epoch_unit_of_half(&self) -> Option<TimeUnit> {
        self.are_half(self.epochs.iter().sum()).then(|| self.usual_unit())
    }

    fn usual_unit(&self) -> TimeUnit {
        TimeUnit::OF_CLOCKS.into_iter().max_by_key(|unit| self.epochs[*unit as usize]).unwrap_or(TimeUnit::Seconds)
    }

    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.numbers.iter().flatten().copied()
    }

    pub fn max(&self) -> f64 {
        self.values().fold(f64::MIN, f64::max)
    }

    pub fn min(&self) -> f64 {
        self.values().fold(f64::MAX, f64::min)
    }

    /// Returns whether all cells are among these words.
    pub fn are_all(&self, words: &[&str]) -> bool {
        !self.texts.is_empty() && !self.has_more_texts && self.texts.iter().all(|text| words.contains(&text.as_str()))
    }

    /// The share of steps from row to row for which a condition holds.
    pub fn share_of_steps(&self, holds: impl Fn(f64, f64) -> bool) -> f64 {
        let values: Vec<f64> = self.values().collect();
        let count = values.windows(2).filter(|pair| holds(pair[0], pair[1])).count();
        if values.len() < 2 { 1.0 } else { count as f64 / (values.len() - 1) as f64 }
    }

    /// The median move from row to row, as a share of the value.
    pub fn median_move(&self) -> f64 {
        let values: Vec<f64> = self.values().filter(|value| *value != 0.0).collect();
        let mut moves: Vec<f64> = values.windows(2).map(|pair| ((pair[1] - pair[0]) / pair[0]).abs()).collect();
        moves.sort_unstable_by(f64::total_cmp);
        moves.get(moves.len() / 2).copied().unwrap_or(0.0)
    }
}

/// Counts of cells that can only have decimal points, that can only have decimal commas, and that have commas which
/// may be either.
struct MarkVotes {
    points: usize,
    commas: usize,
    unsure: usize,
}

impl MarkVotes {
    fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut votes = Self { points: 0, commas: 0, unsure: 0 };
        for cell in cells.filter(|cell| cell.contains([',', '.'])) {
            let reads = |mark| number::parse(cell, mark).is_ok();
            match (reads(DecimalMark::Point), reads(DecimalMark::Comma)) {
                (true, false) => votes.points += 1,
                (false, true) => votes.commas += 1,
                (true, true) if !cell.contains('.') => votes.unsure += 1,
                (true, true) | (false, false) => {}
            }
        }
        votes
    }

    /// The mark with the most votes, or `usual` where they are equal.
    fn mark(&self, usual: DecimalMark) -> DecimalMark {
        match self.points.cmp(&self.commas) {
            Ordering::Less => DecimalMark::Comma,
            Ordering::Greater => DecimalMark::Point,
            Ordering::Equal => usual,
        }
    }
}

const fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
