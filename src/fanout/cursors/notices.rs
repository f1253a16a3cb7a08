//! The cursor of one of the market's lists of notices: headlines, or scenarios.

use crate::market::{Market, Ring};
use crate::wire::{JsonMessage, ListPart, News, Scenarios, Text};

/// The position up to which a session was sent a list of notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticesCursor {
    /// The number of the last notice that was sent, or that is not part of the history.
    sent: u64,
    /// A message was sent, or the client has one from an earlier connection.
    begun: bool,
}

impl NoticesCursor {
    /// Begins with the newest `history` notices of `list`.
    pub const fn newest<T>(list: &Ring<T>, history: u64) -> Self {
        Self { sent: list.total().saturating_sub(history), begun: false }
    }

    /// Continues after notice number `last` of `list`; `None` if there are not as many.
    pub fn after<T>(list: &Ring<T>, last: i64) -> Option<Self> {
        let sent = u64::try_from(last).ok().filter(|last| *last <= list.total())?;
        Some(Self { sent, begun: true })
    }

    /// The next `news` message, of at most `max_bytes`. The first one comes even if there are no headlines. Call this
    /// until it returns `None`.
    pub fn take_news(&mut self, market: &Market, ts_sent: i64, max_bytes: usize) -> Option<Text> {
        if self.begun && self.sent >= market.news().total() {
            return None;
        }
        let (part, headlines) = self.next_part(market.news());
        let news = News::new(market.epoch(), ts_sent, part, headlines, max_bytes);
        self.begin_after(part, news.count());
        Some(news.to_text())
    }

    /// The next `scenarios` message, of at most `max_bytes`, if a scenario began since the last one. Call this until it
    /// returns `None`.
    pub fn take_scenarios(&mut self, market: &Market, ts_sent: i64, max_bytes: usize) -> Option<Text> {
        if self.sent >= market.scenarios().total() {
            return None;
        }
        let (part, scenarios) = self.next_part(market.scenarios());
        let scenarios = Scenarios::new(market.epoch(), ts_sent, part, scenarios, max_bytes);
        self.begin_after(part, scenarios.count());
        Some(scenarios.to_text())
    }

    /// The notices after the position, and their place in the list.
    fn next_part<'m, T>(&self, list: &'m Ring<T>) -> (ListPart, impl Iterator<Item = &'m T>) {
        let unsent = list.since(self.sent);
        // Notices before the history were not requested and count as not skipped.
        let skipped = if self.begun { unsent.missed } else { 0 };
        let first = list.total() - unsent.items.len() as u64 + 1;
        (ListPart { snapshot: !self.begun, skipped, first }, unsent.items)
    }

    /// Continues after the `count` notices of a part.
    const fn begin_after(&mut self, part: ListPart, count: usize) {
        *self = Self { sent: part.first - 1 + count as u64, begun: true };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Headline, MarketLimits, Notice, Timestamp, sample};
    use crate::wire::MESSAGE_BYTES;
    use serde_json::Value;

    fn market(notices: usize) -> Market {
        Market::open(&sample::opening(1, &[]), MarketLimits { notices, ..MarketLimits::default() })
    }

    fn publish(market: &mut Market, headlines: usize) {
        for _ in 0..headlines {
            let (on, text) = ("all".to_owned(), String::new());
            market.add_notice(&Notice::News(Headline { ts: Timestamp(0), on, tone: 0.0, leads: true, text }));
        }
    }

    /// Snapshot mark, skipped, the number of the first headline, and the number of headlines.
    fn take(cursor: &mut NoticesCursor, market: &Market) -> Option<(bool, u64, u64, usize)> {
        let value: Value = serde_json::from_str(&cursor.take_news(market, 0, MESSAGE_BYTES)?).unwrap();
        let number = |name: &str| value[name].as_u64().unwrap();
        let count = value["stories"].as_array().unwrap().len();
        Some((value["snapshot"] == true, number("skipped"), number("first"), count))
    }

    #[test]
    fn news_counts_headlines_that_are_no_longer_kept() {
        let mut market = market(3);
        let mut cursor = NoticesCursor::newest(market.news(), 2);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, 1, 0)));
        assert_eq!(take(&mut cursor, &market), None);
        publish(&mut market, 5);
        assert_eq!(take(&mut cursor, &market), Some((false, 2, 3, 3)));
        assert_eq!(take(&mut NoticesCursor::newest(market.news(), 2), &market), Some((true, 0, 4, 2)));
    }

    #[test]
    fn news_resumes_after_the_last_headline() {
        let mut market = market(3);
        publish(&mut market, 5);
        let mut cursor = NoticesCursor::after(market.news(), 4).unwrap();
        assert_eq!(take(&mut cursor, &market), Some((false, 0, 5, 1)));
        assert!(NoticesCursor::after(market.news(), 6).is_none());
        assert!(NoticesCursor::after(market.news(), -1).is_none());
    }

    #[test]
    fn long_news_comes_in_several_messages_that_meet() {
        let mut market = market(500);
        publish(&mut market, 500);
        let mut cursor = NoticesCursor::newest(market.news(), 400);
        let parts: Vec<_> = std::iter::from_fn(|| cursor.take_news(&market, 0, 8_192)).collect();
        assert!(parts.len() > 1 && parts.iter().all(|text| text.len() <= 8_192));
        let mut next = 101;
        for (n, text) in parts.iter().enumerate() {
            let part: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                (&part["first"], &part["snapshot"], &part["skipped"]),
                (&next.into(), &(n == 0).into(), &0.into())
            );
            next += part["stories"].as_array().unwrap().len();
        }
        assert_eq!(next, 501);
    }

    #[test]
    fn scenarios_come_only_if_one_began() {
        assert_eq!(NoticesCursor::default().take_scenarios(&market(3), 0, MESSAGE_BYTES), None);
    }
}
