//! From ticks to encoded updates.
//!
//! One [`Publisher`] hears the bus, moves the market on and, once per tier and beat, encodes each changed
//! symbol; sessions hold a [`LiveMarket`] and take from its boards what they have not sent yet.

mod bars;
mod bell;
mod board;
mod cursor;
mod depth;
mod lag;
mod live;
mod publish;
mod rung;
mod sync;
mod ticks;
mod tier;
mod trades;

pub use bars::BarsCursor;
pub use bell::{Bell, Due, Rungs};
pub use board::{Board, FRAME_SYMBOLS};
pub use cursor::QuotesCursor;
pub use depth::DepthCursor;
pub use lag::{LAG_BOUNDS, Lags};
pub use live::{Live, LiveMarket, wall_micros};
pub use publish::Publisher;
pub use ticks::{DEFAULT_TICKS, Taken, TickLog};
pub use tier::{RATES, Tier, TierId, grant};
pub use trades::TradesCursor;
