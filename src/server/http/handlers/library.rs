//! The feeds that the server can change to.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;

use super::Site;
use crate::library::{self, Library, ListedFile};
use crate::server::http::auth::Identity;
use crate::server::http::reply::{error, held_json};
use crate::wire::{ApiError, ListedFeed, UploadBounds, feeds_response};

/// The feeds, and what plays.
pub fn feeds(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let answer = move |identity: Identity| {
        let site = site.clone();
        async move {
            match file_job(&site, list).await {
                Ok(text) => match site.answers.try_hold(identity.address, text.len()) {
                    Ok(held) => held_json(text, held),
                    Err(_) => error(&ApiError::too_many_answers()),
                },
                Err(cause) => error(&cause),
            }
        }
    };
    warp::ext::get::<Identity>().then(answer).boxed()
}

/// Runs work that reads files, off the threads of clients and a few at one time.
async fn file_job<T: Send + 'static>(
    site: &Site,
    work: impl FnOnce(&Site) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let turn = site.file_jobs.clone().acquire_owned().await.map_err(|_| ApiError::feed_gone())?;
    let site = site.clone();
    let work = move || {
        let _turn = turn;
        work(&site)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::bug())
}

fn list(site: &Site) -> String {
    let library = &site.library;
    let mut feeds = vec![ListedFeed::new(library::SIMULATION.into(), "simulation", library.simulation().to_owned())];
    feeds.extend(library.start().map(|name| ListedFeed::new(library::START.into(), "replay", name.to_owned())));
    feeds.extend(library.files().into_iter().map(of_file));
    let playing = Arc::clone(&site.live.read().status.feeds);
    let fixed = library.fixed().map(|fixed| fixed.reason.as_str());
    feeds_response(&feeds, &playing, UploadBounds::default(), fixed)
}

fn of_file(file: ListedFile) -> ListedFeed {
    let since = file.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified = i64::try_from(since.as_micros()).ok();
    ListedFeed { bytes: Some(file.bytes), modified, ..ListedFeed::new(Library::id_of(&file), "library", file.name) }
}
