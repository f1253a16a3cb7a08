//! What the values of a column look like. Floats here weigh evidence; no price is made of them.

use super::table::Table;
use crate::feed::replay::number::{self, DecimalMark};
use crate::feed::replay::times::{DateOrder, TimeFormat, TimeUnit, looks_like_clock};

/// What one cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Blank,
    Number,
    Time,
    Clock,
    Text,
}

impl Type {
    pub const ALL: [Self; 5] = [Self::Blank, Self::Number, Self::Time, Self::Clock, Self::Text];
}

pub fn type_of(cell: &str) -> Type {
    if number::is_blank(cell) {
        return Type::Blank;
    }
    let is_number = |mark| number::parse(cell, mark).is_ok();
    if is_number(DecimalMark::Point) || is_number(DecimalMark::Comma) {
        Type::Number
    } else if is_date(cell) {
        Type::Time
    } else if looks_like_clock(cell) || cell.eq_ignore_ascii_case("inf") || cell.eq_ignore_ascii_case("-inf") {
        Type::Clock
    } else {
        Type::Text
    }
}

fn is_date(cell: &str) -> bool {
    let dated = |order| matches!(TimeFormat::of(cell, order), Some(TimeFormat::Iso | TimeFormat::Text(_)));
    dated(DateOrder::Mdy) || dated(DateOrder::Dmy)
}

/// Epoch counts of these years are taken for times without being named so.
const PLAUSIBLE_YEARS: std::ops::Range<i64> = 1990..2045;
const NANOS_PER_YEAR: i64 = 31_556_952_000_000_000;
/// Marks between thousands, of which no price has so many.
const MANGLED_MARKS: usize = 3;

#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub filled: usize,
    pub mark: DecimalMark,
    /// Each row's number under that mark.
    pub numbers: Vec<Option<f64>>,
    pub numeric: usize,
    pub are_integers: bool,
    /// Cells that are dates in either order, and how many of these have a clock.
    pub dated: usize,
    pub iso: usize,
    pub with_clock: usize,
    pub zoned: usize,
    pub clocks: usize,
    /// Cells that are counts since 1970 in plausible years, by unit.
    pub epochs: [usize; TimeUnit::ALL.len()],
    /// Numbers so broken by a spreadsheet that their size is lost.
    pub mangled: usize,
    /// Up to [`MAX_TEXTS`] different texts, in lower case.
    pub texts: Vec<String>,
    pub has_more_texts: bool,
    /// All figures, where they are exact whole numbers: what each can be divided by.
    pub divisor: u64,
}

const MAX_TEXTS: usize = 64;

impl Profile {
    pub fn all(table: &Table) -> Vec<Self> {
        let marks: Vec<(usize, usize, usize)> = (0..table.names.len()).map(|n| votes(table.column(n))).collect();
        let (points, commas) = marks.iter().fold((0, 0), |sum, vote| (sum.0 + vote.0, sum.1 + vote.1));
        let usual = match points.cmp(&commas) {
            std::cmp::Ordering::Less => DecimalMark::Comma,
            std::cmp::Ordering::Greater => DecimalMark::Point,
            // Where the comma does not part cells it is more often a decimal one.
            std::cmp::Ordering::Equal if table.delimiter == b';' && marks.iter().any(|vote| vote.2 > 0) => {
                DecimalMark::Comma
            }
            std::cmp::Ordering::Equal => DecimalMark::Point,
        };
        let one = |(n, (points, commas, _)): (usize, (usize, usize, usize))| {
            let mark = match points.cmp(&commas) {
                std::cmp::Ordering::Less => DecimalMark::Comma,
                std::cmp::Ordering::Greater => DecimalMark::Point,
                std::cmp::Ordering::Equal => usual,
            };
            Self::of(table, n, mark)
        };
        marks.into_iter().enumerate().map(one).collect()
    }

    pub fn of(table: &Table, column: usize, mark: DecimalMark) -> Self {
        let mut profile = Self {
            name: table.names[column].clone(),
            filled: 0,
            mark,
            numbers: Vec::with_capacity(table.rows.len()),
            numeric: 0,
            are_integers: true,
            dated: 0,
            iso: 0,
            with_clock: 0,
            zoned: 0,
            clocks: 0,
            epochs: [0; 4],
            mangled: 0,
            texts: Vec::new(),
            has_more_texts: false,
            divisor: 0,
        };
        table.column(column).for_each(|cell| profile.add(cell));
        profile
    }

