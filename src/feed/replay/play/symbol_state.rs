//! The state of a symbol that its rows change: its order book, its last quote, the volume of its day, its last bar.

use super::order_book::OrderBook;
use super::played_levels::PlayedLevels;
use crate::feed::replay::parse::times::NANOS_PER_DAY;
use crate::feed::replay::rows::QuantizedBar;
use crate::market::{Quote, Size, Timestamp, Trade};

/// The state of one symbol.
#[derive(Clone, Debug, Default)]
pub struct SymbolState {
    pub book: OrderBook,
    /// The levels that play, where the file has books.
    pub levels: Option<Box<PlayedLevels>>,
    quote: Quote,
    /// The day and the volume of the last row, and its trade.
    total: Option<(i64, Size, Trade)>,
    bar: Option<(Timestamp, QuantizedBar)>,
}

impl SymbolState {
    /// The state before the first row.
    pub fn new(has_levels: bool) -> Self {
        Self { levels: has_levels.then(Box::default), ..Self::default() }
    }

    /// The memory of the state, without that of the maps.
    pub fn bytes(&self) -> usize {
        let levels = self.levels.as_ref().map_or(0, |levels| size_of_val(&**levels));
        size_of::<Self>() - size_of::<OrderBook>() + self.book.bytes() + levels
    }

    /// Completes a quote by the last one: a side that is not given is unchanged.
    pub fn complete(&mut self, quote: Quote) -> Quote {
        let last = self.quote;
        let (bid, bid_size) = quote.bid.map_or((last.bid, last.bid_size), |bid| (Some(bid), quote.bid_size));
        let (ask, ask_size) = quote.ask.map_or((last.ask, last.ask_size), |ask| (Some(ask), quote.ask_size));
        self.quote = Quote { bid, ask, bid_size, ask_size };
        self.quote
    }

    /// Makes the trade of a row whose size is the volume of the day so far; `None` where nothing was traded since the
    /// row before. The first row has no size: its volume is that of many trades.
    pub fn trade_of_total(&mut self, ts: Timestamp, trade: Trade) -> Option<Trade> {
        let day = ts.0.div_euclid(NANOS_PER_DAY);
        let last = self.total.replace((day, trade.size, trade));
        let size = match last {
            None => Size(0),
            Some((_, volume, _)) if trade.size >= volume => Size(trade.size.0 - volume.0),
            // The volume has begun again.
            Some(_) => trade.size,
        };
        let is_same = |(_, _, old): (i64, Size, Trade)| old.price == trade.price;
        if size == Size(0) && last.is_some_and(is_same) {
            return None;
        }
        Some(Trade { size, ..trade })
    }

    /// Returns whether a bar is the last one again.
    pub fn is_repeated(&mut self, ts: Timestamp, bar: &QuantizedBar) -> bool {
        self.bar.replace((ts, *bar)) == Some((ts, *bar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Price;

    #[test]
    fn side_that_is_not_given_is_unchanged() {
        let mut state = SymbolState::default();
        let quote = |bid: Option<i64>, ask: Option<i64>| Quote {
            bid: bid.map(Price),
            ask: ask.map(Price),
            bid_size: Size(1),
            ask_size: Size(2),
        };
        assert_eq!(state.complete(quote(None, Some(11))).bid, None);
        assert_eq!(state.complete(quote(Some(9), None)), quote(Some(9), Some(11)));
        assert_eq!(state.complete(quote(None, Some(12))), quote(Some(9), Some(12)));
    }

    #[test]
    fn trade_has_what_the_volume_gained() {
        let mut state = SymbolState::default();
        let mut size = |volume: u64, price: i64| {
            let trade = Trade { price: Price(price), size: Size(volume), side: None };
            state.trade_of_total(Timestamp(0), trade).map(|trade| trade.size.0)
        };
        assert_eq!(size(100, 5), Some(0));
        assert_eq!(size(100, 5), None);
        assert_eq!(size(130, 5), Some(30));
        assert_eq!(size(130, 6), Some(0));
        assert_eq!(size(7, 6), Some(7));
    }
}
