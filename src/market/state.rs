//! The market: the last prices, day, bars and trades of every instrument. Only ticks change it.
//!
//! Invariants: `seq` counts an instrument's ticks from 1 without a gap. A closed bar never changes. A tick that comes
//! after its second was closed is late: it is counted and changes nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use super::bar::Bar;
use super::budget::{Budget, MarketLimits};
use super::day::DayStats;
use super::depth::Levels;
use super::instrument::{Instrument, InstrumentId, PriceBasis};
use super::notice::{ActiveScenario, Headline, Notice};
use super::opening::MarketOpening;
use super::packed::PackedTrades;
use super::price::{Price, Size};
use super::ring::{CHUNK, Ring};
use super::series::{AllSeries, Series};
use super::tick::{Tick, TickKind, Top, Trade};
use super::time::{Interval, Timestamp};

mod books;
mod memory;
#[cfg(test)]
mod tests;

use self::books::Books;

/// The state of one instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentState {
    /// The number of its ticks in this epoch.
    pub seq: u64,
    pub top: Top,
    /// The time of the newest tick; before the first one, the end of the history.
    pub ts_event: Option<Timestamp>,
    /// The day of the newest price. It stands past midnight, until the first tick of a new day.
    pub day: Option<DayStats>,
    pub trades: Ring<(Timestamp, Trade), PackedTrades>,
    series: AllSeries,
    /// The start of the first second that still takes ticks; `None` when the source has ended.
    open_from: Option<Timestamp>,
}

impl InstrumentState {
    /// The memory of an instrument without any chunks: its state, its facts and index, and the newest items of its
    /// rings, which are not packed yet.
    pub(super) const FIXED_BYTES: usize = size_of::<Self>()
        + size_of::<Instrument>()
        + 2 * size_of::<(String, InstrumentId)>()
        + CHUNK * (Interval::COUNT * size_of::<Bar>() + size_of::<(Timestamp, Trade)>());

    fn new(limits: MarketLimits) -> Self {
        Self {
            seq: 0,
            top: Top::default(),
            ts_event: None,
            day: None,
            trades: Ring::new(limits.trades),
            series: AllSeries::new(limits.bars),
            open_from: Some(Timestamp(i64::MIN)),
        }
    }

    /// Returns the bars of an interval.
    pub fn series(&self, interval: Interval) -> Series<'_> {
        self.series.of(interval)
    }

    fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        size_of::<Self>()
            + self.trades.bytes_beyond(earlier.map(|earlier| &earlier.trades))
            + self.series.bytes_beyond(earlier.map(|earlier| &earlier.series))
    }

    fn is_late(&self, ts: Timestamp) -> bool {
        self.open_from.is_none_or(|from| ts < from)
    }

    /// Closes the bars that end by `now`, and every second before `now`.
    ///
    /// A second closes even without a bar: a later tick in it would start a second bar in longer intervals that are
    /// closed.
    fn close_until(&mut self, now: Timestamp) {
        self.series.close_until(now);
        self.close_before(now);
    }

    /// Makes every tick before the second of `ts` late.
    fn close_before(&mut self, ts: Timestamp) {
        self.open_from = self.open_from.map(|from| from.max(ts.floor(Interval::S1)));
    }

    fn add_trade(&mut self, ts: Timestamp, trade: Trade, budget: &mut Budget) {
        self.trades.push((ts, trade));
        budget.count(&self.trades);
    }

    /// Keeps no more items than `budget` allows.
    fn shrink(&mut self, budget: &mut Budget) {
        budget.free(self.trades.shrink(budget.trades(), true));
        budget.free(self.series.shrink(budget.bars()));
    }

    fn add_price(&mut self, ts: Timestamp, price: Price, size: Size, budget: &mut Budget) {
        self.series.add(ts, price, size, budget);
        self.close_before(ts);
        match &mut self.day {
            Some(day) if day.start == ts.floor(Interval::D1) => day.add(price, size),
            _ => self.day = Some(DayStats::first(ts, price, size, self.top.last)),
        }
        self.top.last = Some(price);
    }

    /// Adds the trades at the front of `ticks` that belong to one instrument and to the second that is forming.
    ///
    /// Such trades belong to the bar of the second and to the day, so they are added together; up to the one that
    /// exceeds the `budget`. Returns their number and the latest time among them.
    fn add_run(&mut self, ticks: &[Tick], budget: &mut Budget) -> Option<(usize, Timestamp)> {
        let second = self.series.second_mut()?.start;
        let end = second.plus_nanos(Interval::S1.nanos());
        let instrument = ticks.first()?.instrument;
        let trade_of = |tick: &Tick| match tick.kind {
            TickKind::Trade(trade) if tick.instrument == instrument && (second..end).contains(&tick.ts) => Some(trade),
            _ => None,
        };
        let first = trade_of(ticks.first()?)?;
        let mut day = self.day.filter(|day| day.start == second.floor(Interval::D1))?;
        if self.is_late(second) {
            return None;
        }
        let mut run = Bar { count: 0, ..Bar::first(second, first.price, Size(0)) };
        let (mut taken, mut latest, mut last) = (0, second, second);
        for tick in ticks {
            let Some(trade) = trade_of(tick) else { break };
            self.add_trade(tick.ts, trade, budget);
            run.add(trade.price, trade.size);
            day.add(trade.price, trade.size);
            (last, latest) = (tick.ts, latest.max(tick.ts));
            taken += 1;
            if budget.is_over() {
                break;
            }
        }
        self.series.second_mut()?.merge(&run);
        self.seq += taken as u64;
        (self.day, self.ts_event, self.top.last) = (Some(day), Some(last), Some(run.close));
        Some((taken, latest))
    }

    fn backfill(&mut self, interval: Interval, bar: &Bar, budget: &mut Budget) {
        self.series.add_bar(interval, bar, budget);
        self.close_before(bar.start);
        match &mut self.day {
            Some(day) if day.start == bar.start.floor(Interval::D1) => day.merge(bar),
            _ => self.day = Some(DayStats::from_bar(bar, self.top.last)),
        }
        self.top.last = Some(bar.close);
        self.ts_event = Some(bar.end(interval));
    }
}

