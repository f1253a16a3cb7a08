//! The auth before all addresses: who asks, and whether they may.
//!
//! What is not known to be open is closed: only the page's own files, the health addresses and signing in are there
//! for strangers. Reading takes a viewer; any other method takes a presenter.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use ipnet::IpNet;
use warp::reply::Response as Answer;

use super::assets;
use super::reply::error;
use super::routes::Peer;
use crate::server::auth::{AccessPolicy, Admission, Role};
use crate::server::ops::Metrics;
use crate::wire::ApiError;

/// Addresses for everybody besides the page's files.
const OPEN: [&str; 3] = ["/healthz", "/readyz", LOGIN];
/// Where a token is turned into a cookie, and what a browser's role is told.
pub const LOGIN: &str = "/api/v1/login";

/// Who sent a request, as far as can be trusted.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// Behind a trusted proxy its client's, else the peer's.
    pub address: IpAddr,
    pub role: Role,
    /// Whether it came by TLS, here or at a trusted proxy.
    pub is_secure: bool,
}

/// Cheap to clone; all clones are one auth.
#[derive(Clone, Debug)]
pub struct Auth {
    pub access: Arc<AccessPolicy>,
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    proxies: Arc<[IpNet]>,
    cookie: Arc<str>,
    is_tls: bool,
    metrics: Metrics,
}

impl Auth {
    /// `port` keeps the cookies of servers on one machine apart: a browser shares them between ports.
    pub fn new(access: AccessPolicy, proxies: &[IpNet], port: u16, is_tls: bool, metrics: Metrics) -> Self {
        let cookie = format!("tickcast-{port}").into();
        Self { access: Arc::new(access), proxies: proxies.into(), cookie, is_tls, metrics }
    }

    /// Marks a request with its [`Identity`].
    ///
    /// # Errors
    /// The answer to who may not ask this.
    #[expect(clippy::result_large_err, reason = "an answer is what the layer wants of who is not let in")]
    pub fn admit<B>(&self, request: &mut Request<B>) -> Result<(), Answer> {
        let peer = request.extensions().get::<Peer>().expect("invariant: each connection knows its peer").address;
        let identity = self.identity(peer, request.headers());
        let allowed = self.check(request, identity.role);
        request.extensions_mut().insert(identity);
        allowed.map_err(|refusal| {
            self.metrics.api_error(refusal.code);
            let mut answer = error(&refusal);
            if answer.status() == StatusCode::UNAUTHORIZED {
                // RFC 6750, section 3.
                answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            answer
        })
    }

    fn check<B>(&self, request: &Request<B>, role: Role) -> Result<(), ApiError> {
        let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        // A page elsewhere cannot read answers, as no header allows it to, but it can open sockets and send.
        let is_socket = headers.contains_key(header::UPGRADE);
        if (!reads || is_socket) && headers.contains_key(header::ORIGIN) {
            let origin = text(header::ORIGIN).unwrap_or_default();
            if !self.access.allows_origin(Some(origin), text(header::HOST)) {
                return Err(ApiError::origin_not_allowed(origin));
            }
        }
        let is_open = OPEN.contains(&path) || (reads && assets::exists(path));
        match () {
            () if is_open => Ok(()),
            () if role == Role::Anonymous => Err(ApiError::token_needed()),
            () if !reads && role < Role::Presenter => Err(self.no_control()),
            () => Ok(()),
        }
    }

    /// Why somebody may not drive the feed.
    pub fn no_control(&self) -> ApiError {
        match self.access.presenters {
            Admission::Token(_) => ApiError::presenter_needed(),
            Admission::Nobody | Admission::Everybody => ApiError::control_not_allowed(),
        }
    }

    fn identity(&self, peer: SocketAddr, headers: &HeaderMap) -> Identity {
        let mut address = peer.ip().to_canonical();
        let mut is_secure = self.is_tls;
        if self.trusts(address) {
            is_secure |= headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
            // Each proxy adds whom it heard at the end: the last one that is none of ours is the client.
            let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
            let named: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
            for name in named.iter().rev() {
                let Ok(before) = name.trim().parse::<IpAddr>() else { break };
                address = before.to_canonical();
                if !self.trusts(address) {
                    break;
                }
            }
        }
        Identity { address, role: self.access.role(&self.tokens(headers)), is_secure }
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(&address.to_canonical()))
    }

    /// As programs send them (RFC 6750, section 2.1), and as browsers do.
    fn tokens<'h>(&self, headers: &'h HeaderMap) -> Vec<&'h str> {
        let all = |name| headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        let bearer = all(header::AUTHORIZATION).filter_map(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let cookies = all(header::COOKIE).flat_map(|value| value.split(';')).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name.trim() == &*self.cookie).then(|| value.trim())
        });
        bearer.chain(cookies).collect()
    }

    /// What makes a browser send `token` with all that it asks from now on; an empty one ends that.
    pub fn set_cookie(&self, token: &str, identity: Identity) -> String {
        let (name, secure) = (&self.cookie, if identity.is_secure { "; Secure" } else { "" });
        let age = if token.is_empty() { 0 } else { COOKIE_SECONDS };
        format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
    }
}

/// A training of some days.
const COOKIE_SECONDS: u32 = 7 * 24 * 60 * 60;
