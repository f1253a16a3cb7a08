//! Roles: the tokens that grant them, and the pages that may act for them.
//!
//! Pure: it decides about what a request carries. Not here: where a request carries it (`http/auth.rs`), and where
//! tokens come from (`token.rs`).

use ipnet::IpNet;
use strum::IntoStaticStr;

use super::hosts::{AllowedHosts, Host, Origin};
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
    /// Origins of other pages that may use the server.
    pub origins: Vec<Origin>,
    /// Names under which other machines reach the server, besides those of this machine.
    pub public_hosts: Vec<Host>,
    /// Reverse proxies that are trusted to name their clients.
    pub proxies: Vec<IpNet>,
    /// Wrong tokens that one address may send in a minute.
    pub wrong_tokens: u32,
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
        let machine = gethostname::gethostname().into_string().ok();
        let hosts = AllowedHosts { public: self.public_hosts.clone(), machine };
        Ok(AccessPolicy { viewers, presenters, origins: self.origins.clone(), hosts })
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

/// The access rules in force: who may watch, who may drive, by which names, and from which pages.
#[derive(Clone, Debug)]
pub struct AccessPolicy {
    pub viewers: Admission,
    pub presenters: Admission,
    /// Allowed origins besides the server's own.
    pub origins: Vec<Origin>,
    /// The hosts that requests may name.
    pub hosts: AllowedHosts,
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

    /// Returns whether any of `tokens` is one of this server's; `None` where it has none.
    pub fn knows(&self, tokens: &[&str]) -> Option<bool> {
        let mut known = [&self.presenters, &self.viewers].into_iter().filter_map(Admission::token).peekable();
        known.peek()?;
        // Compares each, even after a match: the time taken reveals nothing.
        Some(known.fold(false, |found, known| tokens.iter().fold(found, |found, given| known.matches(given) | found)))
    }

    /// Returns whether pages of `origin` may use the server, although they are not its own.
    pub fn allows_other(&self, origin: &Origin) -> bool {
        self.origins.iter().any(|allowed| allowed.is_same(origin))
    }

    /// Returns whether a page of `origin` may use the server, which its request names by the hosts `named`.
    pub fn allows_origin(&self, origin: &str, named: &[Host]) -> bool {
        Origin::parse(origin).is_some_and(|origin| self.allows_other(&origin) || self.hosts.owns(&origin, named))
    }
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
            let access = AccessPolicy { viewers, presenters, origins: Vec::new(), hosts: AllowedHosts::default() };
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
        let access = AccessPolicy {
            viewers: Admission::Everybody,
            presenters: Admission::Everybody,
            origins: vec![Origin::parse("https://app.example.org").unwrap()],
            hosts: AllowedHosts::default(),
        };
        for (origin, expected) in [
            ("http://127.0.0.1:3030", true),
            ("https://app.example.org", true),
            ("https://APP.example.org:443", true),
            ("http://app.example.org", false),
            ("https://app.example.org:8443", false),
            ("https://evil.example", false),
            ("null", false),
        ] {
            assert_eq!(access.allows_origin(origin, &["127.0.0.1:3030".parse().unwrap()]), expected, "{origin}");
        }
    }
}
