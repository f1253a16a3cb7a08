//! Turns ticks into encoded updates.
//!
//! One [`Publisher`] reads the bus, moves the market on and, at each flush of a tier, encodes each changed symbol
//! once. Sessions hold a [`LiveMarket`] and take from its caches what they have not sent yet.

mod conflate;
mod cursors;
mod lag;
mod live_market;
mod notify;
mod pending_flags;
mod publisher;
mod quote_cache;
mod sync;
mod tick_log;

pub use conflate::{RATES, Tier, TierId, grant};
pub use cursors::{BarsCursor, DepthCursor, QuotesCursor, TradesCursor};
pub use lag::{LAG_BOUNDS, LagHistogram};
pub use live_market::{Live, LiveMarket, wall_micros};
pub use notify::{Due, Notifier, ThrottleCounts};
pub use publisher::Publisher;
pub use quote_cache::{FRAME_SYMBOLS, QuoteCache};
pub use tick_log::{DEFAULT_TICKS, Taken, TickLog};
