//! What the operating system says of this process, by the names that Prometheus's own clients use
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>), behind our prefix.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Asks when somebody looks; says nothing where there is no `/proc`.
#[derive(Debug)]
pub struct Process;

impl Collector for Process {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(now) = Usage::now() else { return Ok(()) };
        write(&mut to, "process_cpu_seconds", "CPU time, of all threads.", &ConstCounter::new(now.cpu_seconds))?;
        write(
            &mut to,
            "process_resident_memory_bytes",
            "Memory that is resident.",
            &ConstGauge::new(now.resident_bytes),
        )?;
        write(&mut to, "process_open_fds", "Files that are open, sockets too.", &ConstGauge::new(now.files))?;
        write(&mut to, "process_max_fds", "Files that may be open.", &ConstGauge::new(now.most_files))?;
        write(&mut to, "process_threads", "Threads.", &ConstGauge::new(now.threads))?;
        write(&mut to, "process_start_time_seconds", "When it began, since 1970.", &ConstGauge::new(now.began))
    }
}

fn write(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, help, None, metric.metric_type())?)
}

struct Usage {
    cpu_seconds: f64,
    resident_bytes: u64,
    files: u64,
    most_files: u64,
    threads: u64,
    began: f64,
}

impl Usage {
    #[cfg(target_os = "linux")]
    fn now() -> Option<Self> {
        use procfs::process::LimitValue;
        use procfs::{CurrentSI as _, WithCurrentSystemInfo as _};
        let process = procfs::process::Process::myself().ok()?;
        let stat = process.stat().ok()?;
        let ticks = procfs::ticks_per_second() as f64;
        let booted = procfs::KernelStats::current().ok()?.btime as f64;
        let most = process.limits().ok()?.max_open_files.soft_limit;
        Some(Self {
            cpu_seconds: (stat.utime + stat.stime) as f64 / ticks,
            resident_bytes: stat.rss_bytes().get(),
            files: process.fd_count().ok()? as u64,
            most_files: if let LimitValue::Value(most) = most { most } else { u64::MAX },
            threads: u64::try_from(stat.num_threads).ok()?,
            began: booted + stat.starttime as f64 / ticks,
        })
    }

    #[cfg(not(target_os = "linux"))]
    const fn now() -> Option<Self> {
        None
    }
}