/// All instruments of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    epoch: u64,
    instruments: Arc<[Instrument]>,
    ids: Arc<HashMap<String, InstrumentId>>,
    states: Vec<InstrumentState>,
    budget: Budget,
    news: Ring<Headline>,
    scenarios: Ring<ActiveScenario>,
    levels: Levels,
    books: Books,
    now: Timestamp,
    ticks: u64,
    late: u64,
}

impl Market {
    /// Opens the market of an epoch: its instruments and their history.
    pub fn open(opening: &MarketOpening, limits: MarketLimits) -> Self {
        let ids = opening.instruments.iter().zip(0..).map(|(i, n)| (i.symbol.clone(), InstrumentId(n))).collect();
        let books = Books::of(&opening.levels);
        let fixed_bytes = opening.instruments.len() * InstrumentState::FIXED_BYTES + books.bytes_beyond(None);
        let mut market = Self {
            epoch: opening.epoch,
            instruments: Arc::clone(&opening.instruments),
            ids: Arc::new(ids),
            states: opening.instruments.iter().map(|_| InstrumentState::new(limits)).collect(),
            budget: Budget::new(limits, fixed_bytes),
            news: Ring::new(limits.notices),
            scenarios: Ring::new(limits.notices),
            levels: opening.levels.clone(),
            books,
            now: opening.start,
            ticks: 0,
            late: 0,
        };
        for past in &opening.history {
            if let Some(state) = market.states.get_mut(past.instrument.index()) {
                state.backfill(past.interval, &past.bar, &mut market.budget);
                market.keep_budget();
            }
        }
        market
    }

    /// Adds ticks in their order. The result equals [`Self::apply`] for each of them.
    pub fn apply_all(&mut self, ticks: &[Tick]) {
        let mut rest = ticks;
        while let Some((tick, later)) = rest.split_first() {
            let taken = self.apply_run(rest);
            if taken == 0 {
                self.apply(tick);
                rest = later;
            } else {
                rest = &rest[taken..];
            }
        }
    }

    /// Reports whether the order of the next `ticks` ticks of different instruments changes nothing. Instruments share
    /// the memory alone: where its limit is near, the order decides what goes.
    pub(super) fn takes_any_order(&self, ticks: usize) -> bool {
        self.budget.has_room(ticks, self.states.len())
    }

