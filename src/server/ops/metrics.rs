//! The counters behind `GET /metrics`; `docs/OPERATIONS.md` describes each name.
//!
//! Counting is cheap: relaxed atomics that are looked up once. A session adds up what it sends, and a [`Meter`] counts
//! the sums once per flush. Not here: values that other parts keep; `readings.rs` reads them at each scrape.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};
use strum::{EnumIter, IntoEnumIterator as _, IntoStaticStr, VariantArray};

use super::memory::MemoryUse;
use super::process::Process;
use super::readings::Readings;
use crate::fanout::{LagHistogram, LiveMarket, TierId};
use crate::server::limits::ConnectionLimit;
use crate::wire::{EncodedMessage, ErrorCode, PerFormat};

/// The media type of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The errors of limits that all clients share; an operator may have to raise these.
const FULL: [ErrorCode; 3] =
    [ErrorCode::TooManySessions, ErrorCode::TooManySessionsFromAddress, ErrorCode::TooManyConnectionsFromAddress];

/// One label: its name and its value.
type Label = [(&'static str, &'static str); 1];

/// A session's end: its reason and the close code.
type EndLabels = [(&'static str, String); 2];

/// The transport of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Transport {
    WebSocket,
    /// Server-Sent Events.
    Events,
}

/// A client's fault for which the server ended an HTTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConnectionFault {
    /// The head of a request did not arrive in time.
    NoHead,
    HeadTooLong,
    /// The head of a request was not HTTP.
    BadHead,
    /// The client took no byte of the answer for the stall timeout.
    AnswerNotTaken,
    /// The TLS handshake was not complete in time.
    NoTls,
    /// The TLS handshake failed.
    BadTls,
}

/// All counters. Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    registry: Registry,
    api_errors: Family<Label, Counter>,
    connections_ended: Family<Label, Counter>,
    accept_failures: Counter,
    session_ends: Family<EndLabels, Counter>,
    lowered: Counter,
    raised: Counter,
    ended_by_stall: Counter,
    delivery_lags: Arc<LagHistogram>,
    read_lags: Arc<LagHistogram>,
    /// By [`Transport`].
    transports: Vec<SessionCounters>,
    /// By [`Format`](crate::wire::Format).
    formats: PerFormat<SentCounters>,
}

#[derive(Debug)]
struct SessionCounters {
    open: Gauge,
    opened: Counter,
}

#[derive(Debug)]
struct SentCounters {
    messages: Counter,
    /// Bytes as they were sent.
    bytes: Counter,
    /// Bytes before compression.
    uncompressed: Counter,
}

impl Metrics {
    /// Registers all counters, and the memory of all parts where it is known. `connections` limits the HTTP connections
    /// that are not sessions.
    pub fn new(live: LiveMarket, connections: ConnectionLimit, memory: Option<MemoryUse>) -> Self {
        let registry = &mut Registry::with_prefix("tickcast");
        registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let delivery_lags = Arc::<LagHistogram>::default();
        let read_lags = Arc::<LagHistogram>::default();
        let lags = [&delivery_lags, &read_lags].map(Arc::clone);
        registry.register_collector(Box::new(Readings::new(live, connections, lags)));
        registry.register_collector(Box::new(Process));
        if let Some(memory) = memory {
            registry.register_collector(Box::new(memory));
        }
        let open: Family<Label, Gauge> = register(registry, "sessions", "Open sessions");
        let opened: Family<Label, Counter> = register(registry, "sessions_opened", "Sessions opened since the start");
        let messages: Family<Label, Counter> = register(registry, "messages_sent", "Messages sent");
        let bytes: Family<Label, Counter> =
            register(registry, "message_bytes_sent", "Bytes of the messages sent, without frame headers");
        let uncompressed: Family<Label, Counter> =
            register(registry, "message_bytes_uncompressed", "Bytes of the messages sent, before their compression");
        let changes: Family<Label, Counter> =
            register(registry, "throttle_changes", "Slow clients that were lowered, raised again, or ended");
        let [lowered, raised, ended_by_stall] =
            ["lowered", "raised", "ended"].map(|change| changes.get_or_create_owned(&[("change", change)]));
        let transports = Transport::VARIANTS.iter().map(|transport| {
            let label = [("transport", transport.into())];
            SessionCounters { open: open.get_or_create_owned(&label), opened: opened.get_or_create_owned(&label) }
        });
        let formats = PerFormat::from_fn(|format| {
            let label = [("format", format.label())];
            SentCounters {
                messages: messages.get_or_create_owned(&label),
                bytes: bytes.get_or_create_owned(&label),
                uncompressed: uncompressed.get_or_create_owned(&label),
            }
        });
        let api_errors = register(registry, "api_errors", "Errors in answers and messages, by code");
        let connections_ended =
            register(registry, "connections_ended", "HTTP connections that the server ended, by the client's fault");
        let accept_failures = register(registry, "accept_failures", "Failed attempts to accept a connection");
        let session_ends = register(registry, "session_ends", "WebSocket sessions that ended, by close code");
        let metrics = Self(Arc::new(Counters {
            registry: std::mem::take(registry),
            api_errors,
            connections_ended,
            accept_failures,
            session_ends,
            lowered,
            raised,
            ended_by_stall,
            delivery_lags,
            read_lags,
            transports: transports.collect(),
            formats,
        }));
        metrics.show_faults();
        metrics
    }

