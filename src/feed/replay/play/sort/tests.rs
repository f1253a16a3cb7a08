use proptest::prelude::*;

use super::*;
use strum::EnumCount;

use crate::feed::replay::rows::{LevelChange, QuantizedBar, QuantizedLevel, RowBody};
use crate::market::{Price, Quote, Side, Size, Timestamp, Trade};

fn row() -> impl Strategy<Value = QuantizedRow> {
    let numbers = prop::array::uniform4(any::<i64>());
    let sizes = prop::array::uniform3(any::<u64>());
    (0i64..20, any::<u32>(), numbers, sizes, any::<u8>(), 0u8..3).prop_map(|(ts, symbol, n, s, flags, which)| {
        let has = |bit: u8| flags & 1 << bit != 0;
        let body = match which {
            0 => RowBody::Bar(QuantizedBar {
                open: Price(n[0]),
                high: Price(n[1]),
                low: Price(n[2]),
                close: Price(n[3]),
                volume: Size(s[0]),
            }),
            1 => RowBody::Ticks {
                trade: has(0).then_some(Trade {
                    price: Price(n[0]),
                    size: Size(s[0]),
                    side: has(1).then_some(if has(2) { Side::Buy } else { Side::Sell }),
                }),
                quote: has(3).then_some(Quote {
                    bid: has(4).then_some(Price(n[1])),
                    ask: has(5).then_some(Price(n[2])),
                    bid_size: Size(s[1]),
                    ask_size: Size(s[2]),
                }),
            },
            _ => RowBody::Level(QuantizedLevel {
                is_bid: has(0),
                change: LevelChange::from_repr(flags % LevelChange::COUNT as u8).unwrap(),
                price: Price(n[0]),
                size: Size(s[0]),
            }),
        };
        QuantizedRow { ts: Timestamp(ts), symbol, body }
    })
}

fn sorted(rows: &[QuantizedRow], max_rows: usize, reversed: bool, from: u64) -> Vec<QuantizedRow> {
    let mut space = SortSpace::new(max_rows);
    // Rows of another file, which take half of the room.
    let mut other = Sorter::new(max_rows, false);
    rows.iter().take(max_rows / 2).for_each(|row| other.add(*row).unwrap());
    let other = other.finish(&mut space).unwrap();
    assert!(matches!(other, Sorted::Memory(_)));
    let mut sorter = Sorter::new(max_rows, reversed);
    rows.iter().for_each(|row| sorter.add(*row).unwrap());
    let sorted = sorter.finish(&mut space).unwrap();
    assert!(space.rows_left <= max_rows && (space.disk.is_none() || space.rows_on_disk == rows.len() as u64));
    let mut reader = sorted.rows(from, 3);
    assert_eq!(reader.position(), if space.disk.is_some() { from.min(rows.len() as u64) } else { from });
    std::iter::from_fn(|| reader.next(&sorted).unwrap()).collect()
}

#[test]
fn sorted_files_share_memory_and_one_file_on_disk() {
    let row = |ts| {
        let trade = Trade { price: Price(ts), size: Size(1), side: None };
        QuantizedRow { ts: Timestamp(ts), symbol: 0, body: RowBody::Ticks { trade: Some(trade), quote: None } }
    };
    let mut space = SortSpace::new(25);
    let files: Vec<Sorted> = (0..5)
        .map(|_| {
            let mut sorter = Sorter::new(25, false);
            (0..10).rev().for_each(|ts| sorter.add(row(ts)).unwrap());
            sorter.finish(&mut space).unwrap()
        })
        .collect();
    assert_eq!(files.iter().filter(|file| matches!(file, Sorted::Memory(_))).count(), 2);
    assert_eq!((space.rows_left, space.rows_on_disk), (5, 30));
    for sorted in &files {
        let mut reader = sorted.rows(4, 2);
        let rows: Vec<_> = std::iter::from_fn(|| reader.next(sorted).unwrap()).collect();
        assert_eq!(rows, (4..10).map(row).collect::<Vec<_>>());
        assert_eq!(reader.position(), 10);
    }
}

proptest! {
    #[test]
    fn record_reads_back(row in row()) {
        prop_assert_eq!(record::decode(&record::encode(&row)).unwrap(), row);
    }

    #[test]
    fn sorting_on_disk_equals_sorting_in_memory(
        rows in prop::collection::vec(row(), 0..60),
        max_rows in 1usize..20,
        reversed in any::<bool>(),
        from in 0u64..70,
    ) {
        let mut want = rows.clone();
        if reversed {
            want.reverse();
        }
        want.sort_by_key(|row| row.ts);
        prop_assert_eq!(&sorted(&rows, max_rows, reversed, 0), &want);
        prop_assert_eq!(&sorted(&rows, usize::MAX, reversed, from), &want[want.len().min(from as usize)..]);
        prop_assert_eq!(&sorted(&rows, max_rows, reversed, from), &want[want.len().min(from as usize)..]);
    }
}
