//! The one writer: it receives the feed's events, moves the market on, and flushes the tiers into the caches.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::conflate::{Tier, TierId};
use super::incoming::Incoming;
use super::live_market::{GROUPS, Live, LiveMarket, WallClock};
use super::notify::Due;
use crate::bus::{self, Received};
use crate::control::{FeedEvent, FeedState, FeedStatus, Opening, Seeked};
use crate::market::{GatheredTicks, InstrumentId, Market, Notice, Tick, Timestamp};
use crate::wire::PerFormat;

/// The time between two heartbeats of a group. A quiet session sends one every second.
const HEARTBEAT_EVERY: Duration = Duration::from_millis(500);

/// The most batches of ticks that are applied while the market is locked once.
const MAX_GATHERED: usize = 8;
/// The most batches in memory besides those that wait: the ones applied together, and the same ticks in order.
pub const HELD_BATCHES: usize = 2 * MAX_GATHERED;

/// The task between the bus and the sessions.
pub struct Publisher {
    events: Incoming,
    /// The batches that are applied together.
    batches: Vec<Arc<[Tick]>>,
    gathered: GatheredTicks,
    /// As many batches as are applied together were there.
    was_full: bool,
    /// Batches were applied together since the last heartbeat.
    was_gathered: bool,
    live: LiveMarket,
    conflaters: Vec<Conflater>,
    /// The formats whose tick log has readers.
    logged: PerFormat<bool>,
    /// The symbols of one flush, kept to allocate once.
    symbols: Vec<InstrumentId>,
    opened: Instant,
}

impl Publisher {
    /// Waits for the feed's first epoch; `None` if the feed ends without one. Keeps up to `ticks` ticks for sessions at
    /// the rate `every`. Messages carry the time of `clock`.
    pub async fn open(mut events: bus::Receiver<FeedEvent>, ticks: usize, clock: WallClock) -> Option<Self> {
        let opening = loop {
            if let Received::Item(FeedEvent::Opening(opening)) = events.recv().await? {
                break opening;
            }
        };
        let mut publisher = Self {
            events: Incoming::new(events),
            batches: Vec::new(),
            gathered: GatheredTicks::default(),
            was_full: false,
            was_gathered: false,
            live: LiveMarket::new(open_market(&opening), ticks, clock),
            conflaters: conflaters(),
            logged: PerFormat::default(),
            symbols: Vec::new(),
            opened: Instant::now(),
        };
        publisher.open_tiers();
        Some(publisher)
    }

    /// A handle to the market.
    pub fn live(&self) -> LiveMarket {
        self.live.clone()
    }

    /// Runs for ever: after the end of the feed, the last state is still served.
    pub async fn run(mut self) {
        let mut heartbeats = interval(HEARTBEAT_EVERY / GROUPS as u32);
        // Catches up, so that each group's time between heartbeats stays the same.
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut groups = (0..GROUPS).cycle();
        let mut has_feed = true;
        loop {
            let flush = self.next_flush();
            // In this order none starves: heartbeats are few, and each event is followed by the flushes that are due.
            tokio::select! {
                biased;
                _ = heartbeats.tick() => {
                    self.on_heartbeat(groups.next().expect("invariant: a cycle has no end"));
                }
                received = self.events.recv(), if has_feed => match received {
                    Some(received) => self.on_received(received),
                    None => {
                        has_feed = false;
                        self.on_feed_gone();
                    }
                },
                () = sleep_until(flush.unwrap_or(self.opened)), if flush.is_some() => {}
            }
            self.flush_due();
            // Behind a full group more waits already, and taking it costs no turn of this task.
            if std::mem::take(&mut self.was_full) {
                tokio::task::yield_now().await;
            }
        }
    }

    fn on_heartbeat(&mut self, group: usize) {
        // Also without an event: a session that comes to a tier while the feed is paused is served.
        self.update_listeners(self.opened.elapsed());
        if !std::mem::take(&mut self.was_gathered) {
            // A storm that is over leaves no memory behind.
            self.gathered = GatheredTicks::default();
        }
        let of_group = self.conflaters.iter_mut().filter(|conflater| conflater.group == group);
        of_group.for_each(|conflater| conflater.clear_unread(&self.live));
        self.live.notifiers(group).notify(Due::HEARTBEAT);
    }

    fn on_received(&mut self, received: Received<FeedEvent>) {
        let now = self.opened.elapsed();
        self.update_listeners(now);
        self.live.set_waiting_batches(self.events.waiting());
        match received {
            Received::Item(event) => self.on_event(event, now),
            Received::Gap { missed } => {
                self.live.add_bus_gap(missed);
                tracing::error!(missed, "batches of ticks were lost before the market: bars and volumes lack them");
            }
        }
        self.live.note_event();
        self.live.publish_revision();
    }

