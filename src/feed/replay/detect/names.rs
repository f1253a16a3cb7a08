//! Which columns hold what by their names, each checked against its values.

use super::meaning::{self, Meaning, Named};
use super::prices;
use super::profile::Profile;
use crate::feed::replay::layout::{Group, Shape, SideColumn, TickColumns};
use crate::feed::replay::report::FileKind;

/// The meanings of columns by name, best first.
pub struct Names<'a> {
    profiles: &'a [Profile],
    named: Vec<Vec<Named>>,
    taken: Vec<usize>,
}

impl<'a> Names<'a> {
    /// `taken` columns hold something else already.
    pub fn of(profiles: &'a [Profile], taken: &[usize]) -> Self {
        let named = profiles.iter().map(|profile| meaning::of(&profile.name)).collect();
        Self { profiles, named, taken: taken.to_vec() }
    }

    /// The column whose name is nearest to a meaning, of those whose values can be it.
    fn find(&self, meaning: Meaning, level: Option<u32>, can_be: impl Fn(&Profile) -> bool) -> Option<usize> {
        let fits = |n: &usize| !self.taken.contains(n) && can_be(&self.profiles[*n]);
        let columns = (0..self.profiles.len()).filter(fits);
        let ranked = columns.filter_map(|n| {
            let named = self.named[n].iter().find(|named| named.meaning == meaning)?;
            (level.is_none() || named.level.is_none() || named.level == level).then_some((named.rank, n))
        });
        ranked.min().map(|(_, n)| n)
    }

    fn price(&self, meaning: Meaning) -> Option<usize> {
        self.find(meaning, self.first_level(), |profile| profile.is_numeric() && !profile.is_mangled())
    }

    /// A size; one that has numbers goes before one that is always empty or zero.
    fn size(&self, meaning: Meaning) -> Option<usize> {
        let has_values = |profile: &Profile| profile.is_numeric() && profile.max() > 0.0 && !profile.is_mangled();
        let level = self.first_level();
        self.find(meaning, level, has_values).or_else(|| self.find(meaning, level, |p| p.is_numeric() || p.filled == 0))
    }

    /// The level of the book that is its top: 0, or 1 where counting begins there.
    fn first_level(&self) -> Option<u32> {
        self.levels().into_iter().min()
    }

