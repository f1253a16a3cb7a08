//! Events of a feed. The bus carries them.

use std::sync::Arc;

use super::status::FeedStatus;
use crate::market::{Market, MarketLimits, MarketOpening, Notice, Tick, Timestamp};

/// An event of a feed.
#[derive(Clone, Debug)]
pub enum FeedEvent {
    /// A new epoch: everything known before it is void.
    Opening(Arc<Opening>),
    /// Ticks that are due together, in time order.
    Ticks(Arc<[Tick]>),
    /// Market time has reached this moment: bars that ended before it are closed.
    Clock(Timestamp),
    /// The feed was paused, sped up or changed in another way. Earlier events stay valid.
    Status(Arc<FeedStatus>),
    /// Headlines and scenarios that began, in time order.
    Notices(Arc<[Notice]>),
    /// A new epoch that begins in the middle of the recording.
    Seeked(Arc<Seeked>),
    /// No tick follows in this epoch: the source has ended, or cannot be read any further.
    End(Arc<FeedStatus>),
}

/// The start of a feed, of its next loop, or of another feed.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The instruments and their history.
    pub market: MarketOpening,
    /// The limits of the market, until another feed opens.
    pub limits: MarketLimits,
    /// The state of the feed at its start.
    pub status: Arc<FeedStatus>,
}

/// The state after a seek.
#[derive(Clone, Debug)]
pub struct Seeked {
    /// The market of a new epoch, equal to one that was played from the start to here.
    pub market: Market,
    /// The state of the feed after the seek.
    pub status: Arc<FeedStatus>,
}
