//! The effect of each scenario on the statistics of a symbol, beside the same symbol without it.

use super::*;
use crate::market::{Quote, Side};

/// Statistics of one symbol over a stretch of time.
#[derive(Debug)]
struct Stretch {
    /// The first and the last price of a trade, and the lowest and the highest between.
    first: f64,
    last: f64,
    low: f64,
    high: f64,
    trades: usize,
    quotes: usize,
    buys: f64,
    /// The mean, in ticks.
    spread: f64,
    /// The longest time without a tick, in seconds.
    silence: f64,
    /// The root of the sum of squared moves from trade to trade, as a share.
    moved: f64,
}

/// Returns the statistics from `from` to `to` seconds.
fn stretch(ticks: &[(Timestamp, TickKind)], from: i64, to: i64) -> Stretch {
    let span = START.plus_nanos(from * SECOND)..START.plus_nanos(to * SECOND);
    let ticks: Vec<_> = ticks.iter().filter(|(ts, _)| span.contains(ts)).collect();
    let mut trades = Vec::new();
    let mut spreads = Vec::new();
    let mut buys = 0.0;
    for (_, kind) in &ticks {
        match kind {
            TickKind::Trade(trade) => {
                trades.push(trade.price.0 as f64);
                buys += f64::from(trade.side == Some(Side::Buy));
            }
            TickKind::Quote(Quote { bid: Some(bid), ask: Some(ask), .. }) => spreads.push((ask.0 - bid.0) as f64),
            TickKind::Quote(_) | TickKind::Book(_) => {}
        }
    }
    let edges =
        std::iter::once(span.start).chain(ticks.iter().map(|(ts, _)| *ts)).chain([span.end]).collect::<Vec<_>>();
    let silence = edges.windows(2).map(|pair| (pair[1].0 - pair[0].0) as f64 / 1e9).fold(0.0, f64::max);
    let moves = trades.windows(2).map(|pair| (pair[1] / pair[0] - 1.0).powi(2)).sum::<f64>();
    Stretch {
        first: trades.first().copied().unwrap_or(f64::NAN),
        last: trades.last().copied().unwrap_or(f64::NAN),
        low: trades.iter().copied().fold(f64::INFINITY, f64::min),
        high: trades.iter().copied().fold(0.0, f64::max),
        trades: trades.len(),
        quotes: ticks.len() - trades.len(),
        buys: buys / trades.len() as f64,
        spread: spreads.iter().sum::<f64>() / spreads.len() as f64,
        silence,
        moved: moves.sqrt(),
    }
}

/// Returns the ticks of `symbol` for `length` seconds, without and with a scenario that begins at 60 s.
fn pair(scenario: &str, symbol: &str, length: i64) -> [Vec<(Timestamp, TickKind)>; 2] {
    let universe = Universe::Mixed(40);
    [Vec::new(), scheduled(scenario)].map(|scenarios| {
        let config = SimConfig { scenarios, universe, ..SimConfig::new(START) };
        of(&simulator(&config), &seconds(&config, length), symbol)
    })
}

/// Returns the statistics of both from `from` to `to`: without and with.
fn both(pair: &[Vec<(Timestamp, TickKind)>; 2], from: i64, to: i64) -> [Stretch; 2] {
    [stretch(&pair[0], from, to), stretch(&pair[1], from, to)]
}

#[test]
fn crash_falls_in_heavy_selling_and_partly_recovers() {
    let ticks = pair("crash@60s:all,duration=2m", "BTC-USD", 700);
    let [calm, crash] = both(&ticks, 60, 180);
    assert!((0.88..0.95).contains(&(crash.last / crash.first)), "{crash:?}");
    assert!(crash.trades > 3 * calm.trades && crash.buys < 0.42 && crash.spread > calm.spread, "{calm:?} {crash:?}");
    let after = stretch(&ticks[1], 180, 700);
    assert!((1.005..1.06).contains(&(after.last / crash.low)), "{after:?}");
}

#[test]
fn crash_beyond_the_price_limits_halts_a_stock() {
    let ticks = pair("crash@60s:AAPL,strength=2,duration=2m", "AAPL", 600);
    let halted = stretch(&ticks[1], 60, 600);
    assert!(halted.silence > 290.0, "{halted:?}");
}

