//! The wire contract: what the encoders write equals the files of `tests/fixtures/wire/` byte for byte.

use std::collections::HashMap;
use std::sync::Arc;

use super::outbound::Message;
use super::*;
use crate::control::{self, Command, FeedState, FeedStatus, ScenarioRequest, SeekTarget, SourceKind, Speed, Step};
use crate::market::{
    ActiveScenario, Bar, Depth, Headline, HistoryBar, Increment, Instrument, InstrumentId, Interval, Ladder, Level,
    Levels, Market, MarketLimits, MarketOpening, Notice, Price, PriceBasis, Quote, Side, Size, Tick, TickKind,
    Timestamp, Trade, sample,
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

/// In hexadecimal digits; white space is there for the eye.
fn binary_fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/wire/{name}.bin.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.split_whitespace().collect()
}

/// The frame is as the fixture has it, and reads as the JSON fixture of the same name.
fn check_binary(decoder: &mut Decoder<'_>, name: &str, frame: Frame) {
    let Frame::Binary(bytes) = frame else { panic!("{name} is text") };
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(decoder.json(&bytes).as_deref(), Some(&*fixture(name)), "{name}: {hex}");
    assert_eq!(hex, binary_fixture(name), "{name}");
    for end in 0..bytes.len() {
        assert_eq!(Decoder::new(&[]).json(&bytes[..end]), None, "{name} cut off at {end}");
    }
}

