//! The one writer: hears the bus, moves the market on and fills the boards at each tier's beat.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::bell::Due;
use super::live::{GROUPS, Live, LiveMarket, wall_micros};
use super::tier::{Tier, TierId};
use crate::bus::{Heard, Reader};
use crate::market::{Event, FeedState, FeedStatus, InstrumentId, Market, MarketLimits, Opening, Seeked};
use crate::wire::Format;

/// How often every session's bell rings, so that it can say it is alive each second.
const BEAT_EVERY: Duration = Duration::from_millis(500);

pub struct Publisher {
    reader: Reader<Event>,
    live: LiveMarket,
    limits: MarketLimits,
    conflaters: Vec<Conflater>,
    /// The symbols of one beat.
    due: Vec<InstrumentId>,
    began: Instant,
}

/// The tier of one group of sessions.
struct Conflater {
    group: usize,
    id: TierId,
    tier: Tier,
    /// Somebody listens; otherwise nothing is marked or encoded.
    active: bool,
    /// In which formats, as [`Format::ALL`] has them.
    formats: [bool; Format::ALL.len()],
}

impl Publisher {
    /// Waits for the feed's first epoch; `None` when the feed ends without one.
    pub async fn open(mut reader: Reader<Event>, limits: MarketLimits) -> Option<Self> {
        loop {
            match reader.next().await? {
                Heard::Item(Event::Opening(opening)) => {
                    let live = LiveMarket::new(open_live(&opening, limits));
                    let mut publisher =
                        Self { reader, live, limits, conflaters: conflaters(), due: Vec::new(), began: Instant::now() };
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
        let mut beat = interval(BEAT_EVERY / GROUPS as u32);
        let mut groups = (0..GROUPS).cycle();
        // Catches up, so that each group's half second stays one.
        beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut feed_lives = true;
        loop {
            let due = self.next_due();
            tokio::select! {
                heard = self.reader.next(), if feed_lives => match heard {
                    Some(heard) => {
                        self.hear(heard);
                        self.live.show_revision();
                    }
                    None => {
                        feed_lives = false;
                        if !self.live.read().status.state.is_over() {
                            self.feed_broke();
                        }
                    }
                },
                () = sleep_until(due.unwrap_or(self.began)), if due.is_some() => {}
                _ = beat.tick() => groups.next().into_iter().for_each(|group| self.live.bells(group).ring(Due::BEAT)),
            }
            self.publish_due();
        }
    }

    fn hear(&mut self, heard: Heard<Event>) {
        let now = self.began.elapsed();
        self.find_listeners(now);
        let mut active = self.conflaters.iter_mut().filter(|conflater| conflater.active);
        match heard {
            Heard::Item(Event::Ticks(ticks)) => {
                let mut live = self.live.write();
                ticks.iter().for_each(|tick| live.market.apply(tick));
                drop(live);
                for conflater in active {
                    ticks.iter().for_each(|tick| conflater.tier.mark(tick.instrument, now));
                }
            }
            Heard::Item(Event::Clock(market_time)) => {
                self.live.write().market.advance(market_time);
                active.by_ref().for_each(|conflater| conflater.tier.mark_bars(now));
            }
            Heard::Item(Event::Seeked(seeked)) => {
                let Seeked { market, status } = Arc::unwrap_or_clone(seeked);
                self.live.reopen(Live { market, status });
                self.open_tiers();
            }
            Heard::Item(Event::Status(status)) => {
                self.live.write().status = status;
                self.live.ring_all(Due::FEED);
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
        self.find_listeners(now);
        self.conflaters.iter_mut().for_each(|conflater| conflater.tier.mark_bars(now));
        self.live.ring_all(Due::FEED);
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
        self.conflaters.iter_mut().for_each(|conflater| conflater.tier.open(instruments));
    }

    /// A tier that finds its first listener, or its first in a format, has much to show.
    fn find_listeners(&mut self, now: Duration) {
        for Conflater { group, id, tier, active, formats } in &mut self.conflaters {
            let bells = self.live.bells(*group);
            let listened = Format::ALL.map(|format| bells.has_listeners(*id, format));
            if listened.iter().zip(formats.iter()).any(|(now, before)| *now && !before) {
                tier.mark_all(now);
            }
            (*active, *formats) = (listened.contains(&true), listened);
        }
    }

    /// The next beat that somebody listens to.
    fn next_due(&self) -> Option<Instant> {
        let active = self.conflaters.iter().filter(|conflater| conflater.active);
        active.filter_map(|conflater| conflater.tier.due()).min().map(|due| self.began + due)
    }

    fn publish_due(&mut self) {
        let now = self.began.elapsed();
        for Conflater { group, id, tier, formats, .. } in
            self.conflaters.iter_mut().filter(|conflater| conflater.active)
        {
            if let Some((due, ids)) = tier.take(now) {
                // The time of the schedule and not of the deed: lateness is to be seen.
                let late = i64::try_from((now - due).as_micros()).unwrap_or(0);
                let market = &self.live.read().market;
                let ts_sent = wall_micros() - late;
                self.due.clear();
                self.due.extend(ids);
                let [json, binary] = *formats;
                if json {
                    self.live.json_mut(*group, *id).encode(&self.due, market, ts_sent);
                }
                if binary {
                    self.live.binary_mut(*group, *id).encode(&self.due, market, ts_sent);
                }
                self.live.bells(*group).ring(Due::tier(*id));
            }
        }
    }
}

/// One for each group and tier; the first group hears the first change after a quiet time at once.
fn conflaters() -> Vec<Conflater> {
    let groups = (0..GROUPS).flat_map(|group| TierId::all().map(move |id| (group, id)));
    let phase = |group| (group > 0).then_some(group as f64 / GROUPS as f64);
    groups
        .map(|(group, id)| Conflater {
            group,
            id,
            tier: Tier::new(id, phase(group)),
            active: false,
            formats: [false; 2],
        })
        .collect()
}

fn open_live(opening: &Opening, limits: MarketLimits) -> Live {
    Live { market: Market::open(opening, limits), status: Arc::clone(&opening.status) }
}
