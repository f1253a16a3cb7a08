//! What a process on this machine costs, from Linux's `/proc`; elsewhere nothing is known.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// `/proc` counts CPU time in ticks of 10 ms on every Linux that Rust's std supports (USER_HZ).
const TICK: Duration = Duration::from_millis(10);
/// The state LISTEN in `/proc/net/tcp`.
const LISTENS: &str = "0A";

/// What a process has used since it started, and holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub cpu: Duration,
    pub rss_bytes: u64,
}

/// Reads what `process` (a number, or `self`) has used.
pub fn usage(process: &str) -> Option<Usage> {
    let cpu = cpu(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)?;
    let rss_bytes = rss_bytes(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)?;
    Some(Usage { cpu, rss_bytes })
}

/// The process that listens on an address of this machine, if this user may see it.
pub fn listener(address: SocketAddr) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|table| listening_inode(&table, address).map(str::to_owned))?;
    let link = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    processes.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).find(|process| {
        let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().filter_map(Result::ok);
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|target| target.as_os_str() == link.as_str())
    })
}

fn listening_inode(table: &str, address: SocketAddr) -> Option<&str> {
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (ip, port) = columns.get(1)?.split_once(':')?;
        let ip = parse_ip(ip)?;
        let listens_there = *columns.get(3)? == LISTENS
            && u16::from_str_radix(port, 16) == Ok(address.port())
            && (ip == address.ip() || ip.is_unspecified());
        listens_there.then(|| columns.get(9).copied()).flatten()
    })
}

/// Addresses are groups of eight hexadecimal digits, each a number in the machine's byte order.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let group = |at: usize| Some(u32::from_str_radix(text.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes());
    match text.len() {
        8 => Some(Ipv4Addr::from(group(0)?).into()),
        32 => {
            let bytes = [group(0)?, group(1)?, group(2)?, group(3)?].concat();
            Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical())
        }
        _ => None,
    }
}

/// User and system time are the 14th and 15th field; the 2nd may itself hold blanks and brackets.
fn cpu(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()?.checked_add(ticks()?)?)
}

fn rss_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn the_listener_is_found_among_other_sockets() {
        let row = |local: &str, state: &str, inode: &str| {
            format!("   0: {local} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  0   0 {inode} 1 0\n")
        };
        let table = format!(
            "  sl  local_address\n{}{}{}{}",
            row("0100007F:0BD6", "01", "1"),
            row("0200007F:0BD6", "0A", "2"),
            row("0100007F:0BD6", "0A", "3"),
            row("00000000:0BD7", "0A", "4"),
        );
        for (address, want) in [
            ("127.0.0.1:3030", Some("3")),
            ("127.0.0.2:3030", Some("2")),
            ("127.0.0.1:3031", Some("4")),
            ("127.0.0.1:3032", None),
        ] {
            assert_eq!(listening_inode(&table, address.parse().unwrap()), want, "{address}");
        }
        assert_eq!(parse_ip("00000000000000000000000001000000"), Some("::1".parse().unwrap()));
        assert_eq!(parse_ip("0000000000000000FFFF00000100007F"), Some("127.0.0.1".parse().unwrap()));
        assert_eq!(parse_ip("7F"), None);
    }

    #[test]
    fn times_and_memory_are_read_whatever_the_name() {
        let stat = "31140 (a) b (c) R 1 1 2 0 -1 4 103 0 0 0 250 50 0 0 20 0 1 0 542295 3133440 376";
        assert_eq!(cpu(stat), Some(Duration::from_secs(3)));
        assert_eq!(rss_bytes("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!((cpu("nothing"), rss_bytes("nothing")), (None, None));
    }
}