fn check(name: &str, got: &str) {
    assert_eq!(got, fixture(name), "{name}");
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

fn trade(market: &mut Market, price: i64, size: u64, us: i64) {
    let kind = TickKind::Trade(Trade { price: Price(price), size: Size(size), side: None });
    market.apply(&Tick { instrument: AAPL, ts: Timestamp::from_micros(START + us), kind });
}

fn quote(market: &mut Market, id: InstrumentId, bid: i64, ask: Option<i64>, us: i64) {
    let quote = Quote { bid: Some(Price(bid)), ask: ask.map(Price), ..Quote::default() };
    market.apply(&Tick { instrument: id, ts: Timestamp::from_micros(START + us), kind: TickKind::Quote(quote) });
}

fn frame(kind: QuotesKind, market: &Market, ts_sent: i64, quotes: &[(InstrumentId, u64)]) -> String {
    let mut frame = QuotesFrame::new(kind, EPOCH, ts_sent, 0);
    for (id, first_seq) in quotes {
        let (instrument, state) = market.get(*id).unwrap();
        let mut encoded = EncodedQuote::default();
        // Twice, as a warm one must give the same text as a fresh one.
        encoded.encode(instrument, state);
        encoded.encode(instrument, state);
        frame.push(&encoded, *first_seq);
    }
    frame.finish()
}

/// The market of the quotes' fixtures as `snapshot` shows it.
fn market_of_snapshot() -> Market {
    let mut market = market();
    for (price, size) in [(22_600, 100), (22_810, 100), (22_590, 100), (22_703, 1_045_800), (22_704, 157_200)] {
        trade(&mut market, price, size, -1_000);
    }
    for n in 0..4 {
        quote(&mut market, AAPL, 22_730, Some(22_732), -900 + n);
    }
    trade(&mut market, 22_731, 100, 0);
    market
}

/// As `update` shows it.
fn go_on(market: &mut Market) {
    for n in 0..3 {
        quote(market, AAPL, 22_732, Some(22_734), 100_000 + n);
        quote(market, EURUSD, 110_948, None, 180_000);
    }
    trade(market, 22_733, 100, 190_000);
}

#[test]
fn binary_quotes_are_written_as_the_fixtures_show() {
    let mut market = market_of_snapshot();
    let instruments = Arc::clone(market.instruments());
    let mut decoder = Decoder::new(&instruments);
    let mut quotes: HashMap<InstrumentId, BinaryQuote> = HashMap::new();
    let mut frame = |market: &Market, kind, ts_sent, symbols: &[(InstrumentId, u64)]| {
        let mut frame = BinaryQuote::begin(kind, EPOCH, ts_sent, 0);
        for (id, first_seq) in symbols {
            let (instrument, state) = market.get(*id).unwrap();
            let quote = quotes.entry(*id).or_default();
            quote.renew(*id, instrument, state);
            quote.add_to(&mut frame, *first_seq);
        }
        BinaryQuote::finish(frame)
    };
    let snapshot = frame(&market, QuotesKind::Snapshot, START + 100, &[(AAPL, 1), (NEW, 1)]);
    check_binary(&mut decoder, "snapshot", snapshot);
    go_on(&mut market);
    // One step, and one symbol that the client knows nothing of.
    let update = frame(&market, QuotesKind::Update, START + 200_100, &[(AAPL, 11), (EURUSD, 3)]);
    check_binary(&mut decoder, "update", update);
}

#[test]
fn quotes_are_written_as_the_fixtures_show() {
    let mut market = market_of_snapshot();
    check("snapshot", &frame(QuotesKind::Snapshot, &market, START + 100, &[(AAPL, 1), (NEW, 1)]));

    go_on(&mut market);
    check("update", &frame(QuotesKind::Update, &market, START + 200_100, &[(AAPL, 11), (EURUSD, 3)]));
}

#[test]
fn bars_are_written_as_the_fixtures_show() {
    let market = market();
    let (aapl, _) = market.get(AAPL).unwrap();
    let history = [
        (bar(1_795_341_480, [22_700, 22_740, 22_695, 22_720], 8_100), true),
        (bar(1_795_341_540, [22_720, 22_735, 22_715, 22_731], 500), false),
    ];
    let later = [
        (bar(1_795_341_540, [22_720, 22_735, 22_715, 22_733], 600), true),
        (bar(1_795_341_600, [22_733, 22_733, 22_733, 22_733], 100), false),
    ];
    for (name, bars, ts_sent) in [("bars_snapshot", &history, START + 100), ("bars_update", &later, START + 200_100)] {
        let snapshot = name == "bars_snapshot";
        let bars = bars.iter().map(|(bar, closed)| (bar, *closed));
        check(name, &bars_message(EPOCH, ts_sent, aapl, Interval::M1, (snapshot, 0), bars.clone()));
        let frame = bars_frame(EPOCH, ts_sent, (AAPL, aapl), Interval::M1, (snapshot, 0), bars);
        check_binary(&mut Decoder::new(market.instruments()), name, frame);
    }
}

#[test]
fn trades_are_written_as_the_fixtures_show() {
    let market = market();
    let (aapl, _) = market.get(AAPL).unwrap();
    let trade = |us, price, size, side| {
        (Timestamp::from_micros(START + us), Trade { price: Price(price), size: Size(size), side })
    };
    let history = [trade(-200_000, 22_730, 100, Some(Side::Sell)), trade(-50_000, 22_731, 25, None)];
    let head = TradesHead { snapshot: true, skipped: 0, first: 101 };
    check("trades_snapshot", &trades_message(EPOCH, START + 100, aapl, head, history.iter()));
    let mut decoder = Decoder::new(market.instruments());
    let frame = trades_frame(EPOCH, START + 100, (AAPL, aapl), head, history.iter());
    check_binary(&mut decoder, "trades_snapshot", frame);
    let later = [trade(190_000, 22_733, 100, Some(Side::Buy))];
    let head = TradesHead { snapshot: false, skipped: 3, first: 106 };
    check("trades_update", &trades_message(EPOCH, START + 200_100, aapl, head, later.iter()));
    let frame = trades_frame(EPOCH, START + 200_100, (AAPL, aapl), head, later.iter());
    check_binary(&mut decoder, "trades_update", frame);
}

#[test]
fn depth_is_written_as_the_fixtures_show() {
    let market = market();
    let ladder = |levels: &[(i64, u64)]| -> Ladder {
        let mut levels = levels.iter().map(|(price, size)| Level { price: Price(*price), size: Size(*size) });
        std::array::from_fn(|_| levels.next())
    };
    let depth = |bids: &[_], asks: &[_]| Depth { bids: ladder(bids), asks: ladder(asks) };
    let head = |snapshot, first_seq, seq, us: Option<i64>| {
        let ts_event = us.map(|us| Timestamp::from_micros(START + us));
        DepthHead { snapshot, first_seq, seq, ts_event }
    };
    let bids = [(22_732, 300), (22_731, 550), (22_729, 200), (22_728, 1_400), (22_726, 400)];
    let asks = [(22_734, 100), (22_735, 700), (22_736, 325), (22_738, 900), (22_739, 200)];
    for (name, id, ts_sent, head, depth) in [
        ("depth_snapshot", NEW, START + 100, head(true, 1, 0, None), Depth::default()),
        ("depth_update", AAPL, START + 200_100, head(false, 11, 14, Some(190_000)), depth(&bids, &asks)),
        ("depth_one_side", EURUSD, START + 200_100, head(false, 3, 3, Some(180_000)), depth(&[], &[(110_952, 2)])),
    ] {
        let (instrument, _) = market.get(id).unwrap();
        check(name, &depth_message(EPOCH, ts_sent, instrument, head, &depth));
        let frame = depth_frame(EPOCH, ts_sent, (id, instrument), head, &depth);
        check_binary(&mut Decoder::new(market.instruments()), name, frame);
    }
    let symbols = ["AAPL".to_owned()];
    check("granted_depth", &Granted::new(Some(11), Channel::Depth, &symbols, 10.0.into(), None).to_text());
    check("error_no_depth", &ApiError::no_depth(Some("AAPL")).with_id(Some(11)).to_text());
}

#[test]
fn the_other_messages_are_written_as_the_fixtures_show() {
    let sent = START + 100;
    let limits = HelloLimits { message_bytes: 65_536, subscriptions: 4_096, bars: 5_000 };
    let mut rates = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0].map(Rate::from).to_vec();
    rates.push(Rate::Every);
    check("hello", &Hello::new("tickcast 0.1.0", sent, rates, limits, true).to_text());
    check("feed_simulation", &Feed::new(&market(), sent, &status()).to_text());
    let ended = FeedStatus {
        source: SourceKind::Replay,
        name: "stocks.csv.gz".into(),
        state: FeedState::Ended,
        revision: 2,
        seekable: true,
        skip_dead_time: true,
        speed: Speed::Max,
        seed: None,
        start: Timestamp::from_secs(951_868_800),
        end: Some(Timestamp(1_362_182_399_999_999_999)),
        rows_rejected: 3,
        ..status()
    };
    let opening = MarketOpening { start: ended.start, ..sample::opening(EPOCH + 1, &[]) };
    let market = Market::open(&opening, MarketLimits::default());
    check("feed_replay_ended", &Feed::new(&market, sent, &ended).to_text());
    check("driven", &Driven::new(Some(7), "seek").to_text());
    let symbols = ["AAPL".to_owned(), "EURUSD".to_owned()];
    check("granted", &Granted::new(Some(1), Channel::Quotes, &symbols, 5.0.into(), None).to_text());
    check("granted_bars", &Granted::new(None, Channel::Bars(Interval::M1), &symbols[..1], 0.5.into(), None).to_text());
    check("granted_every", &Granted::new(Some(7), Channel::Quotes, &symbols[..1], Rate::Every, None).to_text());
    check("granted_recovered", &Granted::new(Some(1), Channel::Quotes, &symbols, 5.0.into(), Some(true)).to_text());
    check("throttled", &Throttled::new(START + 200_100, Some(2.0.into())).to_text());
    check("throttle_lifted", &Throttled::new(START + 30_200_100, None).to_text());
    check("stopping", &Stopping { ts_sent: START + 200_100, reconnect_after_ms: 1_000 }.to_text());
    check("unsubscribed", &Unsubscribed::new(Some(4), Channel::Quotes, &["*".to_owned()]).to_text());
    check("error", &ApiError::unknown_symbol("AAPLE").with_id(Some(3)).to_text());
    let heartbeat =
        Heartbeat { epoch: EPOCH, ts_sent: START + 1_000_100, ts_market: START + 990_000, ticks: 48_210, late: 0 };
    check("heartbeat", &heartbeat.to_text());
    check_binary(&mut Decoder::new(&[]), "heartbeat", heartbeat_frame(&heartbeat));
    check("format", &FormatSet::new(Some(6), Format::Binary).to_text());
}

