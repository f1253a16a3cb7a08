//! The whole program from outside: the real binary, sockets, files.

mod arrows;
mod binary;
mod crowd;
mod http;
mod load;
mod replay;
mod simulate;
mod start;
mod stream;
mod support;
