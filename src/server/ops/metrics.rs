//! What is counted, as Prometheus reads it at `GET /metrics`; `docs/OPERATIONS.md` says what each name means.
//!
//! Counting is cheap: relaxed atomics that are looked up once, and what a session sends is added up on its own
//! side and told once for each time it wrote. What the market and the fan-out count themselves is asked for
//! when somebody looks.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::runtime::Handle;

use super::errors::errors;
use super::panics::panics;
use super::process::Process;
use crate::fanout::{LAG_BOUNDS, LagHistogram, LiveMarket, ThrottleCounts, TierId};
use crate::server::limits::ConnectionLimit;
use crate::wire::{ErrorCode, Format, Frame};

/// The text format of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The refusals of what has limits for all, which an operator may have to raise.
const FULL: [ErrorCode; 3] =
    [ErrorCode::TooManySessions, ErrorCode::TooManySessionsFromAddress, ErrorCode::TooManyConnectionsFromAddress];
/// Why the server ends an HTTP connection.
const CUT: [&str; 6] = ["no_head", "head_too_long", "bad_head", "answer_not_taken", "no_tls", "bad_tls"];

/// One label: its name and its value.
type Label = [(&'static str, &'static str); 1];

/// How a session reaches its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    Events,
}

/// Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    registry: Registry,
    refusals: Family<Label, Counter>,
    cut: Family<Label, Counter>,
    accept_failures: Counter,
    ends: Family<[(&'static str, String); 2], Counter>,
    ended_by_stall: Counter,
    lowered: Counter,
    raised: Counter,
    delivery_lags: Arc<LagHistogram>,
    /// As [`Transport`] has them.
    transports: [Sessions; 2],
    /// As [`Format::ALL`] has them.
    formats: [Sent; Format::ALL.len()],
}

#[derive(Debug)]
struct Sessions {
    now: Gauge,
    opened: Counter,
}

#[derive(Debug)]
struct Sent {
    messages: Counter,
    bytes: Counter,
}

impl Metrics {
    /// `connections` are those that are no sessions.
    pub fn new(live: LiveMarket, connections: ConnectionLimit) -> Self {
        let mut registry = Registry::with_prefix("tickcast");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        let mut label = |name: &str, help: &str| {
            let family = Family::<Label, Counter>::default();
            registry.register(name, help, family.clone());
            family
        };
        let refusals = label("refusals", "What was asked for and refused, by the code that the client was told");
        let rungs = label("slow_client_steps", "Sessions that were given a slower rate, a faster one again, or up");
        let cut =
            label("connections_ended", "HTTP connections that the server ended, by what their clients left undone");
        let opened = label("sessions_opened", "Sessions that ever began");
        let messages = label("messages_sent", "Messages that were sent");
        let bytes = label("message_bytes_sent", "Bytes of these messages, without frame headers");
        let ends = Family::default();
        registry.register(
            "session_ends",
            "Sessions that ended, with the close code that the client was sent",
            ends.clone(),
        );
        let sessions = Family::<Label, Gauge>::default();
        registry.register("sessions", "Sessions at this moment", sessions.clone());
        let accept_failures = Counter::default();
        registry.register("accept_failures", "Attempts to accept a connection that failed", accept_failures.clone());
        let delivery_lags = Arc::<LagHistogram>::default();
        registry.register_collector(Box::new(Readings {
            live,
            connections,
            delivery_lags: Arc::clone(&delivery_lags),
        }));
        registry.register_collector(Box::new(Process));
        let [lowered, raised, ended_by_stall] =
            ["lowered", "raised", "ended"].map(|step| rungs.get_or_create_owned(&[("step", step)]));
        let transports = ["websocket", "events"].map(|name| {
            let label = [("transport", name)];
            Sessions { now: sessions.get_or_create_owned(&label), opened: opened.get_or_create_owned(&label) }
        });
        let formats = Format::ALL.map(|format| {
            let label = [("format", format.label())];
            Sent { messages: messages.get_or_create_owned(&label), bytes: bytes.get_or_create_owned(&label) }
        });
        let counts = Counts {
            registry,
            refusals,
            cut,
            accept_failures,
            ends,
            ended_by_stall,
            lowered,
            raised,
            delivery_lags,
            transports,
            formats,
        };
        // A counter that is there from the start shows its first step too.
        FULL.into_iter().for_each(|code| drop(counts.refusals.get_or_create(&[("reason", code.label())])));
        CUT.into_iter().for_each(|reason| drop(counts.cut.get_or_create(&[("reason", reason)])));
        Self(Arc::new(counts))
    }

    /// Something was refused, for the reason that `code` names.
    pub fn refused(&self, code: ErrorCode) {
        self.0.refusals.get_or_create(&[("reason", code.label())]).inc();
    }

    /// An HTTP connection was ended, as its client did not do its part.
    pub fn cut(&self, reason: &'static str) {
        self.0.cut.get_or_create(&[("reason", reason)]).inc();
    }

    pub fn accept_failed(&self) {
        self.0.accept_failures.inc();
    }

    /// Counts a session over WebSocket that ended; `code` is that of the close frame, if the server sent one.
    pub fn session_ended(&self, reason: &'static str, code: Option<u16>) {
        self.0.ends.get_or_create(&end_labels(reason, code)).inc();
    }

    /// Counts a session that ended because its client took no byte for the stall timeout.
    pub fn ended_by_stall(&self) {
        self.0.ended_by_stall.inc();
    }

    /// Shows a way to end as 0 before a session ends so.
    pub fn show_session_end(&self, reason: &'static str, code: Option<u16>) {
        drop(self.0.ends.get_or_create(&end_labels(reason, code)));
    }

    /// Counts a session from now until the meter is dropped.
    pub fn session(&self, transport: Transport) -> Meter {
        let sessions = &self.0.transports[transport as usize];
        sessions.now.inc();
        sessions.opened.inc();
        Meter { metrics: self.clone(), transport, cap: None, unsettled: [(0, 0); Format::ALL.len()] }
    }

    /// All of it, in the format of [`CONTENT_TYPE`].
    pub fn text(&self) -> String {
        let mut out = String::new();
        text::encode(&mut out, &self.0.registry).expect("invariant: a string takes all that is written");
        out
    }
}

fn end_labels(reason: &'static str, code: Option<u16>) -> [(&'static str, String); 2] {
    [("reason", reason.into()), ("code", code.map_or_else(|| "none".into(), |code| code.to_string()))]
}

