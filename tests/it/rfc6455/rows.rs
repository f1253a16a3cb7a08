//! The bytes of each case, with the answers that RFC 6455 asks for.

use crate::raw_client::{BINARY, CLOSE, CONTINUATION, FIN, MASK, PING, PONG, TEXT, close, frame};

/// The expected answer, apart from market data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The `error` that answers a text that is not JSON, and repeats it.
    Error(&'static str),
    Pong(Vec<u8>),
    /// A close frame with this payload, and then the end of the connection (section 7.1.1).
    Close(Vec<u8>),
    /// A close frame with this code and the end.
    Code(u16),
}

pub const fn error(text: &'static str) -> Answer {
    Answer::Error(text)
}

/// Fragments of a text message.
fn text_in<const N: usize>(pieces: [&[u8]; N]) -> Vec<u8> {
    let last = N - 1;
    let opcode = |n| if n == 0 { TEXT } else { CONTINUATION };
    let fin = |n| if n == last { FIN } else { 0 };
    (0..).zip(pieces).flat_map(|(n, piece)| frame(fin(n) | opcode(n), piece)).collect()
}

/// One case: section, name, the bytes that a client sends, and the answers.
pub type Row = (&'static str, String, Vec<u8>, Vec<Answer>);

fn row(section: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>, answers: Vec<Answer>) -> Row {
    (section, name.into(), bytes.into(), answers)
}

/// Header bits, opcodes, lengths and masks.
pub fn framing() -> Vec<Row> {
    let bits = [0x40, 0x20, 0x10, 0x70].map(|bits| {
        row("5.2", format!("reserved bits {bits:x}"), frame(FIN | bits | TEXT, b"{}"), vec![Answer::Code(1002)])
    });
    let opcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(|opcode| {
        row("5.2", format!("reserved opcode {opcode}"), frame(FIN | opcode, b""), vec![Answer::Code(1002)])
    });
    let unmasked = [TEXT, BINARY, PING, PONG, CLOSE].map(|opcode| {
        row("5.1", format!("no mask, opcode {opcode}"), [FIN | opcode, 2, b'{', b'}'], vec![Answer::Code(1002)])
    });
    let huge = |first: u8, length: u64| [&[first, MASK | 127][..], &length.to_be_bytes(), &[0; 4]].concat();
    let mut rows = vec![
        row("5.2", "a text in one frame", frame(FIN | TEXT, b"Hello"), vec![error("Hello")]),
        row("5.2", "an empty text", frame(FIN | TEXT, b""), vec![error("")]),
        row("5.2", "the longest length of 7 bits", frame(FIN | TEXT, &[b'a'; 125]), vec![error("aaaa")]),
        row("5.2", "the shortest length of 16 bits", frame(FIN | TEXT, &[b'b'; 126]), vec![error("bbbb")]),
        row("5.2", "the longest length of 16 bits", frame(FIN | TEXT, &[b'c'; 65_535]), vec![error("cccc")]),
        row("5.2", "a length of 64 bits", [huge(FIN | TEXT, 65_536), vec![b'd'; 65_536]].concat(), vec![error("dddd")]),
        row("5.2", "a length with its highest bit set", huge(FIN | TEXT, 1 << 63), vec![Answer::Code(1009)]),
        row("10.4", "one byte more than is taken", huge(FIN | TEXT, 65_537), vec![Answer::Code(1009)]),
        row("5.6", "a binary message", frame(FIN | BINARY, &[0, 255]), vec![error("text messages only")]),
        row(
            "5.2",
            "two messages in one segment",
            [frame(FIN | TEXT, b"one"), frame(FIN | TEXT, b"two")].concat(),
            vec![error("one"), error("two")],
        ),
    ];
    // In each type of frame, and after a text.
    let bits_elsewhere = [(0x20, BINARY), (0x10, PING), (0x70, CLOSE), (0x40, CONTINUATION)].map(|(bits, opcode)| {
        let bytes = [frame(FIN | TEXT, b"Hello"), frame(FIN | bits | opcode, b"")].concat();
        row("5.2", format!("reserved bits {bits:x}, opcode {opcode}"), bytes, vec![error("Hello"), Answer::Code(1002)])
    });
    let opcodes_later = [3, 7, 11, 15].map(|opcode| {
        let bytes = [frame(FIN | TEXT, b"Hello"), frame(FIN | opcode, b"with bytes"), frame(FIN | PING, b"")].concat();
        row("5.2", format!("opcode {opcode} after a text"), bytes, vec![error("Hello"), Answer::Code(1002)])
    });
    let lengths = [0, 125, 126, 127, 128, 65_535].map(|length| {
        let bytes = frame(FIN | BINARY, &vec![0xfe; length]);
        row("5.2", format!("{length} bytes, binary"), bytes, vec![error("text messages only")])
    });
    let texts = [127, 128].map(|length| {
        row("5.2", format!("{length} bytes of text"), frame(FIN | TEXT, &vec![b'e'; length]), vec![error("eeee")])
    });
    rows.extend(bits);
    rows.extend(bits_elsewhere);
    rows.extend(opcodes);
    rows.extend(opcodes_later);
    rows.extend(lengths);
    rows.extend(texts);
    rows.extend(unmasked);
    rows
}

/// Messages in fragments, and control frames among them.
pub fn fragments() -> Vec<Row> {
    let large = [frame(TEXT, &[b'x'; 40_000]), frame(FIN | CONTINUATION, &[b'x'; 40_000])].concat();
    vec![
        row("5.4", "two fragments", text_in([b"Hel", b"lo"]), vec![error("Hello")]),
        row("5.4", "a fragment for each letter", text_in([b"H", b"e", b"l", b"l", b"o"]), vec![error("Hello")]),
        row("5.4", "fragments without a byte", text_in([b"", b"Hello", b"", b""]), vec![error("Hello")]),
        row("5.4", "nothing in three fragments", text_in([b"", b"", b""]), vec![error("")]),
        row(
            "5.4",
            "a binary message in fragments",
            [frame(BINARY, b"a"), frame(FIN | CONTINUATION, b"b")].concat(),
            vec![error("text messages only")],
        ),
        row(
            "5.4",
            "pings among fragments",
            [
                frame(TEXT, b"Hel"),
                frame(FIN | PING, b"1"),
                frame(CONTINUATION, b"l"),
                frame(FIN | PONG, b"2"),
                frame(FIN | CONTINUATION, b"o"),
            ]
            .concat(),
            vec![Answer::Pong(b"1".into()), error("Hello")],
        ),
        row(
            "5.4",
            "a close among fragments",
            [frame(TEXT, b"Hel"), frame(FIN | CLOSE, &close(1000, b""))].concat(),
            vec![Answer::Close(close(1000, b""))],
        ),
        row("5.4", "the rest of no message", frame(FIN | CONTINUATION, b"b"), vec![Answer::Code(1002)]),
        row("5.4", "the middle of no message", frame(CONTINUATION, b"b"), vec![Answer::Code(1002)]),
        row(
            "5.4",
            "a message inside another",
            [frame(TEXT, b"a"), frame(FIN | TEXT, b"b")].concat(),
            vec![Answer::Code(1002)],
        ),
        row("10.4", "fragments that are too long together", large, vec![Answer::Code(1009)]),
        row("5.4", "65,000 bytes in frames of 1,300", text_in([&[b'f'; 1_300][..]; 50]), vec![error("ffff")]),
        row("5.5", "a pong in fragments", frame(PONG, b"1"), vec![Answer::Code(1002)]),
        row(
            "5.4",
            "a rest after the last fragment",
            [text_in([b"Hel", b"lo"]), frame(FIN | CONTINUATION, b"!")].concat(),
            vec![error("Hello"), Answer::Code(1002)],
        ),
        row(
            "5.4",
            "a ping, and then the rest of no message",
            [frame(FIN | PING, b"1"), frame(CONTINUATION, b"a"), frame(FIN | TEXT, b"b")].concat(),
            vec![Answer::Pong(b"1".into()), Answer::Code(1002)],
        ),
        row(
            "5.4",
            "two messages in fragments with a ping in each",
            [frame(TEXT, b"on"), frame(FIN | PING, b"1"), frame(FIN | CONTINUATION, b"e")]
                .into_iter()
                .chain([frame(TEXT, b"tw"), frame(FIN | PING, b"2"), frame(FIN | CONTINUATION, b"o")])
                .collect::<Vec<_>>()
                .concat(),
            vec![Answer::Pong(b"1".into()), error("one"), Answer::Pong(b"2".into()), error("two")],
        ),
    ]
}

/// Pings, pongs, and the form of control frames.
pub fn control_frames() -> Vec<Row> {
    vec![
        row("5.5.2", "a ping", frame(FIN | PING, b""), vec![Answer::Pong(vec![])]),
        row("5.5.2", "a ping with bytes", frame(FIN | PING, &[0, 159, 146]), vec![Answer::Pong(vec![0, 159, 146])]),
        row("5.5", "a ping of 125 bytes", frame(FIN | PING, &[7; 125]), vec![Answer::Pong(vec![7; 125])]),
        row(
            "5.5.3",
            "a pong, and then a ping",
            [frame(FIN | PONG, b"?"), frame(FIN | PING, b"!")].concat(),
            vec![Answer::Pong(b"!".into())],
        ),
        row(
            "5.5.2",
            "ten pings, each with its own bytes",
            (0..10).flat_map(|n| frame(FIN | PING, &[n])).collect::<Vec<_>>(),
            (0..10).map(|n| Answer::Pong(vec![n])).collect(),
        ),
        row("5.5", "a ping of 126 bytes", frame(FIN | PING, &[7; 126]), vec![Answer::Code(1002)]),
        row("5.5", "a ping in fragments", frame(PING, b"1"), vec![Answer::Code(1002)]),
        row("5.5", "a close in fragments", frame(CLOSE, &close(1000, b"")), vec![Answer::Code(1002)]),
        row("5.5", "a close of 126 bytes", frame(FIN | CLOSE, &close(1000, &[b'x'; 124])), vec![Answer::Code(1002)]),
        row(
            "5.5.3",
            "an unsolicited pong",
            [frame(FIN | PONG, b"?"), frame(FIN | TEXT, b"Hello")].concat(),
            vec![error("Hello")],
        ),
    ]
}

/// The closing handshake and its codes.
pub fn closing() -> Vec<Row> {
    let taken = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    let taken = taken.map(|code| {
        row("7.4", format!("close {code}"), frame(FIN | CLOSE, &close(code, b"")), vec![Answer::Code(code)])
    });
    let invalid = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(|code| {
        row("7.4", format!("close {code}"), frame(FIN | CLOSE, &close(code, b"")), vec![Answer::Code(1002)])
    });
    let mut rows = vec![
        row("5.5.1", "a close without a code", frame(FIN | CLOSE, b""), vec![Answer::Close(vec![])]),
        row("5.5.1", "a close of one byte", frame(FIN | CLOSE, &[3]), vec![Answer::Code(1002)]),
        row("5.5.1", "a close with a reason", frame(FIN | CLOSE, &close(1000, b"bye")), vec![Answer::Code(1000)]),
        row("8.1", "a reason that is no UTF-8", frame(FIN | CLOSE, &close(1000, b"\xff")), vec![Answer::Code(1007)]),
        row(
            "5.5",
            "a close with the longest reason",
            frame(FIN | CLOSE, &close(1000, &[b'x'; 123])),
            vec![Answer::Code(1000)],
        ),
        row(
            "5.5.1",
            "a text, and then the close",
            [frame(FIN | TEXT, b"Hello"), frame(FIN | CLOSE, &close(1000, b""))].concat(),
            vec![error("Hello"), Answer::Code(1000)],
        ),
        row(
            "5.5.1",
            "two closes",
            [frame(FIN | CLOSE, &close(1000, b"")), frame(FIN | CLOSE, &close(1001, b""))].concat(),
            vec![Answer::Code(1000)],
        ),
        row(
            "5.5.1",
            "a ping after the close",
            [frame(FIN | CLOSE, &close(1000, b"")), frame(FIN | PING, b"1")].concat(),
            vec![Answer::Code(1000)],
        ),
        row(
            "5.5.1",
            "a text after the close",
            [frame(FIN | CLOSE, &close(1000, b"")), frame(FIN | TEXT, b"Hello")].concat(),
            vec![Answer::Code(1000)],
        ),
    ];
    rows.extend(taken);
    rows.extend(invalid);
    rows
}

/// UTF-8, whole and in fragments.
pub fn texts() -> Vec<Row> {
    let invalid: [(&str, &[u8]); 7] = [
        ("no first byte", b"\x80"),
        ("a byte that never is", b"ok \xff"),
        ("too long a form", b"\xc0\xaf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("above the last code point", b"\xf4\x90\x80\x80"),
        ("cut off", b"ok \xe2\x82"),
        ("cut off by another", b"\xe2\x28\xa1"),
    ];
    let mut rows: Vec<Row> = invalid
        .map(|(name, bytes)| row("8.1", format!("UTF-8: {name}"), frame(FIN | TEXT, bytes), vec![Answer::Code(1007)]))
        .into();
    let split = |first: &[u8], rest: &[u8]| [frame(TEXT, first), frame(FIN | CONTINUATION, rest)].concat();
    rows.extend([
        row("5.6", "UTF-8: a code point in two fragments", split(b"\xe2\x82", b"\xac"), vec![error("\u{20ac}")]),
        row("8.1", "UTF-8: wrong in the second fragment", split(b"ok", b"\xff"), vec![Answer::Code(1007)]),
        row("8.1", "UTF-8: cut off by the end", split(b"ok", b"\xe2\x82"), vec![Answer::Code(1007)]),
        row("8.1", "UTF-8: wrong while more is to come", frame(TEXT, b"ok \xff"), vec![Answer::Code(1007)]),
        row("8.1", "UTF-8: a surrogate over two fragments", split(b"\xed", b"\xa0\x80"), vec![Answer::Code(1007)]),
        row("8.1", "UTF-8: five bytes", frame(FIN | TEXT, b"\xf8\x88\x80\x80\x80"), vec![Answer::Code(1007)]),
        row("8.1", "UTF-8: too long a form of three", frame(FIN | TEXT, b"\xe0\x80\xaf"), vec![Answer::Code(1007)]),
    ]);
    // The first and last of each length, and the code points on both sides of the surrogates.
    rows.extend(
        ["\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}"].map(
            |letter| {
                let bytes = [letter.as_bytes(), b" there"].concat();
                row(
                    "5.6",
                    format!("UTF-8: {}", letter.escape_unicode()),
                    frame(FIN | TEXT, &bytes),
                    vec![error(" there")],
                )
            },
        ),
    );
    let greek = "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}";
    let letters: Vec<_> = greek.bytes().map(|byte| frame(CONTINUATION, &[byte])).collect();
    let bytewise = [frame(TEXT, b""), letters.concat(), frame(FIN | CONTINUATION, b"")].concat();
    rows.push(row("5.6", "UTF-8: a byte in each fragment", bytewise, vec![error("\u{3ba}")]));
    rows
}