    fn on_event(&mut self, event: FeedEvent, now: Duration) {
        match event {
            FeedEvent::Ticks(ticks) => self.on_ticks(ticks, now),
            FeedEvent::Clock(market_time) => self.on_clock(market_time, now),
            FeedEvent::Notices(notices) => self.on_notices(&notices),
            FeedEvent::Status(status) => {
                self.live.write().status = status;
                self.live.notify_all(Due::FEED);
            }
            FeedEvent::Opening(opening) => self.begin_epoch(open_market(&opening)),
            FeedEvent::Seeked(seeked) => {
                let Seeked { market, status } = Arc::unwrap_or_clone(seeked);
                self.begin_epoch(Live { market, status });
            }
            FeedEvent::End(status) => self.end_epoch(status),
        }
    }

    fn on_ticks(&mut self, first: Arc<[Tick]>, now: Duration) {
        self.batches.push(first);
        // A log has a limit for the ticks of a moment, so it gets them as they come.
        let most = if self.logged.values().any(|is_logged| *is_logged) { 1 } else { MAX_GATHERED };
        self.events.gather(&mut self.batches, most);
        self.was_full = self.batches.len() == MAX_GATHERED;
        self.was_gathered |= self.batches.len() > 1;
        let has_books = apply(&self.live, &self.batches, &mut self.gathered, self.logged);
        let ticks = || self.batches.iter().flat_map(|batch| batch.iter());
        let mut merged = 0;
        for Conflater { id, tier, .. } in self.conflaters.iter_mut().filter(|conflater| conflater.has_listeners()) {
            if *id == TierId::EVERY {
                tier.mark_bars(now);
            } else if has_books {
                // A change of a book is no change of a quote, but makes a flush due.
                tier.mark_bars(now);
                let quoted = ticks().filter(|tick| !tick.is_book_edit());
                merged += quoted.filter(|tick| tier.mark(tick.instrument, now)).count();
            } else {
                merged += ticks().filter(|tick| tier.mark(tick.instrument, now)).count();
            }
        }
        self.batches.clear();
        self.live.add_merged(merged as u64);
    }

    fn on_clock(&mut self, market_time: Timestamp, now: Duration) {
        self.live.write().market.advance(market_time);
        let active = self.conflaters.iter_mut().filter(|conflater| conflater.has_listeners());
        active.for_each(|conflater| conflater.tier.mark_bars(now));
    }

    fn on_notices(&self, notices: &[Notice]) {
        {
            let market = &mut self.live.write().market;
            notices.iter().for_each(|notice| market.add_notice(notice));
        }
        self.live.notify_all(Due::NOTICE);
    }

    /// The feed has stopped without an end. Its state becomes `failed`, so that clients know the last prices are old.
    fn on_feed_gone(&mut self) {
        if self.live.read().status.state.is_over() {
            return;
        }
        tracing::error!("the feed stopped without an end");
        let status = FeedStatus::clone(&self.live.read().status);
        let fault = Some("the feed stopped because of an internal error".to_owned());
        self.end_epoch(Arc::new(FeedStatus { state: FeedState::Failed, fault, ..status }));
    }

    fn begin_epoch(&mut self, live: Live) {
        self.live.reopen(live);
        self.open_tiers();
    }

    /// No tick follows in this epoch: the forming bars are final.
    fn end_epoch(&mut self, status: Arc<FeedStatus>) {
        {
            let mut live = self.live.write();
            live.market.finish();
            live.status = status;
        }
        let now = self.opened.elapsed();
        self.update_listeners(now);
        self.conflaters.iter_mut().for_each(|conflater| conflater.tier.mark_bars(now));
        self.live.notify_all(Due::FEED);
    }

    fn open_tiers(&mut self) {
        let instruments = self.live.read().market.instruments().len();
        for Conflater { id, tier, .. } in &mut self.conflaters {
            // Sessions at `every` read the tick log and need no marks.
            tier.open(if *id == TierId::EVERY { 0 } else { instruments });
        }
    }

    /// Finds the tiers that have listeners.
    fn update_listeners(&mut self, now: Duration) {
        let mut every = PerFormat::<usize>::default();
        for conflater in &mut self.conflaters {
            let listeners = self.live.notifiers(conflater.group).listeners(conflater.id);
            conflater.set_listeners(&listeners, now);
            if conflater.id == TierId::EVERY {
                listeners.iter().for_each(|(format, count)| every[format] += count);
            }
        }
        self.update_logs(&every);
    }

    /// Keeps the tick logs of the formats that have `listeners` at the rate `every`.
    fn update_logs(&mut self, listeners: &PerFormat<usize>) {
        for (format, count) in listeners.iter() {
            let is_logged = *count > 0;
            if std::mem::replace(&mut self.logged[format], is_logged) != is_logged {
                self.live.tick_log_mut(format).clear();
            }
        }
        let window = TierId::EVERY.interval(listeners.values().sum());
        let every = self.conflaters.iter_mut().filter(|conflater| conflater.id == TierId::EVERY);
        every.for_each(|conflater| conflater.tier.set_interval(window));
    }

    /// The time of the next flush of a tier with listeners.
    fn next_flush(&self) -> Option<Instant> {
        let active = self.conflaters.iter().filter(|conflater| conflater.has_listeners());
        active.filter_map(|conflater| conflater.tier.next_flush()).min().map(|due| self.opened + due)
    }

