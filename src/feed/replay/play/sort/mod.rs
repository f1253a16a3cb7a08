//! Rows in time order, where the file has them otherwise: sorted in memory up to a bound, and on disk beyond it.
//!
//! On disk each row has the same length, so that playing can begin at any row. Sorted runs are written one after the
//! other into a temporary file and merged into a second one. Both files end with the program.

mod record;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use parking_lot::Mutex;

use self::record::RECORD_BYTES;
use crate::feed::replay::rows::QuantizedRow;

const BUFFER_BYTES: usize = 64 * 1024;

/// Rows in time order. Rows of equal times are in the order in which they were added.
pub enum Sorted {
    Memory(Vec<QuantizedRow>),
    /// A file, for one reader at a time, and the number of its rows.
    Disk(Mutex<File>, u64),
}

/// Takes rows in any order and sorts them.
pub struct Sorter {
    rows: Vec<QuantizedRow>,
    max_rows: usize,
    runs: Option<BufWriter<File>>,
    /// The number of rows of each run on disk.
    lengths: Vec<u64>,
    /// Rows come newest first, so rows of equal times are reversed, too.
    reversed: bool,
}

impl Sorter {
    /// Sorts up to `max_rows` in memory; more are sorted on disk.
    pub const fn new(max_rows: usize, reversed: bool) -> Self {
        Self { rows: Vec::new(), max_rows, runs: None, lengths: Vec::new(), reversed }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn add(&mut self, row: QuantizedRow) -> io::Result<()> {
        self.rows.push(row);
        if self.rows.len() < self.max_rows {
            return Ok(());
        }
        self.sort();
        let runs = match &mut self.runs {
            Some(runs) => runs,
            none => none.insert(BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?)),
        };
        self.lengths.push(self.rows.len() as u64);
        for row in self.rows.drain(..) {
            runs.write_all(&record::encode(&row))?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        if self.reversed {
            self.rows.reverse();
        }
        self.rows.sort_by_key(|row| row.ts);
    }

    /// Sorts all rows added.
    ///
    /// # Errors
    /// When the disk cannot be read or written.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.sort();
        let Some(runs) = self.runs else { return Ok(Sorted::Memory(self.rows)) };
        let file = runs.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut merged = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
        let mut inputs = Vec::new();
        let mut from = 0;
        for length in &self.lengths {
            inputs.push(SortedRun::Disk(&file, DiskRows::new(from..from + length)));
            from += length;
        }
        inputs.push(SortedRun::Memory(self.rows.into_iter()));
        if self.reversed {
            inputs.reverse();
        }
        let count = merge(inputs, |row| merged.write_all(&record::encode(row)))?;
        let file = merged.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Sorted::Disk(Mutex::new(file), count))
    }
}

/// Merges runs. Of equal times the rows of earlier runs come first.
fn merge(mut runs: Vec<SortedRun<'_>>, mut put: impl FnMut(&QuantizedRow) -> io::Result<()>) -> io::Result<u64> {
    let mut heads = Vec::with_capacity(runs.len());
    let mut due = BinaryHeap::with_capacity(runs.len());
    for (n, run) in runs.iter_mut().enumerate() {
        let head = run.next()?;
        due.extend(head.map(|row| Reverse((row.ts, n))));
        heads.push(head);
    }
    let mut count = 0;
    while let Some(Reverse((_, n))) = due.pop() {
        if let Some(row) = heads[n].take() {
            put(&row)?;
            count += 1;
        }
        heads[n] = runs[n].next()?;
        due.extend(heads[n].map(|row| Reverse((row.ts, n))));
    }
    Ok(count)
}

enum SortedRun<'a> {
    Memory(std::vec::IntoIter<QuantizedRow>),
    Disk(&'a File, DiskRows),
}

impl SortedRun<'_> {
    fn next(&mut self) -> io::Result<Option<QuantizedRow>> {
        match self {
            Self::Memory(rows) => Ok(rows.next()),
            Self::Disk(file, rows) => rows.next(file),
        }
    }
}

/// A reader of rows on disk, some at a time. It seeks before it reads, so that several readers can share one file.
#[derive(Debug)]
pub struct DiskRows {
    /// The rows not yet read into the buffer.
    left: Range<u64>,
    buffer: Vec<u8>,
    at: usize,
}

impl DiskRows {
    const fn new(rows: Range<u64>) -> Self {
        Self { left: rows, buffer: Vec::new(), at: 0 }
    }

    /// The index of the next row.
    const fn position(&self) -> u64 {
        self.left.start - ((self.buffer.len() - self.at) / RECORD_BYTES) as u64
    }

    fn next(&mut self, mut file: &File) -> io::Result<Option<QuantizedRow>> {
        if self.at == self.buffer.len() {
            let rows = (self.left.end - self.left.start).min((BUFFER_BYTES / RECORD_BYTES) as u64);
            if rows == 0 {
                return Ok(None);
            }
            self.buffer.resize(rows as usize * RECORD_BYTES, 0);
            file.seek(SeekFrom::Start(self.left.start * RECORD_BYTES as u64))?;
            file.read_exact(&mut self.buffer)?;
            self.left.start += rows;
            self.at = 0;
        }
        let record = &self.buffer[self.at..self.at + RECORD_BYTES];
        self.at += RECORD_BYTES;
        record::decode(record).map(Some)
    }
}

/// A reader of sorted rows.
#[derive(Debug)]
pub enum SortedRows {
    Memory(u64),
    Disk(DiskRows),
}

impl Sorted {
    /// Reads the rows from index `from` on.
    pub fn rows(&self, from: u64) -> SortedRows {
        match self {
            Self::Memory(_) => SortedRows::Memory(from),
            Self::Disk(_, count) => SortedRows::Disk(DiskRows::new(from.min(*count)..*count)),
        }
    }
}

impl SortedRows {
    /// The index of the next row.
    pub const fn position(&self) -> u64 {
        match self {
            Self::Memory(next) => *next,
            Self::Disk(rows) => rows.position(),
        }
    }

    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn next(&mut self, sorted: &Sorted) -> io::Result<Option<QuantizedRow>> {
        match (self, sorted) {
            (Self::Memory(next), Sorted::Memory(rows)) => {
                let row = usize::try_from(*next).ok().and_then(|next| rows.get(next)).copied();
                *next += u64::from(row.is_some());
                Ok(row)
            }
            (Self::Disk(rows), Sorted::Disk(file, _)) => rows.next(&file.lock()),
            _ => Ok(None),
        }
    }
}
