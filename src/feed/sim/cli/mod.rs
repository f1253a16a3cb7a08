//! The simulator's flags, the plan they make, and the simulated market as a file.

pub mod args;
pub mod plan;
pub mod write;
