//! The events of one symbol, second by second, and what follows from them: its history and the levels of its book.

pub mod arrivals;
pub mod block;
pub mod depth;
pub mod history;
pub mod output;
pub mod quotes;
pub mod signs;
pub mod sizes;
pub mod symbol_sim;
