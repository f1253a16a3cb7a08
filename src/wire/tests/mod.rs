//! The wire contract: encoders write the files of `tests/fixtures/wire/` byte for byte, and the parser reads them.

mod document;
mod frequent;
mod inbound;
mod outbound;
mod quotes;

use super::*;
use crate::control::{self, FeedStatus, SourceKind};
use crate::market::{
    Bar, HistoryBar, Increment, Instrument, InstrumentId, InstrumentSet, Interval, Levels, Market, MarketLimits,
    MarketOpening, Price, PriceBasis, Size, Timestamp, sample,
};

const EPOCH: u64 = 1_795_341_600_000;
const START: i64 = 1_795_341_600_000_000;
const AAPL: InstrumentId = InstrumentId(0);
const EURUSD: InstrumentId = InstrumentId(1);
const NEW: InstrumentId = InstrumentId(2);

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/wire/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}")).trim_end().to_owned()
}

/// The bytes of a binary fixture in hexadecimal digits, without white space.
fn binary_fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/wire/{name}.bin.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.split_whitespace().collect()
}

/// Checks that the message equals the binary fixture, and decodes to the JSON fixture of the same name.
fn check_binary(decoder: &mut Decoder<'_>, name: &str, message: EncodedMessage) {
    let EncodedMessage::Binary(bytes) = message else { panic!("{name} is text") };
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(decoder.json(&bytes).as_deref(), Some(&*fixture(name)), "{name}: {hex}");
    assert_eq!(hex, binary_fixture(name), "{name}");
    for end in 0..bytes.len() {
        assert_eq!(Decoder::new(&[]).json(&bytes[..end]), None, "{name} cut off at {end}");
    }
}

fn check(name: &str, text: &str) {
    assert_eq!(text, fixture(name), "{name}");
}

/// Checks the message in both formats.
fn check_both(market: &Market, name: &str, message: impl Fn(Format) -> EncodedMessage) {
    check(name, &message(Format::Json).into_text().unwrap());
    check_binary(&mut Decoder::new(market.instruments()), name, message(Format::Binary));
}

fn instrument(symbol: &str, decimals: u8, basis: PriceBasis) -> Instrument {
    let price_increment = Increment::of_decimals(decimals);
    Instrument { price_increment, price_digits: decimals, basis, ..sample::instrument(symbol) }
}

fn status() -> FeedStatus {
    FeedStatus {
        source: SourceKind::Simulation,
        name: "40 instruments, seed 7".into(),
        seed: Some(7),
        revision: 1,
        start: Timestamp::from_micros(START),
        ..control::sample::status()
    }
}

fn bar(start_s: i64, [open, high, low, close]: [i64; 4], volume: u64) -> Bar {
    let start = Timestamp::from_secs(start_s);
    let [open, high, low, close] = [open, high, low, close].map(Price);
    Bar { start, open, high, low, close, volume: Size(volume), count: 1 }
}

/// AAPL after a day that closed at 228.36, EURUSD with one minute of today, and NEW, of which nothing is known.
fn market() -> Market {
    let today = Timestamp::from_micros(START).floor(Interval::D1).0 / 1_000_000_000;
    let yesterday = bar(today - 86_400, [22_800, 22_900, 22_700, 22_836], 5);
    let minute = bar(START / 1_000_000 - 120, [110_900, 111_000, 110_899, 110_950], 0);
    let opening = MarketOpening {
        epoch: EPOCH,
        instruments: [
            instrument("AAPL", 2, PriceBasis::Trade),
            instrument("EURUSD", 5, PriceBasis::Bid),
            instrument("NEW", 2, PriceBasis::Trade),
        ]
        .into(),
        history: vec![
            HistoryBar { instrument: AAPL, interval: Interval::D1, bar: yesterday },
            HistoryBar { instrument: EURUSD, interval: Interval::M1, bar: minute },
        ],
        levels: Levels::default(),
        start: Timestamp::from_micros(START),
    };
    Market::open(&opening, MarketLimits::default())
}
