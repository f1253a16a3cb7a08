//! The state of the market: instruments, ticks, bars, day statistics.
//!
//! Pure: no tokio, no serde, no wall clock, no I/O, no lock, and nothing here can fail. The only time is the one that
//! ticks carry, so the same events always give the same market.
//!
//! Not here: the sources of ticks (`feed`), the distribution of updates (`fanout`), their text (`wire`).

mod bar;
mod book;
mod budget;
mod day;
mod depth;
mod gather;
mod instrument;
mod instrument_set;
mod notice;
mod opening;
mod packed;
mod price;
mod ring;
#[cfg(test)]
pub mod sample;
mod series;
mod state;
mod tick;
mod time;

pub use bar::Bar;
pub use book::{BookEdit, BookStep, DEPTH_LEVELS, Depth, Ladder, Level};
pub use budget::MarketLimits;
pub use day::DayStats;
pub use depth::{DepthModel, Levels};
pub use gather::GatheredTicks;
pub use instrument::{AssetClass, Instrument, InstrumentId, PriceBasis};
pub use instrument_set::InstrumentSet;
pub use notice::{ActiveScenario, Headline, Notice};
pub use opening::{HistoryBar, MarketOpening};
pub use price::{Decimal, DecimalError, Increment, MAX_DECIMALS, Price, Size};
pub use ring::{Ring, Since};
pub use series::{CopiedSeries, Series};
pub use state::{InstrumentState, Market};
pub use tick::{Quote, Side, Tick, TickKind, Top, Trade};
pub use time::{Interval, Timestamp};
