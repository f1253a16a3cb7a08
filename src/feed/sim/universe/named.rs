//! The forty instruments that have names.
//!
//! Prices and sizes are written as text, so that their grid (the digits after the point) is exact and visible. Tickers
//! of real companies and currencies are names only: nothing here is market data.

use Sector::{Communication, Consumer, Crypto, Energy, Finance, Fx, Health, Index, Industry, Staples, Technology};

use super::listing::Listing;
use crate::feed::sim::model::sector::Sector;
use crate::market::{Decimal, Increment, Price};

/// One named instrument.
pub struct Row {
    pub sector: Sector,
    pub symbol: &'static str,
    name: &'static str,
    /// The price at the start of the market.
    price: &'static str,
    /// One unit of the class's size table.
    unit: &'static str,
    volatility: f64,
    spread_ticks: f64,
    per_second: f64,
    beta: f64,
}

impl Row {
    /// Returns the instrument as a listing.
    pub fn listing(&self) -> Listing {
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
    Decimal::parse(text).expect("invariant: the table holds decimals")
}

const fn row(
    sector: Sector,
    symbol: &'static str,
    name: &'static str,
    (price, unit): (&'static str, &'static str),
    (volatility, spread_ticks, per_second, beta): (f64, f64, f64, f64),
) -> Row {
    Row { sector, symbol, name, price, unit, volatility, spread_ticks, per_second, beta }
}

/// The named instruments: stocks, indices, crypto pairs, currency pairs.
#[rustfmt::skip]
pub static NAMED: [Row; 40] = [
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
