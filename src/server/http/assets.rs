//! The web files, embedded in the binary.

use base64::Engine as _;
use http::{Response, StatusCode, header};
use rust_embed::RustEmbed;
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

/// Returns whether there is a file at `path`.
pub fn exists(path: &str) -> bool {
    Page::get(file_name(path.strip_prefix('/').unwrap_or(path))).is_some()
}

/// The file at `path`, where `""` is the page itself. The body is empty where `if_none_match` names this version.
pub fn file(path: &str, if_none_match: Option<&str>) -> Option<Response<Bytes>> {
    let path = file_name(path);
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
        // The browser checks its copy each time, so that the files of a new binary show at once.
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::ETAG, etag)
        .body(body);
    Some(response.expect("invariant: the headers are ASCII"))
}

/// The Content-Security-Policy of the page: everything from this server, and nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
