//! The messages from clients.

use std::collections::HashMap;

use super::*;
use crate::control::{Command, LoadRequest, ScenarioRequest, SeekTarget, Speed, Step};

#[test]
fn parser_reads_the_fixtures() {
    let read = |name| parse(&fixture(name)).unwrap();
    let symbols = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let subscribe = |channel, list: &[&str], rate, history| {
        Request::Subscribe(Subscribe { channel, symbols: symbols(list), rate, history, since: None })
    };
    let load = LoadRequest {
        feeds: symbols(&["library/aapl.csv"]),
        settings: vec![("tz".into(), "America/New_York".into())],
        ..LoadRequest::default()
    };
    let at = HashMap::from([("AAPL".to_owned(), 14), ("EURUSD".to_owned(), 3)]);
    let since = Request::Subscribe(Subscribe {
        channel: Channel::Quotes,
        symbols: symbols(&["AAPL", "EURUSD"]),
        rate: Some(5.0.into()),
        history: None,
        since: Some(ResumePoint { epoch: EPOCH, at }),
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
        ("acknowledge", Some(12), Request::Acknowledge { on: true }),
        ("ack", None, Request::Ack { number: 7 }),
        ("describe", Some(13), Request::Describe { symbols: symbols(&["*"]) }),
        ("limits", Some(12), Request::Limits { sent_bytes: 65_536 }),
        ("clock", Some(21), Request::Clock),
        ("subscribe_news", Some(9), subscribe(Channel::News, &["*"], None, Some(20))),
        ("drive_load", Some(11), Request::Drive(Command::Load(load))),
        ("drive_scenario", Some(10), Request::Drive(Command::RunScenario(scenario))),
        ("drive_seek", Some(7), Request::Drive(Command::Seek(SeekTarget::Percent(37.5)))),
        ("drive_speed", Some(8), Request::Drive(Command::Speed(Speed::Max))),
        ("drive_step", None, Request::Drive(Command::Step(Step::Bar(Interval::M1)))),
        ("unsubscribe", Some(4), Request::Unsubscribe { channel: Channel::Quotes, symbols: symbols(&["*"]) }),
    ] {
        assert_eq!(read(name), Inbound { id, request }, "{name}");
    }
}
