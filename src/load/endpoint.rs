//! The server under load: its address, and its list of symbols.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::Uri;
use serde::Deserialize;

use super::error::LoadError;

/// The longest wait for the list of symbols.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer with the list of symbols.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// The stream of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub address: SocketAddr,
    /// Host and port, as the `Host` header has them.
    pub host: String,
    pub path: String,
}

#[derive(Deserialize)]
struct SymbolList {
    symbols: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    symbol: String,
}

impl Endpoint {
    /// Finds the address of a `ws` URL.
    ///
    /// # Errors
    /// Returns an error if the URL is not valid, its host is not found, or it is another machine without
    /// `allow_remote`.
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

    /// Requests the server's list of symbols.
    ///
    /// # Errors
    /// Returns an error if the server does not answer, or not with a list.
    pub fn symbols(&self) -> Result<Vec<String>, LoadError> {
        let base = self.path.rsplit_once('/').map_or("", |(base, _)| base);
        let path = format!("{base}/api/v1/symbols");
        let answer = self.get(&path).map_err(|source| LoadError::Unreachable { address: self.address, source })?;
        let useless = |reason: &str| LoadError::Symbols { path: path.clone(), reason: reason.to_owned() };
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| useless("the answer ended early"))?;
        let status = head.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) != Some("200") {
            return Err(useless(status));
        }
        let found = symbols_in(body).map_err(|error| useless(&format!("the answer is not a list: {error}")))?;
        if found.is_empty() { Err(useless("the list is empty")) } else { Ok(found) }
    }

    /// Speaks HTTP/1.0, whose answer is neither chunked nor compressed and ends with the connection.
    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.host)?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

fn symbols_in(body: &str) -> serde_json::Result<Vec<String>> {
    let list: SymbolList = serde_json::from_str(body)?;
    Ok(list.symbols.into_iter().map(|listed| listed.symbol).collect())
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
            let want = Endpoint { address: address.parse().unwrap(), host: host.into(), path: path.into() };
            assert_eq!(Endpoint::find(url, false).unwrap(), want);
        }
    }

    #[test]
    fn bad_and_remote_urls_are_errors_with_the_remedy() {
        for (url, expected) in [
            ("ws://192.0.2.1:3030/ws", "--allow-remote"),
            ("ws://0.0.0.0:3030/ws", "--allow-remote"),
            ("http://127.0.0.1:3030/ws", "ws://"),
            ("wss://127.0.0.1:3030/ws", "ws://"),
            ("127.0.0.1:3030", "ws://"),
            ("", "ws://"),
        ] {
            let error = Endpoint::find(url, false).unwrap_err().to_string();
            assert!(error.contains(expected), "{url}: {error}");
        }
        assert!(Endpoint::find("ws://192.0.2.1:3030/ws", true).is_ok());
    }

    #[test]
    fn symbol_list_is_read_from_json() {
        let body = r#"{"epoch":1,"symbols":[{"symbol":"A","name":"symbol"},{"name":"x","symbol":"\"B"}]}"#;
        assert_eq!(symbols_in(body).unwrap(), ["A", "\"B"]);
        assert!(symbols_in("<html>").is_err());
    }
}
