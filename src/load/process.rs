//! The cost of a process on this machine, read from Linux's `/proc`; on other systems nothing is known.

use std::net::SocketAddr;
use std::time::Duration;

/// The resources of a process: CPU time since it started, and its memory now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub cpu: Duration,
    pub rss_bytes: u64,
}

/// Reads the usage of the process `pid`.
#[cfg(target_os = "linux")]
pub fn usage(pid: u32) -> Option<Usage> {
    let process = procfs::process::Process::new(i32::try_from(pid).ok()?).ok()?;
    let stat = process.stat().ok()?;
    let cpu = Duration::from_secs_f64((stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64);
    let rss_kib = process.status().ok()?.vmrss?;
    Some(Usage { cpu, rss_bytes: rss_kib * 1024 })
}

/// Finds the process that listens on an address of this machine, if this user may see it.
#[cfg(target_os = "linux")]
pub fn listener(address: SocketAddr) -> Option<u32> {
    use procfs::net::{TcpState, tcp, tcp6};
    use procfs::process::{FDTarget, all_processes};

    let sockets = [tcp(), tcp6()].into_iter().filter_map(Result::ok).flatten();
    let listens_there = |local: SocketAddr| {
        let ip = local.ip().to_canonical();
        local.port() == address.port() && (ip == address.ip() || ip.is_unspecified())
    };
    let mut listening = sockets.filter(|socket| socket.state == TcpState::Listen);
    let socket = FDTarget::Socket(listening.find(|socket| listens_there(socket.local_address))?.inode);
    let mut processes = all_processes().ok()?.filter_map(Result::ok);
    let owner = processes.find(|process| {
        let mut files = process.fd().into_iter().flatten().filter_map(Result::ok);
        files.any(|file| file.target == socket)
    });
    u32::try_from(owner?.pid()).ok()
}

/// Returns `None`: this system is not supported.
#[cfg(not(target_os = "linux"))]
pub const fn usage(_pid: u32) -> Option<Usage> {
    None
}

/// Returns `None`: this system is not supported.
#[cfg(not(target_os = "linux"))]
pub const fn listener(_address: SocketAddr) -> Option<u32> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn listener_is_found_by_its_address() {
        for ip in ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"] {
            // A machine may lack IPv6.
            let Ok(socket) = TcpListener::bind(format!("{ip}:0")) else { continue };
            let bound = socket.local_addr().unwrap();
            let loopback = if ip == "[::1]" { "[::1]" } else { "127.0.0.1" };
            let address = format!("{loopback}:{}", bound.port()).parse().unwrap();
            assert_eq!(listener(address), Some(std::process::id()), "{ip}");
        }
    }

    #[test]
    fn usage_has_time_and_memory() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.rss_bytes > 100_000 && usage.cpu < Duration::from_secs(86_400), "{usage:?}");
    }
}
