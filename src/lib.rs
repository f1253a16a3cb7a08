#![forbid(unsafe_code)]
pub mod bus;
pub mod fanout;
pub mod feed;
pub mod market;
pub mod wire;
