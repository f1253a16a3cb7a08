//! What is listed: forty instruments with names, and as many generated ones as are asked for.
//!
//! Invariants: symbols are unique, and groups are kept together. Prices are written as text, so that the grid
//! (the digits after the point) is exact and visible. Tickers of real companies and currencies are names only:
//! nothing here is market data.
//!
//! Not here: how a listing moves (`tape`), what it did before (`history`).

pub mod listing;

use Sector::{Communication, Consumer, Crypto, Energy, Finance, Fx, Health, Index, Industry, Staples, Technology};

use self::listing::Listing;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::model::sector::Sector;
use crate::market::{AssetClass, Decimal, Increment, Price};

/// A row of the list.
struct Row {
    sector: Sector,
    symbol: &'static str,
    name: &'static str,
    /// Price at the start of the tape, and one unit of the class's size table.
    price: &'static str,
    unit: &'static str,
    volatility: f64,
    spread_ticks: f64,
    per_second: f64,
    beta: f64,
}

impl Row {
    fn listing(&self) -> Listing {
        let (price, unit) = (decimal(self.price), decimal(self.unit));
        Listing {
            sector: self.sector,
            symbol: self.symbol.into(),
            name: self.name.into(),
            price: Price(price.mantissa),
            price_increment: Increment::of_decimals(price.decimals),
            size_increment: Increment::of_decimals(unit.decimals),
            unit: unit.mantissa.unsigned_abs(),
            volatility: self.volatility,
            spread_ticks: self.spread_ticks,
            per_second: self.per_second,
            beta: self.beta,
        }
    }
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("invariant: the list holds plain decimals")
}

type Traits = (f64, f64, f64, f64);

const fn row(
    sector: Sector,
    symbol: &'static str,
    name: &'static str,
    (price, unit): (&'static str, &'static str),
    (volatility, spread_ticks, per_second, beta): Traits,
) -> Row {
    Row { sector, symbol, name, price, unit, volatility, spread_ticks, per_second, beta }
}

