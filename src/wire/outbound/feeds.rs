//! The feeds that a server can change to, as `GET /api/v1/feeds` lists them.

use serde::Serialize;

use super::to_json;

/// A feed that a server can change to.
#[derive(Debug, Serialize)]
pub struct ListedFeed {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
    /// The bytes of an upload that have come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
}

impl ListedFeed {
    pub const fn new(id: String, kind: &'static str, name: String) -> Self {
        Self { id, kind, name, bytes: None, modified: None, received: None, complete: None }
    }
}

/// The limits of uploads; all 0 where there are none.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct UploadBounds {
    pub upload_bytes: u64,
    pub uploads: usize,
    pub total_bytes: u64,
    pub piece_bytes: usize,
}

/// The body of the answer to `GET /api/v1/feeds`. `fixed` is the reason why the feed cannot be changed.
pub fn feeds_response(feeds: &[ListedFeed], playing: &[String], limits: UploadBounds, fixed: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Response<'a> {
        feeds: &'a [ListedFeed],
        playing: &'a [String],
        limits: UploadBounds,
        load: Option<&'a str>,
    }
    to_json(&Response { feeds, playing, limits, load: fixed })
}
