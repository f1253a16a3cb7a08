//! Reads the messages of one client in full: do the ranges of each symbol meet, and how old are prices?
//!
//! Pure. Only a sample of clients is looked at so closely, and those that stall.

use std::collections::HashMap;

use super::binary::{HEADER, Head, head, take_entry};
use super::scan::Kind;
use super::tally::{Events, Resumed};
use super::walk::{items, members, number, unquote};

/// Larger messages are not looked at.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

#[derive(Debug, Default)]
pub struct Inspection {
    text: Vec<u8>,
    epoch: u64,
    /// How far each symbol was sent.
    seqs: HashMap<Box<[u8]>, u64>,
    /// Seq and time of each symbol's newest binary state, by index: what a step builds on.
    states: HashMap<u64, (u64, i64)>,
    resuming: Option<Resuming>,
}

/// A client that goes on reading, until the first price that was sent after that.
#[derive(Debug)]
struct Resuming {
    since: i64,
    piled_bytes: u64,
    first: Option<(u64, Option<u64>)>,
}

#[derive(Debug, Default)]
struct Entry<'a> {
    symbol: &'a [u8],
    first_seq: u64,
    seq: u64,
    ts_event: Option<i64>,
}

impl Inspection {
    pub fn collect(&mut self, piece: &[u8]) {
        if self.text.len() + piece.len() <= MAX_MESSAGE {
            self.text.extend_from_slice(piece);
        }
    }

    /// From now on it is measured how old the prices are that had waited.
    pub const fn resume(&mut self, now: i64) {
        self.resuming = Some(Resuming { since: now, piled_bytes: 0, first: None });
    }

    /// The connection is over; whether that came before a fresh price.
    pub fn cut_off(&mut self, events: &mut Events) -> bool {
        let Some(Resuming { piled_bytes, first, .. }) = self.resuming.take() else { return false };
        let (first_age, first_market_age) = (first.map(|(age, _)| age), first.and_then(|(_, age)| age));
        events.stalls.push(Resumed { first_age, first_market_age, fresh_after: None, piled_bytes });
        true
    }

    /// Judges the message that was collected, in which the scanner counted `counted` entries.
    pub fn finish(&mut self, counted: u64, now: i64, events: &mut Events) {
        let text = std::mem::take(&mut self.text);
        if let Some(head) = head(&text) {
            self.judge_binary(head, &text, now, events);
        } else {
            self.judge(&text, counted, now, events);
        }
        self.text = text;
        self.text.clear();
    }

    fn judge(&mut self, text: &[u8], counted: u64, now: i64, events: &mut Events) {
        let (mut kind, mut epoch, mut ts_sent, mut rate, mut quotes) = (None, None, None, None, None);
        for (name, value) in members(text) {
            match name {
                b"type" => kind = unquote(value),
                b"epoch" => epoch = number::<u64>(value),
                b"ts_sent" => ts_sent = number::<i64>(value),
                b"rate" => rate = number::<f64>(value),
                b"quotes" => quotes = Some(value),
                _ => {}
            }
        }
        epoch.into_iter().for_each(|epoch| self.follow_epoch(epoch));
        let entries: Vec<Entry<'_>> = quotes.into_iter().flat_map(items).map(entry).collect();
        match kind {
            Some(b"granted") => events.granted = events.granted.into_iter().chain(rate).reduce(f64::max),
            Some(b"snapshot") => entries.iter().for_each(|entry| self.take_snapshot(entry)),
            Some(b"update") => entries.iter().for_each(|entry| self.take_update(entry, events)),
            _ => {}
        }
        if matches!(kind, Some(b"snapshot" | b"update")) && entries.len() as u64 != counted {
            events.check.miscounted += 1;
        }
        self.watch(text.len(), ts_sent, &entries, now, events);
    }

    fn follow_epoch(&mut self, epoch: u64) {
        if epoch != self.epoch {
            self.epoch = epoch;
            self.seqs.clear();
            self.states.clear();
        }
    }

    fn judge_binary(&mut self, head: Head, bytes: &[u8], now: i64, events: &mut Events) {
        self.follow_epoch(head.epoch);
        let mut rest = &bytes[HEADER..];
        let mut found = Vec::new();
        for _ in 0..head.entries {
            let Some(entry) = take_entry(&mut rest, |index| self.states.get(&index).copied()) else { break };
            self.states.insert(entry.index, (entry.seq, entry.ts_event.unwrap_or_default()));
            found.push((format!("symbol {}", entry.index), entry));
        }
        let is_whole = found.len() as u64 == head.entries && (rest.is_empty() || head.entries == 0);
        events.check.miscounted += u64::from(!is_whole);
        let entries: Vec<Entry<'_>> = found
            .iter()
            .map(|(symbol, entry)| Entry {
                symbol: symbol.as_bytes(),
                first_seq: entry.first_seq,
                seq: entry.seq,
                ts_event: entry.ts_event,
            })
            .collect();
        match head.kind {
            Kind::Snapshot => entries.iter().for_each(|entry| self.take_snapshot(entry)),
            Kind::Update => entries.iter().for_each(|entry| self.take_update(entry, events)),
            _ => {}
        }
        self.watch(bytes.len(), Some(head.ts_sent), &entries, now, events);
    }

    /// An older snapshot than what is known says nothing new.
    fn take_snapshot(&mut self, entry: &Entry<'_>) {
        let known = self.seqs.entry(entry.symbol.into()).or_default();
        *known = entry.seq.max(*known);
    }

