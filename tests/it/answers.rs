//! Answers that are not read, and bodies that do not come, hold bounded memory for a bounded time.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Server, TIMEOUT, status};

/// The connections of one client that asks for much and reads nothing.
const GREEDY: usize = 300;
const MEBIBYTE: u64 = 1 << 20;

/// Every bar that the server has of ten stocks, several megabytes of text.
const MUCH: &str = "/api/v1/bars?symbols=AAPL,MSFT,NVDA,AMZN,GOOGL,META,TSLA,AMD,NFLX,JPM&interval=1m&limit=5000";

async fn ask_and_read_nothing(server: &Server) -> TcpStream {
    let mut socket = TcpStream::connect(&server.address).await.unwrap();
    let request = format!("GET {MUCH} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

/// The status line and headers of an answer.
async fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(TIMEOUT, socket.read_u8()).await.expect("an answer").unwrap();
        head.push(byte);
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn answers_that_are_not_read_hold_bounded_memory() {
    let server = Server::start(&["--answer-memory", "8"]).await;
    let (code, whole) = server.get(MUCH).await;
    assert_eq!(code, 200);
    assert!(whole.len() as u64 > 4 * MEBIBYTE, "{}", whole.len());
    let before = server.rss_bytes();
    let mut sockets = Vec::new();
    for _ in 0..GREEDY {
        sockets.push(ask_and_read_nothing(&server).await);
    }
    let mut codes = [0_usize; 2];
    for socket in &mut sockets {
        let head = read_head(socket).await;
        let served = status(&head) == 200;
        assert!(served || status(&head) == 503 && head.contains("retry-after: 1"), "{head}");
        codes[usize::from(served)] += 1;
    }
    assert!(codes[0] > 0 && codes[1] > 0, "some are served, the rest may try again: {codes:?}");
    if let (Some(before), Some(after)) = (before, server.rss_bytes()) {
        let grown = after.saturating_sub(before);
        assert!(grown < 64 * MEBIBYTE, "{GREEDY} answers of {} bytes hold {grown} bytes", whole.len());
    }
    // Memory that is given back can be used again.
    drop(sockets);
    let again = async {
        while server.get(MUCH).await.0 != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(TIMEOUT, again).await.expect("the memory of answers is free again");
}

#[tokio::test]
async fn body_that_does_not_come_ends_its_request() {
    let server = Server::start(&["--head-timeout", "1s"]).await;
    for sent in ["", "{\"command\":"] {
        let mut socket = TcpStream::connect(&server.address).await.unwrap();
        let headers = "content-type: application/json\r\ncontent-length: 40\r\n";
        let request = format!("POST /api/v1/feed HTTP/1.1\r\nhost: {}\r\n{headers}\r\n{sent}", server.address);
        socket.write_all(request.as_bytes()).await.unwrap();
        let head = read_head(&mut socket).await;
        assert_eq!(status(&head), 400, "{head}");
        let mut rest = Vec::new();
        timeout(TIMEOUT, socket.read_to_end(&mut rest)).await.expect("the connection ends").unwrap();
    }
}
