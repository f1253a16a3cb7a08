//! The operating system's view of this process. The names are those of Prometheus's own clients
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>), behind our prefix.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::encode::{counter, gauge};

/// Reads the process's usage at each scrape. Encodes nothing where there is no `/proc`.
#[derive(Debug)]
pub struct Process;

impl Collector for Process {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(usage) = Usage::read() else { return Ok(()) };
        let to = &mut to;
        counter(to, "process_cpu_seconds", "CPU time of all threads, in seconds", usage.cpu_seconds)?;
        gauge(to, "process_resident_memory_bytes", "Resident memory", usage.resident_bytes)?;
        gauge(to, "process_open_fds", "Open files, with sockets", usage.open_files)?;
        gauge(to, "process_max_fds", "Limit of open files", usage.max_files)?;
        gauge(to, "process_threads", "Threads", usage.threads)?;
        gauge(to, "process_start_time_seconds", "Time of the start, in seconds since 1970", usage.started_at)
    }
}

/// The resident memory of this process, in bytes; `None` where the system does not say.
pub fn resident_bytes() -> Option<usize> {
    usize::try_from(Usage::read()?.resident_bytes).ok()
}

/// The resources that this process uses.
struct Usage {
    cpu_seconds: f64,
    resident_bytes: u64,
    open_files: u64,
    max_files: u64,
    threads: u64,
    /// Seconds since 1970.
    started_at: f64,
}

impl Usage {
    #[cfg(target_os = "linux")]
    fn read() -> Option<Self> {
        use procfs::process::LimitValue;
        use procfs::{CurrentSI as _, WithCurrentSystemInfo as _};
        let process = procfs::process::Process::myself().ok()?;
        let stat = process.stat().ok()?;
        let ticks = procfs::ticks_per_second() as f64;
        let booted_at = procfs::KernelStats::current().ok()?.btime as f64;
        let max_files = process.limits().ok()?.max_open_files.soft_limit;
        Some(Self {
            cpu_seconds: (stat.utime + stat.stime) as f64 / ticks,
            resident_bytes: stat.rss_bytes().get(),
            open_files: process.fd_count().ok()? as u64,
            max_files: if let LimitValue::Value(max) = max_files { max } else { u64::MAX },
            threads: u64::try_from(stat.num_threads).ok()?,
            started_at: booted_at + stat.starttime as f64 / ticks,
        })
    }

    #[cfg(not(target_os = "linux"))]
    const fn read() -> Option<Self> {
        None
    }
}
