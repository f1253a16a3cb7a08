//! The one writer: hears the bus, moves the market on and fills the caches at each tier's beat.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::conflate::{Tier, TierId};
use super::live_market::{GROUPS, Live, LiveMarket, wall_micros};
use super::notify::Due;
use crate::bus::{self, Received};
use crate::control::{FeedEvent, FeedState, FeedStatus, Opening, Seeked};
use crate::market::{InstrumentId, Market, MarketLimits, Tick};
use crate::wire::Format;

/// How often every session's notifier rings, so that it can say it is alive each second.
const HEARTBEAT_EVERY: Duration = Duration::from_millis(500);

pub struct Publisher {
    reader: bus::Receiver<FeedEvent>,
    live: LiveMarket,
    limits: MarketLimits,
    conflaters: Vec<Conflater>,
    /// In which formats somebody wants every tick, as [`Format::ALL`] has them.
    every: [bool; Format::ALL.len()],
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
    /// Waits for the feed's first epoch; `None` when the feed ends without one. Keeps so many `ticks` for those
    /// who want each.
    pub async fn open(mut reader: bus::Receiver<FeedEvent>, limits: MarketLimits, ticks: usize) -> Option<Self> {
        loop {
            match reader.recv().await? {
                Received::Item(FeedEvent::Opening(opening)) => {
                    let live = LiveMarket::new(open_live(&opening, limits), ticks);
                    let (conflaters, every, due, began) = (conflaters(), [false; 2], Vec::new(), Instant::now());
                    let mut publisher = Self { reader, live, limits, conflaters, every, due, began };
                    publisher.open_tiers();
                    return Some(publisher);
                }
                Received::Item(_) | Received::Gap { .. } => {}
            }
        }
    }

    pub fn live(&self) -> LiveMarket {
        self.live.clone()
    }

    /// Runs for ever: after the end of the feed the last state goes on being served.
    pub async fn run(mut self) {
        let mut beat = interval(HEARTBEAT_EVERY / GROUPS as u32);
        let mut groups = (0..GROUPS).cycle();
        // Catches up, so that each group's half second stays one.
        beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut feed_lives = true;
        loop {
            let due = self.next_due();
            tokio::select! {
                heard = self.reader.recv(), if feed_lives => match heard {
                    Some(heard) => {
                        self.hear(heard);
                        self.live.publish_revision();
                    }
                    None => {
                        feed_lives = false;
                        if !self.live.read().status.state.is_over() {
                            self.feed_broke();
                        }
                    }
                },
                () = sleep_until(due.unwrap_or(self.began)), if due.is_some() => {}
                _ = beat.tick() => groups.next().into_iter().for_each(|group| self.live.notifiers(group).notify(Due::HEARTBEAT)),
            }
            self.publish_due();
        }
    }

