//! The market: symbols, quotes, bars and depth.

use super::Site;
use crate::market::{CopiedSeries, Instrument, InstrumentId, InstrumentState, Market};
use crate::server::session::SessionLimits;
use crate::wire::{
    ApiError, BarsQuery, BarsResponse, Format, Outgoing, QuotesKind, QuotesMessage, depth_response, parse_bars_query,
    parse_depth_query, parse_quotes_query, symbols_response,
};

/// The symbols of the feed.
pub fn symbols(site: &Site, _: &str) -> Result<String, ApiError> {
    Ok(symbols_response(&site.live.read().market))
}

/// A snapshot of the symbols that the query names, or of all.
pub fn quotes(site: &Site, query: &str) -> Result<String, ApiError> {
    let symbols = parse_quotes_query(query, site.limits.subscriptions.count)?;
    let live = site.live.read();
    let market = &live.market;
    let found = match &symbols {
        None => market.iter().collect(),
        Some(symbols) => symbols.iter().map(|symbol| find(market, symbol)).collect::<Result<Vec<_>, _>>()?,
    };
    // A client that polls expects one answer.
    let outgoing = Outgoing { ts_sent: site.live.wall_micros(), format: Format::Json, max_bytes: usize::MAX };
    let mut message = QuotesMessage::new(outgoing, QuotesKind::Snapshot, market.epoch());
    for (id, instrument, state) in found {
        message.push(id, instrument, state, 1);
    }
    Ok(message.finish().into_text().expect("invariant: JSON is text").as_str().to_owned())
}

/// Bars of the symbols that the query names, oldest first.
pub fn bars(site: &Site, query: &str) -> Result<BarsResponse, ApiError> {
    let query = read_bars_query(query, &site.limits)?;
    let live = site.live.read();
    let series = copy_series(&live.market, &query)?;
    Ok(BarsResponse::new(live.market.epoch(), None, query.interval, series))
}

/// Bars of the whole recording, as far as it was read ahead or played.
pub fn preview(site: &Site, query: &str) -> Result<BarsResponse, ApiError> {
    let query = read_bars_query(query, &site.limits)?;
    let live = site.live.read();
    let ahead = live.status.preview.market().filter(|ahead| ahead.ticks() > live.market.ticks());
    let market = ahead.as_ref().unwrap_or(&live.market);
    let series = copy_series(market, &query)?;
    Ok(BarsResponse::new(live.market.epoch(), Some(market.now()), query.interval, series))
}

/// The depth of the symbols that the query names.
pub fn depth(site: &Site, query: &str) -> Result<String, ApiError> {
    let symbols = parse_depth_query(query, site.limits.subscriptions.count)?;
    let live = site.live.read();
    let market = &live.market;
    let books = symbols.iter().map(|symbol| {
        let (id, instrument, state) = find(market, symbol)?;
        let depth = market.depth(id).ok_or_else(|| ApiError::no_depth(Some(symbol)))?;
        Ok((instrument, state.seq, market.depth_ts(id), depth))
    });
    let books = books.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(depth_response(market.epoch(), books.into_iter()))
}

fn read_bars_query(query: &str, limits: &SessionLimits) -> Result<BarsQuery, ApiError> {
    let query = parse_bars_query(query, limits.subscriptions.count)?;
    let query = BarsQuery { limit: query.limit.min(limits.bars), ..query };
    let max = limits.subscriptions.history;
    if query.symbols.len().saturating_mul(query.limit) > max {
        let message = format!("one answer holds {max} bars: ask for fewer symbols or a lower `limit`");
        return Err(ApiError::bad_query(message));
    }
    Ok(query)
}

/// Copies bars while the market is locked, to be written without the lock.
fn copy_series(market: &Market, query: &BarsQuery) -> Result<Vec<(Instrument, CopiedSeries)>, ApiError> {
    let copy = |symbol: &String| {
        let (_, instrument, state) = find(market, symbol)?;
        Ok((instrument.clone(), state.series(query.interval).copy_newest(query.limit)))
    };
    query.symbols.iter().map(copy).collect()
}

fn find<'m>(market: &'m Market, symbol: &str) -> Result<(InstrumentId, &'m Instrument, &'m InstrumentState), ApiError> {
    let found = market.id(symbol).and_then(|id| market.get(id).map(|(instrument, state)| (id, instrument, state)));
    found.ok_or_else(|| ApiError::unknown_symbol(symbol))
}
