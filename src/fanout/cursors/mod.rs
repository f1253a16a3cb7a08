//! Cursors: how far each subscription of a session was sent.

mod bars;
mod depth;
mod quotes;
mod trades;

pub use bars::BarsCursor;
pub use depth::DepthCursor;
pub use quotes::QuotesCursor;
pub use trades::TradesCursor;
