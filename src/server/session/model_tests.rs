//! The law of the stream: whatever a client asks for, skips, loses and comes back to, it ends where one that
//! saw each tick does.
//!
//! Sessions run over an in-memory socket in paused time, with the real publisher. The client asserts while
//! it reads that ranges of quotes and books meet, that trades are numbered without a hole but for the skips that were told, and
//! that no closed bar changes, in whichever format it asked for, also when it asks for the other in the middle;
//! at the end its quotes, bars, trades and books are compared with a market to which
//! each tick was applied by hand.

mod client;
mod truth;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use strum::VariantArray;
use tokio::time::sleep;

use client::Client;
use truth::Truth;

use super::{SessionLimits, SubscriptionLimits};
use crate::bus;
use crate::control::FeedEvent;
use crate::control::sample::opening_with_depth as opening;
use crate::fanout::{DEFAULT_TICKS, Publisher};
use crate::market::sample::{quote, trade};
use crate::market::{Interval, MarketLimits, Timestamp};
use crate::wire::Format;

const SYMBOLS: [&str; 3] = ["A", "B", "C"];
/// All bars are kept; the tape is so short that a slow client is told of skips.
const KEPT: MarketLimits = MarketLimits { bars: 2_000, trades: 12, notices: 10 };
const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 64 * 1_024,
    messages_per_second: 100_000,
    subscriptions: SubscriptionLimits { count: 100, history: 100_000 },
    commands: 32,
    bars: 2_000,
    control: true,
    stall: Duration::from_secs(20),
};
/// The slowest rate has a beat in two seconds; after that nothing waits.
const SETTLE: Duration = Duration::from_secs(6);
/// More than any case here has.
const WHOLE: usize = 1_000;
const CASES: u32 = 128;

/// Quotes, bars of two intervals, trades, and books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stream {
    Quotes,
    Seconds,
    Minutes,
    Trades,
    Depth,
}

const STREAMS: [Stream; 5] = [Stream::Quotes, Stream::Seconds, Stream::Minutes, Stream::Trades, Stream::Depth];

impl Stream {
    const fn interval(self) -> Option<Interval> {
        match self {
            Self::Seconds => Some(Interval::S1),
            Self::Minutes => Some(Interval::M1),
            Self::Quotes | Self::Trades | Self::Depth => None,
        }
    }

    fn name(self, message: &mut Value) {
        let channel = match self {
            Self::Quotes => "quotes",
            Self::Trades => "trades",
            Self::Depth => "depth",
            Self::Seconds | Self::Minutes => "bars",
        };
        message["channel"] = channel.into();
        if let Some(interval) = self.interval() {
            message["interval"] = interval.label().into();
        }
    }
}

