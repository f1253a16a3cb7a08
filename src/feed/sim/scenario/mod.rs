//! Scenarios: their effect on the market, their targets and times, and the texts they are written as.
//!
//! A [`spec::ScenarioSpec`] is a scenario as a flag or a script writes it; [`scheduled::ScheduledScenario`] is one on a
//! target at a market time; [`schedule::Schedule`] holds those of a session and computes their effects in each second.

pub mod catalog;
pub mod effects;
pub mod influence;
pub mod journal;
pub mod kind;
pub mod schedule;
pub mod scheduled;
pub mod script;
pub mod spec;
pub mod target;
pub mod tick_limits;