/// One session's part of the counts.
#[derive(Debug)]
pub struct Meter {
    metrics: Metrics,
    transport: Transport,
    cap: Option<TierId>,
    /// Messages and bytes that were not told yet, by format.
    unsettled: [(u64, u64); Format::ALL.len()],
}

impl Meter {
    pub fn sent(&mut self, frame: &Frame) {
        let (format, bytes) = match frame {
            Frame::Text(text) => (Format::Json, text.len()),
            Frame::Binary(bytes) => (Format::Binary, bytes.len()),
        };
        let (messages, total) = &mut self.unsettled[format as usize];
        *messages += 1;
        *total += bytes as u64;
    }

    /// Tells what was sent since the last time.
    pub fn settle(&mut self) {
        for (sent, (messages, bytes)) in self.metrics.0.formats.iter().zip(&mut self.unsettled) {
            if *messages > 0 {
                sent.messages.inc_by(std::mem::take(messages));
                sent.bytes.inc_by(std::mem::take(bytes));
            }
        }
    }

    /// A beat's message was taken by the socket, so long after the beat was due.
    pub fn delivered(&self, lag: Duration) {
        self.metrics.0.delivery_lags.add(lag);
    }

    /// From now on the session gets no more than `cap`.
    pub fn capped(&mut self, cap: Option<TierId>) {
        let counts = &self.metrics.0;
        let before = std::mem::replace(&mut self.cap, cap);
        let is_lower = cap.is_some_and(|cap| before.is_none_or(|before| cap < before));
        if is_lower {
            counts.lowered.inc()
        } else {
            counts.raised.inc()
        };
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.settle();
        let counts = &self.metrics.0;
        counts.transports[self.transport as usize].now.dec();
    }
}

