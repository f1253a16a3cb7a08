//! The market: every instrument's last state, day, bars and tape, moved on by ticks alone.
//!
//! Invariants: `seq` counts an instrument's ticks from 1 without a hole; a closed bar never changes;
//! a tick that comes after its second was closed is late: it is counted and changes nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use super::bar::Bar;
use super::day::DayStats;
use super::depth::{Depth, Levels};
use super::instrument::{Instrument, InstrumentId, PriceBasis};
use super::notice::{ActiveScenario, Headline, Notice};
use super::opening::MarketOpening;
use super::price::{Price, Size};
use super::ring::Ring;
use super::tick::{Quote, Tick, TickKind, Trade};
use super::time::{Interval, Timestamp};

#[cfg(test)]
mod tests;

/// How much a market remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketLimits {
    /// Closed bars kept for each instrument and interval.
    pub bars: usize,
    /// Trades kept on each instrument's tape.
    pub trades: usize,
    /// Headlines kept, and as many scenarios that have begun.
    pub notices: usize,
}

impl Default for MarketLimits {
    fn default() -> Self {
        Self { bars: 5_000, trades: 1_000, notices: 200 }
    }
}

/// The bars of one instrument and interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub closed: Ring<Bar>,
    pub forming: Option<Bar>,
}

impl Series {
    fn new(capacity: usize) -> Self {
        Self { closed: Ring::new(capacity), forming: None }
    }

    fn add(&mut self, interval: Interval, ts: Timestamp, price: Price, size: Size) {
        let start = ts.floor(interval);
        match &mut self.forming {
            Some(bar) if bar.start == start => bar.add(price, size),
            _ => self.begin(Bar::first(start, price, size)),
        }
    }

    fn merge(&mut self, interval: Interval, bar: &Bar) {
        let start = bar.start.floor(interval);
        match &mut self.forming {
            Some(forming) if forming.start == start => forming.merge(bar),
            _ => self.begin(Bar { start, ..*bar }),
        }
    }

    fn begin(&mut self, bar: Bar) {
        if let Some(done) = self.forming.replace(bar) {
            self.closed.push(done);
        }
    }

    fn close_until(&mut self, interval: Interval, now: Timestamp) {
        if let Some(bar) = self.forming.take_if(|bar| bar.end(interval) <= now) {
            self.closed.push(bar);
        }
    }

    /// The newest `n` bars, oldest first, and whether each is closed.
    pub fn newest(&self, n: usize) -> impl Iterator<Item = (&Bar, bool)> {
        let forming = self.forming.as_ref().filter(|_| n > 0);
        let closed = self.closed.newest(n - usize::from(forming.is_some()));
        closed.map(|bar| (bar, true)).chain(forming.map(|bar| (bar, false)))
    }
}

/// What stands at the top: the last price and the quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// The last price of the instrument's basis, from ticks or from history.
    pub last: Option<Price>,
    pub quote: Quote,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentState {
    /// How many ticks came in this epoch.
    pub seq: u64,
    pub top: Top,
    /// The time of the newest tick or, before the first, of the end of the history.
    pub ts_event: Option<Timestamp>,
    /// The day of the newest price. It outlives midnight: without a tick of a new day, the last one stands.
    pub day: Option<DayStats>,
    pub trades: Ring<(Timestamp, Trade)>,
    series: [Series; Interval::ALL.len()],
    /// The start of the first second that still takes ticks; `None` when the tape has ended.
    open_from: Option<Timestamp>,
}

impl InstrumentState {
    fn new(limits: MarketLimits) -> Self {
        Self {
            seq: 0,
            top: Top::default(),
            ts_event: None,
            day: None,
            trades: Ring::new(limits.trades),
            series: std::array::from_fn(|_| Series::new(limits.bars)),
            open_from: Some(Timestamp(i64::MIN)),
        }
    }

    pub const fn series(&self, interval: Interval) -> &Series {
        &self.series[interval.index()]
    }

    fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let series = self.series.iter().enumerate();
        let series = series.map(|(at, one)| one.closed.bytes_beyond(earlier.map(|earlier| &earlier.series[at].closed)));
        size_of::<Self>() + self.trades.bytes_beyond(earlier.map(|earlier| &earlier.trades)) + series.sum::<usize>()
    }

    fn is_late(&self, ts: Timestamp) -> bool {
        self.open_from.is_none_or(|from| ts < from)
    }

    /// Closes what has ended by `now`, and each second before it: with or without a bar to close, since a
    /// tick of a closed second would begin a second bar in longer buckets that are closed too.
    fn close_until(&mut self, now: Timestamp) {
        for interval in Interval::ALL {
            self.series[interval.index()].close_until(interval, now);
        }
        self.refuse_before(now);
    }

    /// No tick before the second of `ts` is taken in from here on.
    fn refuse_before(&mut self, ts: Timestamp) {
        self.open_from = self.open_from.map(|from| from.max(ts.floor(Interval::S1)));
    }

    fn add_price(&mut self, ts: Timestamp, price: Price, size: Size) {
        for interval in Interval::ALL {
            self.series[interval.index()].add(interval, ts, price, size);
        }
        self.refuse_before(ts);
        match &mut self.day {
            Some(day) if day.start == ts.floor(Interval::D1) => day.add(price, size),
            _ => self.day = Some(DayStats::first(ts, price, size, self.top.last)),
        }
        self.top.last = Some(price);
    }

    /// Takes in the trades at the front of `ticks` that are of one instrument and of the second that forms: each is of
    /// the forming bars of all intervals then, and of the day. How many they are, and the latest time among them.
    fn add_run(&mut self, ticks: &[Tick]) -> Option<(usize, Timestamp)> {
        let second = self.series(Interval::S1).forming?.start;
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
            self.trades.push((tick.ts, trade));
            run.add(trade.price, trade.size);
            day.add(trade.price, trade.size);
            (last, latest) = (tick.ts, latest.max(tick.ts));
            taken += 1;
        }
        self.series.iter_mut().filter_map(|series| series.forming.as_mut()).for_each(|bar| bar.merge(&run));
        self.seq += taken as u64;
        (self.day, self.ts_event, self.top.last) = (Some(day), Some(last), Some(run.close));
        Some((taken, latest))
    }

    fn backfill(&mut self, interval: Interval, bar: &Bar) {
        for longer in &Interval::ALL[interval.index()..] {
            self.series[longer.index()].merge(*longer, bar);
        }
        self.refuse_before(bar.start);
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
    news: Ring<Headline>,
    scenarios: Ring<ActiveScenario>,
    levels: Levels,
    now: Timestamp,
    ticks: u64,
    late: u64,
}

impl Market {
    /// The market as an epoch opens: its instruments and their history.
    pub fn open(opening: &MarketOpening, limits: MarketLimits) -> Self {
        let ids = opening.instruments.iter().zip(0..).map(|(i, n)| (i.symbol.clone(), InstrumentId(n))).collect();
        let mut market = Self {
            epoch: opening.epoch,
            instruments: Arc::clone(&opening.instruments),
            ids: Arc::new(ids),
            states: opening.instruments.iter().map(|_| InstrumentState::new(limits)).collect(),
            news: Ring::new(limits.notices),
            scenarios: Ring::new(limits.notices),
            levels: opening.levels.clone(),
            now: opening.start,
            ticks: 0,
            late: 0,
        };
        for past in &opening.history {
            if let Some(state) = market.states.get_mut(past.instrument.index()) {
                state.backfill(past.interval, &past.bar);
            }
        }
        market
    }

    /// Takes in ticks in their order, as [`Self::apply`] does one by one.
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

