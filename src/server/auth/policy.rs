//! Roles: the tokens that grant them, and the pages that may act for them.
//!
//! Pure: it decides about what a request carries. Not here: where a request carries it (`http/auth.rs`), and where
//! tokens come from (`token.rs`).

use std::net::IpAddr;

use ipnet::IpNet;
use strum::IntoStaticStr;

use super::token::{Token, TokenError, TokenSource};

/// The access rules as configured.
#[derive(Clone, Debug, Default)]
pub struct AccessConfig {
    /// The clients that may drive the feed. By default everybody where only this machine reaches the server, else
    /// holders of the presenter's token.
    pub control: Option<Control>,
    /// The presenter's token.
    pub presenter: Option<TokenSource>,
    /// The viewers' token. With it, watching needs a token too.
    pub viewer: Option<TokenSource>,
    /// Origins of other pages that may open the stream.
    pub origins: Vec<String>,
    /// Reverse proxies that are trusted to name their clients.
    pub proxies: Vec<IpNet>,
}

/// The people who may control the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Control {
    /// Everybody who can open the page
    Everybody,
    /// Everybody who has the token
    Token,
    /// Nobody
    Nobody,
}

impl AccessConfig {
    /// Resolves the defaults and reads or makes the tokens. `is_local`: only this machine reaches the server.
    ///
    /// # Errors
    /// When a token cannot be read or made.
    pub fn resolve(&self, is_local: bool) -> Result<AccessPolicy, TokenError> {
        let needs_token = self.presenter.is_some() || !is_local;
        let default = if needs_token { Control::Token } else { Control::Everybody };
        let presenters = match self.control.unwrap_or(default) {
            Control::Everybody => Admission::Everybody,
            Control::Nobody => Admission::Nobody,
            Control::Token => Admission::Token(self.presenter.as_ref().unwrap_or(&TokenSource::Generated).token()?),
        };
        let viewers = match &self.viewer {
            None => Admission::Everybody,
            Some(source) => Admission::Token(source.token()?),
        };
        Ok(AccessPolicy { viewers, presenters, origins: self.origins.clone(), is_local })
    }
}

/// The role of a client. Each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// May fetch the page and sign in.
    Anonymous,
    /// May see the market.
    Viewer,
    /// May drive the feed.
    Presenter,
}

impl Role {
    /// The role's name in `GET /api/v1/login`.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The requirement for a role.
#[derive(Clone, Debug, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Admission {
    Everybody,
    Token(Token),
    Nobody,
}

impl Admission {
    fn admits(&self, tokens: &[&str]) -> bool {
        match self {
            Self::Everybody => true,
            // Compares each, even after a match: the time taken reveals nothing.
            Self::Token(token) => tokens.iter().fold(false, |found, given| token.matches(given) | found),
            Self::Nobody => false,
        }
    }

    /// The requirement's name in `GET /api/v1/login`.
    pub fn label(&self) -> &'static str {
        self.into()
    }

    /// The token that is required, if one is.
    pub const fn token(&self) -> Option<&Token> {
        if let Self::Token(token) = self { Some(token) } else { None }
    }
}

/// The access rules in force: who may watch, who may drive, and from which pages.
#[derive(Clone, Debug)]
pub struct AccessPolicy {
    pub viewers: Admission,
    pub presenters: Admission,
    /// Allowed origins besides the server's own, such as `https://ticker.example.org`.
    pub origins: Vec<String>,
    /// Only this machine reaches the server directly. A `Host` that names another machine is then an attack.
    pub is_local: bool,
}

impl AccessPolicy {
    /// The role that these tokens grant.
    pub fn role(&self, tokens: &[&str]) -> Role {
        if self.presenters.admits(tokens) {
            // A presenter's token is also good for watching. Where everybody drives, watching may still need a token.
            let is_known = matches!(self.presenters, Admission::Token(_)) || self.viewers.admits(tokens);
            return if is_known { Role::Presenter } else { Role::Anonymous };
        }
        if self.viewers.admits(tokens) { Role::Viewer } else { Role::Anonymous }
    }

