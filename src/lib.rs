//! tickcast: a live market-data dashboard.
//!
//! A feed, simulated or replayed, puts ticks on a bounded bus. One publisher applies them to the market and conflates
//! them per granted rate. A warp server streams the encoded updates over WebSocket, and a static page charts them.
//! `ARCHITECTURE.md` is the map. The modules, from the bottom up:
//!
//! - [`market`]: the pure state: instruments, ticks, bars, day statistics.
//! - [`control`]: events, commands and status, the messages between a feed and the rest.
//! - [`bus`]: the bounded channels that carry them.
//! - [`feed`]: the sources (simulator, CSV files) and the player.
//! - [`wire`]: the messages of `docs/PROTOCOL.md`.
//! - [`fanout`]: the only writer of the market, and the encoded updates of each rate.
//! - [`server`]: HTTP, the web files, and one session per WebSocket.
//! - [`record`]: writes what is playing as CSV files that replay to the same.
//! - [`inspect`]: prints the layout that is detected for a CSV file.
//! - [`load`]: a load generator that measures a server from outside.
//! - [`library`]: the feeds that a server can change to.
//! - [`memory`]: the memory budget and its parts.
//! - [`text`]: small text files, and text made safe to show. [`flags`]: parsers of flag values. [`cli`]: flags into configurations. [`app`]: everything wired together.

#![forbid(unsafe_code)]

pub mod app;
pub mod bus;
pub mod cli;
pub mod control;
pub mod fanout;
pub mod feed;
pub mod flags;
pub mod inspect;
pub mod library;
pub mod load;
pub mod market;
pub mod memory;
pub mod record;
pub mod server;
pub mod text;
pub mod wire;
