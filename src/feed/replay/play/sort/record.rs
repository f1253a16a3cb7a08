//! A row as a record of fixed length: time, symbol, kind and flags, then up to six numbers.

use std::io;

use crate::feed::replay::rows::{LevelChange, QuantizedBar, QuantizedLevel, QuantizedRow, RowBody};
use crate::market::{Price, Quote, Side, Size, Timestamp, Trade};

/// The length of a record.
pub const RECORD_BYTES: usize = 64;

const SYMBOL_AT: usize = 8;
const KIND_AT: usize = 12;
const FLAGS_AT: usize = 13;
const NUMBERS_AT: usize = 14;

const BAR: u8 = 0;
const TICKS: u8 = 1;
const LEVEL: u8 = 2;
const BEHIND: u8 = 3;

/// Flags of a row of ticks.
const HAS_TRADE: u8 = 1;
const HAS_QUOTE: u8 = 1 << 1;
const HAS_SIDE: u8 = 1 << 2;
const IS_BUY: u8 = 1 << 3;
const HAS_BID: u8 = 1 << 4;
const HAS_ASK: u8 = 1 << 5;
/// Flags of a level.
const IS_BID: u8 = 1;
/// The bits from which on the flags of a level have its change.
const CHANGE_AT: u8 = 1;

/// Writes a row as a record.
pub fn encode(row: &QuantizedRow) -> [u8; RECORD_BYTES] {
    let mut bytes = [0; RECORD_BYTES];
    bytes[..SYMBOL_AT].copy_from_slice(&row.ts.0.to_le_bytes());
    bytes[SYMBOL_AT..KIND_AT].copy_from_slice(&row.symbol.to_le_bytes());
    let (kind, flags, numbers) = match &row.body {
        RowBody::Behind { nth, levels } => {
            let mut numbers = ticks_numbers(None, Some(*levels));
            numbers[0] = u64::from(*nth).to_le_bytes();
            (BEHIND, ticks_flags(None, Some(*levels)), numbers)
        }
        RowBody::Bar(bar) => (BAR, 0, bar_numbers(bar)),
        RowBody::Ticks { trade, quote } => (TICKS, ticks_flags(*trade, *quote), ticks_numbers(*trade, *quote)),
        RowBody::Level(level) => {
            let flags = flag(level.is_bid, IS_BID) | (level.change as u8) << CHANGE_AT;
            (LEVEL, flags, [level.price.0.to_le_bytes(), level.size.0.to_le_bytes(), [0; 8], [0; 8], [0; 8], [0; 8]])
        }
    };
    (bytes[KIND_AT], bytes[FLAGS_AT]) = (kind, flags);
    bytes[NUMBERS_AT..NUMBERS_AT + 48].copy_from_slice(numbers.as_flattened());
    bytes
}

const fn flag(is_set: bool, bit: u8) -> u8 {
    if is_set { bit } else { 0 }
}

fn bar_numbers(bar: &QuantizedBar) -> [[u8; 8]; 6] {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(|price| price.0.to_le_bytes());
    [open, high, low, close, bar.volume.0.to_le_bytes(), [0; 8]]
}

fn ticks_flags(trade: Option<Trade>, quote: Option<Quote>) -> u8 {
    let side = trade.and_then(|trade| trade.side);
    flag(trade.is_some(), HAS_TRADE)
        | flag(quote.is_some(), HAS_QUOTE)
        | flag(side.is_some(), HAS_SIDE)
        | flag(side == Some(Side::Buy), IS_BUY)
        | flag(quote.is_some_and(|quote| quote.bid.is_some()), HAS_BID)
        | flag(quote.is_some_and(|quote| quote.ask.is_some()), HAS_ASK)
}

fn ticks_numbers(trade: Option<Trade>, quote: Option<Quote>) -> [[u8; 8]; 6] {
    let trade = trade.unwrap_or(Trade { price: Price(0), size: Size(0), side: None });
    let quote = quote.unwrap_or_default();
    let [bid, ask] = [quote.bid, quote.ask].map(|price| price.unwrap_or_default());
    [
        trade.price.0.to_le_bytes(),
        trade.size.0.to_le_bytes(),
        bid.0.to_le_bytes(),
        ask.0.to_le_bytes(),
        quote.bid_size.0.to_le_bytes(),
        quote.ask_size.0.to_le_bytes(),
    ]
}

/// Reads a record of [`encode`].
///
/// # Errors
/// When it is none.
pub fn decode(bytes: &[u8]) -> io::Result<QuantizedRow> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the sorted rows on disk were changed");
    let bytes: &[u8; RECORD_BYTES] = bytes.try_into().map_err(|_| damaged())?;
    let number = |n: usize| std::array::from_fn(|byte| bytes[NUMBERS_AT + 8 * n + byte]);
    let price = |n| Price(i64::from_le_bytes(number(n)));
    let size = |n| Size(u64::from_le_bytes(number(n)));
    let has = |bit: u8| bytes[FLAGS_AT] & bit != 0;
    let quote = || Quote {
        bid: has(HAS_BID).then_some(price(2)),
        ask: has(HAS_ASK).then_some(price(3)),
        bid_size: size(4),
        ask_size: size(5),
    };
    let body = match bytes[KIND_AT] {
        BAR => RowBody::Bar(QuantizedBar {
            open: price(0),
            high: price(1),
            low: price(2),
            close: price(3),
            volume: size(4),
        }),
        TICKS => {
            let side = if has(IS_BUY) { Side::Buy } else { Side::Sell };
            let trade = Trade { price: price(0), size: size(1), side: has(HAS_SIDE).then_some(side) };
            RowBody::Ticks { trade: has(HAS_TRADE).then_some(trade), quote: has(HAS_QUOTE).then_some(quote()) }
        }
        BEHIND => RowBody::Behind { nth: u8::try_from(size(0).0).map_err(|_| damaged())?, levels: quote() },
        LEVEL => RowBody::Level(QuantizedLevel {
            is_bid: has(IS_BID),
            change: LevelChange::from_repr(bytes[FLAGS_AT] >> CHANGE_AT).ok_or_else(damaged)?,
            price: price(0),
            size: size(1),
        }),
        _ => return Err(damaged()),
    };
    let ts = Timestamp(i64::from_le_bytes(std::array::from_fn(|byte| bytes[byte])));
    Ok(QuantizedRow { ts, symbol: u32::from_le_bytes(std::array::from_fn(|byte| bytes[SYMBOL_AT + byte])), body })
}
