//! Prices written as whole numbers, too large by some decimal places.

use super::profile::Profile;
use crate::feed::replay::parse::times::{TimeFormat, TimeUnit};
use crate::feed::replay::schema::layout::{RowShape, TickColumns};

/// The scale of prices, and the evidence for it.
#[derive(Clone, Copy, Debug)]
pub struct PriceScale {
    /// The decimal places by which prices are too large.
    pub places: u8,
    pub why: &'static str,
}

/// A form in which a vendor writes prices as whole numbers.
struct ScaledForm {
    applies: fn(&FileForm) -> bool,
    /// No price is below this: it is one of a vendor's smallest real prices, scaled.
    min_price: f64,
    /// All prices divide by this: they have fewer decimals than the scale.
    divisor: u64,
    scale: PriceScale,
}

/// The form of a file, as far as it tells vendors apart.
struct FileForm {
    time: TimeFormat,
    are_messages: bool,
    has_header: bool,
    has_compact_dates: bool,
}

const NANOS: PriceScale =
    PriceScale { places: 9, why: "all prices are whole numbers of nine decimal places, as Databento writes them" };

/// The first form that fits counts.
const FORMS: [ScaledForm; 5] = [
    // Times in nanoseconds are evidence of Databento, too: smaller prices and more decimals will do.
    ScaledForm {
        applies: |file| file.time == TimeFormat::Epoch(TimeUnit::Nanos),
        min_price: 1e6,
        divisor: 1_000,
        scale: NANOS,
    },
    ScaledForm { applies: |_| true, min_price: 1e9, divisor: 100_000, scale: NANOS },
    // The columns of messages are evidence of LOBSTER.
    ScaledForm {
        applies: |file| file.are_messages,
        min_price: 10_000.0,
        divisor: 1,
        scale: PriceScale { places: 4, why: "all prices are large whole numbers, as LOBSTER writes dollars x 10000" },
    },
    ScaledForm {
        applies: |file| file.time == TimeFormat::SinceMidnight(TimeUnit::Seconds),
        min_price: 10_000.0,
        divisor: 50,
        scale: PriceScale {
            places: 4,
            why: "all prices are large whole numbers and times count from midnight, as LOBSTER writes dollars x 10000",
        },
    },
    ScaledForm {
        applies: |file| {
            let is_lean_time = matches!(file.time, TimeFormat::SinceMidnight(TimeUnit::Millis));
            !file.has_header && (is_lean_time || file.has_compact_dates)
        },
        min_price: 10_000.0,
        divisor: 100,
        scale: PriceScale {
            places: 4,
            why: "all prices are whole hundreds and there is no header, as QuantConnect LEAN writes equities x 10000",
        },
    },
];

/// Finds the scale of prices; `None` where they are as they should be.
pub fn find(
    profiles: &[Profile],
    shape: &RowShape,
    time: TimeFormat,
    has_header: bool,
    has_compact_dates: bool,
) -> Option<PriceScale> {
    /// Above this, a number means that there is no price.
    const NO_PRICE: f64 = 9e18;
    let columns: Vec<&Profile> = price_columns(shape).into_iter().map(|n| &profiles[n]).collect();
    let are_integers = columns.iter().all(|profile| profile.are_integers() && profile.numeric > 0);
    if columns.is_empty() || !are_integers {
        return None;
    }
    let prices = columns.iter().flat_map(|profile| profile.values());
    // Zeros divide by anything: only a price is evidence.
    let smallest = prices.filter(|price| *price > 0.0 && *price < NO_PRICE).min_by(f64::total_cmp)?;
    let divides = |by: u64| {
        columns.iter().all(|profile| profile.divisor.is_multiple_of(by) || profile.divisor == i64::MAX.unsigned_abs())
    };
    let are_messages = matches!(shape, RowShape::Messages { .. });
    let file = FileForm { time, are_messages, has_header, has_compact_dates };
    let fits = |form: &&ScaledForm| (form.applies)(&file) && smallest >= form.min_price && divides(form.divisor);
    FORMS.iter().find(fits).map(|form| form.scale)
}

fn price_columns(shape: &RowShape) -> Vec<usize> {
    match *shape {
        RowShape::Bars { open, high, low, close, .. } => vec![open, high, low, close],
        RowShape::Ticks(TickColumns { price, bid, ask, .. }) => price.into_iter().chain(bid).chain(ask).collect(),
        RowShape::Levels { price, .. } | RowShape::Messages { price, .. } => vec![price],
    }
}
