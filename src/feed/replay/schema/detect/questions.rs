//! The questions that the values of a file leave open.

use super::date_evidence::LikelyOrder;
use super::table::Table;
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::times::{self, DateOrder, NANOS_PER_DAY, TimeFormat};
use crate::feed::replay::schema::question::{Answer, Question, Reading};

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

fn reading(cell: &str, order: DateOrder) -> Reading {
    let words = if order == DateOrder::Dmy { "day first" } else { "month first" };
    let time = TimeFormat::Text(order).parse(cell);
    let date = time.and_then(|time| chrono::DateTime::from_timestamp(time.ts.0.div_euclid(NANOS_PER_DAY) * 86_400, 0));
    let date = date.map(|date| format!("{}, {words}", date.date_naive()));
    Reading { what: date.unwrap_or_else(|| words.into()), flag: format!("--date-order {}", order.label()) }
}
