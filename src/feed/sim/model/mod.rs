//! The numbers and the processes that every symbol shares: volatility, factors, season and news, from a seed.
//!
//! The lowest room of the simulator: it knows no symbol, no scenario and no file.

pub mod factor;
pub mod hours;
pub mod news;
pub mod parameters;
pub mod rng;
pub mod season;
pub mod sector;
pub mod volatility;
