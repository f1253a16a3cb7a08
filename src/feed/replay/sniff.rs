//! What a file is: its delimiter, its columns, the kind of its rows, how its times are written.
//!
//! Told by evidence: the delimiter that makes most sense of the header, the time format that most of the
//! first rows are written in.

use std::io::BufRead;

use super::cells::Cells;
use super::columns::{Columns, Field, Shape};
use super::error::{Problem, echo};
use super::lines::{Fit, Lines};
use super::number;
use super::open::read_problem;
use super::times::{EpochUnit, TimeFormat};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows are looked at to tell the time format.
const SAMPLE_ROWS: usize = 500;

/// How the rows of one file are to be read.
#[derive(Clone, Debug)]
pub struct Layout {
    pub delimiter: u8,
    pub columns: Columns,
    pub width: usize,
    pub header_line: u64,
    pub shape: Shape,
    pub time: usize,
    /// The clock's own column, where `time` holds but the date.
    pub clock: Option<usize>,
    pub time_format: TimeFormat,
    pub symbol: Option<usize>,
}

/// Reads the header and the first rows.
///
/// # Errors
/// When the file cannot be read, or no row of it could be played.
pub fn sniff<R: BufRead>(lines: &mut Lines<R>, max_line_bytes: usize) -> Result<Layout, Problem> {
    let header = loop {
        match lines.advance().map_err(|e| read_problem(e, lines.number()))? {
            None => return Err(Problem::Empty),
            Some(Fit::TooLong) => return Err(Problem::HeaderTooLong { limit: max_line_bytes }),
            Some(Fit::Whole) if lines.text().trim_ascii().is_empty() => {}
            Some(Fit::Whole) => break String::from_utf8_lossy(lines.text()).into_owned(),
        }
    };
    let line = lines.number();
    let (delimiter, cells, columns) = read_header(&header);
    if columns.found() == 0 && cells.iter().any(|cell| number::parse(cell).is_ok() || TimeFormat::of(cell).is_some()) {
        return Err(Problem::NoHeader { line, found: echo(header.as_bytes()) });
    }
    let (date, clock) = (columns.get(Field::Date), columns.get(Field::Time));
    let no_time = || Problem::NoTimeColumn { line, columns: columns.list() };
    let time = date.or(clock).ok_or_else(no_time)?;
    if columns.are_book_changes() {
        return Err(Problem::BookChanges);
    }
    let shape = columns.shape().ok_or_else(|| Problem::NoPriceColumn { line, columns: columns.list() })?;
    let mut layout = Layout {
        delimiter,
        width: cells.len(),
        header_line: line,
        shape,
        time,
        clock: None,
        time_format: TimeFormat::Iso,
        symbol: columns.get(Field::Symbol),
        columns,
    };
    layout.read_sample(lines, clock)?;
    Ok(layout)
}

/// Reads the header by the delimiter that finds most fields in it and, among equals, most cells.
fn read_header(header: &str) -> (u8, Cells, Columns) {
    let readings = DELIMITERS.into_iter().rev().map(|delimiter| {
        let mut cells = Cells::default();
        // A header with an open quote is read as far as it goes: its columns are then not found.
        let _ = cells.split(header, delimiter);
        let columns = Columns::of(&cells);
        (delimiter, cells, columns)
    });
    readings
        .max_by_key(|(_, cells, columns)| (columns.found(), cells.len()))
        .expect("invariant: there is more than one delimiter")
}

impl Layout {
    /// Tells from the first rows how times are written, and whether date and clock are apart.
    fn read_sample<R: BufRead>(&mut self, lines: &mut Lines<R>, time: Option<usize>) -> Result<(), Problem> {
        let mut cells = Cells::default();
        let (mut whole, mut dates) = (Votes::default(), Votes::default());
        let (mut rows, mut clocks) = (0, 0);
        while rows < SAMPLE_ROWS
            && let Some(fit) = lines.advance().map_err(|e| read_problem(e, lines.number()))?
        {
            if lines.text().trim_ascii().is_empty() {
                continue;
            }
            rows += 1;
            let text = std::str::from_utf8(lines.text()).unwrap_or_default();
            if fit == Fit::TooLong || cells.split(text, self.delimiter).is_err() {
                continue;
            }
            dates.add(cells.get(self.time));
            whole.add(time.map_or("", |index| cells.get(index)));
            clocks += usize::from(time.is_some_and(|index| looks_like_clock(cells.get(index))));
        }
        if rows == 0 {
            return Err(Problem::NoRows { line: self.header_line });
        }
        self.clock = time.filter(|index| *index != self.time && clocks > whole.total());
        if let (Some(index), None) = (time, self.clock) {
            (self.time, dates) = (index, whole);
        }
        self.time_format = dates.winner();
        Ok(())
    }
}

fn looks_like_clock(cell: &str) -> bool {
    matches!(cell.as_bytes(), [b'0'..=b'2', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9', ..])
}

/// How many cells are written in each time format.
#[derive(Default)]
struct Votes {
    iso: usize,
    epoch: [usize; EpochUnit::ALL.len()],
}

impl Votes {
    fn add(&mut self, cell: &str) {
        match TimeFormat::of(cell) {
            Some(TimeFormat::Iso) => self.iso += 1,
            Some(TimeFormat::Epoch(unit)) => self.epoch[unit as usize] += 1,
            None => {}
        }
    }

    fn total(&self) -> usize {
        self.iso + self.epoch.iter().sum::<usize>()
    }

    fn winner(&self) -> TimeFormat {
        let unit = EpochUnit::ALL.into_iter().max_by_key(|unit| self.epoch[*unit as usize]);
        match unit {
            Some(unit) if self.epoch[unit as usize] > self.iso => TimeFormat::Epoch(unit),
            _ => TimeFormat::Iso,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Result<(u8, TimeFormat, Option<usize>), &str>) {
        let got = sniff(&mut Lines::new(text.as_bytes(), 1_000), 1_000);
        match (got, want) {
            (Ok(layout), Ok(want)) => {
                assert_eq!((layout.delimiter, layout.time_format, layout.clock), want, "{text:?}")
            }
            (Err(problem), Err(want)) => assert!(problem.to_string().contains(want), "{text:?}: {problem}"),
            (got, _) => panic!("{text:?}: {got:?}"),
        }
    }

    #[test]
    fn delimiter_and_time_format_are_told_by_evidence() {
        let millis = TimeFormat::Epoch(EpochUnit::Millis);
        check("time,price\n2020-01-01,5\n", Ok((b',', TimeFormat::Iso, None)));
        check("time;price\n1465862400098;5\n", Ok((b';', millis, None)));
        check("time\tprice, last\tbid\n2020-01-01\t5\t4\n", Ok((b'\t', TimeFormat::Iso, None)));
        check("time|price\nnoise|5\n1465862400098|5\n", Ok((b'|', millis, None)));
        check("date,time,price\n2020-01-01,09:30,5\n", Ok((b',', TimeFormat::Iso, Some(1))));
        check("date,timestamp,price\n2020-01-01,1465862400098,5\n", Ok((b',', millis, None)));
    }

    #[test]
    fn what_cannot_be_played_is_told() {
        check("\n\n", Err("is empty"));
        check("time,price\n\n", Err("no rows"));
        check("2020-01-01,5\n", Err("holds data where column names are expected"));
        check("when,price\n1,2\n", Err("no column holds the time; the columns are `when`, `price`"));
        check("time,colour\n1,red\n", Err("no column holds a price; the columns are `time`, `colour`"));
        check(&"x".repeat(2_000), Err("longer than 1000 bytes"));
    }
}
