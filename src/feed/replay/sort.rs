//! Rows in time order where the file has them otherwise: in memory up to a bound, and past it on disk.
//!
//! On disk a row has a fixed length, so that playing can begin at any of them. Sorted runs are written one
//! after the other into a temporary file and merged into a second one; both are gone with the program.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use super::place::{Body, Placed, PlacedBar, PlacedLevel};
use crate::market::{Price, Quote, Side, Size, Timestamp, Trade};

/// The bytes of a row on disk.
const RECORD: usize = 64;
const BUFFER_BYTES: usize = 64 * 1024;

/// Rows in time order; those of one moment in the order in which they were added.
pub enum Sorted {
    Memory(Vec<Placed>),
    Disk(File, u64),
}

/// Takes rows in any order.
pub struct Sorter {
    rows: Vec<Placed>,
    max_rows: usize,
    runs: Option<BufWriter<File>>,
    /// How many rows each run on disk has.
    lengths: Vec<u64>,
    /// Rows come newest first: those of one moment are turned round, too.
    reversed: bool,
}

impl Sorter {
    pub const fn new(max_rows: usize, reversed: bool) -> Self {
        Self { rows: Vec::new(), max_rows, runs: None, lengths: Vec::new(), reversed }
    }

    /// # Errors
    /// When the disk does not take it.
    pub fn add(&mut self, row: Placed) -> io::Result<()> {
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
            runs.write_all(&encode(&row))?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        if self.reversed {
            self.rows.reverse();
        }
        self.rows.sort_by_key(|row| row.ts);
    }

    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.sort();
        let Some(runs) = self.runs else { return Ok(Sorted::Memory(self.rows)) };
        let file = runs.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut merged = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
        let mut inputs = Vec::new();
        let mut from = 0;
        for length in &self.lengths {
            inputs.push(Run::Disk(&file, Stretch::new(from..from + length)));
            from += length;
        }
        inputs.push(Run::Memory(self.rows.into_iter()));
        if self.reversed {
            inputs.reverse();
        }
        let count = merge(inputs, |row| merged.write_all(&encode(row)))?;
        let file = merged.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Sorted::Disk(file, count))
    }
}

/// Merges runs; of equal times the rows of earlier runs come first.
fn merge(mut runs: Vec<Run<'_>>, mut put: impl FnMut(&Placed) -> io::Result<()>) -> io::Result<u64> {
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

enum Run<'a> {
    Memory(std::vec::IntoIter<Placed>),
    Disk(&'a File, Stretch),
}

impl Run<'_> {
    fn next(&mut self) -> io::Result<Option<Placed>> {
        match self {
            Self::Memory(rows) => Ok(rows.next()),
            Self::Disk(file, stretch) => stretch.next(file),
        }
    }
}

/// Rows of a file on disk, read some at a time. Each reading begins with a seek, so that several may share one
/// handle.
#[derive(Debug)]
pub struct Stretch {
    /// The rows still on disk.
    left: Range<u64>,
    buffer: Vec<u8>,
    at: usize,
}

impl Stretch {
    const fn new(rows: Range<u64>) -> Self {
        Self { left: rows, buffer: Vec::new(), at: 0 }
    }

    /// The index of the next row.
    const fn position(&self) -> u64 {
        self.left.start - ((self.buffer.len() - self.at) / RECORD) as u64
    }

    fn next(&mut self, mut file: &File) -> io::Result<Option<Placed>> {
        if self.at == self.buffer.len() {
            let rows = (self.left.end - self.left.start).min((BUFFER_BYTES / RECORD) as u64);
            if rows == 0 {
                return Ok(None);
            }
            self.buffer.resize(rows as usize * RECORD, 0);
            file.seek(SeekFrom::Start(self.left.start * RECORD as u64))?;
            file.read_exact(&mut self.buffer)?;
            self.left.start += rows;
            self.at = 0;
        }
        let record = &self.buffer[self.at..self.at + RECORD];
        self.at += RECORD;
        decode(record).map(Some)
    }
}

