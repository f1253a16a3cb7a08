//! Connections above the limit of their address: they get an error, and are closed.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::stream::Stream;
use super::upgrade::hang_up;
use crate::server::session::CLOSE_TIMEOUT;
use crate::wire::ApiError;

/// Rejected connections that get the error at one time; further ones are only closed.
pub const MAX_REJECTIONS: usize = 64;

/// Rejects connections. Cheap to clone; all clones share one limit.
#[derive(Clone)]
pub struct Rejector {
    permits: Arc<Semaphore>,
}

impl Rejector {
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(MAX_REJECTIONS)) }
    }

    /// Answers a connection from `address` with 429 and closes it. The answer does not wait for the request.
    pub fn reject(&self, mut stream: Stream, address: IpAddr) {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
        let body = ApiError::too_many_connections_from(address).body();
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             cache-control: no-store\r\nconnection: close\r\n\r\n{body}"
        );
        tokio::spawn(async move {
            // A client that does not take the answer is closed all the same.
            if let Ok(Ok(())) = timeout(CLOSE_TIMEOUT, stream.write_all(answer.as_bytes())).await {
                hang_up(stream).await;
            }
            drop(permit);
        });
    }
}
