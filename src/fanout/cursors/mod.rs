//! Cursors: the positions up to which a session was sent its subscriptions.

mod bars;
mod depth;
mod notices;
mod quotes;
mod trades;

pub use bars::BarsCursor;
pub use depth::DepthCursor;
pub use notices::NoticesCursor;
pub use quotes::QuotesCursor;
pub(super) use quotes::TickFit;
pub use trades::TradesCursor;
