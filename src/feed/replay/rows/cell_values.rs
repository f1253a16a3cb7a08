//! The cells of a row as exact numbers, by the shape of the row.

use super::side;
use super::values::{BarValues, LevelChange, LevelValues, QuoteValues, RowValues, TradeValues};
use crate::feed::replay::error::{RejectReason, RowError};
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::parse::number;
use crate::feed::replay::schema::{KindColumn, Layout, LevelColumns, RowKind, RowShape, SideColumn, TickColumns};
use crate::market::{Decimal, DecimalError, MAX_DECIMALS, Side};

/// The actions of an order book that are trades: trade and fill.
const TRADE_ACTIONS: [&str; 3] = ["T", "F", "t"];
/// The message types of LOBSTER that are trades: executions of visible and of hidden orders.
const EXECUTIONS: [&str; 2] = ["4", "5"];
const ZERO: Decimal = Decimal::new(0, 0);

/// The cells of a row, and the layout to read them by.
pub struct CellValues<'a> {
    pub cells: &'a Cells,
    pub layout: &'a Layout,
}

impl CellValues<'_> {
    /// Reads the values of a row.
    ///
    /// # Errors
    /// The reason why the row is rejected.
    pub fn read(&self, shape: &RowShape) -> Result<RowValues, RowError> {
        match *shape {
            RowShape::Bars { open, high, low, close, volume } => {
                let bar = BarValues {
                    open: self.required_price(open)?,
                    high: self.required_price(high)?,
                    low: self.required_price(low)?,
                    close: self.required_price(close)?,
                    volume: self.size(volume)?,
                };
                let none = [(open, bar.open), (high, bar.high), (low, bar.low), (close, bar.close)];
                if let Some((column, _)) = none.into_iter().find(|(_, price)| self.is_no_price(*price)) {
                    return Err(RowError { reason: RejectReason::ZeroPrice, column: Some(column) });
                }
                let error = RowError { reason: RejectReason::BarOutOfRange, column: None };
                if bar.is_consistent() { Ok(RowValues::Bar(bar)) } else { Err(error) }
            }
            RowShape::Ticks(columns) => self.ticks(&columns),
            RowShape::Levels { side, price, size, snapshot, are_moments } => {
                let error = RowError { reason: RejectReason::BadSide, column: Some(side) };
                let is_bid = side::is_bid(self.bytes(side)).ok_or(error)?;
                let (change, is_removed) =
                    snapshot.map_or((LevelChange::Update, false), |column| side::change(self.bytes(column)));
                let change = if are_moments { LevelChange::Moment } else { change };
                let value = self.required_price(price)?;
                if self.is_no_price(value) {
                    return Err(RowError { reason: RejectReason::ZeroPrice, column: Some(price) });
                }
                let size = if is_removed { ZERO } else { self.size(Some(size))? };
                Ok(RowValues::Level(LevelValues { is_bid, price: value, size, change }))
            }
            RowShape::Messages { kind, price, size, direction } => {
                let price = self.required_price(price)?;
                if !EXECUTIONS.contains(&self.cells.get(kind)) {
                    return Ok(RowValues::Message { price });
                }
                // The direction is that of the resting order: the aggressor is on the other side.
                let side = match self.cells.get(direction) {
                    "1" => Some(Side::Sell),
                    "-1" => Some(Side::Buy),
                    _ => None,
                };
                let trade = Some(TradeValues { price, size: self.size(Some(size))?, side });
                Ok(RowValues::Ticks { trade, quote: None })
            }
        }
    }

    /// Reads one more level of both sides of the book; `None` where the row has neither.
    ///
    /// # Errors
    /// When a cell is no number.
    pub fn behind(&self, nth: usize, columns: &LevelColumns) -> Result<Option<RowValues>, RowError> {
        let side = |side: Option<(usize, usize)>| {
            Ok((self.optional_price(side.map(|(price, _)| price))?, side.map(|(_, size)| size)))
        };
        let levels = self.quote(side(columns.bid)?, side(columns.ask)?)?;
        let has_any = levels.bid.or(levels.ask).is_some();
        Ok(has_any.then_some(RowValues::Behind { nth: nth as u8, levels }))
    }

    fn ticks(&self, columns: &TickColumns) -> Result<RowValues, RowError> {
        let TickColumns { price, bid, ask, bid_size, ask_size, action, row_kind, .. } = *columns;
        let kind = row_kind.map_or(Ok(RowKind::Both), |kind| self.row_kind(kind))?;
        if kind.is_side() && price.is_some() {
            return self.side_of_quote(columns, kind == RowKind::Bid);
        }
        if kind == RowKind::Quote && bid.or(ask).is_none() {
            let column = columns.side.map(|side| side.column);
            let error = RowError { reason: RejectReason::BadSide, column };
            let is_bid = column.and_then(|side| side::is_bid(self.bytes(side))).ok_or(error)?;
            return self.side_of_quote(columns, is_bid);
        }
        let (has_trade, has_quote) = (kind != RowKind::Quote, kind != RowKind::Trade);
        let is_trade = has_trade && action.is_none_or(|column| TRADE_ACTIONS.contains(&self.cells.get(column)));
        let written = self.optional_price(price.filter(|_| is_trade))?;
        let trade = match written.filter(|price| !self.is_no_price(*price)) {
            Some(price) => Some(self.trade(price, columns)?),
            None => None,
        };
        let (bid, ask) = (bid.filter(|_| has_quote), ask.filter(|_| has_quote));
        let quote = match (self.optional_price(bid)?, self.optional_price(ask)?) {
            (None, None) => None,
            (bid, ask) => Some(self.quote((bid, bid_size), (ask, ask_size))?),
        };
        if trade.is_none() && quote.is_none() {
            if !is_trade
                && has_trade
                && let Some(price) = self.optional_price(price)?
            {
                return Ok(RowValues::Message { price });
            }
            let reason = if written.is_some() { RejectReason::ZeroPrice } else { RejectReason::NoPrice };
            return Err(RowError { reason, column: price.or(bid).or(ask) });
        }
        Ok(RowValues::Ticks { trade, quote })
    }

    fn trade(&self, price: Decimal, columns: &TickColumns) -> Result<TradeValues, RowError> {
        let side = self.aggressor(columns.side);
        let Some(column) = columns.size.filter(|_| columns.is_size_signed) else {
            return Ok(TradeValues { price, size: self.size(columns.size)?, side });
        };
        let size = self.number(column, RejectReason::BadSize)?.unwrap_or(ZERO);
        let of_sign = if size.mantissa < 0 { Side::Sell } else { Side::Buy };
        let bad = RowError { reason: RejectReason::BadSize, column: Some(column) };
        let size = Decimal::new(size.mantissa.checked_abs().ok_or(bad)?, size.decimals);
        Ok(TradeValues { price, size, side: side.or((size.mantissa != 0).then_some(of_sign)) })
    }

    /// The kind of a row that is a trade or a quote.
    fn row_kind(&self, KindColumn { column, form }: KindColumn) -> Result<RowKind, RowError> {
        let cell = self.cells.get(column);
        let error = |reason| Err(RowError { reason, column: Some(column) });
        if self.layout.kinds_left_out.iter().any(|kind| cell.eq_ignore_ascii_case(kind)) {
            return error(RejectReason::OtherQuote);
        }
        match RowKind::of(cell, form) {
            Some(RowKind::Cancelled) => error(RejectReason::Cancelled),
            Some(RowKind::Correction) => error(RejectReason::Correction),
            Some(RowKind::Other) | None => error(RejectReason::OtherKind),
            Some(kind) => Ok(kind),
        }
    }

    /// A row with one side of a quote.
    fn side_of_quote(&self, columns: &TickColumns, is_bid: bool) -> Result<RowValues, RowError> {
        let own_size = if is_bid { columns.bid_size } else { columns.ask_size };
        let size = self.size(columns.size.or(own_size))?;
        let price = self.optional_price(columns.price)?.filter(|price| !self.is_no_price(*price));
        let change = if price.is_some() { LevelChange::Top } else { LevelChange::NoTop };
        Ok(RowValues::Level(LevelValues { is_bid, price: price.unwrap_or(ZERO), size, change }))
    }

    /// A price of zero, where it means that there is none.
    const fn is_no_price(&self, price: Decimal) -> bool {
        price.mantissa == 0 && !self.layout.is_zero_price
    }

    /// A price of zero means that a side has no quote, but where it is a price. On both sides it never is one.
    fn quote(
        &self,
        (bid, bid_size): (Option<Decimal>, Option<usize>),
        (ask, ask_size): (Option<Decimal>, Option<usize>),
    ) -> Result<QuoteValues, RowError> {
        let is_zero = |price: Option<Decimal>| price.is_some_and(|price| price.mantissa == 0);
        let is_empty = is_zero(bid) && is_zero(ask);
        let quoted = |price: Option<Decimal>| price.filter(|price| !is_empty && !self.is_no_price(*price));
        let (bid, ask) = (quoted(bid), quoted(ask));
        let bid_size = self.size(bid_size.filter(|_| bid.is_some()))?;
        let ask_size = self.size(ask_size.filter(|_| ask.is_some()))?;
        Ok(QuoteValues { bid, ask, bid_size, ask_size })
    }

    fn required_price(&self, column: usize) -> Result<Decimal, RowError> {
        self.price(column)?.ok_or(RowError { reason: RejectReason::NoPrice, column: Some(column) })
    }

    fn optional_price(&self, column: Option<usize>) -> Result<Option<Decimal>, RowError> {
        column.map_or(Ok(None), |column| self.price(column))
    }

    fn price(&self, column: usize) -> Result<Option<Decimal>, RowError> {
        let price = self.number(column, RejectReason::BadPrice)?;
        let scale = self.layout.price_scale;
        if scale == 0 {
            return Ok(price);
        }
        // Databento writes the largest number where there is no price.
        let Some(price) = price.filter(|price| price.mantissa != i64::MAX) else { return Ok(None) };
        let scaled = Decimal::new(price.mantissa, price.decimals + scale).shorten(price.decimals);
        if scaled.decimals > MAX_DECIMALS {
            return Err(RowError { reason: RejectReason::TooManyDigits, column: Some(column) });
        }
        Ok(Some(scaled))
    }

    /// A size that is not given is zero.
    fn size(&self, column: Option<usize>) -> Result<Decimal, RowError> {
        let Some(column) = column else { return Ok(ZERO) };
        let size = self.number(column, RejectReason::BadSize)?.unwrap_or(ZERO);
        if size.mantissa < 0 { Err(RowError { reason: RejectReason::BadSize, column: Some(column) }) } else { Ok(size) }
    }

    fn number(&self, column: usize, bad: RejectReason) -> Result<Option<Decimal>, RowError> {
        let cell = self.cells.get(column);
        match number::parse(cell, self.layout.mark(column)) {
            Ok(number) => Ok(Some(number)),
            Err(_) if number::is_blank(cell) => Ok(None),
            Err(DecimalError::NotANumber) => Err(RowError { reason: bad, column: Some(column) }),
            Err(DecimalError::TooManyDigits) => {
                Err(RowError { reason: RejectReason::TooManyDigits, column: Some(column) })
            }
        }
    }

    fn aggressor(&self, column: Option<SideColumn>) -> Option<Side> {
        let SideColumn { column, is_maker } = column?;
        side::aggressor(self.bytes(column), is_maker)
    }

    fn bytes(&self, column: usize) -> &[u8] {
        self.cells.get(column).as_bytes()
    }
}
