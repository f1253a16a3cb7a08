//! The web files, embedded in the binary.

use base64::Engine as _;
use http::{Response, StatusCode, header};
use rust_embed::RustEmbed;
use warp::hyper::body::Bytes;

/// The page, its scripts and styles as they are sent, and what is sent as npm has it: put together by `build.rs`.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/page/"]
struct Page;

/// What stands at an address that names no file.
fn named(path: &str) -> &str {
    match path {
        "" => "index.html",
        "enter" => "enter.html",
        "status" => "status.html",
        _ => path,
    }
}

/// Whether there is such a file.
pub fn exists(path: &str) -> bool {
    Page::get(named(path.strip_prefix('/').unwrap_or(path))).is_some()
}

/// The file at `path` of the site, `""` being the page itself; `if_none_match` spares sending what the browser has.
pub fn file(path: &str, if_none_match: Option<&str>) -> Option<Response<Bytes>> {
    let path = named(path);
    let file = Page::get(path)?;
    let etag = format!("\"{}\"", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]));
    let known = if_none_match.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag));
    let body = if known {
        Bytes::new()
    } else {
        match file.data {
            std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => Bytes::from(data),
        }
    };
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
    let response = Response::builder()
        .status(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK })
        .header(header::CONTENT_TYPE, format!("{mime}{charset}"))
        // The browser asks each time whether its copy is still the one: a new binary shows at once.
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::ETAG, etag)
        .body(body);
    Some(response.expect("invariant: the headers are plain ASCII"))
}

/// The Content-Security-Policy of the page: all from here, and nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
