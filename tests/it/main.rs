//! The whole program from outside: the real binary, sockets, files.

mod arrows;
mod binary;
mod crowd;
mod drive;
mod http;
mod load;
mod replay;
mod start;
mod stream;
mod support;
