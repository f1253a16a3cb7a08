//! Tests of the whole program from outside: the real binary, sockets and files.

mod access;
mod answers;
mod binary;
mod commands;
mod corpus;
mod crowd;
mod deploy;
mod docs;
mod faults;
mod http;
mod inspect;
mod layouts;
mod load;
mod memory;
mod metrics;
mod raw_client;
mod record;
mod replay;
mod request_heads;
mod rfc6455;
mod sign_in;
mod simulate;
mod start;
mod stream;
mod support;
mod tls;
