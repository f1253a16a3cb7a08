//! The way from ticks to encoded updates.
//!
//! One [`Publisher`] receives the feed's events, moves the market on and, at each flush of a tier, encodes each changed
//! symbol once. Sessions hold a [`LiveMarket`] and take from its caches what they have not sent yet, by their cursors.

mod conflate;
mod cursors;
mod incoming;
mod lag;
mod live_market;
mod notify;
mod pending_flags;
mod publisher;
mod quote_cache;
mod sync;
mod tick_log;

pub use conflate::{RATES, Tier, TierId, grant};
pub use cursors::{BarsCursor, DepthCursor, NoticesCursor, QuotesCursor, TradesCursor};
pub use lag::{LAG_BOUNDS, LagHistogram};
pub use live_market::{CACHED_SYMBOL_BYTES, Live, LiveMarket, SHARED_HISTORY_BYTES, WallClock, wall_micros};
pub use notify::{Due, Notifier, ThrottleCounts, ThrottleLevel};
pub use publisher::{HELD_BATCHES, Publisher};
pub use quote_cache::{AnyQuoteCache, MESSAGE_SYMBOLS, QUOTE_BYTES, QuoteCache};
pub use tick_log::{AnyTickLog, DEFAULT_TICKS, LOGGED_TICK_BYTES, Taken, TickLog};
