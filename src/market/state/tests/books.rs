//! Recorded books: their levels, their time, the file that they are of.

use super::*;
use crate::market::sample::{book_edit, level, opening_with_books};
use crate::market::{BookEdit, BookStep, Depth, Levels};

fn books() -> Market {
    Market::open(&opening_with_books(1, &["A", "B"]), MarketLimits::default())
}

fn edit(market: &mut Market, book: u32, second: i64, step: BookStep) {
    let kind = TickKind::Book(BookEdit { book, step, goes_on: false });
    market.apply(&Tick { instrument: A, ts: Timestamp::from_secs(second), kind });
}

/// Prices and sizes of both sides.
fn levels(market: &Market) -> [Vec<(i64, u64)>; 2] {
    let Depth { bids, asks } = market.depth(A).unwrap();
    [bids, asks].map(|side| side.iter().flatten().map(|level| (level.price.0, level.size.0)).collect())
}

#[test]
fn book_has_its_levels_and_their_time() {
    let mut market = books();
    assert_eq!((levels(&market), market.book_edits(A), market.depth_ts(A)), ([vec![], vec![]], Some(0), None));
    edit(&mut market, 0, 1, BookStep::Begin);
    for step in [level(true, 99, 5), level(false, 101, 4), level(true, 98, 3), level(true, 100, 1)] {
        edit(&mut market, 0, 1, step);
    }
    assert_eq!(levels(&market), [vec![(100, 1), (99, 5), (98, 3)], vec![(101, 4)]]);
    edit(&mut market, 0, 2, level(true, 99, 0));
    assert_eq!(levels(&market)[0], [(100, 1), (98, 3)]);
    assert_eq!(market.depth_ts(A), Some(Timestamp::from_secs(2)));
    let (_, state) = market.get(A).unwrap();
    assert_eq!((state.seq, state.ts_event, market.ticks(), market.events()), (0, None, 0, 6), "no tick has come");
    assert_eq!(market.now(), Timestamp::from_secs(2));
    market.apply(&sample::trade(A, Timestamp::from_secs(3), 100, 1));
    assert_eq!(market.depth_ts(A), Some(Timestamp::from_secs(3)));
    assert_eq!(market.depth(B), Some(Depth::default()));
}

#[test]
fn book_that_began_last_has_the_levels() {
    let mut market = books();
    edit(&mut market, 0, 1, BookStep::Begin);
    edit(&mut market, 0, 1, level(true, 99, 5));
    edit(&mut market, 1, 2, BookStep::Begin);
    edit(&mut market, 1, 2, level(false, 200, 7));
    edit(&mut market, 0, 3, level(true, 98, 5));
    assert_eq!(levels(&market), [vec![], vec![(200, 7)]]);
}

#[test]
fn copies_share_books_that_have_not_changed() {
    let mut market = books();
    let copy = market.clone();
    let shared = market.bytes_beyond(Some(&copy));
    market.apply(&book_edit(B, Timestamp::from_secs(1), BookStep::Begin));
    assert!(market.bytes_beyond(Some(&copy)) > shared && market.bytes_beyond(None) > market.bytes_beyond(Some(&copy)));
    assert_eq!((copy.book_edits(B), market.book_edits(B)), (Some(0), Some(1)));
}

#[test]
fn instrument_without_a_book_has_no_depth() {
    let opening = MarketOpening { levels: Levels::Books([0, 7].into()), ..opening_with_books(1, &["A", "B"]) };
    let mut market = Market::open(&opening, MarketLimits::default());
    market.apply(&book_edit(A, Timestamp::from_secs(1), BookStep::Begin));
    assert_eq!((market.has_depth(A), market.depth(A), market.depth_levels(B)), (false, None, 7));
}

#[test]
fn tick_is_no_larger_with_changes_of_books() {
    assert_eq!((size_of::<TickKind>(), size_of::<Tick>()), (size_of::<Quote>(), 64));
}
