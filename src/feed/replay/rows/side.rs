//! The words of cells that tell a side.

use super::values::LevelChange;
use crate::market::Side;

/// The aggressor that a cell names. With `is_maker`, the cell is true where the buyer was the maker.
pub fn aggressor(cell: &[u8], is_maker: bool) -> Option<Side> {
    if is_maker {
        return (!cell.is_empty()).then(|| if is_true(cell) { Side::Sell } else { Side::Buy });
    }
    const BUY: [&str; 5] = ["buy", "b", "bid", "buyer", "1"];
    const SELL: [&str; 6] = ["sell", "s", "ask", "a", "seller", "-1"];
    match cell.first()? {
        b'b' | b'B' | b'1' => is_one_of(cell, &BUY).then_some(Side::Buy),
        b's' | b'S' | b'a' | b'A' | b'-' => is_one_of(cell, &SELL).then_some(Side::Sell),
        _ => None,
    }
}

/// Returns whether a level is a bid; `None` where the cell names no side of the book.
pub fn is_bid(cell: &[u8]) -> Option<bool> {
    if is_one_of(cell, &["bid", "b", "buy"]) {
        return Some(true);
    }
    is_one_of(cell, &["ask", "a", "sell", "s", "offer"]).then_some(false)
}

/// The change that a word means to a level, and whether it removes the level.
pub fn change(cell: &[u8]) -> (LevelChange, bool) {
    if is_true(cell) || is_one_of(cell, &["snap", "snapshot", "partial", "full", "image"]) {
        return (LevelChange::Snapshot, false);
    }
    (LevelChange::Update, is_one_of(cell, &["delete", "deleted", "remove", "removed", "del", "rem"]))
}

/// Returns true if a cell means yes.
pub fn is_true(cell: &[u8]) -> bool {
    cell == b"1" || cell.eq_ignore_ascii_case(b"true") || cell.eq_ignore_ascii_case(b"t")
}

fn is_one_of(cell: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()))
}