/// Reads sorted rows from any of them on.
#[derive(Debug)]
pub enum SortedRows {
    Memory(u64),
    Disk(Stretch),
}

impl Sorted {
    /// The rows from the `from`th on.
    pub fn rows(&self, from: u64) -> SortedRows {
        match self {
            Self::Memory(_) => SortedRows::Memory(from),
            Self::Disk(_, count) => SortedRows::Disk(Stretch::new(from.min(*count)..*count)),
        }
    }
}

impl SortedRows {
    /// The index of the next row.
    pub const fn position(&self) -> u64 {
        match self {
            Self::Memory(next) => *next,
            Self::Disk(stretch) => stretch.position(),
        }
    }

    /// # Errors
    /// When the disk does not give it.
    pub fn next(&mut self, sorted: &Sorted) -> io::Result<Option<Placed>> {
        match (self, sorted) {
            (Self::Memory(next), Sorted::Memory(rows)) => {
                let row = usize::try_from(*next).ok().and_then(|next| rows.get(next)).copied();
                *next += u64::from(row.is_some());
                Ok(row)
            }
            (Self::Disk(stretch), Sorted::Disk(file, _)) => stretch.next(file),
            _ => Ok(None),
        }
    }
}

const BAR: u8 = 0;
const TICKS: u8 = 1;
const LEVEL: u8 = 2;

fn encode(row: &Placed) -> [u8; RECORD] {
    let mut out = Record { bytes: [0; RECORD], at: 0 };
    out.put(&row.ts.0.to_le_bytes());
    out.put(&row.symbol.to_le_bytes());
    match &row.body {
        Body::Bar(bar) => {
            out.put(&[BAR, 0]);
            [bar.open, bar.high, bar.low, bar.close].iter().for_each(|price| out.put(&price.0.to_le_bytes()));
            out.put(&bar.volume.0.to_le_bytes());
        }
        Body::Ticks { trade, quote } => {
            let side = trade.and_then(|trade| trade.side);
            let flags = u8::from(trade.is_some())
                | u8::from(quote.is_some()) << 1
                | u8::from(side.is_some()) << 2
                | u8::from(side == Some(Side::Buy)) << 3
                | u8::from(quote.is_some_and(|quote| quote.bid.is_some())) << 4
                | u8::from(quote.is_some_and(|quote| quote.ask.is_some())) << 5;
            out.put(&[TICKS, flags]);
            let trade = trade.unwrap_or(Trade { price: Price(0), size: Size(0), side: None });
            let quote = quote.unwrap_or_default();
            out.put(&trade.price.0.to_le_bytes());
            out.put(&trade.size.0.to_le_bytes());
            [quote.bid, quote.ask].iter().for_each(|price| out.put(&price.unwrap_or_default().0.to_le_bytes()));
            [quote.bid_size, quote.ask_size].iter().for_each(|size| out.put(&size.0.to_le_bytes()));
        }
        Body::Level(level) => {
            out.put(&[LEVEL, u8::from(level.is_bid) | u8::from(level.is_snapshot) << 1]);
            out.put(&level.price.0.to_le_bytes());
            out.put(&level.size.0.to_le_bytes());
        }
    }
    out.bytes
}