    fn add(&mut self, cell: &str) {
        if number::is_blank(cell) {
            self.numbers.push(None);
            return;
        }
        self.filled += 1;
        self.add_number(cell);
        self.add_time(cell);
        let marks = |mark| cell.bytes().filter(|byte| *byte == mark).count() >= MANGLED_MARKS;
        self.mangled += usize::from(marks(b'.') || marks(b','));
        if self.texts.len() < MAX_TEXTS {
            let text = cell.to_lowercase();
            if !self.texts.contains(&text) {
                self.texts.push(text);
            }
        } else {
            self.has_more_texts = true;
        }
    }

    fn add_number(&mut self, cell: &str) {
        let Ok(value) = number::parse(cell, self.mark) else {
            self.numbers.push(None);
            return;
        };
        self.numeric += 1;
        if value.mantissa == i64::MAX {
            // The largest number is how Databento writes that there is none.
            self.numbers.push(None);
            return;
        }
        self.are_integers &= value.decimals == 0;
        self.divisor = divisor(self.divisor, value.mantissa.unsigned_abs());
        self.numbers.push(Some(value.mantissa as f64 / 10f64.powi(i32::from(value.decimals))));
    }

    fn add_time(&mut self, cell: &str) {
        match TimeFormat::of(cell, DateOrder::Mdy).or_else(|| TimeFormat::of(cell, DateOrder::Dmy)) {
            Some(TimeFormat::Epoch(unit)) => {
                let moment = TimeFormat::Epoch(unit).parse(cell);
                let year = moment.map(|moment| 1970 + moment.ts.0 / NANOS_PER_YEAR);
                self.epochs[unit as usize] += usize::from(year.is_some_and(|year| PLAUSIBLE_YEARS.contains(&year)));
            }
            Some(format) => self.add_date(cell, format),
            None => {
                let mdy = is_date(cell);
                self.dated += usize::from(mdy);
                self.clocks += usize::from(!mdy && looks_like_clock(cell));
            }
        }
    }

    fn add_date(&mut self, cell: &str, format: TimeFormat) {
        self.dated += 1;
        self.iso += usize::from(format == TimeFormat::Iso);
        if let Some(moment) = format.parse(cell) {
            self.with_clock += usize::from(moment.clock);
            self.zoned += usize::from(moment.zoned);
        }
    }

    /// Whether nearly all filled cells are such.
    pub const fn mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 10 >= self.filled * 8
    }

    /// Whether at least half the filled cells are such: what is broken now and then is still what it is.
    pub const fn half(&self, count: usize) -> bool {
        self.filled > 0 && count * 2 >= self.filled
    }

    pub const fn is_numeric(&self) -> bool {
        self.half(self.numeric)
    }

    pub const fn is_mangled(&self) -> bool {
        self.half(self.mangled)
    }

    pub fn epoch_unit(&self) -> Option<TimeUnit> {
        let unit = TimeUnit::ALL.into_iter().max_by_key(|unit| self.epochs[*unit as usize])?;
        self.mostly(self.epochs.iter().sum()).then_some(unit)
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

    /// Whether all cells are among these words.
    pub fn are_all(&self, words: &[&str]) -> bool {
        !self.texts.is_empty() && !self.has_more_texts && self.texts.iter().all(|text| words.contains(&text.as_str()))
    }

    /// The share of steps from row to row for which something holds.
    pub fn steps(&self, holds: impl Fn(f64, f64) -> bool) -> f64 {
        let values: Vec<f64> = self.values().collect();
        let count = values.windows(2).filter(|pair| holds(pair[0], pair[1])).count();
        if values.len() < 2 { 1.0 } else { count as f64 / (values.len() - 1) as f64 }
    }

    /// The median of how much values move from row to row, as a share of their size.
    pub fn restlessness(&self) -> f64 {
        let values: Vec<f64> = self.values().filter(|value| *value != 0.0).collect();
        let mut moves: Vec<f64> = values.windows(2).map(|pair| ((pair[1] - pair[0]) / pair[0]).abs()).collect();
        moves.sort_unstable_by(f64::total_cmp);
        moves.get(moves.len() / 2).copied().unwrap_or(0.0)
    }
}

/// How many cells can only have decimal points, how many only decimal commas, and how many have commas that
/// may be either.
fn votes<'a>(cells: impl Iterator<Item = &'a str>) -> (usize, usize, usize) {
    let (mut points, mut commas, mut unsure) = (0, 0, 0);
    for cell in cells.filter(|cell| cell.contains([',', '.'])) {
        let reads = |mark| number::parse(cell, mark).is_ok();
        match (reads(DecimalMark::Point), reads(DecimalMark::Comma)) {
            (true, false) => points += 1,
            (false, true) => commas += 1,
            (true, true) if !cell.contains('.') => unsure += 1,
            (true, true) | (false, false) => {}
        }
    }
    (points, commas, unsure)
}

const fn divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
