//! The levels of a book as they play: steps from those that the market has to the next ones.

use crate::feed::replay::rows::quantize;
use crate::market::{
    BookEdit, BookStep, DEPTH_LEVELS, Depth, InstrumentId, Level, Price, Quote, Size, Tick, TickKind, Timestamp, Trade,
};

/// The levels of one symbol.
#[derive(Clone, Debug, Default)]
pub struct PlayedLevels {
    /// The levels of the row that is read, where rows have several, the best ones first.
    row: [Quote; DEPTH_LEVELS],
    /// The ticks of that row, which follow its levels.
    trade: Option<Trade>,
    quote: Option<Quote>,
    /// The levels of the market; `None` before the first ones.
    played: Option<Depth>,
}

/// The book of an instrument at one moment.
#[derive(Clone, Copy, Debug)]
pub struct BookMoment {
    pub instrument: InstrumentId,
    pub ts: Timestamp,
    /// The number of the book.
    pub book: u32,
}

impl PlayedLevels {
    /// Begins a row. One without a quote leaves the book as it is beside a trade, and else it has no book.
    pub fn begin_row(&mut self, trade: Option<Trade>, quote: Option<Quote>) {
        (self.trade, self.quote) = (trade, quote);
        if quote.is_some() || trade.is_none() {
            self.row = [Quote::default(); DEPTH_LEVELS];
            self.row[0] = quote.unwrap_or_default();
        }
    }

    /// Adds the `nth` levels of the row.
    pub fn add(&mut self, nth: u8, levels: Quote) {
        if let Some(slot) = self.row.get_mut(usize::from(nth)) {
            *slot = levels;
        }
    }

    /// Plays the row: its levels, and then its ticks.
    pub fn finish_row(&mut self, at: BookMoment, put: &mut impl FnMut(Tick)) {
        let level = |price: Option<Price>, size: Size| price.map(|price| Level { price, size });
        let bids = self.row.iter().map_while(|levels| level(levels.bid, levels.bid_size));
        let asks = self.row.iter().map_while(|levels| level(levels.ask, levels.ask_size));
        let depth = Depth::of(bids, asks);
        let (trade, quote) = (self.trade.take(), self.quote.take());
        self.play(at, &depth, quote.is_some(), put);
        quantize::ticks(at.instrument, at.ts, trade, quote).for_each(put);
    }

    /// Plays the steps to the next levels. The quote that follows them belongs to the same change.
    pub fn play(&mut self, at: BookMoment, next: &Depth, has_quote: bool, put: &mut impl FnMut(Tick)) {
        let BookMoment { instrument, ts, book } = at;
        let before = self.played.replace(*next);
        let begin = before.is_none().then_some(BookStep::Begin);
        let before = before.unwrap_or_default();
        let mut steps = begin.into_iter().chain(before.steps_to(next)).peekable();
        while let Some(step) = steps.next() {
            let goes_on = has_quote || steps.peek().is_some();
            put(Tick { instrument, ts, kind: TickKind::Book(BookEdit { book, step, goes_on }) });
        }
    }
}