#[test]
fn flash_crash_comes_back() {
    let ticks = pair("flash-crash@60s:AAPL", "AAPL", 260);
    let [calm, crash] = both(&ticks, 60, 240);
    assert!((0.90..0.95).contains(&(crash.low / crash.first)), "{crash:?}");
    assert!((0.985..1.01).contains(&(crash.last / crash.first)), "{crash:?}");
    assert!(crash.spread > 2.0 * calm.spread && crash.silence < 30.0, "{calm:?} {crash:?}");
}

#[test]
fn squeeze_rises_faster_and_faster_and_falls_back() {
    let ticks = pair("squeeze@60s:TSLA,duration=2m", "TSLA", 420);
    let [first, second, after] = [(60, 120), (120, 180), (180, 420)].map(|(from, to)| stretch(&ticks[1], from, to));
    let rise = |s: &Stretch| s.last / s.first - 1.0;
    assert!(rise(&second) > 1.5 * rise(&first) && rise(&second) > 0.04, "{first:?} {second:?}");
    assert!(second.buys > 0.55 && after.last < 0.98 * second.high, "{second:?} {after:?}");
}

#[test]
fn volatility_spike_moves_more_in_both_directions() {
    let ticks = pair("volatility-spike@60s:all,duration=5m", "MSFT", 360);
    let [calm, spike] = both(&ticks, 60, 360);
    assert!(spike.moved > 1.5 * calm.moved && spike.trades * 2 > 3 * calm.trades, "{calm:?} {spike:?}");
    assert!((spike.last / spike.first - 1.0).abs() < 0.05 && spike.spread > calm.spread, "{spike:?}");
}

#[test]
fn quiet_scenario_has_fewer_trades_and_smaller_moves() {
    let ticks = pair("quiet@60s:all", "BTC-USD", 660);
    let [calm, quiet] = both(&ticks, 70, 660);
    assert!(quiet.trades * 2 < calm.trades && quiet.moved < 0.7 * calm.moved, "{calm:?} {quiet:?}");
}

#[test]
fn halt_withdraws_the_quote_and_reopens_with_a_jump() {
    let ticks = pair("halt@60s:MSFT,strength=-1", "MSFT", 240);
    let halted: Vec<_> = ticks[1]
        .iter()
        .filter(|(ts, _)| (START.plus_nanos(60 * SECOND)..START.plus_nanos(120 * SECOND)).contains(ts))
        .collect();
    assert_eq!(halted, [&(START.plus_nanos(60 * SECOND), TickKind::Quote(Quote::default()))]);
    let [before, after] = [(0, 60), (120, 240)].map(|(from, to)| stretch(&ticks[1], from, to));
    assert!((0.95..0.99).contains(&(after.low / before.last)), "{before:?} {after:?}");
    let sizes =
        ticks[1].iter().filter(|(ts, _)| *ts >= START.plus_nanos(120 * SECOND)).filter_map(|(_, kind)| match kind {
            TickKind::Trade(trade) => Some(trade.size.0),
            TickKind::Quote(_) | TickKind::Book(_) => None,
        });
    assert!(sizes.take(1).all(|size| size > 500));
}

#[test]
fn fat_finger_moves_the_price_for_less_than_a_second() {
    let ticks = pair("fat-finger@60s:JPM", "JPM", 120);
    let [before, at, after] = [(0, 60), (60, 61), (80, 120)].map(|(from, to)| stretch(&ticks[1], from, to));
    assert!((0.96..0.98).contains(&(at.low / before.last)), "{before:?} {at:?}");
    assert!((0.995..1.005).contains(&(after.last / before.last)), "{after:?}");
}

#[test]
fn news_has_a_headline_a_jump_and_more_trades() {
    let ticks = pair("news@60s:XOM,strength=-1", "XOM", 660);
    let [calm, news] = both(&ticks, 60, 360);
    let before = stretch(&ticks[1], 0, 60);
    assert!((0.955..0.985).contains(&(news.last / before.last)), "{before:?} {news:?}");
    assert!(news.trades * 2 > 3 * calm.trades, "{calm:?} {news:?}");
    let config = SimConfig { scenarios: scheduled("news@60s:XOM,strength=-1"), ..SimConfig::new(START) };
    let mut simulator = simulator(&config);
    while simulator.advance().ts < START.plus_nanos(61 * SECOND) {}
    let headlines = std::iter::from_fn(|| simulator.next_headline(START.plus_nanos(60 * SECOND)));
    let headline = headlines.last().unwrap();
    assert!(headline.on == "XOM" && headline.text.contains("Exxon") && headline.leads, "{headline:?}");
    assert_eq!((headline.tone, headline.ts), (-0.67, START.plus_nanos(60 * SECOND)));
}