#[test]
fn what_happens_is_written_as_the_fixtures_show() {
    let mut market = market();
    let note = |market: &mut Market, us: i64, on: &str, tone, leads, headline: &str| {
        let ts = Timestamp::from_micros(START + us);
        market.add_notice(&Notice::News(Headline { ts, on: on.into(), tone, leads, text: headline.into() }));
    };
    let mut told = Told::newest(market.news(), 20);
    note(&mut market, -1_000_000, "AAPL", 0.41, true, "Apple raises its outlook for the year");
    note(&mut market, -100_000, "class:stock", -0.67, false, "Trade talks break off");
    check("news_snapshot", &News::after(&mut told, &market, START + 100).unwrap().to_text());
    assert!(News::after(&mut told, &market, START).is_none());
    note(&mut market, 190_000, "EURUSD", -0.5, true, "Report: Euro faces an outage");
    check("news_update", &News::after(&mut told, &market, START + 200_100).unwrap().to_text());
    let mut told = Told::default();
    assert!(Scenarios::after(&mut told, &market, START).is_none());
    let [start, end] = [0, 60_000_000].map(|us| Timestamp::from_micros(START + us));
    market.add_notice(&Notice::Scenario(ActiveScenario {
        scenario: "crash",
        on: "AAPL".into(),
        strength: 2.0,
        start,
        end,
    }));
    check("scenarios", &Scenarios::after(&mut told, &market, START + 200_100).unwrap().to_text());
    check("granted_news", &Granted::new(Some(9), Channel::News, &["*".to_owned()], Rate::Every, None).to_text());
}