    /// Flushes the tiers that are due: encodes their changes, and notifies their listeners.
    fn flush_due(&mut self) {
        let now = self.opened.elapsed();
        for conflater in self.conflaters.iter_mut().filter(|conflater| conflater.has_listeners()) {
            let Some((due, symbols)) = conflater.tier.flush(now) else { continue };
            self.symbols.clear();
            self.symbols.extend(symbols);
            let at = self.opened + due;
            if conflater.id != TierId::EVERY {
                conflater.encode(&self.live, &self.symbols, now - due);
                self.live.flush_lags().add(at.elapsed());
            }
            self.live.notifiers(conflater.group).notify_flush(conflater.id, at);
        }
    }
}

/// The tier of one group of sessions.
struct Conflater {
    group: usize,
    id: TierId,
    tier: Tier,
    /// The formats that have listeners. Without any, nothing is marked or encoded.
    listened: PerFormat<bool>,
    /// The formats whose caches have had no listener since the last heartbeat.
    unread: PerFormat<bool>,
}

impl Conflater {
    fn has_listeners(&self) -> bool {
        self.listened.values().any(|is_listened| *is_listened)
    }

    /// Marks everything where a format has its first listener, as its cache may be old.
    fn set_listeners(&mut self, listeners: &PerFormat<usize>, now: Duration) {
        for (format, count) in listeners.iter() {
            let is_listened = *count > 0;
            if is_listened && !self.listened[format] {
                self.tier.mark_all(now);
            }
            self.listened[format] = is_listened;
            self.unread[format] &= !is_listened;
        }
    }

    /// Clears the caches that had no listener from one heartbeat to the next. Not at once: a session may come back.
    fn clear_unread(&mut self, live: &LiveMarket) {
        if self.id == TierId::EVERY {
            return;
        }
        for (format, is_listened) in self.listened.iter() {
            if std::mem::replace(&mut self.unread[format], !is_listened) {
                live.cache_mut(self.group, self.id, format).clear();
            }
        }
    }

    /// Encodes symbols in the formats that have listeners. The updates have the scheduled time of the flush, so that
    /// `late` shows in their `ts_sent`.
    fn encode(&self, live: &LiveMarket, symbols: &[InstrumentId], late: Duration) {
        live.add_updates(symbols.len() as u64);
        let market = &live.read().market;
        let ts_sent = live.wall_micros() - i64::try_from(late.as_micros()).unwrap_or(0);
        for (format, _) in self.listened.iter().filter(|(_, is_listened)| **is_listened) {
            live.cache_mut(self.group, self.id, format).encode(symbols, market, ts_sent);
        }
    }
}

/// A conflater for each group and tier. The first group flushes the first change after a quiet time at once.
fn conflaters() -> Vec<Conflater> {
    let phase = |group| (group > 0).then_some(group as f64 / GROUPS as f64);
    let groups = (0..GROUPS).flat_map(|group| TierId::all().map(move |id| (group, id)));
    let conflater = |(group, id)| {
        let tier = Tier::new(id, phase(group));
        Conflater { group, id, tier, listened: PerFormat::default(), unread: PerFormat::default() }
    };
    groups.map(conflater).collect()
}

/// Moves the market on, and adds each tick to the logs of the formats in `logged`. Returns whether some of them may be
/// changes of books.
fn apply(live: &LiveMarket, batches: &[Arc<[Tick]>], gathered: &mut GatheredTicks, logged: PerFormat<bool>) -> bool {
    // Locked before the market, so that a session which has seen a tick in the market finds it in the log.
    let mut logs = PerFormat::from_fn(|format| logged[format].then(|| live.tick_log_mut(format)));
    if logs.values().all(Option::is_none) {
        // This is the only writer, so the market is the same when it is locked again.
        let ordered = gathered.order(batches, &live.read().market);
        let market = &mut live.write().market;
        match ordered {
            Some(ticks) => market.apply_all(ticks),
            None => batches.iter().for_each(|batch| market.apply_all(batch)),
        }
        return market.has_books();
    }
    let market = &mut live.write().market;
    let has_books = market.has_books();
    let ticks = || batches.iter().flat_map(|batch| batch.iter());
    // Changes of books are in no log.
    let edits = if has_books { ticks().filter(|tick| tick.is_book_edit()).count() } else { 0 };
    let count = batches.iter().map(|batch| batch.len()).sum::<usize>() - edits;
    let (now, ts_received) = (live.now(), live.wall_micros());
    logs.values_mut().flatten().for_each(|log| log.begin(count, now, ts_received));
    for tick in ticks() {
        market.apply(tick);
        if !tick.is_book_edit() {
            logs.values_mut().flatten().for_each(|log| log.push(tick.instrument, market));
        }
    }
    has_books
}

fn open_market(opening: &Opening) -> Live {
    Live { market: Market::open(&opening.market, opening.limits), status: Arc::clone(&opening.status) }
}