fn decode(bytes: &[u8]) -> io::Result<Placed> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the sorted rows on disk were changed");
    let number = |n: usize| -> io::Result<[u8; 8]> {
        let from = 14 + 8 * n;
        bytes.get(from..from + 8).and_then(|b| b.try_into().ok()).ok_or_else(damaged)
    };
    let price = |n| number(n).map(|bytes| Price(i64::from_le_bytes(bytes)));
    let size = |n| number(n).map(|bytes| Size(u64::from_le_bytes(bytes)));
    let ts = bytes.get(..8).and_then(|b| b.try_into().ok()).ok_or_else(damaged)?;
    let symbol = bytes.get(8..12).and_then(|b| b.try_into().ok()).ok_or_else(damaged)?;
    let flags = bytes[13];
    let has = |bit: u8| flags & 1 << bit != 0;
    let body = match bytes[12] {
        BAR => Body::Bar(PlacedBar {
            open: price(0)?,
            high: price(1)?,
            low: price(2)?,
            close: price(3)?,
            volume: size(4)?,
        }),
        TICKS => {
            let side = if has(3) { Side::Buy } else { Side::Sell };
            let trade = Trade { price: price(0)?, size: size(1)?, side: has(2).then_some(side) };
            let bid = price(2)?;
            let ask = price(3)?;
            let quote = Quote {
                bid: has(4).then_some(bid),
                ask: has(5).then_some(ask),
                bid_size: size(4)?,
                ask_size: size(5)?,
            };
            Body::Ticks { trade: has(0).then_some(trade), quote: has(1).then_some(quote) }
        }
        LEVEL => Body::Level(PlacedLevel { is_bid: has(0), is_snapshot: has(1), price: price(0)?, size: size(1)? }),
        _ => return Err(damaged()),
    };
    Ok(Placed { ts: Timestamp(i64::from_le_bytes(ts)), symbol: u32::from_le_bytes(symbol), body })
}

struct Record {
    bytes: [u8; RECORD],
    at: usize,
}

impl Record {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = Placed> {
        let numbers = prop::array::uniform4(any::<i64>());
        let sizes = prop::array::uniform3(any::<u64>());
        (0i64..20, any::<u32>(), numbers, sizes, any::<u8>(), 0u8..3).prop_map(|(ts, symbol, n, s, flags, which)| {
            let has = |bit: u8| flags & 1 << bit != 0;
            let body = match which {
                0 => Body::Bar(PlacedBar {
                    open: Price(n[0]),
                    high: Price(n[1]),
                    low: Price(n[2]),
                    close: Price(n[3]),
                    volume: Size(s[0]),
                }),
                1 => Body::Ticks {
                    trade: has(0).then_some(Trade {
                        price: Price(n[0]),
                        size: Size(s[0]),
                        side: has(1).then_some(if has(2) { Side::Buy } else { Side::Sell }),
                    }),
                    quote: has(3).then_some(Quote {
                        bid: has(4).then_some(Price(n[1])),
                        ask: has(5).then_some(Price(n[2])),
                        bid_size: Size(s[1]),
                        ask_size: Size(s[2]),
                    }),
                },
                _ => Body::Level(PlacedLevel {
                    is_bid: has(0),
                    is_snapshot: has(1),
                    price: Price(n[0]),
                    size: Size(s[0]),
                }),
            };
            Placed { ts: Timestamp(ts), symbol, body }
        })
    }

    fn sorted(rows: &[Placed], max_rows: usize, reversed: bool, from: u64) -> Vec<Placed> {
        let mut sorter = Sorter::new(max_rows, reversed);
        rows.iter().for_each(|row| sorter.add(*row).unwrap());
        let sorted = sorter.finish().unwrap();
        let mut reader = sorted.rows(from);
        std::iter::from_fn(|| reader.next(&sorted).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn rows_read_back_from_disk(row in row()) {
            prop_assert_eq!(decode(&encode(&row)).unwrap(), row);
        }

        #[test]
        fn sorting_on_disk_is_sorting_in_memory(
            rows in prop::collection::vec(row(), 0..60),
            max_rows in 1usize..20,
            reversed in any::<bool>(),
            from in 0u64..70,
        ) {
            let mut want = rows.clone();
            if reversed {
                want.reverse();
            }
            want.sort_by_key(|row| row.ts);
            prop_assert_eq!(&sorted(&rows, max_rows, reversed, 0), &want);
            prop_assert_eq!(&sorted(&rows, usize::MAX, reversed, from), &want[want.len().min(from as usize)..]);
            prop_assert_eq!(&sorted(&rows, max_rows, reversed, from), &want[want.len().min(from as usize)..]);
        }
    }
}