#[test]
fn a_list_tells_what_is_kept_and_counts_what_is_not() {
    let opening = sample::opening(EPOCH, &[]);
    let mut market = Market::open(&opening, MarketLimits { notices: 3, ..MarketLimits::default() });
    let mut told = Told::newest(market.news(), 2);
    let note = |market: &mut Market, n: usize| {
        for _ in 0..n {
            let (on, text) = ("all".to_owned(), String::new());
            market.add_notice(&Notice::News(Headline { ts: Timestamp(0), on, tone: 0.0, leads: true, text }));
        }
    };
    let heard = |told: &mut Told, market: &Market| {
        let text = News::after(told, market, 0).unwrap().to_text();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let number = |name: &str| value[name].as_u64().unwrap();
        (value["snapshot"] == true, number("skipped"), number("first"), value["stories"].as_array().unwrap().len())
    };
    assert_eq!(heard(&mut told, &market), (true, 0, 1, 0));
    note(&mut market, 5);
    assert_eq!(heard(&mut told, &market), (false, 2, 3, 3));
    assert_eq!(heard(&mut Told::newest(market.news(), 2), &market), (true, 0, 4, 2));
    assert_eq!(heard(&mut Told { seen: 4, begun: true }, &market), (false, 0, 5, 1));
}

#[test]
fn what_clients_say_is_read_as_the_fixtures_mean_it() {
    let read = |name| parse(&fixture(name)).unwrap();
    let symbols = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let subscribe = |channel, list: &[&str], rate, history| {
        Request::Subscribe(Subscribe { channel, symbols: symbols(list), rate, history, since: None })
    };
    let at = HashMap::from([("AAPL".to_owned(), 14), ("EURUSD".to_owned(), 3)]);
    let since = Request::Subscribe(Subscribe {
        channel: Channel::Quotes,
        symbols: symbols(&["AAPL", "EURUSD"]),
        rate: Some(5.0.into()),
        history: None,
        since: Some(Since { epoch: EPOCH, at }),
    });
    let minute = Channel::Bars(Interval::M1);
    let scenario = ScenarioRequest { scenario: "crash".into(), on: "AAPL".into(), strength: 2.0, seconds: Some(60.0) };
    for (name, id, request) in [
        ("subscribe_quotes", Some(1), subscribe(Channel::Quotes, &["AAPL", "EURUSD"], Some(7.0.into()), None)),
        ("subscribe_all", None, subscribe(Channel::Quotes, &["*"], None, None)),
        ("subscribe_bars", None, subscribe(minute, &["AAPL"], Some(0.7.into()), Some(300))),
        ("subscribe_trades", Some(5), subscribe(Channel::Trades, &["AAPL"], Some(5.0.into()), Some(50))),
        ("subscribe_depth", Some(11), subscribe(Channel::Depth, &["AAPL"], Some(10.0.into()), None)),
        ("subscribe_since", Some(1), since),
        ("rate", Some(2), Request::Rate { channel: Channel::Quotes, symbols: symbols(&["AAPL"]), rate: 0.0.into() }),
        (
            "rate_every",
            Some(7),
            Request::Rate { channel: Channel::Quotes, symbols: symbols(&["AAPL"]), rate: Rate::Every },
        ),
        ("resync", None, Request::Resync { symbols: symbols(&["AAPL"]) }),
        ("format", Some(6), Request::Format(Format::Binary)),
        ("subscribe_news", Some(9), subscribe(Channel::News, &["*"], None, Some(20))),
        ("drive_scenario", Some(10), Request::Drive(Command::RunScenario(scenario))),
        ("drive_seek", Some(7), Request::Drive(Command::Seek(SeekTarget::Percent(37.5)))),
        ("drive_speed", Some(8), Request::Drive(Command::Speed(Speed::Max))),
        ("drive_step", None, Request::Drive(Command::Step(Step::Bar(Interval::M1)))),
        ("unsubscribe", Some(4), Request::Unsubscribe { channel: Channel::Quotes, symbols: symbols(&["*"]) }),
    ] {
        assert_eq!(read(name), Inbound { id, request }, "{name}");
    }
}

