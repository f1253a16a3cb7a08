//! Generated stocks, for lists longer than the named instruments. Their traits follow from the seed and the ticker.

use strum::VariantArray as _;

use super::listing::Listing;
use super::named::NAMED;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::model::sector::Sector;
use crate::market::{Increment, Price};

/// Returns stocks without end, one sector after the other.
pub fn stocks(seed: u64) -> impl Iterator<Item = Listing> {
    (0..)
        .map(ticker)
        .filter(|ticker| NAMED.iter().all(|row| row.symbol != ticker))
        .zip(0..)
        .map(move |(ticker, n)| stock(ticker, n, seed))
}

/// Returns the `n`th of 26^4 four-letter tickers, in an order that looks random.
fn ticker(n: u32) -> String {
    const ALL: u32 = 26 * 26 * 26 * 26;
    // 5 x 7 x .. has no divisor in common with 26^4, so no ticker comes twice.
    let mut rest = (n * 7_385 + 91_237) % ALL;
    let mut letters = [b'A'; 4];
    for letter in letters.iter_mut().rev() {
        *letter += (rest % 26) as u8;
        rest /= 26;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

fn stock(symbol: String, n: usize, seed: u64) -> Listing {
    let mut rng = SimRng::new(seed, &symbol, "traits");
    let mut between = |low: f64, high: f64| low + (high - low) * rng.uniform();
    let price = (between(8.0, 17.5) * between(8.0, 17.5)).max(5.0);
    let volatility = between(0.15, 0.5);
    // 1.7 basis points in the middle, and at least one tick.
    let spread_ticks = (price * 100.0 * between(0.9e-4, 2.8e-4)).max(1.0);
    let sector = Sector::VARIANTS[n % 8];
    Listing {
        sector,
        name: company(&symbol, sector).into(),
        symbol: symbol.into(),
        price: Price((price * 100.0) as i64),
        price_increment: Increment::of_decimals(2),
        size_increment: Increment::of_decimals(0),
        unit: 1,
        volatility,
        spread_ticks,
        per_second: between(1.0, 5.0),
        beta: between(0.75, 1.15),
    }
}

/// Returns a company name for a ticker.
fn company(symbol: &str, sector: Sector) -> String {
    let what = match sector {
        Sector::Technology => "Systems",
        Sector::Communication => "Networks",
        Sector::Consumer => "Brands",
        Sector::Staples => "Foods",
        Sector::Finance => "Capital",
        Sector::Energy => "Energy",
        Sector::Health => "Therapeutics",
        _ => "Industries",
    };
    format!("{symbol} {what}")
}
