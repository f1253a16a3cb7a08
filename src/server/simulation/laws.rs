//! The laws of a session's messages, each a function. A run fails at the first message that breaks one.
//!
//! Not here: the laws of the whole server (`bounds.rs`), and the state at the end (`agreement.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::clock::{MAX_DELAY, wall_micros};
use super::log::Log;
use super::truth::Truth;
use super::view::{Key, Stream, Subscription, number};
use crate::control::{FeedStatus, Speed};

/// The time by which a healthy client's update may be later than its rate, without the link's own time.
const FRESH: Duration = Duration::from_millis(60);
/// The longest silence of a session: a heartbeat comes after a second without a message.
const SILENCE: Duration = Duration::from_millis(1_700);

/// Ranges of quotes and depth meet, without a gap or an overlap.
pub fn ranges_meet(log: &Log, known: Option<&Value>, next: &Value) {
    let known = known.map(|known| number(&known["seq"]));
    let (first, seq) = (number(&next["first_seq"]), number(&next["seq"]));
    let meets = known.is_some_and(|known| first == known + 1) && seq >= first;
    log.check("ranges_meet", meets, || format!("{known:?} is followed by {next}"));
}

/// A snapshot is not older than what the client has.
pub fn state_does_not_go_back(log: &Log, before: u64, state: &Value) {
    log.check("state_does_not_go_back", number(&state["seq"]) >= before, || format!("{before} is followed by {state}"));
}

/// A message is of the epoch of the last `feed`.
pub fn is_of_the_epoch(log: &Log, epoch: u64, message: &Value) {
    log.check("is_of_the_epoch", number(&message["epoch"]) == epoch, || format!("{epoch}: {message}"));
}

/// An epoch has a higher number than those before it.
pub fn epochs_grow(log: &Log, before: u64, epoch: u64) {
    log.check("epochs_grow", epoch > before, || format!("{before} is followed by {epoch}"));
}

/// Only what is subscribed is sent.
pub fn is_subscribed(log: &Log, subscribed: &BTreeMap<Key, Subscription>, stream: Stream, symbol: &str) {
    let key = (stream, symbol.to_owned());
    log.check("is_subscribed", subscribed.contains_key(&key), || format!("{key:?} is not"));
}

/// Bars and trades begin with a snapshot.
pub fn begins_with_a_snapshot(log: &Log, is_begun: bool, message: &Value) {
    log.check("begins_with_a_snapshot", is_begun, || message.to_string());
}

/// No closed bar comes twice or changes, none is lost, and none comes after a later one.
pub fn closed_bars_come_once(log: &Log, newest: Option<i64>, ts: i64, message: &Value) {
    let is_new = newest.is_none_or(|newest| ts > newest) && message["missed"] == 0;
    log.check("closed_bars_come_once", is_new, || format!("{newest:?} is followed by {message}"));
}

/// Trades come once and in order, and those that are skipped are counted.
pub fn skipped_trades_are_announced(log: &Log, next: u64, message: &Value) {
    let is_announced = number(&message["first"]) == next + number(&message["skipped"])
        && (message["snapshot"] != true || message["skipped"] == 0);
    log.check("skipped_trades_are_announced", is_announced, || format!("{next} is next: {message}"));
}

/// All clients see the same revisions of the feed in the same order, without going back.
pub fn revisions_are_seen_in_order(log: &Log, truth: &Truth, before: u64, feed: &Value) {
    let revision = number(&feed["revision"]);
    log.check("revisions_are_seen_in_order", revision >= before, || format!("{before} is followed by {feed}"));
    let is_same = truth.status(revision).is_some_and(|status| is_told(status, feed));
    log.check("all_see_the_same_revision", is_same, || format!("{:?} is {feed}", truth.status(revision)));
}

fn is_told(status: &FeedStatus, feed: &Value) -> bool {
    let speed = status.speed.to_string();
    let shown = feed["speed"].as_f64().map_or_else(|| "max".to_owned(), |factor| format!("{factor}x"));
    feed["state"] == status.state.label() && feed["looping"] == status.looping && shown == speed
}

/// Requests are answered once and in order.
pub fn answers_come_in_order(log: &Log, expected: Option<Option<u64>>, message: &Value) {
    let is_expected = expected == Some(message["id"].as_u64());
    log.check("answers_come_in_order", is_expected, || format!("{expected:?}: {message}"));
}

/// A command is answered when its effect can be seen: some status after it has been sent, up to the one that all can
/// read now, shows it.
pub fn command_has_its_effect(log: &Log, truth: &Truth, command: &Value, sent_at: u64, visible: u64) {
    let shows = |status: &FeedStatus| match command["command"].as_str() {
        Some("speed") => command["speed"].as_f64().and_then(Speed::times) == Some(status.speed),
        Some("loop") => command["on"] == status.looping,
        Some("skip_dead_time") => command["on"] == status.skip_dead_time,
        _ => true,
    };
    let holds = visible > sent_at && truth.statuses(sent_at, visible).any(shows);
    log.check("command_has_its_effect", holds, || format!("{command} at {sent_at} is not in {visible}"));
}

/// A price that is sent at a flush is the newest of the market then: nothing old has queued.
pub fn fresh_first(log: &Log, truth: &Truth, epoch: u64, ts_sent: i64, quote: &Value, is_busy: bool) {
    let slack = if is_busy { 4 * MAX_DELAY } else { Duration::ZERO };
    let symbol = quote["symbol"].as_str().unwrap_or_default();
    let newest = truth.seq_before(epoch, symbol, ts_sent - slack.as_micros() as i64);
    log.check("fresh_first", number(&quote["seq"]) >= newest, || format!("{newest} was there at {ts_sent}: {quote}"));
}

/// After a stall a client gets no more old bytes than the buffers of the kernels and one write hold.
pub fn no_old_prices_queue(log: &Log, old_bytes: usize, bound: usize) {
    log.check("no_old_prices_queue", old_bytes <= bound, || format!("{old_bytes} old bytes, where {bound} fit"));
}

/// A client that reads gets each tick within its rate's interval, whatever the other clients do.
pub fn slow_clients_cost_nobody_else(log: &Log, truth: &Truth, epoch: u64, quote: &Value, bound: Duration) {
    let symbol = quote["symbol"].as_str().unwrap_or_default();
    let Some(came) = truth.time_of(epoch, symbol, number(&quote["first_seq"])) else { return };
    let late = Duration::from_micros((wall_micros() - came).unsigned_abs());
    log.check("slow_clients_cost_nobody_else", late <= bound + FRESH, || format!("{late:?} late: {quote}"));
}

/// A client that reads is not throttled.
pub fn healthy_client_is_not_throttled(log: &Log, is_throttled: bool) {
    log.check("healthy_client_is_not_throttled", !is_throttled, || "it is".to_owned());
}

/// A session is never silent for long.
pub fn heartbeats_fill_silence(log: &Log, silence: Duration, link: Duration) {
    log.check("heartbeats_fill_silence", silence <= SILENCE + link, || format!("{silence:?} without a message"));
}
