//! The addresses to listen on: a name or an IP address, and a port.

use std::fmt::{self, Display};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Attempts to find a port that is free at all addresses of a name, where any port will do.
const MAX_ATTEMPTS: usize = 8;
/// Connections that wait in the kernel until they are accepted. Beyond it a client tries again after a second. Linux
/// holds at most `net.core.somaxconn` (4,096), so a longer queue is its setting and not a flag.
const LISTEN_BACKLOG: u32 = 4_096;

/// An address to listen on: a name or an IP address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindAddress {
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

/// A text that is not an address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address or a name, and a port, such as 127.0.0.1:3030 or localhost:3030")]
pub struct InvalidBindAddress;

impl FromStr for BindAddress {
    type Err = InvalidBindAddress;

    fn from_str(text: &str) -> Result<Self, InvalidBindAddress> {
        let (host, port) = text.rsplit_once(':').ok_or(InvalidBindAddress)?;
        let port = port.parse().map_err(|_| InvalidBindAddress)?;
        let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_valid = match in_brackets {
            Some(address) => address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()),
            None => !host.is_empty() && !host.contains([':', '[', ']', '/', ' ']),
        };
        let host = in_brackets.unwrap_or(host).to_owned();
        if is_valid { Ok(Self { host, port }) } else { Err(InvalidBindAddress) }
    }
}

impl Display for BindAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl BindAddress {
    /// Listens on each address that the name has on this machine, with one port for all of them.
    ///
    /// # Errors
    /// When the name is not known, a port is taken or not allowed, or no address is one of this machine.
    pub async fn listen(&self) -> io::Result<Vec<TcpListener>> {
        let mut addresses: Vec<IpAddr> =
            lookup_host((self.host.as_str(), self.port)).await?.map(|found| found.ip()).collect();
        // IPv4 first, whose address is printed.
        addresses.sort_unstable();
        addresses.dedup();
        let mut attempts = if self.port == 0 { MAX_ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match listen_at(&addresses, self.port).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts > 0 => {}
                listeners => return listeners,
            }
        }
    }
}

async fn listen_at(addresses: &[IpAddr], port: u16) -> io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = Vec::with_capacity(addresses.len());
    let mut absent = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for ip in addresses {
        // Port 0 takes any port for the first address, which the others then share.
        let port = listeners.first().map_or(Ok(port), |first| first.local_addr().map(|address| address.port()))?;
        match bind(SocketAddr::new(*ip, port)) {
            Ok(listener) => listeners.push(listener),
            Err(error) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            // The machine has no such address, such as ::1 where IPv6 is off.
            Err(error) => absent = error,
        }
    }
    if listeners.is_empty() { Err(absent) } else { Ok(listeners) }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As std does: on Unix a server that is started again may use its port at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(LISTEN_BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bind_address_is_a_host_and_a_port() {
        for text in ["127.0.0.1:3030", "localhost:0", "[::1]:3030", "0.0.0.0:80", "ticker.example.org:8443"] {
            assert_eq!(text.parse::<BindAddress>().map(|address| address.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "nowhere", ":3030", "localhost:", "localhost:99999", "::1", "::1:3030", "[a]:1", "[::1]", "a b:1"]
        {
            assert_eq!(text.parse::<BindAddress>(), Err(InvalidBindAddress), "{text}");
        }
    }

    #[tokio::test]
    async fn all_addresses_share_one_port() {
        let addresses: Vec<IpAddr> = ["127.0.0.1", "::1"].map(|ip| ip.parse().unwrap()).to_vec();
        let Ok(listeners) = listen_at(&addresses, 0).await else {
            return;
        };
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
        assert!(ports.len() == 2 && ports[0] == ports[1] && ports[0] != 0, "{ports:?}");
        assert_eq!(listen_at(&addresses, ports[0]).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    /// The kernel completes handshakes up to the backlog, without anybody who accepts.
    #[tokio::test]
    async fn hundreds_of_connections_wait_to_be_accepted() {
        let listeners = listen_at(&["127.0.0.1".parse().unwrap()], 0).await.unwrap();
        let address = listeners[0].local_addr().unwrap();
        let most =
            std::fs::read_to_string("/proc/sys/net/core/somaxconn").ok().and_then(|text| text.trim().parse().ok());
        let waiting = most.unwrap_or(128).min(400);
        let mut sockets = Vec::new();
        for _ in 0..waiting {
            let connecting = tokio::net::TcpStream::connect(address);
            let connected = tokio::time::timeout(std::time::Duration::from_secs(60), connecting).await;
            sockets.push(connected.expect("it waits in the queue").unwrap());
        }
        assert_eq!(sockets.len(), waiting);
    }

    #[tokio::test]
    async fn address_of_another_machine_is_left_out() {
        // TEST-NET-1 (RFC 5737), which no machine has.
        let [foreign, own]: [IpAddr; 2] = ["192.0.2.1", "127.0.0.1"].map(|ip| ip.parse().unwrap());
        assert_eq!(listen_at(&[foreign, own], 0).await.unwrap().len(), 1);
        assert_eq!(listen_at(&[foreign], 0).await.unwrap_err().kind(), io::ErrorKind::AddrNotAvailable);
        assert_eq!(listen_at(&[], 0).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
