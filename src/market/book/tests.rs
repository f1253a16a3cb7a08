use proptest::collection::btree_map;
use proptest::prelude::*;

use super::*;

fn depth(bids: &[(i64, u64)], asks: &[(i64, u64)]) -> Depth {
    let level = |(price, size): &(i64, u64)| Level { price: Price(*price), size: Size(*size) };
    Depth::of(bids.iter().map(level), asks.iter().map(level))
}

#[test]
fn crossed_or_unordered_book_has_no_levels() {
    let right = depth(&[(99, 5), (98, 1)], &[(101, 2), (103, 4)]);
    assert_eq!(right.count(), 4);
    for (what, bids, asks) in [
        ("crossed", [(99, 5), (98, 1)], [(98, 2), (103, 4)]),
        ("bid and ask are one price", [(99, 5), (98, 1)], [(99, 2), (103, 4)]),
        ("bids rise", [(98, 5), (99, 1)], [(101, 2), (103, 4)]),
        ("asks fall", [(99, 5), (98, 1)], [(103, 2), (101, 4)]),
        ("a price twice", [(99, 5), (99, 1)], [(101, 2), (103, 4)]),
    ] {
        assert_eq!(depth(&bids, &asks), Depth::default(), "{what}");
    }
}

#[test]
fn levels_without_size_and_beyond_the_last_are_none() {
    let bids: Vec<_> = (0..20).map(|n| (100 - n, u64::from(n != 1))).collect();
    let got = depth(&bids, &[]);
    assert_eq!(got.count(), DEPTH_LEVELS);
    assert_eq!(got.bids.map(|level| level.unwrap().price.0), [100, 98, 97, 96, 95, 94, 93, 92, 91, 90]);
}

#[test]
fn one_change_is_one_step() {
    let steps = |from: &Depth, to: &Depth| from.steps_to(to).count();
    let book = depth(&[(99, 5), (98, 1)], &[(101, 2)]);
    assert_eq!(steps(&book, &book), 0);
    assert_eq!(steps(&book, &depth(&[(99, 5), (98, 7)], &[(101, 2)])), 1, "a size");
    assert_eq!(steps(&book, &depth(&[(98, 1)], &[(101, 2)])), 1, "a level is gone");
    assert_eq!(steps(&book, &depth(&[(99, 5), (98, 1)], &[(100, 9), (101, 2)])), 1, "a level is new");
}

fn any_depth() -> impl Strategy<Value = Depth> {
    (btree_map(0i64..25, 1u64..4, 0..15), btree_map(25i64..50, 1u64..4, 0..15)).prop_map(|(bids, asks)| {
        let level = |(price, size)| Level { price: Price(price), size: Size(size) };
        Depth::of(bids.into_iter().rev().map(level), asks.into_iter().map(level))
    })
}

proptest! {
    #[test]
    fn steps_lead_to_the_next_levels(from in any_depth(), to in any_depth()) {
        let mut got = from;
        for step in from.steps_to(&to) {
            got.apply(step);
        }
        prop_assert_eq!(got, to);
    }
}
