//! Uploads: files that presenters send piece by piece.

use std::time::Instant;

use bytes::Buf;
use futures_util::{Stream, StreamExt as _};
use http::StatusCode;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response as Answer;

use super::{Site, json_body, query};
use crate::library::{Library, PIECE_BYTES, UploadError, Uploads};
use crate::server::http::auth::{AUDIT, Identity};
use crate::server::http::reply::{error, error_with_body, json};
use crate::wire::{
    ApiError, parse_upload, parse_upload_query, received_response, upload_response, wrong_offset_response,
};

/// The reason why a request about an upload failed.
enum UploadFailure {
    Upload(UploadError),
    Request(ApiError),
}

impl From<UploadError> for UploadFailure {
    fn from(error: UploadError) -> Self {
        Self::Upload(error)
    }
}

impl From<ApiError> for UploadFailure {
    fn from(error: ApiError) -> Self {
        Self::Request(error)
    }
}

/// The most bytes of one piece: as the limit of answers has room for, since a piece is held as an answer is.
pub fn piece_bytes(site: &Site) -> usize {
    PIECE_BYTES.min(site.answers.bytes() / 2)
}

/// Begins an upload.
pub fn begin(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let begin = move |identity: Identity, body: Result<String, ApiError>| {
        let site = site.clone();
        async move {
            let begun = async {
                let request = parse_upload(&body?)?;
                tracing::info!(target: AUDIT, address = %identity.address, name = ?request.name, bytes = request.bytes,
                    "upload begins");
                on_disk(&site, move |uploads| uploads.begin(&request.name, request.bytes, Instant::now())).await
            };
            match begun.await {
                Ok(number) => {
                    json(StatusCode::CREATED, upload_response(&Library::upload_id(number), piece_bytes(&site)))
                }
                Err(failure) => answer(failure),
            }
        }
    };
    warp::ext::get::<Identity>().and(json_body()).then(begin).boxed()
}

/// Takes a piece of an upload.
pub fn append(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    warp::path::full()
        .and(query())
        .and(warp::ext::get::<Identity>())
        .and(warp::body::stream())
        .then(move |path: FullPath, query: String, identity: Identity, body| {
            let site = site.clone();
            async move {
                match append_piece(&site, number(&path), &query, &identity, body).await {
                    Ok(received) => json(StatusCode::OK, received_response(received)),
                    Err(failure) => answer(failure),
                }
            }
        })
        .boxed()
}

async fn append_piece(
    site: &Site,
    number: u64,
    query: &str,
    identity: &Identity,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<u64, UploadFailure> {
    let offset = parse_upload_query(query)?;
    let most = piece_bytes(site);
    let held = site.answers.try_hold(identity.address, most);
    let _held = held.map_err(|_| ApiError::too_many_answers())?;
    let piece = collect(body, most).await?;
    on_disk(site, move |uploads| uploads.append(number, offset, &piece, Instant::now())).await
}

/// Collects the bytes of a body, at most `most`.
async fn collect(body: impl Stream<Item = Result<impl Buf, warp::Error>>, most: usize) -> Result<Vec<u8>, ApiError> {
    let (mut piece, mut body) = (Vec::with_capacity(most), std::pin::pin!(body));
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|_| ApiError::bad_request())?;
        if piece.len() + part.remaining() > most {
            let message = format!("a piece may have {most} bytes");
            return Err(ApiError::too_large(message, "send shorter pieces"));
        }
        while part.has_remaining() {
            piece.extend_from_slice(part.chunk());
            part.advance(part.chunk().len());
        }
    }
    Ok(piece)
}

/// Removes an upload.
pub fn remove(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let remove = move |path: FullPath| {
        let site = site.clone();
        async move {
            match on_disk(&site, move |uploads| uploads.remove(number(&path))).await {
                Ok(()) => json(StatusCode::OK, "{}"),
                Err(failure) => answer(failure),
            }
        }
    };
    warp::path::full().then(remove).boxed()
}

/// The number at the end of a path; 0, which no upload has, where it is too large.
fn number(path: &FullPath) -> u64 {
    let last = path.as_str().trim_end_matches('/').rsplit('/').next();
    last.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Runs work on the uploads, off the threads of clients.
async fn on_disk<T: Send + 'static>(
    site: &Site,
    work: impl FnOnce(&Uploads) -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadFailure> {
    let library = site.library.clone();
    let work = move || library.uploads().ok_or(UploadError::Off).and_then(work);
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| ApiError::bug())??)
}

fn answer(failure: UploadFailure) -> Answer {
    let cause = match failure {
        UploadFailure::Upload(UploadError::WrongOffset { expected }) => {
            return error_with_body(ApiError::wrong_offset(expected).code, wrong_offset_response(expected));
        }
        UploadFailure::Upload(cause) => api_error(cause),
        UploadFailure::Request(cause) => cause,
    };
    error(&cause)
}

fn api_error(error: UploadError) -> ApiError {
    let message = error.to_string();
    match error {
        UploadError::Off => ApiError::not_possible(&message, "start the server without --no-uploads"),
        UploadError::Unknown(number) => ApiError::no_upload(number),
        UploadError::BadName => ApiError::bad_message(message, "send a shorter name, or one that is not empty"),
        UploadError::Empty => ApiError::bad_message(message, "choose another file"),
        UploadError::TooLarge { .. } => {
            ApiError::too_large(message, "pack the file, or start the server with a higher --upload-bytes")
        }
        UploadError::LongPiece => ApiError::too_large(message, "send shorter pieces"),
        UploadError::TooMuch { .. } => ApiError::too_large(message, "begin the upload again with the size of the file"),
        UploadError::TooMany { .. } | UploadError::Full { .. } => ApiError::uploads_full(message),
        UploadError::WrongOffset { expected } => ApiError::wrong_offset(expected),
        UploadError::Playing => ApiError::not_possible(&message, "change to another feed first"),
        UploadError::Incomplete { .. } => ApiError::not_possible(&message, "send the rest first"),
        UploadError::Disk(_) => ApiError::not_written(message),
    }
}
