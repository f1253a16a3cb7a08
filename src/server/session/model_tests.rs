//! The stream against a model: whatever a client requests, skips, loses and resumes, it ends with the state of a client
//! that saw each tick.
//!
//! Sessions run over an in-memory socket in paused time, with the real publisher. While it reads, the client asserts
//! that the ranges of quotes and depth meet, that trades are numbered without a hole but for the announced skips, and
//! that no closed bar changes, in each format and across switches of the format. At the end its quotes, bars, trades
//! and depth are compared with a market to which each tick was applied directly.

mod client;
mod truth;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use strum::VariantArray;
use tokio::time::sleep;

use client::Client;
use truth::Truth;

use super::{Compression, DEFAULT_MAX_SENT_BYTES, SessionLimits, SubscriptionLimits, UnreadLimits};
use crate::bus;
use crate::control::sample::opening_with_depth;
use crate::control::{FeedEvent, Opening};
use crate::fanout::{DEFAULT_TICKS, Publisher, wall_micros};
use crate::market::sample::trade;
use crate::market::{Interval, MarketLimits, Timestamp};
use crate::wire::Format;

const SYMBOLS: [&str; 3] = ["A", "B", "C"];
/// Keeps all bars, and so few trades that a slow client skips some.
const KEPT: MarketLimits = MarketLimits { bars: 2_000, trades: 12, notices: 10, bytes: usize::MAX };
const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 64 * 1_024,
    max_sent_bytes: DEFAULT_MAX_SENT_BYTES,
    messages_per_second: 100_000,
    subscriptions: SubscriptionLimits { count: 100, history: 100_000 },
    commands: 32,
    bars: 2_000,
    control: true,
    stall: Duration::from_secs(20),
    unread: UnreadLimits { time: Duration::from_secs(1), bytes: 256 * 1024 },
    compression: Compression::Nothing,
};
/// Time after which nothing waits: the slowest rate has a flush in two seconds.
const SETTLE: Duration = Duration::from_secs(6);
/// A history longer than any case.
const WHOLE: usize = 1_000;
const CASES: u32 = 128;

/// A channel, with two intervals of bars.
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
    /// Ticks of a symbol, each some milliseconds of market time after the one before.
    Ticks {
        symbol: usize,
        prices: Vec<i64>,
        apart_ms: i64,
    },
    /// A tick after its bar has closed.
    LateTick {
        symbol: usize,
        price: i64,
    },
    /// Market time passes without a tick.
    Clock {
        ms: i64,
    },
    /// The feed starts again, with the symbols in another order.
    NewEpoch {
        turn: usize,
    },
    Read {
        ms: u64,
    },
    /// The client does not read. At first the socket takes the messages, then flushes are skipped.
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
    /// The client switches to this format, also for later connections.
    Format(Format),
    /// The connection is lost with all messages in transit.
    Reconnect,
}

/// The rate of each tick by itself.
const EVERY: f64 = f64::INFINITY;

fn rate_json(rate: f64) -> Value {
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

/// The symbols in another order.
fn turned(turn: usize) -> [&'static str; 3] {
    let mut symbols = SYMBOLS;
    symbols.rotate_left(turn);
    symbols
}

fn opening(epoch: u64, symbols: &[&str]) -> Opening {
    Opening { limits: KEPT, ..opening_with_depth(epoch, symbols) }
}

/// A feed, one client of it, and the model.
struct Case {
    bus: bus::Sender<FeedEvent>,
    client: Client,
    truth: Truth,
}

impl Case {
    async fn new(buffer: usize, format: Format) -> Self {
        let bus = bus::Sender::new(64);
        let reader = bus.subscribe();
        bus.send(FeedEvent::Opening(Arc::new(opening(1, &SYMBOLS))));
        let publisher = Publisher::open(reader, DEFAULT_TICKS, wall_micros).await.unwrap();
        let client = Client::join(publisher.live(), buffer, format).await;
        tokio::spawn(publisher.run());
        Self { bus, client, truth: Truth::open(1, &SYMBOLS) }
    }

    async fn send(&self, event: FeedEvent) {
        self.bus.ready().await;
        self.bus.send(event);
    }

    async fn apply(&mut self, step: Step) {
        match step {
            Step::Ticks { symbol, prices, apart_ms } => {
                let ticks = prices.into_iter().map(|price| self.truth.tick(symbol, price, apart_ms)).collect();
                self.send(FeedEvent::Ticks(ticks)).await;
            }
            Step::LateTick { symbol, price } => {
                let ts = Timestamp::from_millis((self.truth.now_ms - 90_000).max(0));
                let tick = trade(self.truth.id(SYMBOLS[symbol]), ts, price, 1);
                self.truth.apply(&tick);
                self.send(FeedEvent::Ticks([tick].into())).await;
            }
            Step::Clock { ms } => {
                self.truth.now_ms += ms;
                let now = Timestamp::from_millis(self.truth.now_ms);
                self.truth.market.advance(now);
                self.send(FeedEvent::Clock(now)).await;
            }
            Step::NewEpoch { turn } => {
                self.client.turns.push(turn);
                let (symbols, epoch) = (turned(turn), self.truth.market.epoch() + 1);
                self.truth = Truth::open(epoch, &symbols);
                self.send(FeedEvent::Opening(Arc::new(opening(epoch, &symbols)))).await;
            }
            Step::Read { ms } => self.client.read(Duration::from_millis(ms)).await,
            Step::Stall { ms } => sleep(Duration::from_millis(ms)).await,
            request => self.client.apply(request).await,
        }
    }

    /// Gives a rate to each subscription at rate 0. Names its symbol, never `"*"`, so that the others keep their rates.
    async fn resume_paused(&mut self) {
        let subscribed = self.client.subscribed.iter();
        let paused: Vec<Key> = subscribed.filter(|(_, (rate, _))| *rate == 0.0).map(|(key, _)| *key).collect();
        for (stream, symbol) in paused {
            let mask = 1 << SYMBOLS.iter().position(|known| *known == symbol).unwrap();
            self.client.request("rate", stream, mask, Some(5.0), None).await;
        }
    }
}

async fn run(steps: Vec<Step>, buffer: usize, format: Format) {
    let mut case = Case::new(buffer, format).await;
    for step in steps {
        case.apply(step).await;
    }
    case.client.read(SETTLE).await;
    case.resume_paused().await;
    case.client.read(SETTLE).await;
    case.client.check(&case.truth);
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
        runtime.block_on(run(steps, buffer, format));
    }
}
