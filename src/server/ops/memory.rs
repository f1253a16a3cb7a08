//! The memory of each part, used and at most, read at each scrape.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use strum::VariantArray;

use super::process::resident_bytes;
use crate::bus::BATCH_BYTES;
use crate::fanout::{LOGGED_TICK_BYTES, LiveMarket, QUOTE_BYTES};
use crate::memory::{Part, SharedBudget};
use crate::server::limits::{ConnectionLimit, MemoryLimit, SessionsLimit};

/// The parts that hold memory for clients, and the budget of all.
#[derive(Clone, Debug)]
pub struct MemoryUse {
    pub budget: SharedBudget,
    pub live: LiveMarket,
    pub sessions: SessionsLimit,
    pub answers: MemoryLimit,
    /// HTTP connections that are not sessions.
    pub connections: ConnectionLimit,
    /// The bytes that a session may take for itself, and a connection.
    pub session_bytes: usize,
    pub connection_bytes: usize,
}

impl MemoryUse {
    /// The memory that a part has accounted for. The program's own is what the system counts beyond all others.
    fn used(&self, part: Part) -> usize {
        match part {
            Part::Program => {
                let others = Part::VARIANTS.iter().filter(|part| **part != Part::Program);
                resident_bytes().unwrap_or_default().saturating_sub(others.map(|part| self.used(*part)).sum())
            }
            Part::Feed => self.live.waiting_batches() * BATCH_BYTES + self.live.logged_ticks() * LOGGED_TICK_BYTES,
            Part::Checkpoints => self.live.read().status.preview.checkpoint_bytes(),
            Part::Quotes => self.live.cached_quotes() * QUOTE_BYTES,
            Part::Sessions => self.sessions.count.in_use() * self.session_bytes + self.sessions.memory.held(),
            Part::Requests => self.connections.in_use() * self.connection_bytes,
            Part::Answers => self.answers.held(),
            Part::Market => {
                let live = self.live.read();
                let ahead = live.status.preview.market();
                live.market.bytes() + ahead.map_or(0, |market| market.bytes())
            }
        }
    }
}

impl Collector for MemoryUse {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut to;
        parts(to, "memory_used_bytes", "Memory that a part has accounted for.", |part| self.used(part))?;
        parts(to, "memory_limit_bytes", "The most memory that a part may take.", |part| self.budget.read().bytes(part))
    }
}

fn parts(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, bytes: impl Fn(Part) -> usize) -> fmt::Result {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for part in Part::VARIANTS {
        ConstGauge::new(bytes(*part) as u64).encode(family.encode_family(&[("part", part.label())])?)?;
    }
    Ok(())
}
