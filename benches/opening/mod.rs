//! The opening of a source's market, as the feed would announce it. A module of the benches, not one of them.

use std::sync::Arc;

use tickcast::feed::SourceInfo;
use tickcast::market::{
    FeedState, FeedStatus, HistoryBar, Levels, Market, MarketLimits, Opening, Outline, Speed, Stamps,
};

/// A market of what `info` lists, with these bars behind it.
pub fn market(info: SourceInfo, history: Vec<HistoryBar>, levels: Levels) -> Market {
    let status = FeedStatus {
        source: info.kind,
        name: info.name,
        state: FeedState::Playing,
        speed: Speed::Max,
        looping: false,
        revision: 0,
        seekable: false,
        skip_dead_time: false,
        stamps: Stamps::Original,
        shift: 0,
        seed: info.seed,
        start: info.start,
        end: info.end,
        rows_refused: 0,
        refused: Arc::new([]),
        catalogue: None,
        outline: Outline::default(),
        fault: None,
    };
    let opening = Opening { epoch: 1, instruments: info.instruments, history, levels, status: Arc::new(status) };
    Market::open(&opening, MarketLimits::default())
}
