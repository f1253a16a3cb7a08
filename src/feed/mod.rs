//! Feeds: sources of ticks, and the player that puts their ticks on the bus.
//!
//! A [`TickSource`] yields ticks in market time and knows no wall clock. The [`player`] sends each tick when it is due,
//! and obeys commands. The sources are the simulator ([`sim`]) and recorded files ([`replay`]).

pub mod player;
pub mod replay;
pub mod sim;
mod source;

pub use player::{
    CheckpointLimits, DEFAULT_DEAD_AFTER, DEFAULT_MAX_BEHIND, DEFAULT_MAX_STEP_TICKS, PlayerConfig, RECORDING_MARKETS,
    play, play_with,
};
pub use source::{
    OpenSource, OpenedSource, Position, Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource,
};
