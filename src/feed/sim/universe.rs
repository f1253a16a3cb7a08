//! What is listed: the simulator's instruments with the prices, sizes and pace they are drawn at.
//!
//! Invariants: symbols are unique, and groups are kept together. Prices and sizes are written as text, so
//! that the grid (the digits after the point) is exact and visible. Tickers of real companies and currencies
//! are names only: nothing here is market data.
//!
//! Not here: how a listing moves (`walk`), what it did before (`history`).

use AssetClass::{Crypto, Fx, Index, Stock};

use crate::market::{AssetClass, Decimal, Increment, Instrument, Price, PriceBasis, Size};

/// One instrument as the simulator lists it.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    pub class: AssetClass,
    pub symbol: &'static str,
    pub name: &'static str,
    price: &'static str,
    typical_size: &'static str,
    /// Yearly volatility of the price; 0.2 is 20 %.
    volatility: f64,
    /// The usual distance from bid to ask, in tick sizes.
    pub spread_ticks: i64,
    /// Ticks a second, on average.
    pub per_second: f64,
}

/// `terms` are the price at the start of the tape and the typical size of a trade.
const fn listing(
    class: AssetClass,
    symbol: &'static str,
    name: &'static str,
    terms: (&'static str, &'static str),
    volatility: f64,
    spread_ticks: i64,
    per_second: f64,
) -> Listing {
    let (price, typical_size) = terms;
    Listing { class, symbol, name, price, typical_size, volatility, spread_ticks, per_second }
}

/// Sessions a year and seconds a session. A stock moves as in its 6.5 hours all day long here, as no night
/// falls: a simulated day moves nearly twice as much as a session, enough to watch.
const STOCK_YEAR: (f64, f64) = (252.0, 6.5 * 3_600.0);
const ROUND_THE_CLOCK_YEAR: (f64, f64) = (365.0, 86_400.0);

impl Listing {
    pub fn instrument(&self) -> Instrument {
        Instrument {
            symbol: self.symbol.to_owned(),
            name: self.name.to_owned(),
            class: self.class,
            price_increment: Increment::of_decimals(decimal(self.price).decimals),
            price_digits: decimal(self.price).decimals,
            size_increment: Increment::of_decimals(decimal(self.typical_size).decimals),
            basis: self.basis(),
            synthesised_from: None,
        }
    }

    /// The price at the start of the tape, where the history ends.
    pub fn nominal(&self) -> Price {
        Price(decimal(self.price).mantissa)
    }

    pub const fn basis(&self) -> PriceBasis {
        match self.class {
            Fx => PriceBasis::Bid,
            _ => PriceBasis::Trade,
        }
    }

    /// How many of eight ticks are trades; the others are quotes.
    pub const fn trades_in_eight(&self) -> u32 {
        match self.basis() {
            PriceBasis::Trade => 3,
            PriceBasis::Bid => 0,
        }
    }

    /// How many ticks a second make bars.
    pub fn bar_ticks_per_second(&self) -> f64 {
        match self.basis() {
            PriceBasis::Trade => self.per_second * f64::from(self.trades_in_eight()) / 8.0,
            PriceBasis::Bid => self.per_second,
        }
    }

    /// The standard deviation of the relative price move of one second.
    pub fn sigma(&self) -> f64 {
        self.session_sigma() / self.year().1.sqrt()
    }

    /// The standard deviation of the relative price move of one session.
    pub fn session_sigma(&self) -> f64 {
        self.volatility / self.year().0.sqrt()
    }

    const fn year(&self) -> (f64, f64) {
        match self.class {
            Stock | Index => STOCK_YEAR,
            _ => ROUND_THE_CLOCK_YEAR,
        }
    }

    /// The lot that most sizes are multiples of, in lot steps.
    pub const fn round_lot(&self) -> u64 {
        match self.class {
            Stock => 100,
            Fx => 100_000,
            _ => 1,
        }
    }