/// Stocks, indices, crypto pairs, currency pairs.
#[rustfmt::skip]
static NAMED: [Row; 40] = [
    //                                                            price        unit         year  spread ticks/s beta
    row(Technology, "AAPL", "Apple",                            ("231.40",    "1"),        (0.26, 2.5, 7.5, 1.10)),
    row(Technology, "MSFT", "Microsoft",                        ("498.15",    "1"),        (0.23, 6.3, 6.0, 1.10)),
    row(Technology, "NVDA", "NVIDIA",                           ("176.80",    "1"),        (0.42, 1.9, 8.0, 1.00)),
    row(Consumer, "AMZN", "Amazon",                             ("224.60",    "1"),        (0.30, 3.1, 6.5, 1.00)),
    row(Communication, "GOOGL", "Alphabet",                     ("203.25",    "1"),        (0.28, 2.5, 6.0, 1.05)),
    row(Communication, "META", "Meta Platforms",                ("742.90",    "1"),        (0.33, 15.1, 5.0, 1.00)),
    row(Consumer, "TSLA", "Tesla",                              ("329.70",    "1"),        (0.55, 6.3, 7.5, 0.80)),
    row(Technology, "AMD", "Advanced Micro Devices",            ("164.35",    "1"),        (0.48, 2.5, 6.0, 0.90)),
    row(Communication, "NFLX", "Netflix",                       ("1204.50",   "1"),        (0.34, 37.7, 2.5, 0.85)),
    row(Finance, "JPM", "JPMorgan Chase",                       ("291.10",    "1"),        (0.22, 5.0, 4.0, 1.05)),
    row(Finance, "BAC", "Bank of America",                      ("47.85",     "1"),        (0.25, 1.3, 4.5, 1.05)),
    row(Finance, "V", "Visa",                                   ("345.20",    "1"),        (0.19, 6.3, 3.0, 1.00)),
    row(Energy, "XOM", "Exxon Mobil",                           ("111.75",    "1"),        (0.24, 1.9, 4.0, 0.85)),
    row(Energy, "CVX", "Chevron",                               ("155.40",    "1"),        (0.24, 3.8, 3.0, 0.85)),
    row(Health, "JNJ", "Johnson & Johnson",                     ("176.90",    "1"),        (0.17, 3.1, 3.0, 0.80)),
    row(Health, "UNH", "UnitedHealth",                          ("304.55",    "1"),        (0.36, 12.6, 3.5, 0.75)),
    row(Staples, "WMT", "Walmart",                              ("97.30",     "1"),        (0.20, 1.9, 3.5, 0.85)),
    row(Staples, "KO", "Coca-Cola",                             ("69.60",     "1"),        (0.15, 1.5, 3.0, 0.80)),
    row(Industry, "CAT", "Caterpillar",                         ("431.80",    "1"),        (0.28, 18.9, 2.0, 1.05)),
    row(Industry, "BA", "Boeing",                               ("229.95",    "1"),        (0.34, 7.5, 3.0, 0.85)),
    row(Index, "TC500", "Tickcast 500 Index",                   ("6482.5",    "0.01"),     (0.13, 3.2, 20.0, 1.00)),
    row(Index, "TC100", "Tickcast 100 Technology",              ("23815.0",   "0.01"),     (0.17, 14.0, 16.0, 0.96)),
    row(Crypto, "BTC-USD", "Bitcoin",                           ("108250.0",  "0.0010"),   (0.48, 5.0, 16.0, 1.10)),
    row(Crypto, "ETH-USD", "Ether",                             ("3940.20",   "0.0250"),   (0.66, 3.0, 14.0, 1.08)),
    row(Crypto, "SOL-USD", "Solana",                            ("188.450",   "0.500"),    (0.80, 4.0, 10.0, 1.00)),
    row(Crypto, "XRP-USD", "XRP",                               ("2.48600",   "40.00"),    (0.75, 6.0, 8.0, 0.95)),
    row(Crypto, "DOGE-USD", "Dogecoin",                         ("0.194350",  "500.0"),    (0.88, 5.0, 7.0, 0.95)),
    row(Crypto, "ADA-USD", "Cardano",                           ("0.65300",   "150.0"),    (0.78, 3.0, 5.0, 0.95)),
    row(Crypto, "LINK-USD", "Chainlink",                        ("17.6200",   "5.000"),    (0.82, 8.0, 4.5, 0.92)),
    row(Crypto, "AVAX-USD", "Avalanche",                        ("20.1500",   "5.000"),    (0.85, 9.0, 4.0, 0.92)),
    row(Crypto, "LTC-USD", "Litecoin",                          ("94.800",    "1.000"),    (0.68, 4.0, 4.0, 0.92)),
    row(Fx, "EURUSD", "Euro / US Dollar",                       ("1.16480",   "1000000"),  (0.070, 9.0, 3.5, 1.15)),
    row(Fx, "GBPUSD", "British Pound / US Dollar",              ("1.34250",   "1000000"),  (0.078, 14.0, 2.8, 1.05)),
    row(Fx, "AUDUSD", "Australian / US Dollar",                 ("0.65120",   "1000000"),  (0.095, 9.0, 2.2, 1.00)),
    row(Fx, "NZDUSD", "New Zealand / US Dollar",                ("0.57430",   "1000000"),  (0.100, 10.0, 1.8, 1.00)),
    row(Fx, "USDJPY", "US Dollar / Japanese Yen",               ("151.420",   "1000000"),  (0.098, 12.0, 3.2, -0.85)),
    row(Fx, "USDCAD", "US / Canadian Dollar",                   ("1.39860",   "1000000"),  (0.060, 13.0, 2.0, -0.90)),
    row(Fx, "USDCHF", "US Dollar / Swiss Franc",                ("0.79540",   "1000000"),  (0.080, 10.0, 2.0, -1.05)),
    row(Fx, "EURGBP", "Euro / British Pound",                   ("0.86770",   "1000000"),  (0.055, 9.0, 1.8, 0.15)),
    row(Fx, "EURJPY", "Euro / Japanese Yen",                    ("176.380",   "1000000"),  (0.088, 16.0, 2.2, 0.30)),
];

/// How many instruments have a name of their own.
pub const NAMED_COUNT: usize = NAMED.len();
/// The most that are listed.
pub const MOST: usize = 10_000;

/// `count` listings, from 1 to [`MOST`]. Fewer than all named ones are taken at even distances, so that a short
/// list too has something of each group; beyond them come generated stocks, whose traits follow from the seed.
pub fn listings(count: usize, seed: u64) -> Vec<Listing> {
    let count = count.clamp(1, MOST);
    let named = count.min(NAMED_COUNT);
    let mut all: Vec<_> = (0..named).map(|n| NAMED[n * NAMED_COUNT / named].listing()).collect();
    all.extend(generated(seed).take(count - named));
    all
}

