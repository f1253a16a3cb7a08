//! The lines that a server prints at its start: its addresses, links for other people, and who has access.

use std::net::{IpAddr, SocketAddr};

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::server::{AccessPolicy, Admission, ServerConfig, Token, TokenSource};

/// The largest number of addresses with a link; people with more know which one to use.
const MAX_LINKS: usize = 3;

/// The address of a server, and the access to it.
pub struct Banner<'a> {
    pub address: SocketAddr,
    pub is_tls: bool,
    pub access: &'a AccessPolicy,
    pub generated: GeneratedTokens,
}

/// The roles whose tokens were generated at this start. Other tokens are secrets, and never printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct GeneratedTokens {
    pub presenter: bool,
    pub viewer: bool,
}

impl GeneratedTokens {
    /// Returns the roles whose tokens a server with this configuration generates.
    pub fn of(config: &ServerConfig) -> Self {
        let access = &config.access;
        let presenter = !matches!(access.presenter, Some(TokenSource::Given(_) | TokenSource::File(_)));
        Self { presenter, viewer: matches!(access.viewer, Some(TokenSource::Generated)) }
    }
}

impl Banner<'_> {
    /// Returns the lines, with links for `interfaces`, the machine's own addresses. With `draw` the first link is also
    /// a QR code.
    pub fn lines(&self, interfaces: &[IpAddr], draw: bool) -> Vec<String> {
        let (http, ws) = if self.is_tls { ("https", "wss") } else { ("http", "ws") };
        let address = self.address;
        let mut lines = vec![format!("  page     {http}://{address}/"), format!("  stream   {ws}://{address}/ws")];
        let hosts = self.hosts(interfaces);
        if !address.ip().is_loopback() {
            let viewer = printable(&self.access.viewers, self.generated.viewer);
            lines.extend(hosts.iter().map(|host| format!("  room     {}", link(http, *host, viewer))));
            if draw && let Some(host) = hosts.first() {
                lines.extend(qr_code(&link(http, *host, viewer)));
            }
        } else if let Some(token) = printable(&self.access.viewers, self.generated.viewer) {
            lines.push(format!("  watch    {}", link(http, address, Some(token))));
        }
        if let Some(token) = printable(&self.access.presenters, self.generated.presenter) {
            lines.extend(hosts.iter().take(1).map(|host| format!("  present  {}", link(http, *host, Some(token)))));
        }
        lines.push(format!(
            "  access   {} may watch, {} may control",
            who(&self.access.viewers),
            who(&self.access.presenters)
        ));
        lines
    }

    /// Returns the addresses for other people: those of the machine, if the server listens on all of them.
    fn hosts(&self, interfaces: &[IpAddr]) -> Vec<SocketAddr> {
        if !self.address.ip().is_unspecified() {
            return vec![self.address];
        }
        let is_reachable = |ip: &&IpAddr| !ip.is_loopback() && (ip.is_ipv4() || self.address.is_ipv6());
        let found = interfaces.iter().filter(is_reachable).take(MAX_LINKS);
        let found: Vec<SocketAddr> = found.map(|ip| SocketAddr::new(*ip, self.address.port())).collect();
        if found.is_empty() { vec![self.address] } else { found }
    }
}

fn printable(admission: &Admission, is_generated: bool) -> Option<&Token> {
    admission.token().filter(|_| is_generated)
}

/// Returns a link with the token behind the `#`, which browsers send to nobody, so no log has it.
fn link(scheme: &str, host: SocketAddr, token: Option<&Token>) -> String {
    let token = token.map(|token| format!("enter#token={}", token.reveal())).unwrap_or_default();
    format!("{scheme}://{host}/{token}")
}

const fn who(admission: &Admission) -> &'static str {
    match admission {
        Admission::Everybody => "everybody",
        Admission::Token(_) => "people with the token",
        Admission::Nobody => "nobody",
    }
}

/// Draws a QR code, dark on light in any terminal.
fn qr_code(link: &str) -> Vec<String> {
    let Ok(code) = QrCode::new(link) else { return Vec::new() };
    let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
    drawn.lines().map(|line| format!("  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::AllowedHosts;

    const TOKEN: &str = "presenter-0123456789";

    fn lines(address: &str, viewers: Admission, presenters: Admission, is_generated: bool) -> Vec<String> {
        let address: SocketAddr = address.parse().unwrap();
        let access = AccessPolicy { viewers, presenters, origins: Vec::new(), hosts: AllowedHosts::default() };
        let generated = GeneratedTokens { presenter: is_generated, viewer: is_generated };
        let interfaces = ["127.0.0.1", "192.168.1.5", "fe80::1", "10.0.0.7"].map(|ip| ip.parse().unwrap());
        Banner { address, is_tls: false, access: &access, generated }.lines(&interfaces, false)
    }

    fn token() -> Admission {
        Admission::Token(Token::new(TOKEN).unwrap())
    }

    #[test]
    fn local_server_has_a_page_and_no_secret() {
        let lines = lines("127.0.0.1:3030", Admission::Everybody, Admission::Everybody, true);
        assert_eq!(
            lines,
            [
                "  page     http://127.0.0.1:3030/",
                "  stream   ws://127.0.0.1:3030/ws",
                "  access   everybody may watch, everybody may control"
            ]
        );
    }

    #[test]
    fn addresses_have_room_links_and_one_a_presenter_link() {
        let lines = lines("0.0.0.0:3030", Admission::Everybody, token(), true);
        assert_eq!(
            lines[2..],
            [
                "  room     http://192.168.1.5:3030/",
                "  room     http://10.0.0.7:3030/",
                "  present  http://192.168.1.5:3030/enter#token=presenter-0123456789",
                "  access   everybody may watch, people with the token may control"
            ]
        );
    }

    #[test]
    fn given_token_is_not_printed() {
        for address in ["0.0.0.0:3030", "127.0.0.1:3030"] {
            let text = lines(address, token(), token(), false).join("\n");
            assert!(!text.contains(TOKEN), "{text}");
            assert!(lines(address, token(), token(), true).join("\n").contains(TOKEN));
        }
    }

    #[test]
    fn qr_code_is_a_rectangle() {
        let lines = qr_code("http://192.168.1.5:3030/");
        assert!(lines.len() > 10 && lines.iter().all(|line| line.chars().count() == lines[0].chars().count()));
    }
}
