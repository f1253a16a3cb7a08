//! Values that other parts keep, read at each scrape: the market, the fan-out, HTTP connections and the runtime.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::runtime::Handle;

use super::encode::{counter, encode, gauge};
use super::errors::errors;
use super::panics::panics;
use crate::fanout::{LAG_BOUNDS, LagHistogram, LiveMarket, ThrottleCounts};
use crate::server::limits::ConnectionLimit;

/// The collector of the readings.
#[derive(Debug)]
pub struct Readings {
    live: LiveMarket,
    connections: ConnectionLimit,
    delivery_lags: Arc<LagHistogram>,
    read_lags: Arc<LagHistogram>,
}

impl Readings {
    /// Reads the lags of delivery and of reading too.
    pub fn new(live: LiveMarket, connections: ConnectionLimit, lags: [Arc<LagHistogram>; 2]) -> Self {
        let [delivery_lags, read_lags] = lags;
        Self { live, connections, delivery_lags, read_lags }
    }

    fn encode_market(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (epoch, ticks, late, now, status) = {
            let live = self.live.read();
            let market = &live.market;
            (market.epoch(), market.ticks(), market.late(), market.now(), Arc::clone(&live.status))
        };
        gauge(to, "epoch", "Number of the feed's run", epoch)?;
        gauge(to, "market_time_seconds", "Market time, in seconds since 1970", now.micros() as f64 / 1e6)?;
        counter(to, "ticks", "Ticks of this epoch", ticks)?;
        counter(to, "ticks_late", "Ticks that came after their second had closed", late)?;
        gauge(to, "rows_rejected", "Rows of the files that cannot be played", status.rows_rejected)?;
        gauge(to, "feed_behind_seconds", "Time by which ticks are late", status.lag.behind_seconds)?;
        let silence = self.live.silence().as_secs_f64();
        gauge(to, "feed_silence_seconds", "Time since the last event of a feed that plays", silence)?;
        let help = "Symbols with fewer ticks than their scenarios ask for, because of a limit";
        gauge(to, "symbols_limited", help, status.lag.symbols_limited as u64)
    }

    fn encode_fanout(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (updates, merged) = self.live.conflated();
        counter(to, "bus_gaps", "Batches of ticks lost between feed and market", self.live.bus_gaps())?;
        counter(to, "updates_encoded", "Changed symbols, summed over all flushes of all tiers", updates)?;
        counter(to, "ticks_merged", "Ticks that were merged into the update of another tick", merged)?;
        let skipped = self.live.flushes_skipped();
        counter(to, "flushes_skipped", "Flushes that found their session still writing the flush before", skipped)?;
        encode_throttle_levels(to, self.live.throttle_counts())?;
        let help = "Time from when a flush was due until its updates were encoded";
        encode(to, "flush_lag_seconds", help, &Histogram(self.live.flush_lags()))?;
        let help = "Time from when a flush was due until a WebSocket had taken its messages";
        encode(to, "delivery_lag_seconds", help, &Histogram(&self.delivery_lags))?;
        let help = "Time from when a probe was sent until the client had read up to it";
        encode(to, "read_lag_seconds", help, &Histogram(&self.read_lags))
    }
}

impl Collector for Readings {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut to;
        self.encode_market(to)?;
        self.encode_fanout(to)?;
        counter(to, "errors", "Errors in the log", errors())?;
        counter(to, "panics", "Panics of the program", panics())?;
        let connections = self.connections.in_use() as u64;
        gauge(to, "connections", "Open HTTP connections that are not sessions", connections)?;
        if let Ok(runtime) = Handle::try_current() {
            let tasks = runtime.metrics().num_alive_tasks() as u64;
            gauge(to, "tasks", "Tasks of the async runtime: sessions, connections, and a few of the server", tasks)?;
        }
        Ok(())
    }
}

fn encode_throttle_levels(to: &mut DescriptorEncoder<'_>, counts: ThrottleCounts) -> fmt::Result {
    let help = "Sessions by throttle level.";
    let mut family = to.encode_descriptor("sessions_by_throttle_level", help, None, MetricType::Gauge)?;
    for (level, sessions) in counts.iter() {
        ConstGauge::new(sessions as u64).encode(family.encode_family(&[("level", level.label())])?)?;
    }
    Ok(())
}

/// [`LagHistogram`] as an OpenMetrics histogram.
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