    fn take_update(&mut self, entry: &Entry<'_>, events: &mut Events) {
        events.check.updates += 1;
        let Some(known) = self.seqs.get_mut(entry.symbol) else {
            self.seqs.insert(entry.symbol.into(), entry.seq);
            return;
        };
        if entry.first_seq > *known + 1 {
            events.check.holes += 1;
            let (symbol, known, first) = (String::from_utf8_lossy(entry.symbol), *known, entry.first_seq);
            events.check.first_hole.get_or_insert_with(|| format!("{symbol}: {known} is followed by {first}"));
        }
        events.check.overlaps += u64::from(entry.first_seq <= *known);
        *known = entry.seq.max(*known);
    }

    fn watch(&mut self, bytes: usize, ts_sent: Option<i64>, entries: &[Entry<'_>], now: i64, events: &mut Events) {
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
            events.stalls.push(Resumed { first_age, first_market_age, fresh_after, piled_bytes });
            self.resuming = None;
        }
    }
}

fn entry(text: &[u8]) -> Entry<'_> {
    let mut entry = Entry::default();
    for (name, value) in members(text) {
        match name {
            b"symbol" => entry.symbol = value,
            b"first_seq" => entry.first_seq = number(value).unwrap_or(0),
            b"seq" => entry.seq = number(value).unwrap_or(0),
            b"ts_event" => entry.ts_event = number(value),
            _ => {}
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str, epoch: u64, ts_sent: i64, entries: &[(&str, u64, u64)]) -> String {
        let entry = |(symbol, first, seq): &(&str, u64, u64)| {
            format!(r#"{{"symbol":"{symbol}","first_seq":{first},"seq":{seq},"ts_event":{}}}"#, ts_sent - 10)
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        format!(r#"{{"type":"{kind}","epoch":{epoch},"ts_sent":{ts_sent},"quotes":[{}]}}"#, entries.join(","))
    }

    fn hear(inspection: &mut Inspection, text: &str, now: i64, events: &mut Events) {
        inspection.collect(text.as_bytes());
        inspection.finish(text.matches("first_seq").count() as u64, now, events);
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
            let (mut inspection, mut events) = (Inspection::default(), Events::default());
            messages.iter().for_each(|text| hear(&mut inspection, text, 0, &mut events));
            assert_eq!((events.check.holes, events.check.overlaps), (holes, overlaps), "{messages:?}");
            assert_eq!((events.check.first_hole.is_some(), events.check.miscounted), (holes > 0, 0));
        }
    }

    #[test]
    fn binary_ranges_are_looked_at_too() {
        let hear = |names: &[&str]| {
            let (mut inspection, mut events) = (Inspection::default(), Events::default());
            for name in names {
                inspection.collect(&crate::load::binary::tests::fixture(name));
                inspection.finish(0, 0, &mut events);
            }
            (events.check.updates, events.check.holes, events.check.overlaps, events.check.miscounted)
        };
        assert_eq!(hear(&["snapshot", "heartbeat", "update"]), (2, 0, 0, 0));
        let (_, holes, overlaps, miscounted) = hear(&["snapshot", "update", "update"]);
        assert_eq!((holes, overlaps, miscounted), (1, 1, 0), "a step twice, and a full entry twice");
    }

    #[test]
    fn a_wrong_quick_count_is_told_and_the_granted_rate_kept() {
        let (mut inspection, mut events) = (Inspection::default(), Events::default());
        inspection.collect(message("update", 1, 0, &[("A", 1, 1)]).as_bytes());
        inspection.finish(2, 0, &mut events);
        assert_eq!(events.check.miscounted, 1);
        hear(&mut inspection, r#"{"type":"granted","symbols":["A"],"rate":0.5}"#, 0, &mut events);
        assert_eq!(events.granted, Some(0.5));
    }

    #[test]
    fn going_on_after_a_stall_measures_what_had_waited() {
        let (mut inspection, mut events) = (Inspection::default(), Events::default());
        inspection.resume(1_000);
        let old = message("update", 1, 400, &[("A", 1, 1)]);
        hear(&mut inspection, &old, 1_100, &mut events);
        hear(&mut inspection, r#"{"type":"heartbeat","ts_sent":1200}"#, 1_250, &mut events);
        assert!(events.stalls.is_empty(), "a beat is no price");
        hear(&mut inspection, &message("update", 1, 1_300, &[("A", 2, 2)]), 1_350, &mut events);
        let [resumed] = events.stalls[..] else { panic!("one client went on") };
        assert_eq!((resumed.first_age, resumed.first_market_age), (Some(700), Some(710)));
        assert_eq!(resumed.fresh_after, Some(350));
        assert_eq!(resumed.piled_bytes, old.len() as u64);
        assert!(!inspection.cut_off(&mut events), "it had gone on");
    }

    #[test]
    fn what_a_client_reads_before_it_is_closed_is_told_too() {
        let (mut inspection, mut events) = (Inspection::default(), Events::default());
        inspection.resume(1_000);
        hear(&mut inspection, &message("update", 1, 400, &[("A", 1, 1)]), 1_100, &mut events);
        assert!(inspection.cut_off(&mut events));
        let [resumed] = events.stalls[..] else { panic!("one client went on") };
        assert_eq!((resumed.first_age, resumed.fresh_after), (Some(700), None));
    }
}
