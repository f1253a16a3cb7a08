//! The handshake and the subscriptions, which all clients of a run have in common.
//!
//! Pure: texts to send, and the check of the server's answer.

use serde::Serialize;

use super::config::{MessageFormat, SymbolChoice, UpdateRate};

/// The key of RFC 6455, section 1.3, and the answer to it. A measuring client needs a check, not a secret.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// Symbols in one `subscribe`, which keeps it well below the server's limit of a message.
const SYMBOLS_PER_REQUEST: usize = 400;

/// The requests of all clients of a run.
#[derive(Debug)]
pub struct ClientPlan {
    /// Host and port, as the `Host` header has them.
    pub host: String,
    pub path: String,
    pub format: MessageFormat,
    /// All symbols of the server.
    pub catalog: Vec<String>,
    pub symbols: SymbolChoice,
    pub rate: UpdateRate,
}

#[derive(Serialize)]
struct Subscribe<'a> {
    r#type: &'static str,
    channel: &'static str,
    symbols: &'a [&'a str],
    rate: UpdateRate,
}

impl ClientPlan {
    /// Returns the symbols of one client: a window that moves along the catalog from client to client.
    fn symbols_of(&self, client: usize) -> Vec<&str> {
        match self.symbols {
            SymbolChoice::All => vec!["*"],
            SymbolChoice::Count(count) => {
                let all = self.catalog.len();
                (0..count).map(|n| self.catalog[(client % all * count + n) % all].as_str()).collect()
            }
        }
    }

    /// Returns the number of symbols that each client subscribes to.
    pub const fn symbol_count(&self) -> usize {
        match self.symbols {
            SymbolChoice::All => self.catalog.len(),
            SymbolChoice::Count(count) => count,
        }
    }

    /// Returns the HTTP request that opens a WebSocket.
    pub fn handshake(&self) -> String {
        let Self { host, path, .. } = self;
        let protocol = self.format.subprotocol().map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{}\r\n",
            protocol.unwrap_or_default()
        )
    }

    /// Returns the messages that subscribe a client to its symbols.
    pub fn subscriptions(&self, client: usize) -> Vec<String> {
        let subscribe = |symbols: &[&str]| {
            let message = Subscribe { r#type: "subscribe", channel: "quotes", symbols, rate: self.rate };
            serde_json::to_string(&message).expect("invariant: texts and a finite number are always JSON")
        };
        self.symbols_of(client).chunks(SYMBOLS_PER_REQUEST).map(subscribe).collect()
    }
}

/// Checks the head of the server's answer to a handshake.
///
/// # Errors
/// Returns the reason if the server did not open a WebSocket.
pub fn check_answer(head: &str) -> Result<(), String> {
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("101") {
        return Err(status.to_owned());
    }
    let accept = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"));
    match accept {
        Some((_, value)) if value.trim() == ACCEPT => Ok(()),
        _ => Err("its Sec-WebSocket-Accept does not match the key".into()),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Returns a plan for a server with the symbols A, B and C.
    pub fn plan(symbols: SymbolChoice) -> ClientPlan {
        ClientPlan {
            host: "h:1".into(),
            path: "/ws".into(),
            format: MessageFormat::Json,
            catalog: ["A", "B", "C"].map(String::from).to_vec(),
            symbols,
            rate: UpdateRate::PerSecond(0.5),
        }
    }

    #[test]
    fn symbols_go_round_the_catalog() {
        let counted = plan(SymbolChoice::Count(2));
        let lists: Vec<String> = (0..4).map(|client| counted.symbols_of(client).concat()).collect();
        assert_eq!(lists, ["AB", "CA", "BC", "AB"]);
        assert_eq!(plan(SymbolChoice::All).symbols_of(7), ["*"]);
    }

    #[test]
    fn subscriptions_are_json_in_chunks() {
        let check = |rate: UpdateRate, want: &str| {
            let plan = ClientPlan { rate, catalog: vec!["\"A".into()], ..plan(SymbolChoice::Count(1)) };
            let want = format!(r#"{{"type":"subscribe","channel":"quotes","symbols":["\"A"],"rate":{want}}}"#);
            assert_eq!(plan.subscriptions(0), [want]);
        };
        check(UpdateRate::PerSecond(0.5), "0.5");
        check(UpdateRate::Every, "\"every\"");
        assert_eq!(plan(SymbolChoice::Count(801)).subscriptions(0).len(), 3);
    }
}
