//! The market as it stands: instruments, ticks, bars, day statistics.
//!
//! Pure: no tokio, no serde, no wall clock, no I/O, and nothing here can fail. The only time it knows
//! is the one a tick carries, so the same events always give the same market.
//!
//! Not here: where ticks come from (`feed`), who is told (`fanout`), how it is written (`wire`).

mod bar;
mod day;
mod depth;
mod instrument;
mod notice;
mod opening;
mod price;
mod ring;
#[cfg(test)]
pub mod sample;
mod state;
mod tick;
mod time;

pub use bar::Bar;
pub use day::DayStats;
pub use depth::{DEPTH_LEVELS, Depth, DepthModel, Ladder, Level, Levels};
pub use instrument::{AssetClass, Instrument, InstrumentId, PriceBasis};
pub use notice::{ActiveScenario, Headline, Notice};
pub use opening::{HistoryBar, MarketOpening};
pub use price::{Decimal, DecimalError, Increment, MAX_DECIMALS, Price, Size};
pub use ring::{Ring, Since};
pub use state::{InstrumentState, Market, MarketLimits, Series, Top};
pub use tick::{Quote, Side, Tick, TickKind, Trade};
pub use time::{Interval, Timestamp};