    /// Adds the trades at the front of `ticks` that fall into the forming second of one instrument. Returns their
    /// number.
    fn apply_run(&mut self, ticks: &[Tick]) -> usize {
        let Some(id) = ticks.first().map(|tick| tick.instrument.index()) else { return 0 };
        let (Some(state), Some(instrument)) = (self.states.get_mut(id), self.instruments.get(id)) else { return 0 };
        if instrument.basis != PriceBasis::Trade {
            return 0;
        }
        let Some((taken, latest)) = state.add_run(ticks, &mut self.budget) else { return 0 };
        self.ticks += taken as u64;
        self.now = self.now.max(latest);
        self.keep_budget();
        taken
    }

    /// Adds one tick. A tick of an instrument that the epoch does not list is ignored.
    pub fn apply(&mut self, tick: &Tick) {
        let id = tick.instrument.index();
        let (Some(state), Some(instrument)) = (self.states.get_mut(id), self.instruments.get(id)) else {
            return;
        };
        if let TickKind::Book(edit) = &tick.kind {
            return self.edit(tick.instrument, tick.ts, edit);
        }
        self.ticks += 1;
        self.now = self.now.max(tick.ts);
        state.seq += 1;
        if state.is_late(tick.ts) {
            self.late += 1;
            return;
        }
        state.ts_event = Some(tick.ts);
        match (tick.kind, instrument.basis) {
            (TickKind::Trade(trade), basis) => {
                state.add_trade(tick.ts, trade, &mut self.budget);
                if basis == PriceBasis::Trade {
                    state.add_price(tick.ts, trade.price, trade.size, &mut self.budget);
                }
                self.keep_budget();
            }
            (TickKind::Quote(quote), basis) => {
                state.top.quote = quote;
                if let (PriceBasis::Bid, Some(bid)) = (basis, quote.bid) {
                    state.add_price(tick.ts, bid, Size(0), &mut self.budget);
                    self.keep_budget();
                }
            }
            (TickKind::Book(_), _) => {}
        }
    }

    #[inline]
    fn keep_budget(&mut self) {
        if self.budget.is_over() {
            self.drop_oldest();
        }
    }

    /// Drops the oldest bars and trades while they are over their limit.
    #[cold]
    fn drop_oldest(&mut self) {
        while self.budget.is_over() {
            self.budget.lower();
            self.states.iter_mut().for_each(|state| state.shrink(&mut self.budget));
        }
    }

    /// Adds a headline or a scenario that has begun.
    pub fn add_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::News(headline) => self.news.push(headline.clone()),
            Notice::Scenario(scenario) => self.scenarios.push(scenario.clone()),
        }
    }

    /// Moves market time to `now` and closes the bars that end by then.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        let now = self.now;
        self.states.iter_mut().for_each(|state| state.close_until(now));
    }

    /// Ends the epoch: forming bars close, and any further tick is late. Market time stays at the last tick.
    pub fn finish(&mut self) {
        for state in &mut self.states {
            state.close_until(Timestamp(i64::MAX));
            state.open_from = None;
        }
    }

    /// Returns the same market with another epoch number.
    #[must_use]
    pub fn in_epoch(self, epoch: u64) -> Self {
        Self { epoch, ..self }
    }

    /// Returns the number of the epoch.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns market time: the time of the newest event.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the number of ticks, including late ones.
    pub const fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Returns the number of late ticks.
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Returns the headlines of this epoch.
    pub const fn news(&self) -> &Ring<Headline> {
        &self.news
    }

    /// Returns the scenarios that have begun in this epoch.
    pub const fn scenarios(&self) -> &Ring<ActiveScenario> {
        &self.scenarios
    }

    pub const fn instruments(&self) -> &Arc<[Instrument]> {
        &self.instruments
    }

    /// Finds an instrument by its symbol.
    pub fn id(&self, symbol: &str) -> Option<InstrumentId> {
        self.ids.get(symbol).copied()
    }

    /// Returns an instrument and its state.
    pub fn get(&self, id: InstrumentId) -> Option<(&Instrument, &InstrumentState)> {
        Some((self.instruments.get(id.index())?, self.states.get(id.index())?))
    }

    /// Iterates over all instruments and their states.
    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, &Instrument, &InstrumentState)> {
        let both = self.instruments.iter().zip(&self.states);
        both.zip(0..).map(|((instrument, state), n)| (InstrumentId(n), instrument, state))
    }
}
