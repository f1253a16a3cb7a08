//! The one writer: hears the bus, moves the market on and fills the boards at each tier's beat.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::bell::Due;
use super::live::{LiveMarket, wall_micros};
use super::tier::{Tier, TierId};
use crate::bus::{Heard, Reader};
use crate::market::{Event, Market, MarketLimits};

/// How often every session's bell rings, so that it can say it is alive.
const BEAT_EVERY: Duration = Duration::from_secs(1);

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
                    let live = LiveMarket::new(Market::open(&opening, limits), opening.status.clone());
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
        loop {
            let due = self.next_due();
            tokio::select! {
                heard = self.reader.next(), if feed_lives => match heard {
                    Some(heard) => self.hear(heard),
                    None => feed_lives = false,
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
                let mut market = self.live.market_mut();
                for tick in ticks.iter() {
                    market.apply(tick);
                    self.tiers.iter_mut().for_each(|tier| tier.mark(tick.instrument, now));
                }
            }
            Heard::Item(Event::Clock(market_time)) => {
                self.live.market_mut().advance(market_time);
                self.tiers.iter_mut().for_each(|tier| tier.mark_bars(now));
            }
            Heard::Item(Event::End(status)) => {
                self.live.market_mut().finish();
                self.tiers.iter_mut().for_each(|tier| tier.mark_bars(now));
                self.live.set_status(status);
            }
            Heard::Item(Event::Opening(opening)) => {
                self.live.reopen(Market::open(&opening, self.limits), opening.status.clone());
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

    fn open_tiers(&mut self) {
        let instruments = self.live.market().instruments().len();
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
                self.live.board_mut(id).encode(due, &self.live.market(), wall_micros());
                self.live.bells().ring(Due::tier(id));
            }
        }
    }
}
