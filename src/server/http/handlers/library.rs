//! The feeds that the server can change to.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use tokio::sync::Semaphore;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;

use super::uploads::piece_bytes;
use super::{Site, json_body};
use crate::library::{self, Library, ListedFile, ListedUpload, Uploads};
use crate::server::http::auth::Identity;
use crate::server::http::reply::{error, held_json};
use crate::wire::{ApiError, ListedFeed, UploadBounds, feeds_response, parse_inspect};

/// The feeds, and what plays.
pub fn feeds(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let answer = move |identity: Identity| {
        let site = site.clone();
        async move {
            let turns = Arc::clone(&site.lists);
            held(&site, &identity, in_turn(turns, &site, |site| Ok(list(site))).await)
        }
    };
    warp::ext::get::<Identity>().then(answer).boxed()
}

/// The reading of files, if they were loaded.
pub fn inspect(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let answer = move |identity: Identity, body: Result<String, ApiError>| {
        let site = site.clone();
        async move {
            let inspected = async {
                let (feeds, settings) = parse_inspect(&body?)?;
                let inspector = site.inspector.clone().ok_or_else(ApiError::not_found)?;
                let turns = Arc::clone(&site.inspections);
                in_turn(turns, &site, move |_| inspector.inspect(&feeds, &settings)).await
            };
            held(&site, &identity, inspected.await)
        }
    };
    warp::ext::get::<Identity>().and(json_body()).then(answer).boxed()
}

/// The answer with this text, within the memory that answers may hold.
fn held(site: &Site, identity: &Identity, made: Result<String, ApiError>) -> Answer {
    let text = match made {
        Ok(text) => text,
        Err(cause) => return error(&cause),
    };
    match site.answers.try_hold(identity.address, text.len()) {
        Ok(held) => held_json(text, held),
        Err(_) => error(&ApiError::too_many_answers()),
    }
}

/// Runs work that reads files, off the threads of clients and a few at one time.
async fn in_turn<T: Send + 'static>(
    turns: Arc<Semaphore>,
    site: &Site,
    work: impl FnOnce(&Site) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = turns.acquire_owned().await.map_err(|_| ApiError::bug())?;
    let site = site.clone();
    let work = move || {
        let _turn = turn;
        work(&site)
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(ApiError::bug()))
}

fn list(site: &Site) -> String {
    let library = &site.library;
    let mut feeds = vec![ListedFeed::new(library::SIMULATION.into(), "simulation", library.simulation().to_owned())];
    feeds.extend(library.start().map(|name| ListedFeed::new(library::START.into(), "replay", name.to_owned())));
    feeds.extend(library.files().into_iter().map(of_file));
    feeds.extend(library.uploads().map(Uploads::list).unwrap_or_default().into_iter().map(of_upload));
    let playing = Arc::clone(&site.live.read().status.feeds);
    let fixed = library.fixed().map(|fixed| fixed.reason.as_str());
    feeds_response(&feeds, &playing, bounds(site), fixed)
}

fn of_file(file: ListedFile) -> ListedFeed {
    let since = file.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified = i64::try_from(since.as_micros()).ok();
    ListedFeed { bytes: Some(file.bytes), modified, ..ListedFeed::new(Library::id_of(&file), "library", file.name) }
}

fn of_upload(upload: ListedUpload) -> ListedFeed {
    ListedFeed {
        bytes: Some(upload.bytes),
        received: Some(upload.received),
        complete: Some(upload.is_complete()),
        ..ListedFeed::new(Library::upload_id(upload.number), "upload", upload.name)
    }
}

fn bounds(site: &Site) -> UploadBounds {
    let limits = site.library.uploads().map(|uploads| *uploads.limits());
    limits.map_or_else(UploadBounds::default, |limits| UploadBounds {
        upload_bytes: limits.file_bytes,
        uploads: limits.files,
        total_bytes: limits.total_bytes,
        piece_bytes: piece_bytes(site),
    })
}
