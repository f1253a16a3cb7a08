//! From a line to a row: its time, symbol and exact numbers, read by a layout.
//!
//! `row` reads any row. `fast_path` reads rows of bare trades and quotes in one pass over their bytes. `quantize` turns
//! exact decimals into counts of tick sizes and lot steps.

mod cell_values;
mod fast_path;
pub mod quantize;
mod row;
mod side;
mod symbol_index;
mod values;

pub use self::fast_path::{FastPath, FastRowReader, SYMBOL_WORDS_BYTES};
pub use self::quantize::{Grid, QuantizedBar, QuantizedLevel, QuantizedRow, RowBody};
pub use self::row::{LineKind, Rows};
pub use self::symbol_index::SymbolIndex;
#[cfg(test)]
pub use self::values::TradeValues;
pub use self::values::{BarValues, LevelChange, LevelValues, QuoteValues, RowValues};