/// What others count, asked for when somebody looks.
#[derive(Debug)]
struct Readings {
    live: LiveMarket,
    connections: ConnectionLimit,
    delivery_lags: Arc<LagHistogram>,
}

impl Collector for Readings {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let (epoch, ticks, late, market_time, refused) = {
            let live = self.live.read();
            let market = &live.market;
            let market_time = market.now().micros() as f64 / 1e6;
            (market.epoch(), market.ticks(), market.late(), market_time, live.status.rows_rejected)
        };
        let counter = |n: u64| ConstCounter::new(n);
        write(&mut to, "epoch", "The number of the feed's run.", &ConstGauge::new(epoch))?;
        write(&mut to, "market_time_seconds", "The market's clock, since 1970.", &ConstGauge::new(market_time))?;
        write(&mut to, "ticks", "Ticks of this epoch.", &counter(ticks))?;
        write(&mut to, "ticks_late", "Of these, those that came after their second had closed.", &counter(late))?;
        write(&mut to, "rows_rejected", "Rows of the files that could not be played.", &ConstGauge::new(refused))?;
        write(
            &mut to,
            "bus_gaps",
            "Batches of ticks that were lost between feed and market.",
            &counter(self.live.bus_gaps()),
        )?;
        write(&mut to, "errors", "Errors in the log.", &counter(errors()))?;
        write(&mut to, "panics", "Faults of the program itself.", &counter(panics()))?;
        let (updates, merged) = self.live.conflated();
        write(&mut to, "updates_encoded", "Symbols that had changed, over all beats of all tiers.", &counter(updates))?;
        write(&mut to, "ticks_merged", "Ticks that went into an update of another one.", &counter(merged))?;
        let skipped = self.live.flushes_skipped();
        write(
            &mut to,
            "beats_skipped",
            "Beats that found a session still busy with the one before.",
            &counter(skipped),
        )?;
        let connections = ConstGauge::new(self.connections.taken() as u64);
        write(&mut to, "connections", "HTTP connections at this moment, without those of sessions.", &connections)?;
        if let Ok(runtime) = Handle::try_current() {
            let tasks = ConstGauge::new(runtime.metrics().num_alive_tasks() as u64);
            write(
                &mut to,
                "tasks",
                "Tasks of the async runtime: those of sessions, connections and the few of the server.",
                &tasks,
            )?;
        }
        write_rungs(&mut to, self.live.throttle_counts())?;
        let help = "From when a beat was due until its updates were encoded.";
        write(&mut to, "beat_lag_seconds", help, &Histogram(self.live.flush_lags()))?;
        let help = "From when a beat was due until a WebSocket session's socket had taken its message.";
        write(&mut to, "delivery_lag_seconds", help, &Histogram(&self.delivery_lags))
    }
}

fn write_rungs(to: &mut DescriptorEncoder<'_>, rungs: ThrottleCounts) -> fmt::Result {
    let help = "Sessions by the rung of the slow-client ladder on which they stand";
    let mut family = to.encode_descriptor("sessions_on_rung", help, None, MetricType::Gauge)?;
    for (rung, sessions) in [("full", rungs.full), ("skipping", rungs.skipping), ("lowered", rungs.lowered)] {
        ConstGauge::new(sessions as u64).encode(family.encode_family(&[("rung", rung)])?)?;
    }
    Ok(())
}

/// [`LagHistogram`] as OpenMetrics has a histogram.
#[derive(Debug)]
struct Histogram<'a>(&'a LagHistogram);

impl EncodeMetric for Histogram<'_> {
    fn encode(&self, mut to: MetricEncoder<'_>) -> fmt::Result {
        let (sum, counts) = self.0.read();
        let bounds = LAG_BOUNDS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        to.encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

fn write(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, help, None, metric.metric_type())?)
}
