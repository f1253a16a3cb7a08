//! tickcast: a live market-data dashboard.
//!
//! A feed (simulated or replayed) puts ticks on a bounded bus; one publisher applies them to the market
//! and conflates them into tiers; a warp server streams the encoded updates over WebSocket; a static
//! page charts them. The modules, in reading order:
//!
//! - [`market`]: the pure middle. Instruments, ticks, bars, day statistics, and the state they make.
//! - [`feed`]: what produces ticks: the simulator, the replay of CSV files, and their pace.
//! - [`bus`]: the bounded broadcast between feed and market.
//! - [`fanout`]: the one writer of the market, and the encoded updates of each tier.
//! - [`wire`]: the messages, as `docs/PROTOCOL.md` describes them.
//! - [`server`]: HTTP, the web files, and one session per WebSocket.
//! - [`inspect`]: what a CSV file was taken for, and why.
//! - [`record`]: what is playing, as CSV files that replay to the same.
//! - [`load`]: many clients that measure a server, from outside.
//! - [`flags`]: value parsers that several commands share.
//! - [`cli`]: flags into configurations. [`app`]: everything wired together.

#![forbid(unsafe_code)]

pub mod app;
pub mod bus;
pub mod cli;
pub mod control;
pub mod fanout;
pub mod feed;
pub mod flags;
pub mod inspect;
pub mod load;
pub mod market;
pub mod record;
pub mod server;
pub mod wire;
