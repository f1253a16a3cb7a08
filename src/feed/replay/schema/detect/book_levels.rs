//! The columns of the levels of a book behind the first, where a row has several.

use super::by_name::NamedColumns;
use super::profile::Profile;
use super::weights::AGREEING_ROWS;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::{ColumnGroup, LevelColumns, RowShape, TickColumns};
use crate::market::DEPTH_LEVELS;

/// Finds the columns by their names, the best level first: prices with sizes, of the sides whose first level has both.
///
/// The values have to agree: bids fall and asks rise from level to level. Where they do not, or where rows do not have
/// the whole book, there are none.
pub fn find(profiles: &[Profile], taken: &[usize], groups: &[ColumnGroup]) -> Vec<LevelColumns> {
    let [ColumnGroup { shape: RowShape::Ticks(first), .. }] = groups else { return Vec::new() };
    let TickColumns { bid, ask, bid_size, ask_size, row_kind: None, blanks_keep: false, .. } = *first else {
        return Vec::new();
    };
    let columns = NamedColumns::of(profiles, taken);
    let pair = |price: ColumnRole, size: ColumnRole, level: u32| {
        Some((columns.of_level(price, level)?, columns.of_level(size, level)?))
    };
    let level = |level: u32| LevelColumns {
        bid: bid.zip(bid_size).and_then(|_| pair(ColumnRole::Bid, ColumnRole::BidSize, level)),
        ask: ask.zip(ask_size).and_then(|_| pair(ColumnRole::Ask, ColumnRole::AskSize, level)),
    };
    // The first level may have names without a number.
    let is_first = |level: &LevelColumns| level.columns().any(|(column, _)| [bid, ask].contains(&Some(column)));
    let levels = columns.levels().into_iter().map(level).skip_while(is_first).take(DEPTH_LEVELS - 1);
    let levels: Vec<_> = levels.take_while(|level| level.bid.or(level.ask).is_some()).collect();
    let prices = |first: Option<usize>, of: fn(&LevelColumns) -> Option<(usize, usize)>| {
        let behind = levels.iter().filter_map(of).map(|(price, _)| price);
        first.into_iter().chain(behind).collect::<Vec<usize>>()
    };
    let falls = are_in_order(profiles, &prices(bid, |level| level.bid), |better, behind| better > behind);
    let rises = are_in_order(profiles, &prices(ask, |level| level.ask), |better, behind| better < behind);
    if falls && rises { levels } else { Vec::new() }
}

/// Nearly all levels are in order with the level before.
fn are_in_order(profiles: &[Profile], prices: &[usize], is_in_order: fn(f64, f64) -> bool) -> bool {
    let (mut pairs, mut right) = (0usize, 0usize);
    for columns in prices.windows(2) {
        let [better, behind] = [columns[0], columns[1]].map(|column| &profiles[column].numbers);
        // A price of 0 is none.
        let both = better.iter().zip(behind).filter_map(|(better, behind)| Some(((*better)?, (*behind)?)));
        for (better, behind) in both.filter(|(better, behind)| *better != 0.0 && *behind != 0.0) {
            pairs += 1;
            right += usize::from(is_in_order(better, behind));
        }
    }
    right as f64 >= pairs as f64 * AGREEING_ROWS
}
