//! The names of this server: the hosts that a request may name, and the origins that are the server's own.
//!
//! An attacker can make a name of his own point to this machine (DNS rebinding). A page of that name would then have
//! the server's own origin. So a request may only name a host that the attacker cannot own.
//!
//! Pure: it decides about texts. Not here: the headers that carry them (`http/head.rs`).

use std::net::IpAddr;
use std::str::FromStr;

use http::uri::Authority;

/// Suffixes of names that only a local network resolves, so that nobody can register a name below them:
/// RFC 6762 (`.local`), RFC 8375 (`.home.arpa`), and two that are reserved or never delegated.
const PRIVATE_SUFFIXES: [&str; 4] = [".local", ".home.arpa", ".internal", ".lan"];

/// A host as a `Host` header or a flag names it: a name or an address, and perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without brackets and without the dot at its end.
    name: String,
    port: Option<u16>,
}

/// A text that does not name a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name or an address, with or without a port, such as ticker.example.org")]
pub struct InvalidHost;

impl FromStr for Host {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let authority: Authority = text.parse().map_err(|_| InvalidHost)?;
        let host = authority.host();
        // A text with user information begins with that.
        let port = match text.strip_prefix(host).ok_or(InvalidHost)? {
            "" | ":" => None,
            rest => Some(rest.strip_prefix(':').and_then(|port| port.parse().ok()).ok_or(InvalidHost)?),
        };
        let name = host.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(host);
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if name.is_empty() { Err(InvalidHost) } else { Ok(Self { name, port }) }
    }
}

impl Host {
    /// The name or address, without the port.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the host is an address, or a name that always means the machine itself (RFC 6761, section 6.3).
    fn is_address_or_loopback(&self) -> bool {
        self.name == "localhost" || self.name.ends_with(".localhost") || self.name.parse::<IpAddr>().is_ok()
    }
}

/// The origin of a page: a scheme and a host (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    is_https: bool,
    host: Host,
}

impl Origin {
    /// Reads the origin of a page that came over HTTP; `None` for any other, such as `null`.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let is_https = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        Some(Self { is_https, host: host.parse().ok()? })
    }

    fn port_or_default(&self, port: Option<u16>) -> u16 {
        port.unwrap_or(if self.is_https { 443 } else { 80 })
    }

    /// Returns whether a page of this origin came from `host`. A port that is not written is the default port of the
    /// origin's scheme, as a proxy may have ended TLS.
    fn is_at(&self, host: &Host) -> bool {
        self.host.name == host.name && self.port_or_default(self.host.port) == self.port_or_default(host.port)
    }

    /// Returns whether both are one origin; one may write the default port.
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_https == other.is_https && self.is_at(&other.host)
    }
}

/// The hosts that requests may name.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    /// The hosts of `--public-host`.
    pub public: Vec<Host>,
    /// The name that the machine has in its system.
    pub machine: Option<String>,
}

impl AllowedHosts {
    /// Returns whether requests may name `host`, with any port: an address, a loopback name, a name of this machine,
    /// or a public host.
    pub fn allows(&self, host: &Host) -> bool {
        host.is_address_or_loopback()
            || self.public.iter().any(|public| public.name == host.name)
            || self.machine.as_deref().is_some_and(|machine| is_name_of(machine, &host.name))
    }

    /// Returns whether a page of `origin` is the server's own, where its request names the hosts `named`.
    pub fn owns(&self, origin: &Origin, named: &[Host]) -> bool {
        named.iter().chain(&self.public).any(|host| origin.is_at(host))
    }
}

/// Returns whether `name` is the machine's name, with or without its domain, or has a private suffix.
fn is_name_of(machine: &str, name: &str) -> bool {
    let machine = machine.to_ascii_lowercase();
    let short = machine.split('.').next().unwrap_or_default();
    if short.is_empty() {
        return false;
    }
    let rest = name.strip_prefix(short);
    name == machine || rest.is_some_and(|rest| rest.is_empty() || PRIVATE_SUFFIXES.contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap_or_else(|_| panic!("{text} is a host"))
    }

    fn allowed() -> AllowedHosts {
        AllowedHosts {
            public: vec![host("ticker.example.org"), host("example.org:8443")],
            machine: Some("Laptop.corp.example".into()),
        }
    }

    #[test]
    fn host_is_a_name_or_an_address_with_a_port() {
        for (text, name, port) in [
            ("Ticker.Example.org.", "ticker.example.org", None),
            ("ticker.example.org:", "ticker.example.org", None),
            ("127.0.0.1:3030", "127.0.0.1", Some(3030)),
            ("[::1]:3030", "::1", Some(3030)),
            ("[::1]", "::1", None),
        ] {
            assert_eq!(host(text), Host { name: name.into(), port }, "{text}");
        }
        for text in ["", ".", ":80", "a:b", "a:99999", "user@a", "a b", "a/b", "http://a", "a,b:c", "[::1"] {
            assert_eq!(text.parse::<Host>(), Err(InvalidHost), "{text}");
        }
    }

    #[test]
    fn names_that_an_attacker_can_own_are_not_allowed() {
        for (name, expected) in [
            ("localhost:3030", true),
            ("app.localhost", true),
            ("192.168.1.5", true),
            ("[fe80::1]:3030", true),
            ("laptop", true),
            ("LAPTOP.local:3030", true),
            ("laptop.lan", true),
            ("laptop.corp.example", true),
            ("ticker.example.org", true),
            ("ticker.example.org:8080", true),
            ("evil.example", false),
            ("laptop.evil.example", false),
            ("laptop2.local", false),
            ("my-laptop.local", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("www.ticker.example.org", false),
        ] {
            assert_eq!(allowed().allows(&host(name)), expected, "{name}");
        }
        let none = AllowedHosts { machine: Some(String::new()), ..AllowedHosts::default() };
        assert!(!none.allows(&host("evil.local")), "a machine without a name");
    }

    #[test]
    fn own_origin_is_at_a_named_or_public_host() {
        let check = |origin: &str, named: &str, expected: bool| {
            let owned = Origin::parse(origin).is_some_and(|origin| allowed().owns(&origin, &[host(named)]));
            assert_eq!(owned, expected, "{origin} at {named}");
        };
        check("http://127.0.0.1:3030", "127.0.0.1:3030", true);
        check("http://LOCALHOST:3030", "localhost:3030", true);
        check("http://[::1]:3030", "[::1]:3030", true);
        // A default port is the same, written or not.
        check("http://10.0.0.7", "10.0.0.7:80", true);
        check("http://10.0.0.7:80", "10.0.0.7", true);
        check("https://10.0.0.7", "10.0.0.7:443", true);
        check("https://10.0.0.7", "10.0.0.7", true);
        check("http://10.0.0.7", "10.0.0.7:443", false);
        check("http://127.0.0.1:8080", "127.0.0.1:3030", false);
        // A proxy may name the server by its address.
        check("https://ticker.example.org", "127.0.0.1:3030", true);
        check("https://example.org:8443", "127.0.0.1:3030", true);
        check("https://ticker.example.org:8443", "127.0.0.1:3030", false);
        check("https://evil.example", "127.0.0.1:3030", false);
        check("null", "127.0.0.1:3030", false);
        check("file://127.0.0.1:3030", "127.0.0.1:3030", false);
    }
}
