//! Checks the messages of one client in full: the ranges of each symbol must meet.
//!
//! Pure. Some clients are checked, and all that stall; for a stalling client it also measures the age of prices.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::binary::{BinaryHead, HEADER, head, take_entry};
use super::message::MessageKind;
use super::tally::{Outcomes, StallRecovery};

/// Larger messages are not checked.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Checks the messages of one client.
#[derive(Debug, Default)]
pub struct Checker {
    message: Vec<u8>,
    epoch: u64,
    /// The last seq received of each symbol.
    seqs: HashMap<Box<str>, u64>,
    /// Seq and time of each symbol's newest binary state, by index: the base of the next delta.
    states: HashMap<u64, (u64, i64)>,
    resuming: Option<Resuming>,
}

/// A client that reads again after a stall, until the first price that was sent after the stall.
#[derive(Debug)]
struct Resuming {
    since: i64,
    piled_bytes: u64,
    first: Option<(u64, Option<u64>)>,
}

/// A message in JSON.
#[derive(Deserialize)]
struct JsonMessage<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    epoch: Option<u64>,
    ts_sent: Option<i64>,
    /// A number or a text.
    #[serde(borrow)]
    rate: Option<&'a RawValue>,
    /// Their form depends on the kind of message.
    #[serde(borrow)]
    quotes: Option<&'a RawValue>,
}

/// One symbol's entry of an update or snapshot.
#[derive(Debug, Deserialize)]
struct QuoteEntry<'a> {
    #[serde(borrow)]
    symbol: Cow<'a, str>,
    first_seq: u64,
    seq: u64,
    ts_event: Option<i64>,
}

impl Checker {
    /// Adds a piece of the current message.
    pub fn collect(&mut self, piece: &[u8]) {
        if self.message.len() + piece.len() <= MAX_MESSAGE_BYTES {
            self.message.extend_from_slice(piece);
        }
    }

    /// Begins to measure a client that reads again after a stall.
    pub const fn resume(&mut self, now: i64) {
        self.resuming = Some(Resuming { since: now, piled_bytes: 0, first: None });
    }

    /// Ends with the connection; returns true if the client was still without a fresh price after a stall.
    pub fn cut_off(&mut self, outcomes: &mut Outcomes) -> bool {
        let Some(Resuming { piled_bytes, first, .. }) = self.resuming.take() else { return false };
        let (first_age, first_market_age) = (first.map(|(age, _)| age), first.and_then(|(_, age)| age));
        outcomes.recoveries.push(StallRecovery { first_age, first_market_age, fresh_after: None, piled_bytes });
        true
    }

    /// Checks the collected message, in which the scanner counted `counted` entries.
    pub fn finish(&mut self, counted: u64, now: i64, outcomes: &mut Outcomes) {
        let message = std::mem::take(&mut self.message);
        let is_sound = match head(&message) {
            Some(head) => self.check_binary(head, &message, now, outcomes),
            None => self.check_json(&message, counted, now, outcomes).unwrap_or(false),
        };
        outcomes.checks.miscounted += u64::from(!is_sound);
        self.message = message;
        self.message.clear();
    }

    /// Returns true if the message has the entries that were counted.
    fn check_json(&mut self, text: &[u8], counted: u64, now: i64, outcomes: &mut Outcomes) -> serde_json::Result<bool> {
        let message: JsonMessage<'_> = serde_json::from_slice(text)?;
        self.follow_epoch(message.epoch.unwrap_or(self.epoch));
        let kind = match &*message.kind {
            "update" => MessageKind::Update,
            "snapshot" => MessageKind::Snapshot,
            "granted" => {
                let rate = message.rate.and_then(|rate| rate.get().parse().ok());
                outcomes.granted = outcomes.granted.into_iter().chain(rate).reduce(f64::max);
                return Ok(true);
            }
            _ => MessageKind::Other,
        };
        let has_entries = kind != MessageKind::Other;
        let quotes = message.quotes.filter(|_| has_entries).map_or("[]", RawValue::get);
        let entries: Vec<QuoteEntry<'_>> = serde_json::from_str(quotes)?;
        self.take(kind, &entries, outcomes);
        self.measure_stall(text.len(), message.ts_sent, &entries, now, outcomes);
        Ok(!has_entries || entries.len() as u64 == counted)
    }

    fn follow_epoch(&mut self, epoch: u64) {
        if epoch != self.epoch {
            self.epoch = epoch;
            self.seqs.clear();
            self.states.clear();
        }
    }