    fn levels(&self) -> Vec<u32> {
        let is_side = |named: &&Named| matches!(named.meaning, Meaning::Bid | Meaning::Ask);
        let mut levels: Vec<u32> =
            self.named.iter().flatten().filter(is_side).filter_map(|named| named.level).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    pub fn symbol(&self) -> Option<usize> {
        /// Names that are symbols by chance must look like some.
        const WEAK: u8 = 5;
        let can_be = |rank: u8| {
            move |profile: &Profile| {
                profile.filled > 0
                    && profile.dated * 2 < profile.filled
                    && (rank < WEAK || profile.numeric * 2 < profile.filled)
            }
        };
        let weak = |n: usize| self.named[n].iter().any(|named| named.meaning == Meaning::Symbol && named.rank < WEAK);
        let strong = self.find(Meaning::Symbol, None, can_be(0)).filter(|n| weak(*n));
        strong.or_else(|| self.find(Meaning::Symbol, None, can_be(WEAK))).or_else(|| self.number_of_instrument())
    }

    /// An instrument's number, where nothing better tells several apart.
    fn number_of_instrument(&self) -> Option<usize> {
        let several = |profile: &Profile| profile.are_integers && profile.texts.len() > 1 && !profile.has_more_texts;
        self.find(Meaning::Symbol, None, several)
            .filter(|n| self.named[*n].iter().any(|named| named.meaning == Meaning::Symbol && named.rank < 12))
    }

    fn side(&self) -> Option<SideColumn> {
        let words = self.find(Meaning::Side, None, |profile| {
            profile.are_all(&prices::SIDES)
                || profile.texts.iter().any(|text| prices::SIDES[..9].contains(&text.as_str()))
        });
        let maker = || self.find(Meaning::BuyerMaker, None, |profile| profile.filled > 0);
        let words = words.map(|column| SideColumn { column, is_maker: false });
        words.or_else(|| maker().map(|column| SideColumn { column, is_maker: true }))
    }

    /// The rows' kind and shape, where names tell it.
    pub fn shape(&self) -> Option<(FileKind, Shape)> {
        if let Some(book) = self.book() {
            return Some((FileKind::Book, book));
        }
        if let Some(bars) = self.bars() {
            return Some((FileKind::Bars, bars));
        }
        let ticks = self.ticks()?;
        let kind = match () {
            () if ticks.bid.or(ticks.ask).is_some() && self.levels().len() > 1 => FileKind::Book,
            () if ticks.price.is_none() || ticks.action.is_some() && ticks.bid.or(ticks.ask).is_some() => {
                FileKind::Quotes
            }
            () if ticks.bid.or(ticks.ask).is_some() => FileKind::TradesAndQuotes,
            () if ticks.action.is_some_and(|n| !self.profiles[n].are_all(&["t", "f"])) => FileKind::Book,
            () => FileKind::Trades,
        };
        Some((kind, Shape::Ticks(ticks)))
    }

    /// Prices and sizes of single levels, which look like trades but are none.
    fn book(&self) -> Option<Shape> {
        let (price, size) = (self.price(Meaning::Price)?, self.size(Meaning::Size)?);
        let snapshot = self.find(Meaning::Snapshot, None, |_| true);
        let side = self.side().filter(|side| !side.is_maker)?.column;
        if self.find(Meaning::Action, None, |_| true).is_some() {
            return None;
        }
        const TYPES: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
        if let Some(kind) =
            self.find(Meaning::Kind, None, |profile| profile.are_all(&TYPES)).filter(|kind| *kind != side)
            && self.profiles[side].are_all(&["1", "-1"])
        {
            return Some(Shape::Messages { kind, price, size, direction: side });
        }
        let are_sides = self.profiles[side].are_all(&["bid", "ask", "b", "a", "buy", "sell", "s"]);
        // A trade has a size: a level without one is taken out of the book.
        let takes_out =
            || self.profiles[side].are_all(&["bid", "ask"]) && self.profiles[size].values().any(|v| v == 0.0);
        (are_sides && (snapshot.is_some() || takes_out())).then_some(Shape::Levels { side, price, size, snapshot })
    }

    /// Columns that might be the close as well.
    pub fn other_closes(&self) -> Vec<usize> {
        let can_be = |n: &usize| {
            self.named[*n].iter().any(|named| named.meaning == Meaning::Close)
                && self.profiles[*n].is_numeric()
                && !self.taken.contains(n)
        };
        (0..self.profiles.len()).filter(can_be).collect()
    }

    fn bars(&self) -> Option<Shape> {
        let volume = self.volume();
        let close = self.price(Meaning::Close);
        let (open, high, low) = (self.price(Meaning::Open), self.price(Meaning::High), self.price(Meaning::Low));
        if let (Some(high), Some(low), Some(close)) = (high, low, close) {
            let open = open.unwrap_or(close);
            return Some(Shape::Bars { open, high, low, close, volume });
        }
        // One price a day is a bar that is flat.
        let close = close?;
        let is_close = self.named[close].iter().any(|named| named.meaning == Meaning::Close && named.rank % 30 <= 1);
        let is_alone = self.price(Meaning::Bid).is_none() && self.price(Meaning::Ask).is_none();
        (is_close && is_alone).then_some(Shape::Bars { open: close, high: close, low: close, close, volume })
    }

    /// The volume; of two of which one is the other times the price, the one in units.
    fn volume(&self) -> Option<usize> {
        let volume = self.size(Meaning::Volume)?;
        let mean = |n: usize| {
            let (sum, count) = self.profiles[n].values().fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
            sum / f64::from(count.max(1))
        };
        let price = mean(self.price(Meaning::Close)?);
        let is_money = |other: usize| (mean(volume) / (mean(other) * price) - 1.0).abs() < 0.1;
        let rank = |n: &usize| self.named[*n].iter().any(|named| named.meaning == Meaning::Volume);
        let units = (0..self.profiles.len())
            .filter(rank)
            .find(|n| *n != volume && self.profiles[*n].is_numeric() && price > 2.0 && is_money(*n));
        Some(units.unwrap_or(volume))
    }

    fn ticks(&self) -> Option<TickColumns> {
        let (bid, ask) = (self.price(Meaning::Bid), self.price(Meaning::Ask));
        let mut ticks = TickColumns {
            price: self.price(Meaning::Price),
            size: self.size(Meaning::Size),
            side: self.side(),
            bid,
            ask,
            bid_size: bid.and_then(|_| self.size(Meaning::BidSize)),
            ask_size: ask.and_then(|_| self.size(Meaning::AskSize)),
            action: self.find(Meaning::Action, None, |profile| profile.texts.iter().all(|text| text.len() == 1)),
        };
        // Beside the levels of a book a price is that of an order, unless an action says that it is a trade.
        if !self.levels().is_empty() && ticks.bid.or(ticks.ask).is_some() && ticks.action.is_none() {
            ticks.price = None;
        }
        if ticks.price.is_none() {
            (ticks.size, ticks.side, ticks.action) = (None, None, None);
        }
        (ticks.price.is_some() || bid.is_some() || ask.is_some()).then_some(ticks)
    }
}

/// One group for each symbol that the names or a second header line tell.
pub fn wide(profiles: &[Profile], symbols: Option<&[String]>, taken: &[usize]) -> Option<(FileKind, Vec<Group>)> {
    let pairs: Vec<(String, usize, String)> = (0..profiles.len())
        .filter(|n| !taken.contains(n))
        .filter_map(|n| {
            let name = &profiles[n].name;
            let (symbol, field) = match symbols {
                Some(symbols) => (symbols.get(n)?.clone(), name.clone()),
                None => split(name)?,
            };
            (!symbol.is_empty()).then_some((symbol, n, field))
        })
        .collect();
    let mut order: Vec<&String> = Vec::new();
    pairs.iter().for_each(|(symbol, ..)| {
        if !order.contains(&symbol) {
            order.push(symbol)
        }
    });
    let shaped = order.into_iter().filter_map(|symbol| {
        let columns: Vec<usize> = pairs.iter().filter(|pair| pair.0 == *symbol).map(|pair| pair.1).collect();
        let mut renamed = profiles.to_vec();
        for (_, n, field) in pairs.iter().filter(|pair| pair.0 == *symbol) {
            renamed[*n].name = field.clone();
        }
        let others: Vec<usize> = (0..profiles.len()).filter(|n| !columns.contains(n)).collect();
        let (kind, shape) = Names::of(&renamed, &others).shape()?;
        Some((kind, columns.len(), Group { symbol: Some(symbol.clone()), shape }))
    });
    let shaped: Vec<(FileKind, usize, Group)> = shaped.collect();
    let (kind, widest) = (shaped.first()?.0, shaped.iter().map(|one| one.1).max()?);
    let is_plain = symbols.is_some() || widest >= 4 || shaped.len() > 1;
    is_plain.then(|| (kind, shaped.into_iter().filter(|one| one.0 == kind).map(|one| one.2).collect()))
}

/// A name that is a symbol and one of a bar's or a quote's words, such as `BTC:open` or `close_AAPL`.
fn split(name: &str) -> Option<(String, String)> {
    let is_field = |text: &str| {
        let named = meaning::of(text);
        named.first().is_some_and(|named| {
            named.rank <= 4
                && !matches!(named.meaning, Meaning::Time | Meaning::Symbol | Meaning::Kind | Meaning::Action)
        }) || text.eq_ignore_ascii_case("adj close")
            || text.eq_ignore_ascii_case("adjusted")
    };
    let is_symbol = |text: &str| {
        let plain = text.trim_matches(|c: char| "()'\" ".contains(c));
        // One or two figures count a level; a stock's number has more.
        let is_count = plain.len() < 3 && plain.bytes().all(|byte| byte.is_ascii_digit());
        !is_count && plain.chars().any(char::is_alphanumeric) && !plain.split(' ').any(meaning::is_known)
    };
    let name = name.trim_matches(|c: char| "()".contains(c));
    let cuts = name.char_indices().filter(|(_, c)| ":._ /|-,".contains(*c));
    let sides = cuts.map(|(at, c)| (&name[..at], &name[at + c.len_utf8()..]));
    for (left, right) in sides {
        let clean = |text: &str| text.trim_matches(|c: char| "'\" ,".contains(c)).to_owned();
        if is_symbol(left) && is_field(&clean(right)) {
            return Some((clean(left), clean(right)));
        }
        if is_symbol(right) && is_field(&clean(left)) {
            return Some((clean(right), clean(left)));
        }
    }
    None
}

/// A column for each symbol: numbers under names that mean nothing else.
pub fn columns_of_symbols(profiles: &[Profile], taken: &[usize]) -> Option<Vec<Group>> {
    let is_one = |n: &usize| {
        let profile = &profiles[*n];
        !taken.contains(n)
            && profile.is_numeric()
            && !profile.is_mangled()
            && !profile.name.is_empty()
            && !meaning::is_known(&profile.name)
    };
    let group = |n: usize| Group {
        symbol: Some(profiles[n].name.clone()),
        shape: Shape::Bars { open: n, high: n, low: n, close: n, volume: None },
    };
    let groups: Vec<Group> = (0..profiles.len()).filter(is_one).map(group).collect();
    (!groups.is_empty()).then_some(groups)
}
