//! Server messages in the binary format. Both decoders, the one of the tests and the one of the load generator, read
//! any bytes without panic. A frame that the first accepts becomes JSON, and the second reads the same ranges from it.
//!
//! The input is a stream of frames of up to 255 bytes, each after a byte with its length.

#![no_main]

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tickcast::feed::TickSource;
use tickcast::feed::sim::{SimConfig, Simulator};
use tickcast::load::binary::{HEADER, head, take_entry};
use tickcast::market::{Instrument, Timestamp};
use tickcast::wire::Decoder;

static INSTRUMENTS: LazyLock<Arc<[Instrument]>> = LazyLock::new(|| {
    let simulator = Simulator::new(SimConfig::new(Timestamp(0))).expect("no scenario");
    Arc::clone(&simulator.info().instruments)
});

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = Decoder::new(&INSTRUMENTS);
    // By index: seq and time, as the load generator keeps them.
    let mut known = HashMap::new();
    let mut stream = bytes;
    while let Some((length, rest)) = stream.split_first() {
        let (frame, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        stream = rest;
        let Some(text) = decoder.json(frame) else {
            // A partly read frame leaves the two decoders in different states.
            walk(frame, &mut known.clone());
            return;
        };
        let message: Value = serde_json::from_str(&text).expect("an accepted frame is JSON");
        let entries = walk(frame, &mut known);
        let quotes = message["quotes"].as_array().into_iter().flatten();
        let ranges = quotes.map(|quote| (&quote["first_seq"], &quote["seq"], &quote["ts_event"]));
        let walked = entries.iter().map(|(first, seq, ts)| (Value::from(*first), Value::from(*seq), Value::from(*ts)));
        assert!(ranges.eq(walked.collect::<Vec<_>>().iter().map(|(first, seq, ts)| (first, seq, ts))), "{text}");
    }
});

/// Returns the ranges and times of a frame, as the load generator reads them.
fn walk(frame: &[u8], known: &mut HashMap<u64, (u64, i64)>) -> Vec<(u64, u64, Option<i64>)> {
    let Some(head) = head(frame) else { return Vec::new() };
    let mut rest = frame.get(HEADER..).unwrap_or_default();
    let entries = (0..head.entries).map_while(|_| {
        let entry = take_entry(&mut rest, |index| known.get(&index).copied())?;
        known.insert(entry.index, (entry.seq, entry.ts_event.unwrap_or_default()));
        Some((entry.first_seq, entry.seq, entry.ts_event))
    });
    entries.collect()
}