    fn hear(&mut self, heard: Received<FeedEvent>) {
        let now = self.began.elapsed();
        self.find_listeners(now);
        let mut active = self.conflaters.iter_mut().filter(|conflater| conflater.active);
        match heard {
            Received::Item(FeedEvent::Ticks(ticks)) => {
                apply(&self.live, &ticks, self.every);
                let mut merged = 0;
                for conflater in active {
                    if conflater.id == TierId::EVERY {
                        conflater.tier.mark_bars(now);
                        continue;
                    }
                    merged += ticks.iter().filter(|tick| conflater.tier.mark(tick.instrument, now)).count();
                }
                self.live.add_merged(merged as u64);
            }
            Received::Item(FeedEvent::Clock(market_time)) => {
                self.live.write().market.advance(market_time);
                active.by_ref().for_each(|conflater| conflater.tier.mark_bars(now));
            }
            Received::Item(FeedEvent::Seeked(seeked)) => {
                let Seeked { market, status } = Arc::unwrap_or_clone(seeked);
                self.live.reopen(Live { market, status });
                self.open_tiers();
            }
            Received::Item(FeedEvent::Status(status)) => {
                self.live.write().status = status;
                self.live.notify_all(Due::FEED);
            }
            Received::Item(FeedEvent::Notices(happenings)) => {
                let market = &mut self.live.write().market;
                happenings.iter().for_each(|happening| market.add_notice(happening));
                self.live.notify_all(Due::NOTICE);
            }
            Received::Item(FeedEvent::End(status)) => self.finish(status),
            Received::Item(FeedEvent::Opening(opening)) => {
                self.live.reopen(open_live(&opening, self.limits));
                self.open_tiers();
            }
            Received::Gap { missed } => {
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
        self.live.notify_all(Due::FEED);
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
        for conflater in &mut self.conflaters {
            // Whoever gets each tick needs no marks of what has changed.
            conflater.tier.open(if conflater.id == TierId::EVERY { 0 } else { instruments });
        }
    }

    /// A tier that finds its first listener, or its first in a format, has much to show.
    fn find_listeners(&mut self, now: Duration) {
        let mut every = [0; Format::ALL.len()];
        for Conflater { group, id, tier, active, formats } in &mut self.conflaters {
            let listeners = self.live.notifiers(*group).listeners(*id);
            let listened = listeners.map(|count| count > 0);
            if listened.iter().zip(formats.iter()).any(|(now, before)| *now && !before) {
                tier.mark_all(now);
            }
            (*active, *formats) = (listened.contains(&true), listened);
            if *id == TierId::EVERY {
                every.iter_mut().zip(listeners).for_each(|(sum, count)| *sum += count);
            }
        }
        self.follow_every(every);
    }

    /// The logs are kept for those who listen; who comes to a new one finds that it begins anew.
    fn follow_every(&mut self, listeners: [usize; Format::ALL.len()]) {
        let listened = listeners.map(|count| count > 0);
        if listened[0] != self.every[0] {
            self.live.json_ticks().forget();
        }
        if listened[1] != self.every[1] {
            self.live.binary_ticks().forget();
        }
        self.every = listened;
        let window = TierId::EVERY.interval(listeners.iter().sum());
        let every = self.conflaters.iter_mut().filter(|conflater| conflater.id == TierId::EVERY);
        every.for_each(|conflater| conflater.tier.set_interval(window));
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
                self.due.clear();
                self.due.extend(ids);
                let (notifiers, at) = (self.live.notifiers(*group), self.began + due);
                if *id == TierId::EVERY {
                    notifiers.notify_flush(*id, at);
                    continue;
                }
                // The time of the schedule and not of the deed: lateness is to be seen.
                let late = i64::try_from((now - due).as_micros()).unwrap_or(0);
                let market = &self.live.read().market;
                let ts_sent = wall_micros() - late;
                self.live.add_encoded(self.due.len() as u64);
                let [json, binary] = *formats;
                if json {
                    self.live.json_mut(*group, *id).encode(&self.due, market, ts_sent);
                }
                if binary {
                    self.live.binary_mut(*group, *id).encode(&self.due, market, ts_sent);
                }
                self.live.flush_lags().add(at.elapsed());
                notifiers.notify_flush(*id, at);
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

/// Moves the market on, and logs each tick in the formats in which somebody wants `every`.
fn apply(live: &LiveMarket, ticks: &[Tick], every: [bool; Format::ALL.len()]) {
    let [json, binary] = every;
    // Taken before the market's: who has seen the market as it is then finds its ticks in the log.
    let mut json = json.then(|| live.json_ticks());
    let mut binary = binary.then(|| live.binary_ticks());
    let market = &mut live.write().market;
    if json.is_none() && binary.is_none() {
        market.apply_all(ticks);
        return;
    }
    let (now, ts_heard) = (live.now(), wall_micros());
    json.iter_mut().for_each(|log| log.begin(ticks.len(), now, ts_heard));
    binary.iter_mut().for_each(|log| log.begin(ticks.len(), now, ts_heard));
    for tick in ticks {
        market.apply(tick);
        json.iter_mut().for_each(|log| log.push(tick.instrument, market));
        binary.iter_mut().for_each(|log| log.push(tick.instrument, market));
    }
}

fn open_live(opening: &Opening, limits: MarketLimits) -> Live {
    Live { market: Market::open(&opening.market, limits), status: Arc::clone(&opening.status) }
}
