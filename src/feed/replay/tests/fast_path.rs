//! The fast path gives the same rows as the slow path.

use std::fs;

use proptest::prelude::*;

use super::all_ticks;
use crate::feed::replay::{Replay, ReplayConfig, open};
use crate::feed::{Reading, Seekable, TickSource};
use crate::market::{Tick, TickKind};

fn open_text(text: &[u8], tz: &str) -> Option<(Replay, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any.csv");
    fs::write(&path, text).unwrap();
    let mut config = ReplayConfig { max_line_bytes: 100, ..ReplayConfig::default() };
    config.overrides.tz = Some(tz.parse().unwrap());
    open(&[path], &config).ok().map(|replay| (replay, folder))
}

#[test]
fn fast_path_is_taken_by_bare_trades_and_quotes() {
    #[track_caller]
    fn check(header: &str, row: &str, want: bool) {
        let rows: Vec<String> = (0..9).map(|n| row.replace('#', &n.to_string())).collect();
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let (replay, _folder) = open_text(text.as_bytes(), "UTC").expect("it plays");
        assert_eq!(replay.files[0].fast_path.is_some(), want, "{header}");
    }
    check("timestamp,symbol,price,size,side", "170000000000#,AB,1.5,7,buy", true);
    check("id;time;price;qty;is_buyer_maker", "7;2024-01-01T00:00:0#Z;1.5;7;True", true);
    check("time\tbid\task\tbid_size", "2024-01-01 00:00:0#.25\t1.5\t1.6\t7", true);
    check("date,time,price,size", "2024-01-01,09:30:0#,1.5,7", false);
    check("time,open,high,low,close", "2024-01-01T00:0#:00Z,1,2,1,2", false);
    check("time;price;size", "2024-01-01T00:00:0#Z;1,5;7", false);
    check("time,price,size,bid,ask", "2024-01-01T00:00:0#Z,1.5,7,1.5,1.6", false);
}

/// Times in one of the forms of the fast path, and now and then in another one.
fn times() -> impl Strategy<Value = fn(i64, u8) -> String> {
    fn at(ms: i64, form: &str) -> String {
        chrono::DateTime::from_timestamp_millis(ms).unwrap().format(form).to_string()
    }
    let forms: Vec<fn(i64, u8) -> String> = vec![
        |ms, _| ms.to_string(),
        |ms, _| (ms * 1_000_000).to_string(),
        |ms, odd| if odd == 0 { (ms / 1_000).to_string() } else { (ms * 1_000).to_string() },
        |ms, _| at(ms, "%Y-%m-%dT%H:%M:%SZ"),
        |ms, odd| at(ms, if odd == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S%.3f" }),
        |ms, odd| at(ms, if odd == 0 { "%Y-%m-%d %H:%M:%S UTC" } else { "%Y-%m-%d %H:%M:%S%.6f+00:00" }),
        |ms, odd| at(ms, if odd == 0 { "%Y%m%d %H%M%S" } else { "%Y-%m-%dt%H:%M:%S%.9f+05:30" }),
    ];
    prop::sample::select(forms)
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => "[0-9]{1,6}(\\.[0-9]{1,4})?",
        1 => "[0-9]{7,20}|[0-9]{0,9}\\.[0-9]{0,12}|0",
        1 => "[-+$ ]?[0-9]{1,3}[ eKx,]?[0-9]{0,2}|\"[0-9]\"|NaN|",
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[AB]|BTC-USD",
        4 => "buy|sell|B|s|True|false",
        1 => "\\PC{0,4}| A|\"A\"|A B|",
        1 => "[a-z]{0,120}",
    ]
}

