//! The levels behind the best bid and ask, made when they are read.
//!
//! A hash of (seed, symbol, price) decides whether a price has a level, and its size. So a level keeps its place and
//! its size while the best price moves. A size changes after some dozen ticks of the symbol, at other times for each
//! price. The distance between levels follows the usual spread. Where the spread is far wider, every second or fourth
//! level is missing and the others are small, as when market makers step back. Sizes behind the best are larger than at
//! it (Bouchaud, Mézard and Potters 2002, *Quantitative Finance* 2:251): each is two draws of the size table instead of
//! one.
//!
//! Invariants: the first level is the quote. Bids fall and asks rise. No price is below 1 and no size is 0. A book is a
//! function of (seed, symbol, number of ticks, quote): it is the same for every reader, and changes no tick.

use std::sync::Arc;

use super::history::class_index;
use super::symbol_sim::ClassTables;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::universe::listing::Listing;
use crate::market::{Depth, DepthModel, InstrumentId, Ladder, Level, Price, Quote, Size};

/// The levels of each side.
const LEVELS: usize = 5;
/// A book is sparse where the spread is wider than this many usual spreads.
const WIDE: i64 = 4;
/// Levels are never farther apart than 2^20 ticks on average.
const MOST_DOUBLINGS: u32 = 20;
/// A size stands for 2^3 to 2^6 ticks of its symbol.
const LEAST_TURN: u32 = 3;
const TURNS: u64 = 4;

/// The books of all instruments.
#[derive(Debug)]
pub struct Books {
    tables: Arc<[ClassTables; 4]>,
    books: Vec<Book>,
}

/// The numbers that the levels of one instrument follow from.
#[derive(Debug)]
struct Book {
    key: u64,
    tables: usize,
    /// The number of lot steps in one unit of the size table.
    unit: u64,
    /// The usual spread, in tick sizes.
    spread: i64,
    /// Levels are 2^`doublings` ticks apart on average.
    doublings: u32,
}

impl Books {
    pub fn new(seed: u64, listings: &[Listing], tables: &Arc<[ClassTables; 4]>) -> Self {
        let book = |listing: &Listing| {
            let spread = (listing.spread_ticks.round() as i64).max(1);
            Book {
                key: SimRng::new(seed, &listing.symbol, "depth").bits(),
                tables: class_index(listing.class()),
                unit: listing.unit,
                spread,
                doublings: (spread / 2).max(1).ilog2(),
            }
        };
        Self { tables: Arc::clone(tables), books: listings.iter().map(book).collect() }
    }
}

impl DepthModel for Books {
    fn levels(&self) -> usize {
        LEVELS
    }

    fn depth(&self, id: InstrumentId, seq: u64, quote: &Quote) -> Depth {
        let Some(book) = self.books.get(id.index()) else { return Depth::default() };
        let spread = match (quote.bid, quote.ask) {
            (Some(bid), Some(ask)) => ask.0 - bid.0,
            _ => book.spread,
        };
        let sparse = (spread / (WIDE * book.spread)).max(1).ilog2().min(MOST_DOUBLINGS - book.doublings);
        let side = |price: Option<Price>, size: Size, away: i64| match price {
            None => Ladder::default(),
            Some(price) => {
                let best = Level { price, size };
                let behind = book.prices(price.0, away, sparse).map(|price| Level {
                    price: Price(price),
                    size: book.size(&self.tables[book.tables], price, away, seq, sparse),
                });
                let mut levels = std::iter::once(best).chain(behind).take(LEVELS);
                std::array::from_fn(|_| levels.next())
            }
        };
        Depth { bids: side(quote.bid, quote.bid_size, -1), asks: side(quote.ask, quote.ask_size, 1) }
    }
}

impl Book {
    /// Returns the prices with a level beyond `best`, nearest first; `away` is 1 for asks and -1 for bids.
    fn prices(&self, best: i64, away: i64, sparse: u32) -> impl Iterator<Item = i64> {
        let doublings = self.doublings + sparse;
        let first = (best + away) >> doublings;
        let prices = (0..).map(move |n| self.price_in(first + away * n, doublings));
        prices.filter(move |price| (price - best) * away > 0).take_while(|price| *price >= 1)
    }

    /// Returns the price with a level in a cell of 2^`doublings` ticks. It is the price of one of the two halves of the
    /// cell, so that a sparser book has some of the prices of a denser one, and no others.
    fn price_in(&self, cell: i64, doublings: u32) -> i64 {
        let half = |cell: i64, n: u32| 2 * cell + (mix(self.key ^ u64::from(n) << 56, cell as u64) & 1) as i64;
        (0..doublings).rev().fold(cell, half)
    }

    fn size(&self, tables: &ClassTables, price: i64, away: i64, seq: u64, sparse: u32) -> Size {
        let here = mix(self.key ^ away as u64, price as u64);
        let turn = (seq + (here >> 8 & 63)) >> (LEAST_TURN + (here % TURNS) as u32);
        let bits = mix(here, turn);
        let units = tables.sizes.quoted(bits) + tables.sizes.quoted(bits >> 32);
        Size((units / (1 + u64::from(sparse))).max(1).saturating_mul(self.unit))
    }
}

/// Returns a number that looks random and follows from `key` and `n`: SplitMix64 (Steele, Lea and Flood 2014,
/// *OOPSLA*).
const fn mix(key: u64, n: u64) -> u64 {
    let z = key.wrapping_add((n ^ key.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
