//! The order of dates whose parts have two figures each, so that any of them may be the year.

use std::ops::Range;

use super::table::Table;
use crate::feed::replay::parse::number;
use crate::feed::replay::parse::times::{
    DateOrder, NANOS_PER_DAY, TimeFormat, has_short_years, is_month_first, is_year_first,
};
use crate::feed::replay::schema::layout::Assumption;

/// Dates of one order are nearer than those of another by this factor, or both may be right.
const CLEARLY_NEARER: i64 = 10;

/// The order of short dates, and what is assumed by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortOrder {
    pub order: DateOrder,
    pub assumption: Option<Assumption>,
}

/// The dates of a column under an order.
struct ShortDates {
    order: DateOrder,
    days: Vec<i64>,
}

impl ShortDates {
    fn of(cells: &[&str], order: DateOrder) -> Option<Self> {
        let day = |cell: &&str| TimeFormat::Text(order).parse(cell).map(|time| time.ts.0.div_euclid(NANOS_PER_DAY));
        let days: Option<Vec<i64>> = cells.iter().map(day).collect();
        days.map(|days| Self { order, days })
    }

    /// The median step between different dates.
    fn step(&self) -> Option<i64> {
        let mut steps: Vec<i64> =
            self.days.windows(2).map(|pair| (pair[1] - pair[0]).abs()).filter(|step| *step > 0).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied()
    }

    fn is_in_order(&self) -> bool {
        self.days.is_sorted() || self.days.is_sorted_by(|a, b| a >= b)
    }

    fn is_within(&self, days: &Range<i64>) -> bool {
        self.days.iter().all(|day| (days.start - 2..days.end + 2).contains(day))
    }
}

/// Finds the order where the year comes first, or may; `None` where the year comes last, and for other dates.
pub fn order(table: &Table, column: usize, name: Option<&Range<i64>>) -> Option<ShortOrder> {
    let cells: Vec<&str> = table.column(column).filter(|cell| !number::is_blank(cell)).collect();
    let is_of_republic = |cell: &&str| is_year_first(cell) && cell.find(['/', '-', '.']) == Some(3);
    if cells.iter().any(is_of_republic) && cells.iter().all(|cell| is_of_republic(cell) || has_short_years(cell)) {
        return Some(ShortOrder { order: DateOrder::Roc, assumption: None });
    }
    if cells.is_empty() || !cells.iter().all(|cell| has_short_years(cell)) {
        return None;
    }
    let year_first = ShortDates::of(&cells, DateOrder::Ymd)?;
    let others: Vec<ShortDates> =
        [DateOrder::Dmy, DateOrder::Mdy].iter().filter_map(|order| ShortDates::of(&cells, *order)).collect();
    let found = |assumption| Some(ShortOrder { order: DateOrder::Ymd, assumption });
    if others.is_empty() {
        return found(None);
    }
    if let Some(days) = name {
        let is_named = year_first.is_within(days);
        if is_named || others.iter().any(|other| other.is_within(days)) {
            return is_named.then(|| found(None))?;
        }
    }
    let nearest = others.iter().filter_map(ShortDates::step).min();
    match (year_first.step(), nearest) {
        (Some(step), Some(other)) if step.saturating_mul(CLEARLY_NEARER) <= other => found(None),
        (Some(step), Some(other)) if other.saturating_mul(CLEARLY_NEARER) <= step => None,
        (Some(_), _) if year_first.is_in_order() && !others.iter().any(ShortDates::is_in_order) => found(None),
        (Some(_), _) if !year_first.is_in_order() => None,
        // Figures that are one date in each order.
        _ => {
            let other = others.first()?;
            let what = if other.order == DateOrder::Dmy { "dates are day first" } else { "dates are month first" };
            let assumption = Some(Assumption {
                what: what.into(),
                why: format!(
                    "`{}` may as well begin with the year",
                    crate::feed::replay::error::echo(cells[0].as_bytes())
                ),
                flag: "--date-order",
            });
            (others.len() == 1).then_some(ShortOrder { order: other.order, assumption })
        }
    }
}

/// The order of dates whose month has a name, or whose year comes first.
pub fn named_order(table: &Table, column: usize) -> DateOrder {
    let cells: Vec<&str> = table.column(column).filter(|cell| !number::is_blank(cell)).collect();
    let count = |holds: &dyn Fn(&str) -> bool| cells.iter().filter(|cell| holds(cell)).count();
    if count(&is_year_first) * 2 > cells.len() {
        return DateOrder::Ymd;
    }
    if count(&is_month_first) * 2 > cells.len() { DateOrder::Mdy } else { DateOrder::Dmy }
}