/// Up to `count` listings of one class; only stocks can be generated beyond the named ones.
pub fn of_class(class: AssetClass, count: usize, seed: u64) -> Vec<Listing> {
    let named = NAMED.iter().filter(|row| row.sector.class() == class).map(Row::listing);
    let more = (class == AssetClass::Stock).then(|| generated(seed)).into_iter().flatten();
    named.chain(more).take(count.clamp(1, MOST)).collect()
}

/// Stocks without end, one after the other through the sectors.
fn generated(seed: u64) -> impl Iterator<Item = Listing> {
    (0..)
        .map(ticker)
        .filter(|ticker| NAMED.iter().all(|row| row.symbol != ticker))
        .zip(0..)
        .map(move |(ticker, n)| stock(ticker, n, seed))
}

/// The `n`th of 26^4 four-letter tickers, in an order that looks like none.
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
    let sector = Sector::ALL[n % 8];
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

/// A name to go with a ticker.
fn company(symbol: &str, sector: Sector) -> String {
    let what = match sector {
        Technology => "Systems",
        Communication => "Networks",
        Consumer => "Brands",
        Staples => "Foods",
        Finance => "Capital",
        Energy => "Energy",
        Health => "Therapeutics",
        _ => "Industries",
    };
    format!("{symbol} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use AssetClass::{Crypto as CryptoClass, Fx as FxClass, Index as IndexClass, Stock};
    use std::collections::HashSet;

    #[test]
    fn symbols_are_unique_up_to_the_most() {
        let all = listings(usize::MAX, 7);
        assert_eq!(all.len(), MOST);
        assert_eq!(all.iter().map(|l| &l.symbol).collect::<HashSet<_>>().len(), MOST);
    }

    #[test]
    fn groups_are_kept_together() {
        let mut groups: Vec<_> = listings(40, 7).iter().map(Listing::class).collect();
        groups.dedup();
        assert_eq!(groups, [Stock, IndexClass, CryptoClass, FxClass]);
    }

    #[test]
    fn every_listing_makes_sense() {
        for listing in listings(2_000, 7) {
            let symbol = &listing.symbol;
            assert!(listing.price.0 >= 500, "{symbol}: a tick is at most 0.2 % of the price");
            let spread = listing.spread_ticks / listing.price.0 as f64;
            assert!(listing.spread_ticks >= 1.0 && spread < 0.002, "{symbol}: a spread of less than 20 bp");
            assert!((1.0..=20.0).contains(&listing.per_second), "{symbol}");
            assert!((0.03..1.0).contains(&listing.volatility), "{symbol}");
            assert!(listing.unit > 0 && listing.beta.abs() < 1.2, "{symbol}");
            let shared = listing.model().returns.class_share * listing.beta * listing.beta;
            assert!(shared + listing.model().returns.sector_share <= 0.98 || listing.class() == IndexClass, "{symbol}");
        }
    }

    #[test]
    fn a_short_list_has_something_of_each_group() {
        let groups = |count| listings(count, 7).iter().map(Listing::class).collect::<HashSet<_>>().len();
        assert_eq!([groups(1), groups(8), groups(40)], [1, 4, 4]);
    }

    #[test]
    fn a_listing_is_the_same_in_every_list() {
        let all = listings(500, 7);
        for (short, symbol) in [(2, "AAPL"), (60, all[55].symbol.as_ref())] {
            let find = |list: &[Listing]| format!("{:?}", list.iter().find(|l| l.symbol == symbol).unwrap());
            assert_eq!(find(&listings(short, 7)), find(&all));
        }
    }

    #[test]
    fn classes_are_listed_as_far_as_they_go() {
        for (class, asked, got) in [(Stock, 500, 500), (IndexClass, 9, 2), (CryptoClass, 4, 4), (FxClass, 0, 1)] {
            assert_eq!(of_class(class, asked, 7).len(), got, "{class:?}");
        }
    }

    #[test]
    fn grids_are_those_of_the_written_prices() {
        let all = listings(40, 7);
        let check = |symbol: &str, tick: &str, lot: &str| {
            let instrument = all.iter().find(|l| l.symbol == symbol).unwrap().instrument();
            assert_eq!(instrument.price_increment.as_decimal().to_string(), tick, "{symbol}");
            assert_eq!(instrument.size_increment.as_decimal().to_string(), lot, "{symbol}");
        };
        check("AAPL", "0.01", "1");
        check("BTC-USD", "0.1", "0.0001");
        check("DOGE-USD", "0.000001", "0.1");
        check("EURUSD", "0.00001", "1");
        check("USDJPY", "0.001", "1");
    }
}
