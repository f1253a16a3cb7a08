//! Scenarios: what they do to the market, whom they hit and when, and how they are written.

pub mod catalog;
pub mod effects;
pub mod influence;
pub mod journal;
pub mod schedule;
pub mod script;
pub mod target;
