//! The questions that the values of a file leave open.

use super::date_evidence::LikelyOrder;
use super::table::Table;
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::times::{self, DateOrder, NANOS_PER_DAY, TimeFormat};
use crate::feed::replay::schema::question::{Alternative, Answer, Question};

/// The order of dates that people's answer leads to, and the question where there is none.
pub fn of_dates(
    table: &Table,
    column: usize,
    likely: LikelyOrder,
    answer: Option<Answer>,
) -> (DateOrder, Option<Question>) {
    let LikelyOrder { order, is_open } = likely;
    let other = if order == DateOrder::Dmy { DateOrder::Mdy } else { DateOrder::Dmy };
    match answer {
        _ if !is_open => (order, None),
        Some(Answer::First) => (order, None),
        Some(Answer::Second) => (other, None),
        None => {
            let differs = |cell: &&str| times::day_and_month(cell).is_some_and(|(a, b)| a != b);
            let cell = table.column(column).find(differs).unwrap_or_default();
            let what = format!("no date tells the day from the month: `{}` may be", echo(cell.as_bytes()));
            (order, Some(Question { what, readings: [order, other].map(|order| reading(cell, order)) }))
        }
    }
}

fn reading(cell: &str, order: DateOrder) -> Alternative {
    let words = if order == DateOrder::Dmy { "day first" } else { "month first" };
    let date = TimeFormat::Text(order).parse(cell).map(|time| times::date_text(time.ts.0.div_euclid(NANOS_PER_DAY)));
    let what = date.map_or_else(|| words.into(), |date| format!("{date}, {words}"));
    Alternative { what, flag: format!("--date-order {}", order.label()) }
}
