//! Where the load goes: the address behind the URL, and the symbols that the server there has.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::Uri;

use super::LoadError;
use super::walk::{items, members};

/// How long the server may take for the list of symbols.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest list of symbols.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub address: SocketAddr,
    /// Host and port, as the `Host` header has them.
    pub host: String,
    pub path: String,
}

impl Target {
    /// Finds the address of a `ws` URL.
    ///
    /// # Errors
    /// When it is none, cannot be found, or is another machine's and `allow_remote` is not given.
    pub fn find(url: &str, allow_remote: bool) -> Result<Self, LoadError> {
        let invalid = || LoadError::Url { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let host = uri.host().filter(|_| uri.scheme_str() == Some("ws")).ok_or_else(invalid)?;
        let port = uri.port_u16().unwrap_or(80);
        let unresolved = |source| LoadError::Resolve { host: host.to_owned(), source };
        let mut found = (host.trim_matches(['[', ']']), port).to_socket_addrs().map_err(unresolved)?;
        let address = found.next().ok_or_else(invalid)?;
        if !address.ip().is_loopback() && !allow_remote {
            return Err(LoadError::Remote { address });
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { address, host: format!("{host}:{port}"), path })
    }

    /// Asks the server for its symbols; each comes as a JSON string with its quotes.
    ///
    /// # Errors
    /// When nobody answers, or nothing of use.
    pub fn symbols(&self) -> Result<Vec<String>, LoadError> {
        let base = self.path.rsplit_once('/').map_or("", |(base, _)| base);
        let path = format!("{base}/api/v1/symbols");
        let answer = self.get(&path).map_err(|source| LoadError::Unreachable { address: self.address, source })?;
        let useless = |reason: &str| LoadError::Symbols { path: path.clone(), reason: reason.to_owned() };
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| useless("it ended early"))?;
        let status = head.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) != Some("200") {
            return Err(useless(status));
        }
        let found = symbols_in(body.as_bytes());
        if found.is_empty() { Err(useless("it names no symbols")) } else { Ok(found) }
    }

    /// HTTP/1.0, so that the answer is neither chunked nor compressed and ends with the connection.
    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.host)?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

fn symbols_in(body: &[u8]) -> Vec<String> {
    let list = members(body).find(|(name, _)| *name == b"symbols").map_or(&[][..], |(_, list)| list);
    let symbol = |item| members(item).find(|(name, _)| *name == b"symbol").map(|(_, value)| value);
    items(list).filter_map(symbol).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_become_addresses() {
        for (url, address, host, path) in [
            ("ws://127.0.0.1:3030/ws", "127.0.0.1:3030", "127.0.0.1:3030", "/ws"),
            ("ws://[::1]:3030/a/ws?b=c", "[::1]:3030", "[::1]:3030", "/a/ws?b=c"),
            ("ws://127.0.0.2", "127.0.0.2:80", "127.0.0.2:80", "/"),
        ] {
            let want = Target { address: address.parse().unwrap(), host: host.into(), path: path.into() };
            assert_eq!(Target::find(url, false).unwrap(), want);
        }
    }

    #[test]
    fn what_is_no_place_for_load_is_refused_with_the_reason() {
        for (url, says) in [
            ("ws://192.0.2.1:3030/ws", "--allow-remote"),
            ("ws://0.0.0.0:3030/ws", "--allow-remote"),
            ("http://127.0.0.1:3030/ws", "ws://"),
            ("wss://127.0.0.1:3030/ws", "ws://"),
            ("127.0.0.1:3030", "ws://"),
            ("", "ws://"),
        ] {
            let error = Target::find(url, false).unwrap_err().to_string();
            assert!(error.contains(says), "{url}: {error}");
        }
        assert!(Target::find("ws://192.0.2.1:3030/ws", true).is_ok());
    }

    #[test]
    fn symbols_keep_their_escapes() {
        let body = br#"{"epoch":1,"symbols":[{"symbol":"A","name":"symbol"},{"name":"x","symbol":"\"B"}]}"#;
        assert_eq!(symbols_in(body), ["\"A\"", "\"\\\"B\""]);
        assert!(symbols_in(b"<html>").is_empty());
    }
}
