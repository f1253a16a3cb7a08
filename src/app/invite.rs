//! What the one who starts a server is told: where it is, who may do what there, and the links to hand on.

use std::net::{IpAddr, SocketAddr};

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::server::{AccessPolicy, Admission, ServerConfig, Token, TokenSource};

/// Links for so many of the machine's addresses; who has more knows which one is meant.
const MOST_ADDRESSES: usize = 3;

/// Where a server is, and what is asked for there.
pub struct Invitation<'a> {
    pub address: SocketAddr,
    pub is_tls: bool,
    pub access: &'a AccessPolicy,
    /// Tokens that were made here, and are not known to anybody yet.
    pub made: Made,
}

/// Which tokens were made at this start. Those that were given are secrets of others, and not repeated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    pub presenter: bool,
    pub viewer: bool,
}

impl Made {
    pub fn of(config: &ServerConfig) -> Self {
        let access = &config.access;
        let presenter = !matches!(access.presenter, Some(TokenSource::Given(_) | TokenSource::File(_)));
        Self { presenter, viewer: matches!(access.viewer, Some(TokenSource::Generated)) }
    }
}

impl Invitation<'_> {
    /// The lines to print; `interfaces` are the machine's own addresses, and `draw` is whether a picture can be seen.
    pub fn lines(&self, interfaces: &[IpAddr], draw: bool) -> Vec<String> {
        let (http, ws) = if self.is_tls { ("https", "wss") } else { ("http", "ws") };
        let address = self.address;
        let mut lines = vec![format!("  page     {http}://{address}/"), format!("  stream   {ws}://{address}/ws")];
        let hosts = self.hosts(interfaces);
        if !address.ip().is_loopback() {
            let viewer = known(&self.access.viewers, self.made.viewer);
            lines.extend(hosts.iter().map(|host| format!("  room     {}", link(http, *host, viewer))));
            if draw && let Some(host) = hosts.first() {
                lines.extend(picture(&link(http, *host, viewer)));
            }
        } else if let Some(token) = known(&self.access.viewers, self.made.viewer) {
            lines.push(format!("  watch    {}", link(http, address, Some(token))));
        }
        if let Some(token) = known(&self.access.presenters, self.made.presenter) {
            lines.extend(hosts.iter().take(1).map(|host| format!("  present  {}", link(http, *host, Some(token)))));
        }
        lines.push(format!("  watching {}", who(&self.access.viewers)));
        lines.push(format!("  driving  {}", who(&self.access.presenters)));
        lines
    }

    /// The addresses by which others come: those of the machine, where it listens on all of them.
    fn hosts(&self, interfaces: &[IpAddr]) -> Vec<SocketAddr> {
        if !self.address.ip().is_unspecified() {
            return vec![self.address];
        }
        let fits = |ip: &&IpAddr| !ip.is_loopback() && (ip.is_ipv4() || self.address.is_ipv6());
        let found = interfaces.iter().filter(fits).take(MOST_ADDRESSES);
        let found: Vec<SocketAddr> = found.map(|ip| SocketAddr::new(*ip, self.address.port())).collect();
        if found.is_empty() { vec![self.address] } else { found }
    }
}

fn known(admission: &Admission, is_made: bool) -> Option<&Token> {
    admission.token().filter(|_| is_made)
}

/// The token stands behind the `#`: browsers send that part to nobody, so no log has it.
fn link(scheme: &str, host: SocketAddr, token: Option<&Token>) -> String {
    let token = token.map(|token| format!("enter#token={}", token.reveal())).unwrap_or_default();
    format!("{scheme}://{host}/{token}")
}

const fn who(admission: &Admission) -> &'static str {
    match admission {
        Admission::Everybody => "everybody who reaches the page",
        Admission::Token(_) => "who has the token",
        Admission::Nobody => "nobody",
    }
}

/// A QR code, dark on light whatever the terminal's colours.
fn picture(link: &str) -> Vec<String> {
    let Ok(code) = QrCode::new(link) else { return Vec::new() };
    let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
    drawn.lines().map(|line| format!("  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "presenter-0123456789";

    fn lines(address: &str, viewers: Admission, presenters: Admission, made: bool) -> Vec<String> {
        let address: SocketAddr = address.parse().unwrap();
        let access = AccessPolicy { viewers, presenters, origins: Vec::new(), is_local: address.ip().is_loopback() };
        let made = Made { presenter: made, viewer: made };
        let interfaces = ["127.0.0.1", "192.168.1.5", "fe80::1", "10.0.0.7"].map(|ip| ip.parse().unwrap());
        Invitation { address, is_tls: false, access: &access, made }.lines(&interfaces, false)
    }

    fn token() -> Admission {
        Admission::Token(Token::new(TOKEN).unwrap())
    }

    #[test]
    fn on_this_machine_alone_there_is_a_page_and_no_secret() {
        let lines = lines("127.0.0.1:3030", Admission::Everybody, Admission::Everybody, true);
        assert_eq!(lines[..2], ["  page     http://127.0.0.1:3030/", "  stream   ws://127.0.0.1:3030/ws"]);
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn a_room_gets_a_link_for_each_address_and_the_presenter_one_more() {
        let lines = lines("0.0.0.0:3030", Admission::Everybody, token(), true);
        assert_eq!(
            lines[2..5],
            [
                "  room     http://192.168.1.5:3030/",
                "  room     http://10.0.0.7:3030/",
                "  present  http://192.168.1.5:3030/enter#token=presenter-0123456789"
            ]
        );
        assert_eq!(lines[5..], ["  watching everybody who reaches the page", "  driving  who has the token"]);
    }

    #[test]
    fn a_token_that_was_given_is_not_repeated() {
        for address in ["0.0.0.0:3030", "127.0.0.1:3030"] {
            let text = lines(address, token(), token(), false).join("\n");
            assert!(!text.contains(TOKEN), "{text}");
            assert!(lines(address, token(), token(), true).join("\n").contains(TOKEN));
        }
    }

    #[test]
    fn the_picture_is_of_the_link() {
        let lines = picture("http://192.168.1.5:3030/");
        assert!(lines.len() > 10 && lines.iter().all(|line| line.chars().count() == lines[0].chars().count()));
    }
}