/// Bytes of a file most of whose rows take the fast path.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let header = prop::sample::select(vec![
        "time,symbol,price,size,side,note",
        "symbol;note;time;bid;ask;bid_size;ask_size",
        "time\tprice\tis_buyer_maker",
    ]);
    let row =
        (0i64..70_000, any::<u8>().prop_map(|odd| odd % 40), [number(), number(), number(), number()], word(), word());
    let rows = prop::collection::vec(row, 1..40);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    (header, times(), rows, end, prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3)).prop_map(
        |(header, time, rows, end, damage)| {
            let delimiter = header.chars().find(|c| ",;\t".contains(*c)).unwrap();
            let mut ms = 1_711_847_000_000;
            // Enough good rows that the layout is detected.
            let good =
                (0..12).map(|n| (n, 1, ["1.5", "2", "1.25", "1.75"].map(String::from), "A".into(), "buy".into()));
            let mut text = format!("{header}{end}");
            for (step, odd, [a, b, c, d], symbol, side) in good.chain(rows) {
                ms += step;
                let time = time(ms, odd);
                let cells = match delimiter {
                    ',' => vec![time, symbol, a, b, side, c],
                    ';' => vec![symbol, c.clone(), time, a, b, c, d],
                    _ => vec![time, a, side],
                };
                text += &cells.join(&delimiter.to_string());
                text += if odd == 2 { "\n\n" } else { end };
            }
            let mut bytes = text.into_bytes();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

fn in_batches(replay: &mut Replay, most: usize) -> Vec<Tick> {
    let mut all = Vec::new();
    loop {
        let before = all.len();
        if replay.next_ticks(most, &mut all).unwrap() == Reading::Ended {
            assert_eq!(all.len(), before);
            return all;
        }
        assert!(all.len() - before <= most);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn fast_path_equals_the_slow_path(
        bytes in file(),
        tz in prop::sample::select(vec!["UTC", "-05:00", "Europe/Berlin"]),
        most in 1usize..20,
        at in any::<prop::sample::Index>(),
    ) {
        let Some((slow, _folder)) = open_text(&bytes, tz) else { return Ok(()) };
        let mut slow = slow.without_fast_path();
        let (mut fast, _folder) = open_text(&bytes, tz).unwrap();
        let want = all_ticks(&mut slow);
        prop_assert_eq!(&in_batches(&mut fast, most), &want);
        let rejected = |replay: &Replay| {
            let rows = replay.rejected().into_iter();
            rows.map(|rows| (rows.reason, rows.line, rows.value, rows.count)).collect::<Vec<_>>()
        };
        prop_assert_eq!(rejected(&fast), rejected(&slow));

        // Tick by tick, and back to a position.
        let at = at.index(want.len() + 1);
        fast.rewind().unwrap();
        let mut begin = Vec::new();
        while begin.len() < at {
            fast.next_ticks((at - begin.len()).min(most), &mut begin).unwrap();
        }
        let position = fast.position();
        prop_assert_eq!(&all_ticks(&mut fast), &want[at..]);
        fast.go_to(&position).unwrap();
        prop_assert_eq!(&in_batches(&mut fast, most), &want[at..]);
    }
}

#[test]
fn quote_of_one_side_is_read_on_both_paths() {
    let text = "time,bid,ask,bid_size,ask_size\n\
        1700000000001,1.50,1.6,7,8\n1700000000002,0,1.6,7,8\n1700000000003,1.5,0.0,7,8\n";
    let (mut replay, _folder) = open_text(text.as_bytes(), "UTC").unwrap();
    let quotes: Vec<_> = all_ticks(&mut replay)
        .iter()
        .map(|tick| match tick.kind {
            TickKind::Quote(quote) => {
                (quote.bid.is_some(), quote.bid_size.0 > 0, quote.ask.is_some(), quote.ask_size.0 > 0)
            }
            TickKind::Trade(_) | TickKind::Book(_) => panic!("no quote"),
        })
        .collect();
    assert_eq!(quotes, [(true, true, true, true), (false, false, true, true), (true, true, false, false)]);
    assert_eq!(all_ticks(&mut open_text(text.as_bytes(), "UTC").unwrap().0.without_fast_path()).len(), 3);
}