    /// Creates counters at 0, so that their first increment shows too.
    fn show_faults(&self) {
        FULL.into_iter().for_each(|code| drop(self.0.api_errors.get_or_create(&[("code", code.label())])));
        let faults = ConnectionFault::iter().map(|fault| [("reason", fault.into())]);
        faults.for_each(|label| drop(self.0.connections_ended.get_or_create(&label)));
    }

    /// Creates the counter of a reason to end a session at 0, so that its first increment shows too.
    pub fn show_session_end(&self, reason: &'static str, code: Option<u16>) {
        drop(self.0.session_ends.get_or_create(&end_labels(reason, code)));
    }

    /// Counts an error that a client was sent.
    pub fn api_error(&self, code: ErrorCode) {
        self.0.api_errors.get_or_create(&[("code", code.label())]).inc();
    }

    /// Counts an HTTP connection that the server ended.
    pub fn connection_ended(&self, fault: ConnectionFault) {
        self.0.connections_ended.get_or_create(&[("reason", fault.into())]).inc();
    }

    /// Counts a failed attempt to accept a connection.
    pub fn accept_failed(&self) {
        self.0.accept_failures.inc();
    }

    /// Counts a WebSocket session that ended; `code` is that of the close frame, if the server sent one.
    pub fn session_ended(&self, reason: &'static str, code: Option<u16>) {
        self.0.session_ends.get_or_create(&end_labels(reason, code)).inc();
    }

    /// Counts the time that a client needed to read up to a probe.
    pub fn read(&self, lag: Duration) {
        self.0.read_lags.add(lag);
    }

    /// Counts a session that ended because its client took no byte for the stall timeout.
    pub fn ended_by_stall(&self) {
        self.0.ended_by_stall.inc();
    }

    /// Counts a session from now until the meter is dropped.
    pub fn session(&self, transport: Transport) -> Meter {
        let counters = &self.0.transports[transport as usize];
        counters.open.inc();
        counters.opened.inc();
        Meter { metrics: self.clone(), transport, cap: None, unsettled: Default::default() }
    }

    /// All metrics as text of the media type [`CONTENT_TYPE`].
    pub fn text(&self) -> String {
        let mut out = String::new();
        text::encode(&mut out, &self.0.registry).expect("invariant: writing to a string cannot fail");
        out
    }
}

fn register<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

fn end_labels(reason: &'static str, code: Option<u16>) -> EndLabels {
    [("reason", reason.into()), ("code", code.map_or_else(|| "none".into(), |code| code.to_string()))]
}

/// The counts of one session.
#[derive(Debug)]
pub struct Meter {
    metrics: Metrics,
    transport: Transport,
    cap: Option<TierId>,
    /// Messages that were sent since the last [`settle`](Self::settle), by [`Format`](crate::wire::Format).
    unsettled: PerFormat<Sent>,
}

/// The messages that were sent.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    messages: u64,
    bytes: u64,
    uncompressed: u64,
}

impl Meter {
    /// Adds a message that was sent as `bytes` bytes.
    pub fn sent(&mut self, message: &EncodedMessage, bytes: usize) {
        let sent = &mut self.unsettled[message.format()];
        sent.messages += 1;
        sent.bytes += bytes as u64;
        sent.uncompressed += message.byte_len() as u64;
    }

    /// Counts the messages that were added since the last call.
    pub fn settle(&mut self) {
        for (counters, sent) in self.metrics.0.formats.values().zip(self.unsettled.values_mut()) {
            let Sent { messages, bytes, uncompressed } = std::mem::take(sent);
            if messages > 0 {
                counters.messages.inc_by(messages);
                counters.bytes.inc_by(bytes);
                counters.uncompressed.inc_by(uncompressed);
            }
        }
    }

    /// Counts the time from when a flush was due until the socket had taken its messages.
    pub fn delivered(&self, lag: Duration) {
        self.metrics.0.delivery_lags.add(lag);
    }

    /// Counts a change of the session's throttle: from now on no tier is faster than `cap`.
    pub fn throttled(&mut self, cap: Option<TierId>) {
        let counters = &self.metrics.0;
        let before = std::mem::replace(&mut self.cap, cap);
        let is_lower = cap.is_some_and(|cap| before.is_none_or(|before| cap < before));
        let changes = if is_lower { &counters.lowered } else { &counters.raised };
        changes.inc();
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.settle();
        self.metrics.0.transports[self.transport as usize].open.dec();
    }
}