    /// Takes in the trades at the front of `ticks` that go into one second of one instrument, where that is under
    /// way; how many these are.
    fn apply_run(&mut self, ticks: &[Tick]) -> usize {
        let Some(id) = ticks.first().map(|tick| tick.instrument.index()) else { return 0 };
        let (Some(state), Some(instrument)) = (self.states.get_mut(id), self.instruments.get(id)) else { return 0 };
        if instrument.basis != PriceBasis::Trade {
            return 0;
        }
        let Some((taken, latest)) = state.add_run(ticks) else { return 0 };
        self.ticks += taken as u64;
        self.now = self.now.max(latest);
        taken
    }

    /// Takes in one tick. A tick of an instrument that the epoch did not name is left out.
    pub fn apply(&mut self, tick: &Tick) {
        let id = tick.instrument.index();
        let (Some(state), Some(instrument)) = (self.states.get_mut(id), self.instruments.get(id)) else {
            return;
        };
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
                state.trades.push((tick.ts, trade));
                if basis == PriceBasis::Trade {
                    state.add_price(tick.ts, trade.price, trade.size);
                }
            }
            (TickKind::Quote(quote), basis) => {
                state.top.quote = quote;
                if let (PriceBasis::Bid, Some(bid)) = (basis, quote.bid) {
                    state.add_price(tick.ts, bid, Size(0));
                }
            }
        }
    }

    /// Adds a headline or a scenario that has begun.
    pub fn add_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::News(headline) => self.news.push(headline.clone()),
            Notice::Scenario(scenario) => self.scenarios.push(scenario.clone()),
        }
    }

    /// Market time has come to `now`: bars that ended by then are closed.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        let now = self.now;
        self.states.iter_mut().for_each(|state| state.close_until(now));
    }

    /// The tape has ended: what is forming is final, and any further tick is late. Market time stays at the
    /// last tick.
    pub fn finish(&mut self) {
        for state in &mut self.states {
            state.close_until(Timestamp(i64::MAX));
            state.open_from = None;
        }
    }

    /// The same market as one of another epoch.
    #[must_use]
    pub fn in_epoch(self, epoch: u64) -> Self {
        Self { epoch, ..self }
    }

    /// About the bytes that this has and `earlier`, the same market some ticks before, has not.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let before = |at: usize| earlier.and_then(|earlier| earlier.states.get(at));
        let states = self.states.iter().enumerate().map(|(at, state)| state.bytes_beyond(before(at)));
        size_of::<Self>() + states.sum::<usize>()
    }

    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Market time: that of the newest event.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Ticks taken in, late ones included.
    pub const fn ticks(&self) -> u64 {
        self.ticks
    }

    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Whether anything is known of `id` behind its best bid and ask.
    pub fn has_depth(&self, id: InstrumentId) -> bool {
        self.levels.0.is_some() && id.index() < self.states.len()
    }

    /// The levels of `id` as it stands; `None` where its feed knows none.
    pub fn depth(&self, id: InstrumentId) -> Option<Depth> {
        let state = self.states.get(id.index())?;
        Some(self.levels.0.as_ref()?.depth(id, state.seq, &state.top.quote))
    }

    /// The headlines of this epoch.
    pub const fn news(&self) -> &Ring<Headline> {
        &self.news
    }

    /// The scenarios that have begun in this epoch.
    pub const fn scenarios(&self) -> &Ring<ActiveScenario> {
        &self.scenarios
    }

    pub const fn instruments(&self) -> &Arc<[Instrument]> {
        &self.instruments
    }

    pub fn id(&self, symbol: &str) -> Option<InstrumentId> {
        self.ids.get(symbol).copied()
    }

    pub fn get(&self, id: InstrumentId) -> Option<(&Instrument, &InstrumentState)> {
        Some((self.instruments.get(id.index())?, self.states.get(id.index())?))
    }

    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, &Instrument, &InstrumentState)> {
        let both = self.instruments.iter().zip(&self.states);
        both.zip(0..).map(|((instrument, state), n)| (InstrumentId(n), instrument, state))
    }
}
