//! Rows in time order, where the file has them otherwise: sorted in memory up to a bound, and on disk beyond it.
//!
//! On disk each row has the same length, so that playing can begin at any row. Sorted runs are written one after the
//! other into a temporary file and merged into a second one, which all sorted files share ([`SortSpace`]). It ends with
//! the program.

mod record;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use self::record::RECORD_BYTES;
use crate::feed::replay::rows::{QuantizedRow, RowBody};

const BUFFER_BYTES: usize = 64 * 1024;

/// Rows in time order. Rows of equal times are in the order in which they were added.
pub enum Sorted {
    Memory(Vec<QuantizedRow>),
    /// A file, for one reader at a time, and the rows of it.
    Disk(Arc<Mutex<File>>, Range<u64>),
}

/// The room for the sorted rows of all files together.
#[derive(Debug)]
pub struct SortSpace {
    /// The rows that still fit in memory.
    rows_left: usize,
    /// The rows of all files that do not fit there.
    disk: Option<Arc<Mutex<File>>>,
    rows_on_disk: u64,
}

impl SortSpace {
    /// Keeps up to `max_rows` rows in memory.
    pub const fn new(max_rows: usize) -> Self {
        Self { rows_left: max_rows, disk: None, rows_on_disk: 0 }
    }

    fn keep(&mut self, rows: Vec<QuantizedRow>) -> io::Result<Sorted> {
        if rows.len() <= self.rows_left {
            self.rows_left -= rows.len();
            return Ok(Sorted::Memory(rows));
        }
        self.write(|put| rows.iter().try_for_each(put))
    }

    /// Writes rows behind those of the files before.
    fn write(
        &mut self,
        rows: impl FnOnce(&mut dyn FnMut(&QuantizedRow) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<Sorted> {
        let disk = match &self.disk {
            Some(disk) => Arc::clone(disk),
            None => Arc::clone(self.disk.insert(Arc::new(Mutex::new(tempfile::tempfile()?)))),
        };
        let from = self.rows_on_disk;
        let mut file = disk.lock();
        file.seek(SeekFrom::Start(from * RECORD_BYTES as u64))?;
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, &mut *file);
        let mut count = 0;
        rows(&mut |row| {
            count += 1;
            out.write_all(&record::encode(row))
        })?;
        out.flush()?;
        drop(out);
        drop(file);
        self.rows_on_disk += count;
        Ok(Sorted::Disk(disk, from..from + count))
    }
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
        // The parts of one row stay together.
        if self.rows.len() < self.max_rows || is_behind(&row) {
            self.rows.push(row);
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
        self.rows.push(row);
        Ok(())
    }

    fn sort(&mut self) {
        if self.reversed {
            self.rows.reverse();
            // The first part of a row comes first all the same.
            let of_one_row = |one: &QuantizedRow, _: &QuantizedRow| is_behind(one);
            self.rows.chunk_by_mut(of_one_row).for_each(<[_]>::reverse);
        }
        self.rows.sort_by_key(|row| row.ts);
    }

    /// Sorts all rows added, and keeps them in `space`.
    ///
    /// # Errors
    /// When the disk cannot be read or written.
    pub fn finish(mut self, space: &mut SortSpace) -> io::Result<Sorted> {
        self.sort();
        let Some(runs) = self.runs else { return space.keep(self.rows) };
        let file = runs.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut inputs = Vec::new();
        let mut from = 0;
        for length in &self.lengths {
            inputs.push(SortedRun::Disk(&file, DiskRows::new(from..from + length, usize::MAX)));
            from += length;
        }
        inputs.push(SortedRun::Memory(self.rows.into_iter()));
        if self.reversed {
            inputs.reverse();
        }
        space.write(|put| merge(inputs, put))
    }
}

/// A row is a further part of the row before.
const fn is_behind(row: &QuantizedRow) -> bool {
    matches!(row.body, RowBody::Behind { .. })
}

/// Merges runs. Of equal times the rows of earlier runs come first.
fn merge(mut runs: Vec<SortedRun<'_>>, put: &mut dyn FnMut(&QuantizedRow) -> io::Result<()>) -> io::Result<()> {
    let mut heads = Vec::with_capacity(runs.len());
    let mut due = BinaryHeap::with_capacity(runs.len());
    for (n, run) in runs.iter_mut().enumerate() {
        let head = run.next()?;
        due.extend(head.map(|row| Reverse((row.ts, n))));
        heads.push(head);
    }
    while let Some(Reverse((_, n))) = due.pop() {
        if let Some(row) = heads[n].take() {
            put(&row)?;
        }
        heads[n] = runs[n].next()?;
        due.extend(heads[n].map(|row| Reverse((row.ts, n))));
    }
    Ok(())
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
    /// The rows read at a time.
    at_once: u64,
}

impl DiskRows {
    fn new(rows: Range<u64>, at_once: usize) -> Self {
        let at_once = at_once.clamp(1, BUFFER_BYTES / RECORD_BYTES) as u64;
        Self { left: rows, buffer: Vec::new(), at: 0, at_once }
    }

    /// The index of the next row.
    const fn position(&self) -> u64 {
        self.left.start - ((self.buffer.len() - self.at) / RECORD_BYTES) as u64
    }

    fn next(&mut self, mut file: &File) -> io::Result<Option<QuantizedRow>> {
        if self.at == self.buffer.len() {
            let rows = (self.left.end - self.left.start).min(self.at_once);
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
    /// The reader, and the place of the first row.
    Disk(DiskRows, u64),
}

impl Sorted {
    /// Reads the rows from index `from` on, `at_once` at a time.
    pub fn rows(&self, from: u64, at_once: usize) -> SortedRows {
        match self {
            Self::Memory(_) => SortedRows::Memory(from),
            Self::Disk(_, rows) => {
                let first = rows.start.saturating_add(from).min(rows.end);
                SortedRows::Disk(DiskRows::new(first..rows.end, at_once), rows.start)
            }
        }
    }
}

impl SortedRows {
    /// The index of the next row.
    pub const fn position(&self) -> u64 {
        match self {
            Self::Memory(next) => *next,
            Self::Disk(rows, start) => rows.position() - *start,
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
            (Self::Disk(rows, _), Sorted::Disk(file, _)) => rows.next(&file.lock()),
            _ => Ok(None),
        }
    }
}
