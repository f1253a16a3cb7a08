//! The compact format of the frequent messages; `docs/PROTOCOL.md` has the layout.
//!
//! A frame begins with a fixed header. Numbers after it are varints, prices and sizes whole numbers of the
//! last digit that their symbol may have, and symbols stand as their place in the list of the epoch.

#[cfg(any(test, fuzzing))]
pub mod decode;
mod quotes;
mod series;
mod varint;

pub use quotes::BinaryQuote;
pub use series::{bars_frame, depth_frame, heartbeat_frame, trades_frame};

/// The first byte of a frame.
const UPDATE: u8 = 1;
const SNAPSHOT: u8 = 2;
const BARS: u8 = 3;
const TRADES: u8 = 4;
const HEARTBEAT: u8 = 5;
const DEPTH: u8 = 6;

/// Kind, marks, number of entries, `ts_sent`, `epoch`.
const HEADER: usize = 20;
const COUNT_AT: usize = 2;

/// The mark of a series' first message.
const MARK_SNAPSHOT: u8 = 1;
/// The mark of a book whose time is known.
const MARK_TIME: u8 = 2;

fn header(kind: u8, marks: u8, ts_sent: i64, epoch: u64, capacity: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + capacity);
    bytes.extend_from_slice(&[kind, marks, 0, 0]);
    bytes.extend_from_slice(&ts_sent.to_le_bytes());
    bytes.extend_from_slice(&epoch.to_le_bytes());
    bytes
}

fn set_count(bytes: &mut [u8], count: u16) {
    bytes[COUNT_AT..COUNT_AT + 2].copy_from_slice(&count.to_le_bytes());
}
