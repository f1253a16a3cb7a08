//! The cells of a row as exact numbers, by the shape of the row.

use super::side;
use super::values::{BarValues, LevelValues, QuoteValues, RowValues, TradeValues};
use crate::feed::replay::error::{RejectReason, RowError};
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::parse::number;
use crate::feed::replay::schema::{Layout, RowShape, SideColumn, TickColumns};
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
                let error = RowError { reason: RejectReason::BarOutOfRange, column: None };
                if bar.is_consistent() { Ok(RowValues::Bar(bar)) } else { Err(error) }
            }
            RowShape::Ticks(columns) => self.ticks(&columns),
            RowShape::Levels { side, price, size, snapshot } => {
                let error = RowError { reason: RejectReason::BadSide, column: Some(side) };
                let is_bid = side::is_bid(self.bytes(side)).ok_or(error)?;
                let is_snapshot = snapshot.is_some_and(|column| side::is_true(self.bytes(column)));
                let (price, size) = (self.required_price(price)?, self.size(Some(size))?);
                Ok(RowValues::Level(LevelValues { is_bid, price, size, is_snapshot }))
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

    fn ticks(&self, columns: &TickColumns) -> Result<RowValues, RowError> {
        let TickColumns { price, size, side, bid, ask, bid_size, ask_size, action } = *columns;
        let is_trade = action.is_none_or(|column| TRADE_ACTIONS.contains(&self.cells.get(column)));
        let trade = match self.optional_price(price.filter(|_| is_trade))? {
            Some(price) => Some(TradeValues { price, size: self.size(size)?, side: self.aggressor(side) }),
            None => None,
        };
        let quote = match (self.optional_price(bid)?, self.optional_price(ask)?) {
            (None, None) => None,
            (bid, ask) => Some(self.quote((bid, bid_size), (ask, ask_size))?),
        };
        if trade.is_none() && quote.is_none() {
            if !is_trade && let Some(price) = self.optional_price(price)? {
                return Ok(RowValues::Message { price });
            }
            return Err(RowError { reason: RejectReason::NoPrice, column: price.or(bid).or(ask) });
        }
        Ok(RowValues::Ticks { trade, quote })
    }

    /// A price of zero means that a side has no quote.
    fn quote(
        &self,
        (bid, bid_size): (Option<Decimal>, Option<usize>),
        (ask, ask_size): (Option<Decimal>, Option<usize>),
    ) -> Result<QuoteValues, RowError> {
        let quoted = |price: Option<Decimal>| price.filter(|price| price.mantissa != 0);
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
