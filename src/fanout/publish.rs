//! The one writer: hears the bus, moves the market on and fills the boards at each tier's beat.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::bell::Due;
use super::live::{Live, LiveMarket, wall_micros};
use super::tier::{Tier, TierId};
use crate::bus::{Heard, Reader};
use crate::market::{Event, FeedState, FeedStatus, Market, MarketLimits, Opening};

/// How often every session's bell rings, so that it can say it is alive each second.
const BEAT_EVERY: Duration = Duration::from_millis(500);

pub struct Publisher {
    reader: Reader<Event>,
    live: LiveMarket,
    limits: MarketLimits,
    tiers: Vec<Tier>,
    began: Instant,
}

impl Publisher {
    /// Waits for the feed's first epoch; `None` when the feed ends without one.
    pub async fn open(mut reader: Reader<Event>, limits: MarketLimits) -> Option<Self> {
        loop {
            match reader.next().await? {
                Heard::Item(Event::Opening(opening)) => {
                    let live = LiveMarket::new(open_live(&opening, limits));
                    let tiers = TierId::all().map(Tier::new).collect();
                    let mut publisher = Self { reader, live, limits, tiers, began: Instant::now() };
                    publisher.open_tiers();
                    return Some(publisher);
                }
                Heard::Item(_) | Heard::Gap { .. } => {}
            }
        }
    }

    pub fn live(&self) -> LiveMarket {
        self.live.clone()
    }

    /// Runs for ever: after the end of the feed the last state goes on being served.
    pub async fn run(mut self) {
        let mut beat = interval(BEAT_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut feed_lives = true;
        let mut ended = false;
        loop {
            let due = self.next_due();
            tokio::select! {
                heard = self.reader.next(), if feed_lives => match heard {
                    Some(heard) => {
                        ended = matches!(heard, Heard::Item(Event::End(_)));
                        self.hear(heard);
                    }
                    None => {
                        feed_lives = false;
                        if !ended {
                            self.feed_broke();
                        }
                    }
                },
                () = sleep_until(due.unwrap_or(self.began)), if due.is_some() => {}
                _ = beat.tick() => self.live.bells().ring(Due::BEAT),
            }
            self.publish_due();
        }
    }

    fn hear(&mut self, heard: Heard<Event>) {
        let now = self.began.elapsed();
        match heard {
            Heard::Item(Event::Ticks(ticks)) => {
                let mut live = self.live.write();
                for tick in ticks.iter() {
                    live.market.apply(tick);
                    self.tiers.iter_mut().for_each(|tier| tier.mark(tick.instrument, now));
                }
            }
            Heard::Item(Event::Clock(market_time)) => {
                self.live.write().market.advance(market_time);
                self.tiers.iter_mut().for_each(|tier| tier.mark_bars(now));
            }
            Heard::Item(Event::End(status)) => self.finish(status),
            Heard::Item(Event::Opening(opening)) => {
                self.live.reopen(open_live(&opening, self.limits));
                self.open_tiers();
            }
            Heard::Gap { missed } => {
                self.live.add_bus_gap(missed);
                tracing::error!(
                    missed,
                    "batches were lost between feed and market: bars and volumes are short of them"
                );
            }
        }
    }

    /// No tick follows in this epoch: what forms is final.
    fn finish(&mut self, status: Arc<FeedStatus>) {
        {
            let mut live = self.live.write();
            live.market.finish();
            live.status = status;
        }
        let now = self.began.elapsed();
        self.tiers.iter_mut().for_each(|tier| tier.mark_bars(now));
        self.live.bells().ring(Due::FEED);
    }

    /// The feed is gone without a word: it broke, and nobody should take the last prices for live ones.
    fn feed_broke(&mut self) {
        tracing::error!("the feed stopped without an end");
        let status = FeedStatus::clone(&self.live.read().status);
        let fault = Some("the feed stopped by a fault of its own".to_owned());
        self.finish(Arc::new(FeedStatus { state: FeedState::Failed, fault, ..status }));
    }

    fn open_tiers(&mut self) {
        let instruments = self.live.read().market.instruments().len();
        self.tiers.iter_mut().for_each(|tier| tier.open(instruments));
    }

    /// The next beat that somebody listens to. A tier without listeners keeps its marks.
    fn next_due(&self) -> Option<Instant> {
        let heard = TierId::all().zip(&self.tiers).filter(|(id, _)| self.live.bells().has_listeners(*id));
        heard.filter_map(|(_, tier)| tier.due()).min().map(|due| self.began + due)
    }

    fn publish_due(&mut self) {
        let now = self.began.elapsed();
        for (id, tier) in TierId::all().zip(&mut self.tiers) {
            if !self.live.bells().has_listeners(id) {
                continue;
            }
            if let Some(due) = tier.take(now) {
                self.live.board_mut(id).encode(due, &self.live.read().market, wall_micros());
                self.live.bells().ring(Due::tier(id));
            }
        }
    }
}

fn open_live(opening: &Opening, limits: MarketLimits) -> Live {
    Live { market: Market::open(opening, limits), status: Arc::clone(&opening.status) }
}