    /// Returns whether a page of `origin` may use the server that it addresses as `host`. A request without an origin
    /// does not come from a page ([RFC 6454, section 7.3](https://www.rfc-editor.org/rfc/rfc6454#section-7.3)).
    pub fn allows_origin(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        if self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let Some(host) = host else { return false };
        let is_own = matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host);
        // An attacker's name may resolve to 127.0.0.1; its page then has the server's own origin (DNS rebinding).
        is_own && (!self.is_local || is_this_machine(host))
    }
}

/// Returns whether a `Host` can only mean this machine: `localhost`, or an address instead of a name.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Admission {
        Admission::Token(Token::new(text).unwrap())
    }

    const PRESENTER: &str = "presenter-0123456789";
    const VIEWER: &str = "viewer-0123456789abc";

    #[test]
    fn role_needs_the_token_that_was_configured() {
        use Admission::{Everybody, Nobody};
        let check = |viewers: Admission, presenters: Admission, given: &[&str], expected: Role| {
            let access = AccessPolicy { viewers, presenters, origins: Vec::new(), is_local: true };
            assert_eq!(access.role(given), expected, "{access:?} {given:?}");
        };
        check(Everybody, Everybody, &[], Role::Presenter);
        check(Everybody, Nobody, &[PRESENTER], Role::Viewer);
        check(Everybody, token(PRESENTER), &[], Role::Viewer);
        check(Everybody, token(PRESENTER), &["presenter-0123456780"], Role::Viewer);
        check(Everybody, token(PRESENTER), &[PRESENTER], Role::Presenter);
        check(token(VIEWER), token(PRESENTER), &[], Role::Anonymous);
        check(token(VIEWER), token(PRESENTER), &[VIEWER], Role::Viewer);
        check(token(VIEWER), token(PRESENTER), &[PRESENTER], Role::Presenter);
        check(token(VIEWER), token(PRESENTER), &["", VIEWER, PRESENTER], Role::Presenter);
        check(token(VIEWER), Everybody, &[], Role::Anonymous);
        check(token(VIEWER), Everybody, &[VIEWER], Role::Presenter);
        check(token(VIEWER), Nobody, &[VIEWER], Role::Viewer);
    }

    #[test]
    fn origin_is_the_servers_own_or_one_that_was_allowed() {
        let allowed = vec!["https://ticker.example.org".to_owned()];
        let check = |is_local, origin, host, expected| {
            let access = AccessPolicy {
                viewers: Admission::Everybody,
                presenters: Admission::Everybody,
                origins: allowed.clone(),
                is_local,
            };
            assert_eq!(access.allows_origin(origin, host), expected, "{is_local} {origin:?} {host:?}");
        };
        for is_local in [true, false] {
            check(is_local, None, Some("127.0.0.1:3030"), true);
            check(is_local, Some("http://127.0.0.1:3030"), Some("127.0.0.1:3030"), true);
            check(is_local, Some("http://LOCALHOST:3030"), Some("localhost:3030"), true);
            check(is_local, Some("http://[::1]:3030"), Some("[::1]:3030"), true);
            check(is_local, Some("https://ticker.example.org"), Some("127.0.0.1:3030"), true);
            check(is_local, Some("http://127.0.0.1:8080"), Some("127.0.0.1:3030"), false);
            check(is_local, Some("https://evil.example"), Some("127.0.0.1:3030"), false);
            check(is_local, Some("null"), Some("127.0.0.1:3030"), false);
            check(is_local, Some("file://127.0.0.1:3030"), Some("127.0.0.1:3030"), false);
            check(is_local, Some("http://127.0.0.1:3030"), None, false);
        }
        // A name that an attacker made point to this machine.
        check(true, Some("http://evil.example:3030"), Some("evil.example:3030"), false);
        check(false, Some("http://laptop.lan:3030"), Some("laptop.lan:3030"), true);
    }
}
