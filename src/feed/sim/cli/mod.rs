//! The simulator's flags, what they come to, and the simulated market as a file.

pub mod args;
pub mod plan;
pub mod write;
