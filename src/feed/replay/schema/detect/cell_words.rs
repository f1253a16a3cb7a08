//! Words of cells that tell the role of their column, in lower case.

/// The sides of trades and quotes.
pub const SIDES: [&str; 9] = ["buy", "sell", "b", "s", "bid", "ask", "a", "buyer", "seller"];
/// The sides, also as numbers.
pub const SIDES_AND_NUMBERS: [&str; 12] =
    ["buy", "sell", "b", "s", "bid", "ask", "a", "buyer", "seller", "1", "-1", "0"];
/// The sides of the levels of an order book.
pub const BOOK_SIDES: [&str; 7] = ["bid", "ask", "b", "a", "buy", "sell", "s"];
/// The changes of an order book.
pub const BOOK_CHANGES: [&str; 21] = [
    "snap", "snapshot", "partial", "full", "image", "set", "update", "updated", "l2update", "delta", "delete",
    "deleted", "remove", "removed", "insert", "inserted", "add", "added", "change", "changed", "modify",
];
/// The directions of LOBSTER's messages.
pub const DIRECTIONS: [&str; 2] = ["1", "-1"];
/// The types of LOBSTER's messages.
pub const MESSAGE_TYPES: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
/// The actions of an order book that are trades.
pub const TRADE_ACTIONS: [&str; 2] = ["t", "f"];
pub const BOOLEANS: [&str; 2] = ["true", "false"];
/// Calls and puts, and the marks of futures beside them.
pub const OPTION_TYPES: [&str; 10] = ["c", "p", "call", "put", "calls", "puts", "ce", "pe", "xx", "fut"];
