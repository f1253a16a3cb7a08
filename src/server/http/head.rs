//! The head of a request, before anything else looks at it: its target must be one that the routes can answer, and the
//! hosts that it names must be this server's.

use http::{HeaderMap, HeaderName, Request, Version, header};

use super::auth::{Auth, NamedHosts, texts};
use super::stream::Peer;
use crate::server::auth::Host;
use crate::wire::ApiError;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Checks the head of a request, and adds its [`NamedHosts`].
///
/// # Errors
/// When the routes cannot answer the target, or a host is missing, malformed or not allowed.
pub fn check<B>(auth: &Auth, request: &mut Request<B>) -> Result<(), ApiError> {
    check_target(request)?;
    let peer = request.extensions().get::<Peer>().expect("invariant: each connection has a peer").address;
    let is_proxied = auth.trusts(peer.ip());
    let named = named_hosts(request, is_proxied)?;
    if let Some(foreign) = named.iter().find(|host| !auth.policy.hosts.allows(host)) {
        return Err(ApiError::host_not_allowed(foreign.name()));
    }
    request.extensions_mut().insert(NamedHosts(named));
    Ok(())
}

/// Accepts the origin form and the absolute form (RFC 9112, section 3.2). The others are for proxies and for `OPTIONS`
/// about a whole server, and the routes have no path for them.
fn check_target<B>(request: &Request<B>) -> Result<(), ApiError> {
    let target = request.uri();
    let is_form_known = match target.scheme_str() {
        None => target.authority().is_none(),
        Some(scheme) => ["http", "https"].contains(&scheme) && target.authority().is_some(),
    };
    if is_form_known && target.path().starts_with('/') { Ok(()) } else { Err(ApiError::bad_target()) }
}

/// The hosts that a request names. HTTP/1.1 requires exactly one `Host`, also beside a target that names one
/// (RFC 9112, section 3.2).
fn named_hosts<B>(request: &Request<B>, is_proxied: bool) -> Result<Vec<Host>, ApiError> {
    let headers = request.headers();
    let mut lines = headers.get_all(header::HOST).iter();
    let host = lines.next();
    if lines.next().is_some() || (host.is_none() && request.version() >= Version::HTTP_11) {
        return Err(ApiError::one_host_needed());
    }
    let host = host.map(|host| host.to_str().map_err(|_| ApiError::one_host_needed())).transpose()?;
    let target = request.uri().authority().map(http::uri::Authority::as_str);
    let forwarded = is_proxied.then(|| forwarded_hosts(headers)).into_iter().flatten();
    let all = target.into_iter().chain(host).chain(forwarded);
    all.map(|text| text.parse().map_err(|_| ApiError::bad_host(text))).collect()
}

/// The hosts that proxies had before they wrote their own; each appends one.
fn forwarded_hosts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    texts(headers, FORWARDED_HOST).flat_map(|value| value.split(',')).map(str::trim).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn request(method: Method, target: &str, hosts: &[&str], version: Version) -> Request<()> {
        let request = Request::builder().method(method).uri(target).version(version);
        hosts.iter().fold(request, |request, host| request.header(header::HOST, *host)).body(()).unwrap()
    }

    #[test]
    fn only_origin_form_and_absolute_form_are_accepted() {
        for (target, expected) in [
            ("/", true),
            ("/ws?a=b", true),
            ("//ws", true),
            ("http://127.0.0.1/healthz", true),
            ("https://ticker.example.org", true),
            ("http://127.0.0.1?a=b", true),
            ("*", false),
            ("example.org:443", false),
            ("example", false),
            ("ftp://127.0.0.1/", false),
        ] {
            let request = request(Method::GET, target, &["127.0.0.1"], Version::HTTP_11);
            assert_eq!(check_target(&request).is_ok(), expected, "{target}");
        }
    }

    #[test]
    fn one_host_is_needed_in_http_1_1() {
        let check = |target: &str, hosts: &[&str], version, expected: Option<usize>| {
            let named = named_hosts(&request(Method::GET, target, hosts, version), false);
            assert_eq!(named.ok().map(|named| named.len()), expected, "{target} {hosts:?} {version:?}");
        };
        check("/", &["a"], Version::HTTP_11, Some(1));
        check("http://b/", &["a"], Version::HTTP_11, Some(2));
        check("/", &[], Version::HTTP_11, None);
        check("/", &[], Version::HTTP_10, Some(0));
        check("/", &["a", "b"], Version::HTTP_11, None);
        check("/", &["a", "a"], Version::HTTP_10, None);
        check("/", &[""], Version::HTTP_11, None);
        check("/", &["a b"], Version::HTTP_11, None);
        check("/", &["a@b"], Version::HTTP_11, None);
    }
}