    /// Returns true if the message has as many entries as its header states, and nothing else.
    fn check_binary(&mut self, head: BinaryHead, bytes: &[u8], now: i64, outcomes: &mut Outcomes) -> bool {
        self.follow_epoch(head.epoch);
        let mut rest = &bytes[HEADER..];
        let mut entries = Vec::new();
        for _ in 0..head.entries {
            let Some(entry) = take_entry(&mut rest, |index| self.states.get(&index).copied()) else { break };
            self.states.insert(entry.index, (entry.seq, entry.ts_event.unwrap_or_default()));
            entries.push(QuoteEntry {
                symbol: format!("symbol {}", entry.index).into(),
                first_seq: entry.first_seq,
                seq: entry.seq,
                ts_event: entry.ts_event,
            });
        }
        self.take(head.kind, &entries, outcomes);
        self.measure_stall(bytes.len(), Some(head.ts_sent), &entries, now, outcomes);
        entries.len() as u64 == head.entries && (rest.is_empty() || head.entries == 0)
    }

    fn take(&mut self, kind: MessageKind, entries: &[QuoteEntry<'_>], outcomes: &mut Outcomes) {
        match kind {
            MessageKind::Snapshot => entries.iter().for_each(|entry| self.take_snapshot(entry)),
            MessageKind::Update => entries.iter().for_each(|entry| self.take_update(entry, outcomes)),
            MessageKind::Error | MessageKind::Other => {}
        }
    }

    /// Keeps the seq of a snapshot, unless a newer one is known.
    fn take_snapshot(&mut self, entry: &QuoteEntry<'_>) {
        let known = self.seqs.entry((&*entry.symbol).into()).or_default();
        *known = entry.seq.max(*known);
    }

    fn take_update(&mut self, entry: &QuoteEntry<'_>, outcomes: &mut Outcomes) {
        let checks = &mut outcomes.checks;
        checks.updates += 1;
        let Some(known) = self.seqs.get_mut(&*entry.symbol) else {
            self.seqs.insert((&*entry.symbol).into(), entry.seq);
            return;
        };
        if entry.first_seq > *known + 1 {
            checks.holes += 1;
            let QuoteEntry { symbol, first_seq, .. } = entry;
            checks.first_hole.get_or_insert_with(|| format!("{symbol}: {known} is followed by {first_seq}"));
        }
        checks.overlaps += u64::from(entry.first_seq <= *known);
        *known = entry.seq.max(*known);
    }

    fn measure_stall(
        &mut self,
        bytes: usize,
        ts_sent: Option<i64>,
        entries: &[QuoteEntry<'_>],
        now: i64,
        outcomes: &mut Outcomes,
    ) {
        let (Some(resuming), Some(ts_sent)) = (&mut self.resuming, ts_sent) else { return };
        if ts_sent < resuming.since {
            resuming.piled_bytes += bytes as u64;
        }
        if entries.is_empty() {
            return;
        }
        let age = |ts: i64| u64::try_from(now - ts).unwrap_or(0);
        let newest = entries.iter().filter_map(|entry| entry.ts_event).max();
        let (first_age, first_market_age) = *resuming.first.get_or_insert_with(|| (age(ts_sent), newest.map(age)));
        if ts_sent >= resuming.since {
            let (first_age, fresh_after) = (Some(first_age), Some(age(resuming.since)));
            let piled_bytes = resuming.piled_bytes;
            outcomes.recoveries.push(StallRecovery { first_age, first_market_age, fresh_after, piled_bytes });
            self.resuming = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::binary::tests::fixture;

    fn message(kind: &str, epoch: u64, ts_sent: i64, entries: &[(&str, u64, u64)]) -> String {
        let entry = |(symbol, first, seq): &(&str, u64, u64)| {
            format!(r#"{{"symbol":"{symbol}","first_seq":{first},"seq":{seq},"ts_event":{}}}"#, ts_sent - 10)
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        format!(r#"{{"type":"{kind}","epoch":{epoch},"ts_sent":{ts_sent},"quotes":[{}]}}"#, entries.join(","))
    }

    fn receive(checker: &mut Checker, text: &str, now: i64, outcomes: &mut Outcomes) {
        checker.collect(text.as_bytes());
        checker.finish(text.matches("first_seq").count() as u64, now, outcomes);
    }

    #[test]
    fn ranges_that_do_not_meet_are_counted() {
        for (messages, holes, overlaps) in [
            (vec![message("snapshot", 1, 0, &[("A", 1, 10)]), message("update", 1, 0, &[("A", 11, 14)])], 0, 0),
            (vec![message("snapshot", 1, 0, &[("A", 1, 10)]), message("update", 1, 0, &[("A", 12, 14)])], 1, 0),
            (
                vec![message("update", 1, 0, &[("A", 5, 9), ("B", 3, 3)]), message("update", 1, 0, &[("A", 9, 12)])],
                0,
                1,
            ),
            (vec![message("update", 1, 0, &[("A", 5, 9)]), message("update", 2, 0, &[("A", 90, 99)])], 0, 0),
            (vec![message("update", 1, 0, &[("A", 5, 9)]), message("snapshot", 1, 0, &[("A", 1, 7)])], 0, 0),
        ] {
            let (mut checker, mut outcomes) = (Checker::default(), Outcomes::default());
            messages.iter().for_each(|text| receive(&mut checker, text, 0, &mut outcomes));
            let checks = &outcomes.checks;
            assert_eq!((checks.holes, checks.overlaps), (holes, overlaps), "{messages:?}");
            assert_eq!((checks.first_hole.is_some(), checks.miscounted), (holes > 0, 0));
        }
    }

    #[test]
    fn binary_ranges_are_checked_too() {
        let check = |names: &[&str]| {
            let (mut checker, mut outcomes) = (Checker::default(), Outcomes::default());
            for name in names {
                checker.collect(&fixture(name));
                checker.finish(0, 0, &mut outcomes);
            }
            let checks = outcomes.checks;
            (checks.updates, checks.holes, checks.overlaps, checks.miscounted)
        };
        assert_eq!(check(&["snapshot", "heartbeat", "update"]), (2, 0, 0, 0));
        let (_, holes, overlaps, miscounted) = check(&["snapshot", "update", "update"]);
        assert_eq!((holes, overlaps, miscounted), (1, 1, 0), "a delta twice, and a full entry twice");
    }

    #[test]
    fn miscounts_are_counted_and_granted_rates_kept() {
        let (mut checker, mut outcomes) = (Checker::default(), Outcomes::default());
        checker.collect(message("update", 1, 0, &[("A", 1, 1)]).as_bytes());
        checker.finish(2, 0, &mut outcomes);
        receive(&mut checker, "not JSON", 0, &mut outcomes);
        assert_eq!(outcomes.checks.miscounted, 2);
        receive(&mut checker, r#"{"type":"granted","symbols":["A"],"rate":0.5}"#, 0, &mut outcomes);
        receive(&mut checker, r#"{"type":"granted","symbols":["A"],"rate":"every"}"#, 0, &mut outcomes);
        assert_eq!((outcomes.granted, outcomes.checks.miscounted), (Some(0.5), 2));
    }

    #[test]
    fn resumed_client_measures_the_age_of_prices() {
        let (mut checker, mut outcomes) = (Checker::default(), Outcomes::default());
        checker.resume(1_000);
        let old = message("update", 1, 400, &[("A", 1, 1)]);
        receive(&mut checker, &old, 1_100, &mut outcomes);
        receive(&mut checker, r#"{"type":"heartbeat","ts_sent":1200}"#, 1_250, &mut outcomes);
        assert!(outcomes.recoveries.is_empty(), "a heartbeat has no price");
        receive(&mut checker, &message("update", 1, 1_300, &[("A", 2, 2)]), 1_350, &mut outcomes);
        let [recovery] = outcomes.recoveries[..] else { panic!("one client read again") };
        assert_eq!((recovery.first_age, recovery.first_market_age), (Some(700), Some(710)));
        assert_eq!(recovery.fresh_after, Some(350));
        assert_eq!(recovery.piled_bytes, old.len() as u64);
        assert!(!checker.cut_off(&mut outcomes), "it had recovered");
    }

    #[test]
    fn client_closed_after_a_stall_keeps_its_ages() {
        let (mut checker, mut outcomes) = (Checker::default(), Outcomes::default());
        checker.resume(1_000);
        receive(&mut checker, &message("update", 1, 400, &[("A", 1, 1)]), 1_100, &mut outcomes);
        assert!(checker.cut_off(&mut outcomes));
        let [recovery] = outcomes.recoveries[..] else { panic!("one client read again") };
        assert_eq!((recovery.first_age, recovery.fresh_after), (Some(700), None));
    }
}
