//! Rates, limits and epochs of subscriptions.

use super::*;
use crate::fanout::{RATES, grant};
use crate::market::Interval;

const MINUTES: Channel = Channel::Bars(Interval::M1);
const SECONDS: Channel = Channel::Bars(Interval::S1);
const TEN: SubscriptionLimits = SubscriptionLimits { count: 10, history: 100 };

const A: InstrumentId = InstrumentId(0);
const B: InstrumentId = InstrumentId(1);
const C: InstrumentId = InstrumentId(2);

fn rates(subscriptions: &Subscriptions) -> Vec<f64> {
    subscriptions.tiers().map(|tier| RATES[tier.index()]).collect()
}

fn granted(subscriptions: &Subscriptions) -> Vec<(InstrumentId, u64)> {
    let mut granted: Vec<_> = subscriptions.granted().collect();
    granted.sort_unstable();
    granted
}

#[test]
fn symbol_can_have_another_rate_than_star() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_quotes(&[A, B, C], true, grant(5.0)).unwrap();
    subscriptions.set_quotes_rate(&[B], false, grant(60.0));
    subscriptions.set_quotes_rate(&[C], false, None);
    assert_eq!(rates(&subscriptions), [5.0, 60.0]);
    assert_eq!(granted(&subscriptions), [(A, 0), (B, 0)]);
    assert!([A, B, C].iter().all(|id| subscriptions.has_quotes(*id)), "a symbol at rate 0 is still subscribed");
    subscriptions.remove_quotes(&[C], false);
    assert!(!subscriptions.has_quotes(C));
}

#[test]
fn new_rate_continues_after_the_last_seq() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
    subscriptions.sent(A, 42);
    for rate in [1.0, 0.0, 5.0] {
        subscriptions.set_quotes_rate(&[A], false, grant(rate));
    }
    assert_eq!(granted(&subscriptions), [(A, 42)]);
}

#[test]
fn cap_lowers_only_what_is_faster() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_quotes(&[A], false, grant(20.0)).unwrap();
    subscriptions.subscribe_quotes(&[B], false, grant(1.0)).unwrap();
    subscriptions.subscribe_series(&[A], Channel::Trades, grant(5.0), 10).unwrap();
    subscriptions.set_cap(grant(2.0));
    assert_eq!(rates(&subscriptions), [2.0, 1.0, 2.0]);
    assert_eq!(subscriptions.fastest(), grant(20.0));
    assert_eq!(subscriptions.quotes_mut(grant(2.0).unwrap()).count(), 1);
    subscriptions.set_cap(None);
    assert_eq!(rates(&subscriptions), [20.0, 1.0, 5.0]);
}

#[test]
fn request_above_the_limit_changes_nothing() {
    let mut subscriptions = Subscriptions::new(1, SubscriptionLimits { count: 2, history: 100 });
    subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
    subscriptions.subscribe_series(&[A], MINUTES, grant(5.0), 10).unwrap();
    assert_eq!(subscriptions.subscribe_quotes(&[B], false, grant(5.0)), Err(OverLimit::Count { limit: 2 }));
    assert_eq!(subscriptions.subscribe_series(&[A], SECONDS, None, 10), Err(OverLimit::Count { limit: 2 }));
    assert_eq!(granted(&subscriptions), [(A, 0)]);
    subscriptions.subscribe_quotes(&[A], false, grant(1.0)).expect("a subscribed symbol needs no room");
}

#[test]
fn history_of_all_series_together_is_limited() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_series(&[A, B], MINUTES, grant(5.0), 50).unwrap();
    let over = Err(OverLimit::History { limit: 100 });
    assert_eq!(subscriptions.subscribe_series(&[A], SECONDS, None, 1), over);
    assert_eq!(subscriptions.subscribe_series(&[A, C], MINUTES, None, 26), over);
    subscriptions.subscribe_series(&[A], MINUTES, None, 20).expect("a shorter history makes room");
    subscriptions.subscribe_series(&[C], MINUTES, None, 30).expect("the room can be used");
}

#[test]
fn epoch_keeps_subscriptions_and_forgets_what_was_sent() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_quotes(&[A, B], false, grant(5.0)).unwrap();
    subscriptions.subscribe_series(&[A, B], MINUTES, grant(1.0), 10).unwrap();
    subscriptions.sent(B, 42);
    // In the new epoch A is gone and B is the first.
    let ended = subscriptions.reopen(2, 1, |id| (id == B).then_some(A));
    assert_eq!(ended, [(Channel::Quotes, vec![A]), (MINUTES, vec![A])]);
    assert_eq!(subscriptions.epoch(), 2);
    assert_eq!(granted(&subscriptions), [(A, 0)]);
    assert_eq!(subscriptions.series_ids(MINUTES), [A]);
}

#[test]
fn star_covers_a_new_epoch_but_for_what_was_unsubscribed() {
    let mut subscriptions = Subscriptions::new(1, TEN);
    subscriptions.subscribe_quotes(&[A, B], true, grant(5.0)).unwrap();
    subscriptions.remove_quotes(&[B], false);
    assert_eq!(subscriptions.reopen(2, 3, Some), []);
    assert_eq!(granted(&subscriptions), [(A, 0), (C, 0)]);
    subscriptions.subscribe_quotes(&[B], false, grant(5.0)).unwrap();
    // What `"*"` covers needs no word, whatever is gone.
    assert_eq!(subscriptions.reopen(3, 3, |id| (id != C).then_some(id)), []);
    assert_eq!(granted(&subscriptions), [(A, 0), (B, 0), (C, 0)]);
}
