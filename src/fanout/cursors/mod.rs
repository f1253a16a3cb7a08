//! Cursors: the positions up to which a session was sent its subscriptions.

mod bars;
mod depth;
mod notices;
mod quotes;
mod seq_table;
mod symbols;
mod trades;

pub use bars::BarsCursor;
pub use depth::DepthCursor;
pub use notices::NoticesCursor;
pub use quotes::QuotesCursor;
pub(super) use seq_table::SeqTable;
pub(super) use symbols::TickFit;
pub use trades::TradesCursor;
