//! Single values for a [`Collector`](prometheus_client::collector::Collector).

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Encodes a counter.
pub fn counter(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
    encode(to, name, help, &ConstCounter::new(value))
}

/// Encodes a gauge.
pub fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
    encode(to, name, help, &ConstGauge::new(value))
}

/// Encodes a metric of any type. The help text ends with a period, as that of a registered metric does.
pub fn encode(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, &format!("{help}."), None, metric.metric_type())?)
}
