//! Who may do what: the tokens that make somebody a viewer or a presenter, and the pages that may speak for them.
//!
//! Pure: it is told what a request says, and answers. Not here: where a request says it (`gate.rs`), and where tokens
//! come from (`token.rs`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::token::{Token, TokenError, TokenSource};

/// What was said about who may do what.
#[derive(Clone, Debug, Default)]
pub struct AccessConfig {
    /// Who may drive; nothing said: everybody where only this machine reaches the server, else who has a token.
    pub control: Option<Control>,
    pub presenter: Option<TokenSource>,
    /// With it, watching needs a token too.
    pub viewer: Option<TokenSource>,
    pub origins: Vec<String>,
    /// Reverse proxies, whose word about their clients is taken.
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
    /// The rules of a server that is reached by this machine alone, or by others too.
    ///
    /// # Errors
    /// When a token cannot be had.
    pub fn resolve(&self, is_local: bool) -> Result<AccessPolicy, TokenError> {
        let asked = if self.presenter.is_some() || !is_local { Control::Token } else { Control::Everybody };
        let presenters = match self.control.unwrap_or(asked) {
            Control::Everybody => Admission::Everybody,
            Control::Nobody => Admission::Nobody,
            Control::Token => Admission::Token(self.presenter.as_ref().unwrap_or(&TokenSource::Made).token()?),
        };
        let viewers = match &self.viewer {
            None => Admission::Everybody,
            Some(secret) => Admission::Token(secret.token()?),
        };
        Ok(AccessPolicy { viewers, presenters, origins: self.origins.clone(), is_local })
    }
}

/// What somebody may do; each may do what those before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Fetch the page and sign in.
    Stranger,
    /// See the market.
    Viewer,
    /// Drive the feed.
    Presenter,
}

impl Role {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Viewer => "viewer",
            Self::Presenter => "presenter",
        }
    }
}

/// What it takes to have a role.
#[derive(Clone, Debug)]
pub enum Admission {
    Everybody,
    Token(Token),
    Nobody,
}

impl Admission {
    fn admits(&self, tokens: &[&str]) -> bool {
        match self {
            Self::Everybody => true,
            // Each is looked at, whatever the others are: the time taken tells nothing.
            Self::Token(token) => tokens.iter().fold(false, |found, given| token.is(given) | found),
            Self::Nobody => false,
        }
    }

    /// What is needed, where something is.
    pub const fn token(&self) -> Option<&Token> {
        if let Self::Token(token) = self { Some(token) } else { None }
    }
}

/// Who may watch and who may drive, and from which pages.
#[derive(Clone, Debug)]
pub struct AccessPolicy {
    pub viewers: Admission,
    pub presenters: Admission,
    /// Origins besides the server's own, such as `https://ticker.example.org`.
    pub origins: Vec<String>,
    /// Whether only this machine reaches the server directly: a name other than its own is then a trick.
    pub is_local: bool,
}

impl AccessPolicy {
    /// Who presents these tokens.
    pub fn role(&self, tokens: &[&str]) -> Role {
        if self.presenters.admits(tokens) {
            // A presenter's token is good for watching, too; where everybody drives, watching may still need one.
            let is_known = matches!(self.presenters, Admission::Token(_)) || self.viewers.admits(tokens);
            return if is_known { Role::Presenter } else { Role::Stranger };
        }
        if self.viewers.admits(tokens) { Role::Viewer } else { Role::Stranger }
    }

    /// Whether a page of `origin` may speak to the server that it calls `host`. Without an origin it is no page that
    /// speaks ([RFC 6454, section 7.3](https://www.rfc-editor.org/rfc/rfc6454#section-7.3)).
    pub fn allows_origin(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        if self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let Some(host) = host else { return false };
        let is_own = matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host);
        // A stranger's name may point to 127.0.0.1, and then its page is of the same origin (DNS rebinding).
        is_own && (!self.is_local || is_this_machine(host))
    }
}

/// Whether a `Host` can only be this machine: `localhost`, or an address instead of a name.
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
    fn a_role_needs_what_was_set_for_it() {
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
        check(token(VIEWER), token(PRESENTER), &[], Role::Stranger);
        check(token(VIEWER), token(PRESENTER), &[VIEWER], Role::Viewer);
        check(token(VIEWER), token(PRESENTER), &[PRESENTER], Role::Presenter);
        check(token(VIEWER), token(PRESENTER), &["", VIEWER, PRESENTER], Role::Presenter);
        check(token(VIEWER), Everybody, &[], Role::Stranger);
        check(token(VIEWER), Everybody, &[VIEWER], Role::Presenter);
        check(token(VIEWER), Nobody, &[VIEWER], Role::Viewer);
    }

    #[test]
    fn only_the_servers_own_page_and_those_that_were_named_may_speak() {
        let named = vec!["https://ticker.example.org".to_owned()];
        let check = |is_local, origin, host, expected| {
            let access = AccessPolicy {
                viewers: Admission::Everybody,
                presenters: Admission::Everybody,
                origins: named.clone(),
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
        // A name that a stranger made point to this machine.
        check(true, Some("http://evil.example:3030"), Some("evil.example:3030"), false);
        check(false, Some("http://laptop.lan:3030"), Some("laptop.lan:3030"), true);
    }
}
