//! The web files, embedded in the binary.

use base64::Engine as _;
use http::{HeaderMap, Response, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use warp::hyper::body::Bytes;

/// The page with its scripts and styles, as `build.rs` puts them together.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/page/"]
struct Page;

/// The file at an address, which may leave out `.html`.
fn file_name(path: &str) -> &str {
    match path {
        "" => "index.html",
        "enter" => "enter.html",
        "status" => "status.html",
        _ => path,
    }
}

/// The compressed forms of a file that `build.js` writes, the shortest first: coding and suffix.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Returns whether there is a file at `path`.
pub fn exists(path: &str) -> bool {
    find(path.strip_prefix('/').unwrap_or(path)).is_some()
}

/// The file at `path`. A compressed form has no address of its own.
fn find(path: &str) -> Option<EmbeddedFile> {
    let is_coded = CODINGS.iter().any(|(_, suffix)| path.ends_with(suffix));
    if is_coded { None } else { Page::get(file_name(path)) }
}

/// The shortest form of the file at `path` that the client accepts, and its coding.
fn find_coded(path: &str, accepted: &str) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let whole = find(path)?;
    let coded = CODINGS.into_iter().filter(|(coding, _)| accepts(accepted, coding));
    let coded =
        coded.filter_map(|(coding, suffix)| Some((Page::get(&format!("{}{suffix}", file_name(path)))?, Some(coding))));
    Some(coded.into_iter().next().unwrap_or((whole, None)))
}

/// Returns whether a client that sent `accepted` takes a content coding (RFC 9110, section 12.5.3).
fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(coding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// The file at the path that a request names, where `""` is the page itself. The body is empty where the client has
/// this version.
pub fn file(path: &str, request: &HeaderMap) -> Option<Response<Bytes>> {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (file, coding) = find_coded(path, text(header::ACCEPT_ENCODING))?;
    // A tag names the bytes that are sent, so each form has its own.
    let etag = format!("\"{}\"", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]));
    let known = text(header::IF_NONE_MATCH).split(',').any(|tag| tag.trim() == etag);
    let body = if known {
        Bytes::new()
    } else {
        match file.data {
            std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => Bytes::from(data),
        }
    };
    let mime = mime_guess::from_path(file_name(path)).first_or_octet_stream();
    let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
    let mut response = Response::builder()
        .status(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK })
        .header(header::CONTENT_TYPE, format!("{mime}{charset}"))
        // The browser checks its copy each time, so that the files of a new binary show at once.
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::VARY, "accept-encoding")
        .header(header::ETAG, etag);
    if let Some(coding) = coding.filter(|_| !known) {
        response = response.header(header::CONTENT_ENCODING, coding);
    }
    Some(response.body(body).expect("invariant: the headers are ASCII"))
}

/// The Content-Security-Policy of the page: everything from this server, and nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, accepted: &str) -> Option<Response<Bytes>> {
        let mut request = HeaderMap::new();
        request.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
        file(path, &request)
    }

    #[test]
    fn coding_is_one_that_the_client_accepts() {
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("GZIP;q=0.5", Some("gzip")),
            ("br;q=0, gzip;q=0.0", None),
            ("br;q=x", None),
            ("", None),
        ] {
            let answer = get("", accepted).unwrap();
            let sent = answer.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(sent, coding, "{accepted}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        }
    }

    #[test]
    fn each_form_has_a_tag_by_which_it_is_known() {
        let tags = ["br", "gzip", ""].map(|accepted| get("", accepted).unwrap().headers()[header::ETAG].clone());
        assert!(tags[0] != tags[1] && tags[1] != tags[2], "{tags:?}");
        let mut request = HeaderMap::new();
        request.insert(header::ACCEPT_ENCODING, "br".parse().unwrap());
        request.insert(header::IF_NONE_MATCH, tags[0].clone());
        let known = file("", &request).unwrap();
        assert_eq!((known.status(), known.body().len()), (StatusCode::NOT_MODIFIED, 0));
        assert!(!known.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn compressed_form_has_no_address() {
        assert!(exists("/index.html") && !exists("/index.html.br") && !exists("/index.html.gz"));
        assert!(get("index.html.gz", "gzip").is_none());
    }
}
