//! The opening of a source's market, as the feed would announce it. A module of the benches, not one of them.

use tickcast::feed::SourceInfo;
use tickcast::market::{HistoryBar, Levels, Market, MarketLimits, MarketOpening};

/// A market of the instruments of `info`, with these bars behind it.
pub fn market(info: SourceInfo, history: Vec<HistoryBar>, levels: Levels) -> Market {
    let SourceInfo { instruments, start, .. } = info;
    Market::open(&MarketOpening { epoch: 1, instruments, history, levels, start }, MarketLimits::default())
}
