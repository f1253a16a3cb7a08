//! tickcast: a live market-data dashboard.
//!
//! A feed (simulated or replayed) puts ticks on a bounded bus; one publisher applies them to the market
//! and conflates them into tiers; a warp server streams the encoded updates over WebSocket; a static
//! page charts them. The modules, in reading order:
//!
//! - [`market`]: the pure middle. Instruments, ticks, bars, day statistics, and the state they make.
//! - [`feed`]: what produces ticks.

#![forbid(unsafe_code)]

pub mod feed;
pub mod market;