#[test]
fn the_protocol_document_shows_a_binary_frame_as_it_is() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROTOCOL.md")).unwrap();
    let rows = document.split("| bytes of `update` | meaning |").nth(1).expect("the worked example is there");
    let hex = |row: &str| row.strip_prefix("| `")?.split_once('`').map(|(hex, _)| hex.replace(' ', ""));
    let shown: String = rows.lines().skip(2).map_while(hex).collect();
    assert_eq!(shown, binary_fixture("update"));
}

#[test]
fn the_protocol_document_shows_the_fixtures_as_they_are() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROTOCOL.md")).unwrap();
    for name in [
        "hello",
        "feed_simulation",
        "granted",
        "granted_recovered",
        "snapshot",
        "update",
        "bars_update",
        "trades_update",
        "depth_update",
        "news_update",
        "scenarios",
        "throttled",
        "stopping",
        "heartbeat",
        "error",
    ] {
        assert!(document.contains(&fixture(name)), "docs/PROTOCOL.md lacks the fixture {name}");
    }
    for name in [
        "subscribe_quotes",
        "subscribe_bars",
        "subscribe_trades",
        "subscribe_depth",
        "subscribe_since",
        "subscribe_news",
        "drive_scenario",
        "format",
        "rate",
        "rate_every",
        "resync",
        "unsubscribe",
    ] {
        assert!(document.contains(&fixture(name)), "docs/PROTOCOL.md lacks the fixture {name}");
    }
}
