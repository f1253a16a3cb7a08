//! The messages that serde writes.

use super::*;
use crate::control::{FeedState, Speed};
use crate::market::{ActiveScenario, Headline};

fn symbols(list: &[&str]) -> Vec<String> {
    list.iter().map(|symbol| (*symbol).to_owned()).collect()
}

#[test]
fn hello_matches_the_fixture() {
    let limits = HelloLimits {
        message_bytes: 65_536,
        messages_per_second: 50,
        sent_bytes: 32_768,
        max_sent_bytes: 131_072,
        subscriptions: 4_096,
        bars: 5_000,
        history: 50_000,
        commands: 32,
        stall_ms: 20_000,
        silence_ms: 30_000,
    };
    let rates = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0].map(Rate::from).into_iter().chain([Rate::Every]);
    check("hello", &Hello::new("tickcast 0.1.0", START + 100, rates.collect(), limits, true).to_text());
}

#[test]
fn feed_matches_the_fixtures() {
    check("feed_simulation", &Feed::new(&market(), START + 100, &status()).to_text());
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
    check("feed_replay_ended", &Feed::new(&market, START + 100, &ended).to_text());
}

#[test]
fn answers_match_the_fixtures() {
    let (both, aapl) = (symbols(&["AAPL", "EURUSD"]), symbols(&["AAPL"]));
    let all = symbols(&["*"]);
    for (name, id, channel, symbols, rate, recovered) in [
        ("granted", Some(1), Channel::Quotes, &both, 5.0.into(), None),
        ("granted_bars", None, Channel::Bars(Interval::M1), &aapl, 0.5.into(), None),
        ("granted_every", Some(7), Channel::Quotes, &aapl, Rate::Every, None),
        ("granted_recovered", Some(1), Channel::Quotes, &both, 5.0.into(), Some(true)),
        ("granted_depth", Some(11), Channel::Depth, &aapl, 10.0.into(), None),
        ("granted_news", Some(9), Channel::News, &all, Rate::Every, None),
    ] {
        check(name, &Granted::new(id, channel, symbols, rate, recovered).to_text());
    }
    check("unsubscribed", &Unsubscribed::new(Some(4), Channel::Quotes, &all).to_text());
    check("unsubscribed_gone", &Unsubscribed::gone(Channel::Quotes, &aapl).to_text());
    check("format", &FormatSet::new(Some(6), Format::Binary).to_text());
    check("acknowledge", &AcknowledgeSet::new(Some(12), true).to_text());
    check("probe", &Probe { number: 7 }.to_text());
    check("limits", &LimitsSet::new(Some(12), 65_536).to_text());
    check("time", &Time::new(Some(21), START + 200_100).to_text());
    check("driven", &Driven::new(Some(7), "seek").to_text());
    check("error", &ApiError::unknown_symbol("AAPLE").with_id(Some(3)).to_text());
    check("error_no_depth", &ApiError::no_depth(Some("AAPL")).with_id(Some(11)).to_text());
}

#[test]
fn symbols_are_split_so_that_each_answer_fits() {
    let many: Vec<String> = (0..9_000).map(|n| format!("S{n}")).collect();
    let parts: Vec<_> = split_symbols(&many, MESSAGE_BYTES).collect();
    assert!(parts.len() > 1);
    assert_eq!(parts.concat(), many);
    for part in parts {
        let text = Granted::new(Some(1 << 53), Channel::Bars(Interval::M15), part, Rate::Every, Some(false)).to_text();
        assert!(text.len() <= MESSAGE_BYTES);
    }
    assert_eq!(split_symbols(&symbols(&["AAPL"]), 1).count(), 1, "a part has at least one");
}

#[test]
fn facts_about_symbols_match_the_fixture_and_come_in_parts() {
    let market = market();
    let mut due: InstrumentSet = [NEW, AAPL, EURUSD].into_iter().collect();
    check("instruments", &InstrumentFacts::take(&market, START + 100, &mut due.clone(), MESSAGE_BYTES).to_text());
    let texts = [0; 2].map(|_| InstrumentFacts::take(&market, START + 100, &mut due, 450).to_text());
    assert!(texts[0].contains("\"left\":1,\"instruments\":[{\"index\":0,\"symbol\":\"AAPL\""), "{}", texts[0].as_str());
    assert!(texts[1].contains("\"left\":0,\"instruments\":[{\"index\":2,\"symbol\":\"NEW\""), "{}", texts[1].as_str());
    assert!(due.is_empty());
}

#[test]
fn throttled_and_stopping_match_the_fixtures() {
    check("throttled", &Throttled::new(START + 200_100, Some(2.0.into())).to_text());
    check("throttle_lifted", &Throttled::new(START + 30_200_100, None).to_text());
    check("stopping", &Stopping { ts_sent: START + 200_100, reconnect_after_ms: 1_000 }.to_text());
}

#[test]
fn notices_match_the_fixtures() {
    let headline = |us: i64, on: &str, tone, leads, text: &str| {
        let ts = Timestamp::from_micros(START + us);
        Headline { ts, on: on.into(), tone, leads, text: text.into() }
    };
    let headlines = [
        headline(-1_000_000, "AAPL", 0.41, true, "Apple raises its outlook for the year"),
        headline(-100_000, "class:stock", -0.67, false, "Trade talks break off"),
        headline(190_000, "EURUSD", -0.5, true, "Report: Euro faces an outage"),
    ];
    let (begin, update) = headlines.split_at(2);
    for (name, ts_sent, snapshot, first, headlines) in
        [("news_snapshot", START + 100, true, 1, begin), ("news_update", START + 200_100, false, 3, update)]
    {
        let part = ListPart { snapshot, skipped: 0, first };
        check(name, &News::new(EPOCH, ts_sent, part, headlines.iter(), MESSAGE_BYTES).to_text());
    }
    let [start, end] = [0, 60_000_000].map(|us| Timestamp::from_micros(START + us));
    let crash = [ActiveScenario { scenario: "crash", on: "AAPL".into(), strength: 2.0, start, end }];
    let part = ListPart { snapshot: true, skipped: 0, first: 1 };
    check("scenarios", &Scenarios::new(EPOCH, START + 200_100, part, crash.iter(), MESSAGE_BYTES).to_text());
}
