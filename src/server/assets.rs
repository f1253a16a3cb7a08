//! The web files, embedded in the binary.

use base64::Engine as _;
use http::{Response, StatusCode, header};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use warp::hyper::body::Bytes;

/// The page: `web/` without its development files.
#[derive(RustEmbed)]
#[folder = "web/"]
#[include = "index.html"]
#[include = "enter.html"]
#[include = "status.html"]
#[include = "favicon.svg"]
#[include = "styles/*"]
#[include = "js/*"]
struct Page;

/// What npm provides, put together by `build.rs`.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/npm-assets/"]
struct Library;

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
    let path = named(path.strip_prefix('/').unwrap_or(path));
    Page::get(path).is_some() || path.strip_prefix("lib/").is_some_and(|path| Library::get(path).is_some())
}

/// The file at `path` of the site, `""` being the page itself; `if_none_match` spares sending what the browser has.
pub fn file(path: &str, if_none_match: Option<&str>) -> Option<Response<Bytes>> {
    let path = named(path);
    let file = Page::get(path).or_else(|| Library::get(path.strip_prefix("lib/")?))?;
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

/// The Content-Security-Policy of the page: all from here, and the one inline script, the import map, by
/// its hash.
pub fn content_security_policy() -> String {
    let page = Page::get("index.html").expect("invariant: the page is embedded");
    let page = String::from_utf8_lossy(&page.data);
    let open = "<script type=\"importmap\">";
    let map = page.split_once(open).and_then(|(_, rest)| rest.split_once("</script>")).map_or("", |(map, _)| map);
    let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(map.as_bytes()));
    format!(
        "default-src 'none'; script-src 'self' 'sha256-{hash}'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}
