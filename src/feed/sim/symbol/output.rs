//! The ticks of some symbols in the seconds of a block, before they are put in order.

use crate::feed::sim::scenario::tick_limits::TickLimits;
use crate::market::{Headline, Tick, TickKind};

/// Empties a list for the next block, and keeps the memory of twice what this one needed: a burst that is over gives its
/// memory back.
pub(super) fn reuse<T>(list: &mut Vec<T>) {
    let used = list.len();
    list.clear();
    list.shrink_to(2 * used);
}

/// The output of some symbols.
#[derive(Debug, Default)]
pub struct Output {
    pub ticks: Vec<Tick>,
    pub headlines: Vec<Headline>,
    /// The seconds of `ticks`, in their order.
    spans: Vec<Span>,
    /// The length of `ticks` at which the second under way has its most ticks.
    full_at: usize,
    /// A limit held back ticks of the second under way.
    is_limited: bool,
}

/// One second of one symbol.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// The number of the second in its block.
    second: usize,
    ticks: usize,
    is_limited: bool,
}

impl Output {
    /// Removes everything, and begins a block.
    pub fn clear(&mut self) {
        reuse(&mut self.ticks);
        reuse(&mut self.spans);
        self.headlines.clear();
    }

    /// Begins a second of a symbol, of at most `ticks` ticks. `is_limited` tells that a limit holds back some already.
    pub const fn begin(&mut self, ticks: usize, is_limited: bool) {
        self.full_at = self.ticks.len() + ticks;
        self.is_limited = is_limited;
    }

    /// Reports whether the second under way has its most ticks.
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.ticks.len() >= self.full_at
    }

    /// Notes that a limit held back ticks of the second under way.
    pub const fn set_limited(&mut self) {
        self.is_limited = true;
    }

    /// Ends the second that began when there were `from` ticks. `second` is its number in the block.
    pub fn end(&mut self, second: usize, from: usize) {
        if self.ticks.len() > self.full_at {
            let (end, kept) = (self.ticks.len(), self.full_at - from);
            merge(&mut self.ticks, from..end, kept, from);
            self.ticks.truncate(self.full_at);
            self.is_limited = true;
        }
        self.spans.push(Span { second, ticks: self.ticks.len() - from, is_limited: self.is_limited });
    }

    /// Counts the symbols with held back ticks in a second.
    pub fn limited(&self, second: usize) -> usize {
        self.spans.iter().filter(|span| span.second == second && span.is_limited).count()
    }

    /// Cuts each symbol's second to the share by its number.
    fn cut(&mut self, shares: &[usize]) {
        let (mut from, mut to) = (0, 0);
        for span in &mut self.spans {
            let kept = span.ticks.min(shares[span.second]);
            merge(&mut self.ticks, from..from + span.ticks, kept, to);
            span.is_limited |= kept < span.ticks;
            from += span.ticks;
            to += kept;
            span.ticks = kept;
        }
        self.ticks.truncate(to);
    }
}

/// Cuts the ticks of all symbols in each of `seconds` seconds to the limit of the market.
pub fn cut_to_market(outputs: &mut [Output], seconds: usize, limits: &TickLimits) {
    let mut counts = Vec::new();
    let shares: Vec<usize> = (0..seconds)
        .map(|second| {
            let spans = outputs.iter().flat_map(|output| &output.spans).filter(|span| span.second == second);
            counts.clear();
            counts.extend(spans.map(|span| span.ticks));
            limits.share(&mut counts)
        })
        .collect();
    if shares.iter().any(|share| *share < usize::MAX) {
        outputs.iter_mut().for_each(|output| output.cut(&shares));
    }
}

/// Moves `kept` of the ticks in `range` to `to`: the first ones, and the last quote in place of those that are left out.
fn merge(ticks: &mut [Tick], range: std::ops::Range<usize>, kept: usize, to: usize) {
    let mut left_out = ticks[range.start + kept.saturating_sub(1)..range.end].iter();
    let last_quote = left_out.rfind(|tick| matches!(tick.kind, TickKind::Quote(_))).copied();
    let cuts = kept > 0 && kept < range.len();
    ticks.copy_within(range.start..range.start + kept, to);
    if let (true, Some(quote)) = (cuts, last_quote) {
        ticks[to + kept - 1] = quote;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, Price, Quote, Timestamp, sample};

    fn quote(ts: i64, bid: i64) -> Tick {
        let quote = Quote { bid: Some(Price(bid)), ask: Some(Price(bid + 1)), ..Quote::default() };
        Tick { instrument: InstrumentId(0), ts: Timestamp(ts), kind: TickKind::Quote(quote) }
    }

    fn trade(ts: i64) -> Tick {
        sample::trade(InstrumentId(0), Timestamp(ts), 100, 5)
    }

    fn output(seconds: &[&[Tick]], limit: usize) -> Output {
        let mut output = Output::default();
        for (second, ticks) in seconds.iter().enumerate() {
            let from = output.ticks.len();
            output.begin(limit, false);
            output.ticks.extend_from_slice(ticks);
            output.end(second, from);
        }
        output
    }

    #[test]
    fn full_second_ends_with_the_quote_that_stands() {
        let busy = [quote(1, 10), trade(2), quote(3, 11), trade(4), quote(5, 12), trade(6)];
        let output = output(&[&busy, &busy[..2]], 3);
        assert_eq!(output.ticks, [quote(1, 10), trade(2), quote(5, 12), quote(1, 10), trade(2)]);
        assert_eq!((output.limited(0), output.limited(1)), (1, 0));
    }

    #[test]
    fn quote_that_stands_is_kept_where_only_trades_are_left_out() {
        let output = output(&[&[trade(1), quote(2, 10), trade(3), trade(4)]], 2);
        assert_eq!(output.ticks, [trade(1), quote(2, 10)]);
    }

    #[test]
    fn second_above_the_market_limit_is_shared_evenly() {
        let busy: Vec<_> = (0..9).map(|n| quote(n, n)).collect();
        let mut outputs = [output(&[&busy, &busy], 100), output(&[&busy[..2], &busy[..2]], 100), output(&[&busy], 100)];
        cut_to_market(&mut outputs, 2, &TickLimits { symbol: 100, market: 12 });
        let kept = outputs.iter().map(|output| output.spans.iter().map(|span| span.ticks).collect::<Vec<_>>());
        assert_eq!(kept.collect::<Vec<_>>(), [vec![5, 9], vec![2, 2], vec![5]]);
        assert_eq!(outputs[0].ticks[..5], [quote(0, 0), quote(1, 1), quote(2, 2), quote(3, 3), quote(8, 8)]);
        assert_eq!(outputs[0].ticks[5..], busy[..]);
    }
}
