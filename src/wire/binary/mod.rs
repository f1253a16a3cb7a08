//! The binary format of the frequent messages; `docs/PROTOCOL.md` describes the layout.
//!
//! A message begins with a fixed header. The numbers after it are varints. Prices and sizes are whole numbers in units
//! of their symbol's last digit, and a symbol is its index in the list of the epoch.

#[cfg(any(test, fuzzing))]
pub mod decode;
mod quotes;
mod series;
mod varint;

pub use quotes::{BinaryQuote, BinaryQuotes};
pub use series::{bars_message, depth_message, heartbeat_message, trades_message};

/// The first byte of a message: its kind.
const UPDATE: u8 = 1;
const SNAPSHOT: u8 = 2;
const BARS: u8 = 3;
const TRADES: u8 = 4;
const HEARTBEAT: u8 = 5;
const DEPTH: u8 = 6;

/// The length of the header: kind, marks, number of entries, `ts_sent`, `epoch`.
const HEADER: usize = 20;
/// The position of the number of entries.
const COUNT_AT: usize = 2;

/// The mark of the first message of a series.
const MARK_SNAPSHOT: u8 = 1;
/// The mark of depth whose time is known.
const MARK_TIME: u8 = 2;
/// The mark of a heartbeat with a lag.
const MARK_LAG: u8 = 4;

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