    /// `times` the typical size, in whole round lots and at least one.
    pub fn size(&self, times: f64) -> Size {
        let lot = self.round_lot();
        let lots = decimal(self.typical_size).mantissa as f64 * times / lot as f64;
        Size((lots.round() as u64).max(1).saturating_mul(lot))
    }
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("invariant: the list holds plain decimals")
}

/// Every listing: stocks, indices, crypto pairs, currency pairs.
#[rustfmt::skip]
pub static LISTINGS: [Listing; 40] = [
    //                                                    price         size       year  spread  ticks/s
    listing(Stock, "AAPL", "Apple",                     ("231.40",      "200"),    0.26,  1, 7.5),
    listing(Stock, "MSFT", "Microsoft",                 ("498.15",      "100"),    0.23,  3, 6.0),
    listing(Stock, "NVDA", "NVIDIA",                    ("176.80",      "300"),    0.42,  1, 8.0),
    listing(Stock, "AMZN", "Amazon",                    ("224.60",      "200"),    0.30,  2, 6.5),
    listing(Stock, "GOOGL", "Alphabet",                 ("203.25",      "200"),    0.28,  2, 6.0),
    listing(Stock, "META", "Meta Platforms",            ("742.90",      "100"),    0.33,  8, 5.0),
    listing(Stock, "TSLA", "Tesla",                     ("329.70",      "200"),    0.55,  4, 7.5),
    listing(Stock, "AMD", "Advanced Micro Devices",     ("164.35",      "200"),    0.48,  2, 6.0),
    listing(Stock, "NFLX", "Netflix",                   ("1204.50",     "100"),    0.34, 30, 2.5),
    listing(Stock, "JPM", "JPMorgan Chase",             ("291.10",      "100"),    0.22,  3, 4.0),
    listing(Stock, "BAC", "Bank of America",            ("47.85",       "400"),    0.25,  1, 4.5),
    listing(Stock, "V", "Visa",                         ("345.20",      "100"),    0.19,  4, 3.0),
    listing(Stock, "XOM", "Exxon Mobil",                ("111.75",      "200"),    0.24,  1, 4.0),
    listing(Stock, "CVX", "Chevron",                    ("155.40",      "100"),    0.24,  3, 3.0),
    listing(Stock, "JNJ", "Johnson & Johnson",          ("176.90",      "100"),    0.17,  2, 3.0),
    listing(Stock, "UNH", "UnitedHealth",               ("304.55",      "100"),    0.36,  8, 3.5),
    listing(Stock, "WMT", "Walmart",                    ("97.30",       "200"),    0.20,  1, 3.5),
    listing(Stock, "KO", "Coca-Cola",                   ("69.60",       "300"),    0.15,  1, 3.0),
    listing(Stock, "CAT", "Caterpillar",                ("431.80",      "100"),    0.28, 15, 2.0),
    listing(Stock, "BA", "Boeing",                      ("229.95",      "100"),    0.34,  6, 3.0),
    listing(Index, "TC500", "Tickcast 500 Index",       ("6482.50",     "3"),      0.15, 25, 6.0),
    listing(Index, "TC100", "Tickcast 100 Technology",  ("23815.00",    "2"),      0.20, 75, 5.0),
    listing(Crypto, "BTC-USD", "Bitcoin",               ("108250.00",   "0.0800"), 0.48, 25, 8.0),
    listing(Crypto, "ETH-USD", "Ether",                 ("3940.20",     "1.1000"), 0.66,  6, 8.0),
    listing(Crypto, "SOL-USD", "Solana",                ("188.45",      "18.000"), 0.80,  1, 6.5),
    listing(Crypto, "XRP-USD", "XRP",                   ("2.4860",      "900.00"), 0.75,  3, 5.5),
    listing(Crypto, "DOGE-USD", "Dogecoin",             ("0.19435",     "8000.0"), 0.88,  4, 5.0),
    listing(Crypto, "ADA-USD", "Cardano",               ("0.6530",      "2500.0"), 0.78,  1, 4.0),
    listing(Crypto, "LINK-USD", "Chainlink",            ("17.620",      "60.000"), 0.82,  5, 3.5),
    listing(Crypto, "AVAX-USD", "Avalanche",            ("20.150",      "50.000"), 0.85,  6, 3.0),
    listing(Crypto, "LTC-USD", "Litecoin",              ("94.80",       "9.000"),  0.68,  2, 3.0),
    listing(Fx, "EURUSD", "Euro / US Dollar",           ("1.16480",     "1000000"), 0.070,  2, 7.0),
    listing(Fx, "GBPUSD", "British Pound / US Dollar",  ("1.34250",     "1000000"), 0.078,  4, 5.5),
    listing(Fx, "USDJPY", "US Dollar / Japanese Yen",   ("151.420",     "1000000"), 0.098,  3, 6.5),
    listing(Fx, "AUDUSD", "Australian / US Dollar",     ("0.65120",     "1000000"), 0.095,  4, 4.5),
    listing(Fx, "USDCAD", "US / Canadian Dollar",       ("1.39860",     "1000000"), 0.060,  5, 4.0),
    listing(Fx, "USDCHF", "US Dollar / Swiss Franc",    ("0.79540",     "1000000"), 0.080,  5, 4.0),
    listing(Fx, "NZDUSD", "New Zealand / US Dollar",    ("0.57430",     "1000000"), 0.100,  6, 3.5),
    listing(Fx, "EURGBP", "Euro / British Pound",       ("0.86770",     "1000000"), 0.055,  5, 3.5),
    listing(Fx, "EURJPY", "Euro / Japanese Yen",        ("176.380",     "1000000"), 0.088,  6, 4.5),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn symbols_are_unique() {
        let symbols: HashSet<_> = LISTINGS.iter().map(|l| l.symbol).collect();
        assert_eq!(symbols.len(), LISTINGS.len());
    }

    #[test]
    fn groups_are_kept_together() {
        let mut groups: Vec<_> = LISTINGS.iter().map(|l| l.class).collect();
        groups.dedup();
        assert_eq!(groups, [Stock, Index, Crypto, Fx]);
    }

    #[test]
    fn every_row_makes_sense() {
        for listing in &LISTINGS {
            let symbol = listing.symbol;
            assert!(listing.nominal().0 >= 1_000, "{symbol}: a tick is at most a thousandth of the price");
            assert!((1..=100).contains(&listing.spread_ticks), "{symbol}");
            let spread = listing.spread_ticks as f64 / listing.nominal().0 as f64;
            assert!(spread < 0.001, "{symbol}: a spread of less than 10 bp");
            assert!((1.0..=8.0).contains(&listing.per_second), "{symbol}");
            assert!((0.03..1.0).contains(&listing.volatility), "{symbol}");
            assert_eq!(listing.size(1.0).0 as i64, decimal(listing.typical_size).mantissa, "{symbol}: whole lots");
        }
    }

    #[test]
    fn the_whole_list_is_lively_but_calm() {
        let per_second: f64 = LISTINGS.iter().map(|l| l.per_second).sum();
        assert!((150.0..250.0).contains(&per_second), "{per_second} ticks a second");
    }

    #[test]
    fn grids_are_those_of_the_written_prices() {
        let check = |symbol: &str, tick: &str, lot: &str| {
            let instrument = LISTINGS.iter().find(|l| l.symbol == symbol).unwrap().instrument();
            assert_eq!(instrument.price_increment.as_decimal().to_string(), tick, "{symbol}");
            assert_eq!(instrument.size_increment.as_decimal().to_string(), lot, "{symbol}");
        };
        check("AAPL", "0.01", "1");
        check("BTC-USD", "0.01", "0.0001");
        check("DOGE-USD", "0.00001", "0.1");
        check("EURUSD", "0.00001", "1");
        check("USDJPY", "0.001", "1");
    }
}