#[test]
fn open_burst_is_busiest_at_its_beginning() {
    let ticks = pair("open-burst@60s:all", "GOOGL", 660);
    let [calm, burst] = both(&ticks, 60, 180);
    let later = stretch(&ticks[1], 480, 600);
    assert!(burst.trades > 3 * calm.trades && burst.trades > 2 * later.trades, "{calm:?} {burst:?} {later:?}");
    assert!(burst.moved > calm.moved);
}

#[test]
fn tick_storm_multiplies_ticks_and_leaves_the_price() {
    let ticks = pair("tick-storm@60s:EURUSD", "EURUSD", 90);
    let [calm, storm] = both(&ticks, 60, 90);
    assert!(storm.quotes > 10 * calm.quotes, "{} {}", calm.quotes, storm.quotes);
    let ticks = pair("tick-storm@60s:V", "V", 90);
    let [calm, storm] = both(&ticks, 60, 90);
    assert!(storm.quotes > 8 * calm.quotes && (storm.last / storm.first - 1.0).abs() < 0.01, "{calm:?} {storm:?}");
}

#[test]
fn tick_storm_ends_with_its_scenario() {
    let ticks = pair("tick-storm@60s:AAPL,duration=15s,strength=10", "AAPL", 140);
    let [calm, storm] = both(&ticks, 60, 75);
    assert!(storm.trades > 20 * calm.trades, "{calm:?} {storm:?}");
    let [calm, after] = both(&ticks, 80, 140);
    assert!(after.trades < 2 * calm.trades, "{calm:?} {after:?}");
}

#[test]
fn decoupled_symbols_no_longer_move_together() {
    let coupling = |scenarios| {
        let config = SimConfig { scenarios, universe: Universe::Class(AssetClass::Index, 2), ..SimConfig::new(START) };
        let ticks = seconds(&config, 3_600);
        let simulator = simulator(&config);
        let [a, b] = ["TC500", "TC100"].map(|symbol| moves(&of(&simulator, &ticks, symbol), 3_600));
        correlation(&a, &b)
    };
    let (coupled, apart) = (coupling(Vec::new()), coupling(scheduled("decoupling@0s:TC100,duration=1h")));
    assert!(coupled > 0.6 && apart.abs() < 0.35, "{coupled} {apart}");
}

#[test]
fn feed_gap_hides_ticks_while_the_market_goes_on() {
    let ticks = pair("feed-gap@60s:all,duration=20s", "BTC-USD", 120);
    let gap = stretch(&ticks[1], 60, 80);
    assert_eq!((gap.trades, gap.quotes), (0, 0));
    // The market itself has not changed: from the first quote after the gap on, the ticks are the same.
    let later = |ticks: &[(Timestamp, TickKind)]| {
        ticks.iter().filter(|(ts, _)| *ts > START.plus_nanos(80 * SECOND)).copied().collect::<Vec<_>>()
    };
    assert!(later(&ticks[0]) == later(&ticks[1]));
}

#[test]
fn scenarios_compose() {
    let scenarios = [
        scheduled("crash@60s:BTC-USD,duration=1m"),
        scheduled("tick-storm@60s:crypto,duration=1m"),
        scheduled("feed-gap@80s:all,duration=5s"),
    ]
    .concat();
    let config = SimConfig { scenarios, ..SimConfig::new(START) };
    let ticks = of(&simulator(&config), &seconds(&config, 121), "BTC-USD");
    let stretch = stretch(&ticks, 60, 120);
    assert!(stretch.trades > 2_000 && stretch.last / stretch.first < 0.96 && stretch.silence >= 5.0, "{stretch:?}");
}

#[test]
fn newest_headlines_wait_where_nobody_takes_them() {
    let scenarios: Vec<_> = [5, 10, 15, 20].iter().flat_map(|at| scheduled(&format!("news@{at}s:AAPL"))).collect();
    let waiting = |pending_news| {
        let mut simulator = simulator(&SimConfig { scenarios: scenarios.clone(), pending_news, ..config(7, 1) });
        while simulator.next_tick().unwrap().unwrap().ts < START.plus_nanos(25 * SECOND) {}
        std::iter::from_fn(|| simulator.next_headline(Timestamp(i64::MAX))).collect::<Vec<_>>()
    };
    let all = waiting(SimConfig::DEFAULT_PENDING_NEWS);
    assert!(all.len() >= 4, "{all:?}");
    assert_eq!(waiting(2), all[all.len() - 2..]);
}
