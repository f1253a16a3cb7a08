//! Authorization: the sender of a request, and its right to send it.
//!
//! Not here: which role an endpoint needs (`routes.rs`), and which tokens grant it (`server::auth`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use ipnet::IpNet;
use tokio::time::Instant;
use warp::reply::Response as Answer;

use super::reply::{close_if_unread, error, retry_after};
use super::stream::Peer;
use crate::server::auth::{AccessConfig, AccessPolicy, Admission, Host, Role, digest};
use crate::server::limits::{FirstNames, TokenUse, WrongTokenLimit};
use crate::server::ops::Metrics;
use crate::wire::{ApiError, ErrorCode};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Lifetime of the cookie: an event of some days needs to sign in once.
const COOKIE_SECONDS: u32 = 7 * 24 * 60 * 60;

/// Tokens of one request that are looked at: in the header, and in cookies for the page's path and for `/`.
const MAX_TOKENS: usize = 4;

/// The target of log lines about sign-ins and rejected requests, at the level `info`. The first request by a wrong name is
/// logged at `warn`.
pub const AUDIT: &str = "tickcast::audit";

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The client's address as a trusted proxy names it, or else the peer's.
    pub address: IpAddr,
    pub role: Role,
    /// The request came over TLS, to this server or to a trusted proxy.
    pub is_secure: bool,
    /// The path of the cookie: the path under which a trusted proxy serves the page, or else `/`.
    pub path: String,
}

/// The hosts that a request names: its target and its `Host`, and those that trusted proxies had (`head.rs`).
#[derive(Clone, Debug)]
pub struct NamedHosts(pub Vec<Host>);

/// Identifies the senders of requests and checks their roles. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth {
    pub policy: Arc<AccessPolicy>,
    /// Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.
    proxies: Arc<[IpNet]>,
    /// Name of the cookie that carries a token.
    cookie: Arc<str>,
    is_tls: bool,
    wrong_tokens: WrongTokenLimit,
    /// The hosts and origins that were rejected.
    rejected_names: FirstNames,
    metrics: Metrics,
}

impl Auth {
    /// `port` is part of the cookie's name, as browsers share cookies between the ports of one machine.
    pub fn new(policy: AccessPolicy, config: &AccessConfig, port: u16, is_tls: bool, metrics: Metrics) -> Self {
        let cookie = format!("tickcast-{port}").into();
        let wrong_tokens = WrongTokenLimit::new(config.wrong_tokens);
        let proxies = config.proxies.as_slice().into();
        let rejected_names = FirstNames::default();
        Self { policy: Arc::new(policy), proxies, cookie, is_tls, wrong_tokens, rejected_names, metrics }
    }

    /// Adds the sender's [`Identity`] to a request that needs the role `required`.
    ///
    /// # Errors
    /// The answer to a client that may not send this request.
    #[expect(clippy::result_large_err, reason = "the layer takes an answer as the error")]
    pub fn authorize<B>(&self, request: &mut Request<B>, required: Role) -> Result<(), Answer> {
        let peer = request.extensions().get::<Peer>().expect("invariant: each connection has a peer").address;
        let mut identity = self.identify(peer, request.headers());
        let tokens = self.tokens(request.headers());
        let locked = self.limit_tokens(identity.address, &tokens, TokenUse::Request).err();
        if locked.is_some() {
            // As if the request had no token, whether it is right or wrong.
            identity.role = self.policy.role(&[]);
        }
        let address = identity.address;
        let origin = self.check_origin(request);
        let role = self.check_role(identity.role, required);
        request.extensions_mut().insert(identity);
        match (origin, role, locked) {
            (Err(cause), ..) | (Ok(()), Err(cause), None) => Err(self.reject(&cause, request)),
            (Ok(()), Err(_), Some(wait)) => {
                Err(retry_after(self.reject(&ApiError::too_many_wrong_tokens(address), request), wait))
            }
            (Ok(()), Ok(()), _) => Ok(()),
        }
    }

    /// Counts tokens that came from `address`, where this server has any.
    ///
    /// # Errors
    /// The time until the address may try again, when it has sent too many wrong ones.
    pub fn limit_tokens(&self, address: IpAddr, tokens: &[&str], usage: TokenUse) -> Result<(), Duration> {
        let (false, Some(is_right)) = (tokens.is_empty(), self.policy.knows(tokens)) else { return Ok(()) };
        let wrong = (!is_right).then(|| digest(&tokens.join(" ")));
        self.wrong_tokens.check(address, usage, wrong, Instant::now())
    }

