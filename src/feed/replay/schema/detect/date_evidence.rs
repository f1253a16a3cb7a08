//! Evidence for the order of day and month where no single date tells it: the dates of a file together.

use crate::feed::replay::parse::times::{DateOrder, NANOS_PER_DAY, TimeFormat};

/// The order that the dates make likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LikelyOrder {
    pub order: DateOrder,
    /// The other order is as likely.
    pub is_open: bool,
}

/// Dates lie this many times closer together under the right order, where they have clocks.
const CLOSER: i64 = 5;
/// Dates that say something of weekends and of their order.
const FEW_DATES: usize = 2;

/// The dates of a file under one order.
struct DatesUnder {
    days: Vec<i64>,
}

impl DatesUnder {
    fn of(cells: &[&str], order: DateOrder) -> Self {
        let mut days: Vec<i64> = cells
            .iter()
            .filter_map(|cell| TimeFormat::Text(order).parse(cell))
            .map(|time| time.ts.0.div_euclid(NANOS_PER_DAY))
            .collect();
        days.dedup();
        Self { days }
    }

    fn distance(&self) -> i64 {
        self.days.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum()
    }

    fn is_in_order(&self) -> bool {
        self.days.is_sorted() || self.days.iter().rev().is_sorted()
    }

    /// 1970-01-01 was a Thursday.
    fn weekends(&self) -> usize {
        self.days.iter().filter(|day| (*day + 3).rem_euclid(7) >= 5).count()
    }

    /// The dates are those of months, which are written as a first or last day whatever its weekday is.
    fn are_months(&self) -> bool {
        self.days.windows(2).all(|pair| (28..=31).contains(&(pair[1] - pair[0]).abs()))
    }
}

/// Weighs the dates of a file under both orders. `has_clocks`: several rows share a date.
pub fn weigh(cells: &[&str], has_clocks: bool, has_comma: bool) -> LikelyOrder {
    let (mdy, dmy) = (DatesUnder::of(cells, DateOrder::Mdy), DatesUnder::of(cells, DateOrder::Dmy));
    let sure = |order| LikelyOrder { order, is_open: false };
    if mdy.days == dmy.days {
        return sure(DateOrder::Mdy);
    }
    // Dates with points are mostly written day first, and decimal commas are not American.
    if has_comma || cells.iter().any(|cell| cell.get(..6).is_some_and(|date| date.contains('.'))) {
        return sure(DateOrder::Dmy);
    }
    let is_half = |cell: &&str| cell.ends_with("AM") || cell.ends_with("PM");
    if cells.iter().any(is_half) {
        return sure(DateOrder::Mdy);
    }
    let enough = mdy.days.len() > FEW_DATES;
    match (mdy.is_in_order(), dmy.is_in_order()) {
        (true, false) if enough => return sure(DateOrder::Mdy),
        (false, true) if enough => return sure(DateOrder::Dmy),
        _ => {}
    }
    let (near, far, order) = match dmy.distance() < mdy.distance() {
        true => (&dmy, &mdy, DateOrder::Dmy),
        false => (&mdy, &dmy, DateOrder::Mdy),
    };
    if has_clocks && near.distance() > 0 && near.distance() * CLOSER <= far.distance() {
        return sure(order);
    }
    let on_weekends =
        |one: &DatesUnder, other: &DatesUnder| one.weekends() == 0 && other.weekends() > 0 && !other.are_months();
    if enough && on_weekends(near, far) {
        return sure(order);
    }
    LikelyOrder { order, is_open: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str], has_clocks: bool, order: DateOrder, is_open: bool) {
        assert_eq!(weigh(cells, has_clocks, false), LikelyOrder { order, is_open }, "{cells:?}");
    }

    #[test]
    fn dates_together_tell_their_order() {
        // Under the other order they would jump back.
        check(&["11/01/2024", "12/01/2024", "01/02/2024"], false, DateOrder::Dmy, false);
        check(&["01/11/2024", "01/12/2024", "02/01/2024"], false, DateOrder::Mdy, false);
        // 3 and 4 January, and not 1 March and 1 April.
        check(&["03/01/2024 09:30", "04/01/2024 09:30"], true, DateOrder::Dmy, false);
        check(&["1/5/2024 3:50 PM"], true, DateOrder::Mdy, false);
        check(&["05.04.2024"], false, DateOrder::Dmy, false);
        check(&["04/04/2024", "05/05/2024"], false, DateOrder::Mdy, false);
    }

    #[test]
    fn dates_that_tell_nothing_leave_the_order_open() {
        check(&["05/04/2024 10:00", "05/04/2024 10:01"], true, DateOrder::Mdy, true);
        // Three days of January, or the first days of three months.
        check(&["01/02/2024", "01/03/2024", "01/04/2024"], false, DateOrder::Mdy, true);
    }
}
