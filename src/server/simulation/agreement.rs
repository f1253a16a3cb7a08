//! The law of the end: when nothing moves any more, each client has the state of one that saw each tick.

use super::truth::{Truth, bars, book, quote, trades};
use super::view::{Key, Stream, Subscription, View};
use crate::market::{InstrumentId, Market};

/// The history of a subscription that begins with all bars.
pub const WHOLE: usize = 1_000;

/// Each client equals the truth.
pub fn clients_agree_with_the_truth(view: &View, truth: &Truth, who: &str) {
    let Some(market) = truth.market() else { return };
    let is_current = view.epoch == market.epoch();
    view.log.check("clients_agree_with_the_truth", is_current, || format!("{who} is in epoch {}", view.epoch));
    for (key, subscription) in &view.subscribed {
        let Some(id) = market.id(&key.1) else { continue };
        let found = differs(view, market, key, id, *subscription);
        view.log.check("clients_agree_with_the_truth", found.is_none(), || {
            format!("{who}, {key:?}: {}", found.unwrap_or_default())
        });
    }
    let missing = &view.resyncing;
    view.log.check("resync_sends_each_symbol", missing.is_empty(), || format!("{who} has no snapshot of {missing:?}"));
}

/// The difference between a stream as the client has it, and as it should be.
fn differs(view: &View, market: &Market, key: &Key, id: InstrumentId, of: Subscription) -> Option<String> {
    let symbol = &key.1;
    match key.0 {
        Stream::Quotes => {
            let Some(mut got) = view.quotes.get(symbol).cloned() else { return Some("no quote".to_owned()) };
            got["first_seq"] = 0.into();
            let want = quote(market, id);
            (got != want).then(|| format!("{got} is {want}"))
        }
        Stream::Depth => {
            let Some(got) = view.books.get(symbol) else { return Some("no book".to_owned()) };
            let want = book(market, id);
            let is_same = ["seq", "ts_event", "bids", "asks"].into_iter().all(|name| got[name] == want[name]);
            (!is_same).then(|| format!("{got} is {want}"))
        }
        Stream::Trades => {
            let Some((next, got)) = view.trades.get(symbol) else { return Some("no trades".to_owned()) };
            let (first, end, want) = trades(market, id);
            if *next != end {
                return Some(format!("trade {next} is next, and not {end}"));
            }
            let differs = (first..).zip(&want).find(|(n, trade)| got.get(n).is_some_and(|got| got != *trade));
            differs.map(|(n, trade)| format!("trade {n} is {trade}"))
        }
        Stream::Seconds | Stream::Minutes => {
            let Some(got) = view.bars.get(key) else { return Some("no bars".to_owned()) };
            let (closed, forming) = bars(market, id, key.0.interval()?);
            // Bars before the first one were not requested.
            let Some(from) = closed.len().checked_sub(got.closed.len()) else {
                return Some(format!("{} bars, and not {}", got.closed.len(), closed.len()));
            };
            if !got.closed.values().eq(&closed[from..]) || got.forming != forming {
                let newest = got.closed.last_key_value();
                return Some(format!("{newest:?}, {:?} is {:?}, {forming:?}", got.forming, closed.last()));
            }
            (of.history >= WHOLE && from > 0 && closed.len() < WHOLE).then(|| format!("{from} bars are missing"))
        }
    }
}