    /// Makes the answer to a request that is not allowed, counts it, and logs it.
    pub fn reject<B>(&self, cause: &ApiError, request: &Request<B>) -> Answer {
        self.metrics.api_error(cause.code);
        let headers = request.headers();
        let peer = request.extensions().get::<Peer>().expect("invariant: each connection has a peer").address;
        let (address, method, path) = (self.client_address(peer, headers), request.method(), request.uri().path());
        let (reason, detail, remedy) = (cause.code.label(), &cause.message, &cause.remedy);
        let is_name = matches!(cause.code, ErrorCode::HostNotAllowed | ErrorCode::OriginNotAllowed);
        // A wrong name is more often a setting that is missing than an attack.
        if is_name && self.rejected_names.is_first(detail) {
            tracing::warn!(target: AUDIT, %address, %method, path, reason, detail, remedy, "request rejected");
        } else {
            tracing::info!(target: AUDIT, %address, %method, path, reason, detail, "request rejected");
        }
        let mut answer = close_if_unread(error(cause), headers);
        if answer.status() == StatusCode::UNAUTHORIZED {
            // RFC 6750, section 3.
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }

    /// Rejects requests of other sites' pages. Such a page cannot read answers, as no header allows it to, but it can
    /// open WebSockets and send.
    fn check_origin<B>(&self, request: &Request<B>) -> Result<(), ApiError> {
        let headers = request.headers();
        let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_socket = headers.contains_key(header::UPGRADE);
        if (only_reads && !is_socket) || !headers.contains_key(header::ORIGIN) {
            return Ok(());
        }
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let NamedHosts(named) = request.extensions().get().expect("invariant: the head was checked");
        if self.policy.allows_origin(origin, named) { Ok(()) } else { Err(ApiError::origin_not_allowed(origin)) }
    }

    fn check_role(&self, role: Role, required: Role) -> Result<(), ApiError> {
        if role >= required {
            Ok(())
        } else if role == Role::Anonymous {
            Err(ApiError::token_needed())
        } else {
            Err(self.no_control())
        }
    }

    /// The error of a client that may not drive the feed.
    pub fn no_control(&self) -> ApiError {
        match self.policy.presenters {
            Admission::Token(_) => ApiError::presenter_needed(),
            Admission::Nobody | Admission::Everybody => ApiError::control_not_allowed(),
        }
    }

    fn identify(&self, peer: SocketAddr, headers: &HeaderMap) -> Identity {
        let (mut is_secure, mut path) = (self.is_tls, None);
        if self.trusts(peer.ip()) {
            is_secure |= headers.get(FORWARDED_PROTO).is_some_and(|proto| proto == "https");
            path = texts(headers, FORWARDED_PREFIX).next().and_then(cookie_path);
        }
        let (address, role) = (self.client_address(peer, headers), self.policy.role(&self.tokens(headers)));
        let path = path.unwrap_or("/").to_owned();
        Identity { address, role, is_secure, path }
    }

    /// The client's address. Each proxy appends the address of its client, and the last one that is not a trusted proxy
    /// is the client.
    fn client_address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.ip().to_canonical();
        let forwarded: Vec<&str> = texts(headers, FORWARDED_FOR).flat_map(|value| value.split(',')).collect();
        for name in forwarded.iter().rev() {
            match forwarded_address(name.trim()) {
                Some(previous) if self.trusts(address) => address = previous,
                _ => break,
            }
        }
        address
    }

    /// Returns whether `address` is a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(&address.to_canonical()))
    }

    /// The tokens of a request: as programs send them (RFC 6750, section 2.1), and in the cookie of a browser.
    fn tokens<'h>(&self, headers: &'h HeaderMap) -> Vec<&'h str> {
        let bearer = texts(headers, header::AUTHORIZATION).filter_map(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let cookies = texts(headers, header::COOKIE).flat_map(|value| value.split(';')).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name.trim() == &*self.cookie).then(|| value.trim())
        });
        bearer.chain(cookies).take(MAX_TOKENS).collect()
    }

    /// The `Set-Cookie` header with which a browser sends `token` from now on. An empty token removes the cookie.
    pub fn set_cookie(&self, token: &str, identity: &Identity) -> String {
        let (name, secure) = (&self.cookie, if identity.is_secure { "; Secure" } else { "" });
        let age = if token.is_empty() { 0 } else { COOKIE_SECONDS };
        format!("{name}={token}; Path={}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}", identity.path)
    }
}

/// Returns a path that may stand in a cookie; `None` where other characters could add attributes to it.
fn cookie_path(prefix: &str) -> Option<&str> {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    (prefix.starts_with('/') && prefix.chars().all(is_safe)).then_some(prefix)
}

/// Reads an address of `X-Forwarded-For`; some proxies add the port of their client.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

/// The values of a header that are text.
pub fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}
