//! The errors of a run.

use std::io;
use std::net::SocketAddr;

/// A run that has no report, or a report that shows missing ticks.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{url:?} is not the address of a stream; write it as ws://127.0.0.1:3030/ws (TLS is not supported here)")]
    Url { url: String },
    #[error("cannot find the host {host}")]
    Resolve {
        host: String,
        #[source]
        source: io::Error,
    },
    #[error(
        "{address} is not on this machine, and load can take a server down; if the server is yours, add --allow-remote"
    )]
    Remote { address: SocketAddr },
    #[error("no tickcast answers at {address}")]
    Unreachable {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("cannot get the list of symbols from {path}: {reason}")]
    Symbols { path: String, reason: String },
    #[error("the server has {available} symbols; use --symbols {available} or less, or --symbols all")]
    TooManySymbols { available: usize },
    #[error(
        "{clients} clients need {needed} open files, and this shell allows {limit}; raise it with `ulimit -n {needed}`"
    )]
    Files { clients: usize, needed: u64, limit: u64 },
    #[error("a thread could not be started")]
    Thread(#[source] io::Error),
    #[error("no client could connect: {reason}")]
    NoneConnected { reason: String },
    #[error("{holes} holes between the ranges of updates: ticks were lost")]
    Holes { holes: u64 },
}
