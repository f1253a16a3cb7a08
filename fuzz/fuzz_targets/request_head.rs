//! Heads of requests: a server in this process answers any bytes with HTTP or closes the connection, without panic.

#![no_main]

#[path = "../server.rs"]
mod server;

use std::io::{Read, Write};
use std::net::Shutdown;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: server::ignore_broken_pipes(), |bytes: &[u8]| {
    let mut socket = server::connect();
    // The server may have closed the connection already.
    let _ = socket.write_all(bytes).and_then(|()| socket.shutdown(Shutdown::Write));
    let mut answer = [0; 16];
    let read = socket.read(&mut answer).unwrap_or(0);
    assert!(read == 0 || answer.starts_with(b"HTTP/1."), "{answer:?}");
});