type Key = (Stream, &'static str);

#[derive(Clone, Debug)]
enum Step {
    /// So many ticks of a symbol, each some milliseconds of market time after the one before.
    Ticks {
        symbol: usize,
        prices: Vec<i64>,
        apart_ms: i64,
    },
    /// A tick that comes after its bar has closed.
    LateTick {
        symbol: usize,
        price: i64,
    },
    /// Market time goes on without a tick.
    Clock {
        ms: i64,
    },
    /// The feed begins anew, with the symbols in another order.
    NewEpoch {
        turn: usize,
    },
    Read {
        ms: u64,
    },
    /// The client does not read: at first the socket takes what comes, then beats are skipped.
    Stall {
        ms: u64,
    },
    Subscribe {
        stream: Stream,
        mask: usize,
        rate: f64,
        history: usize,
    },
    Rate {
        stream: Stream,
        mask: usize,
        rate: f64,
    },
    Unsubscribe {
        stream: Stream,
        mask: usize,
    },
    Resync {
        mask: usize,
    },
    /// What comes is in this format from now on, also after a reconnect.
    Format(Format),
    /// The connection is lost with all that is under way.
    Reconnect,
}

/// Each tick by itself.
const EVERY: f64 = f64::INFINITY;

fn wish(rate: f64) -> Value {
    if rate == EVERY { "every".into() } else { rate.into() }
}

fn step() -> impl Strategy<Value = Step> {
    let stream = prop::sample::select(STREAMS.to_vec());
    let rate = prop::sample::select(vec![0.0, 0.5, 1.0, 2.0, 5.0, 20.0, 60.0, EVERY, EVERY]);
    let mask = 1usize..8;
    prop_oneof![
        10 => (0..3usize, prop::collection::vec(1i64..1_000, 1..30), 0i64..700)
            .prop_map(|(symbol, prices, apart_ms)| Step::Ticks { symbol, prices, apart_ms }),
        1 => (0..3usize, 1i64..1_000).prop_map(|(symbol, price)| Step::LateTick { symbol, price }),
        2 => (1i64..90_000).prop_map(|ms| Step::Clock { ms }),
        1 => (0..3usize).prop_map(|turn| Step::NewEpoch { turn }),
        8 => (0u64..1_500).prop_map(|ms| Step::Read { ms }),
        3 => (1u64..6_000).prop_map(|ms| Step::Stall { ms }),
        1 => Just(Step::Stall { ms: 25_000 }),
        6 => (stream.clone(), mask.clone(), rate.clone(), prop::sample::select(vec![0, 3, WHOLE]))
            .prop_map(|(stream, mask, rate, history)| Step::Subscribe { stream, mask, rate, history }),
        4 => (stream.clone(), mask.clone(), rate).prop_map(|(stream, mask, rate)| Step::Rate { stream, mask, rate }),
        1 => (stream, mask.clone()).prop_map(|(stream, mask)| Step::Unsubscribe { stream, mask }),
        2 => mask.prop_map(|mask| Step::Resync { mask }),
        3 => prop::sample::select(Format::VARIANTS).prop_map(Step::Format),
        2 => Just(Step::Reconnect),
    ]
}

/// The symbols, turned by so many places.
fn turned(turn: usize) -> [&'static str; 3] {
    let mut symbols = SYMBOLS;
    symbols.rotate_left(turn);
    symbols
}

async fn send(bus: &bus::Sender<FeedEvent>, event: FeedEvent) {
    bus.ready().await;
    bus.send(event);
}

async fn hold(steps: Vec<Step>, buffer: usize, format: Format) {
    let bus = bus::Sender::new(64);
    let reader = bus.subscribe();
    bus.send(FeedEvent::Opening(Arc::new(opening(1, &SYMBOLS))));
    let publisher = Publisher::open(reader, KEPT, DEFAULT_TICKS).await.unwrap();
    let mut client = Client::join(publisher.live(), buffer, format).await;
    tokio::spawn(publisher.run());
    let mut truth = Truth::open(1, &SYMBOLS);
    for step in steps {
        match step {
            Step::Ticks { symbol, prices, apart_ms } => {
                let id = truth.id(SYMBOLS[symbol]);
                let ticks = prices.into_iter().map(|price| {
                    truth.now_ms += apart_ms;
                    let ts = Timestamp::from_millis(truth.now_ms);
                    let tick = match price % 3 {
                        0 => quote(id, ts, Some(price), (price % 2 == 0).then_some(price + 2)),
                        _ => trade(id, ts, price, price.unsigned_abs()),
                    };
                    truth.apply(&tick);
                    tick
                });
                let ticks = ticks.collect();
                send(&bus, FeedEvent::Ticks(ticks)).await;
            }
            Step::LateTick { symbol, price } => {
                let ts = Timestamp::from_millis((truth.now_ms - 90_000).max(0));
                let tick = trade(truth.id(SYMBOLS[symbol]), ts, price, 1);
                truth.apply(&tick);
                send(&bus, FeedEvent::Ticks([tick].into())).await;
            }
            Step::Clock { ms } => {
                truth.now_ms += ms;
                truth.market.advance(Timestamp::from_millis(truth.now_ms));
                send(&bus, FeedEvent::Clock(Timestamp::from_millis(truth.now_ms))).await;
            }
            Step::NewEpoch { turn } => {
                let symbols = turned(turn);
                client.turns.push(turn);
                let epoch = truth.market.epoch() + 1;
                truth = Truth::open(epoch, &symbols);
                send(&bus, FeedEvent::Opening(Arc::new(opening(epoch, &symbols)))).await;
            }
            Step::Read { ms } => client.read(Duration::from_millis(ms)).await,
            Step::Stall { ms } => sleep(Duration::from_millis(ms)).await,
            Step::Subscribe { stream, mask, rate, history } => {
                client.ask("subscribe", stream, mask, Some(rate), Some(history)).await;
            }
            Step::Rate { stream, mask, rate } => client.ask("rate", stream, mask, Some(rate), None).await,
            Step::Unsubscribe { stream, mask } => client.ask("unsubscribe", stream, mask, None, None).await,
            Step::Resync { mask } => {
                let (named, _) = client.names(Stream::Quotes, mask, false);
                if !named.is_empty() {
                    client.send(json!({"type":"resync","symbols":named})).await;
                }
            }
            Step::Format(format) => {
                client.format = format;
                client.send(json!({"type":"format","format":format.label()})).await;
            }
            Step::Reconnect => client.lost = true,
        }
    }
    client.read(SETTLE).await;
    // What is hidden is shown again.
    for stream in STREAMS {
        let hidden = client.wanted.iter().filter(|((of, _), (rate, _))| *of == stream && *rate == 0.0);
        let mask = hidden.map(|((_, symbol), _)| 1 << SYMBOLS.iter().position(|s| s == symbol).unwrap()).sum::<usize>();
        // As names, never as all: the others keep their rates.
        for n in (0..3).filter(|n| mask & (1 << n) != 0) {
            client.ask("rate", stream, 1 << n, Some(5.0), None).await;
        }
    }
    client.read(SETTLE).await;
    client.check(&truth);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn client_ends_where_one_that_saw_each_tick_does(
        steps in prop::collection::vec(step(), 1..80),
        buffer in prop::sample::select(vec![600usize, 4_000, 1 << 16]),
        format in prop::sample::select(Format::VARIANTS),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(hold(steps, buffer, format));
    }
}
