//! What the HTTP addresses tell of the market.

use super::auth::{Auth, Identity};
use crate::fanout::{LiveMarket, wall_micros};
use crate::market::{Bar, Instrument, InstrumentId, InstrumentState, Market, Timestamp};
use crate::server::auth::{AccessPolicy, Admission, Role};
use crate::server::session::FeedControl;
use crate::server::session::SessionLimits;
use crate::wire::{
    ApiError, BarsQuery, Feed, Format, JsonMessage, QuotesKind, QuotesMessage, access_response, bars_response,
    depth_response, news_response, parse_bars_query, parse_command, parse_depth_query, parse_login, parse_news_query,
    parse_quotes_query, rejected_response, scenarios_response,
};

/// The media type of what is sent here.
const JSON: &str = "application/json";

/// Who asks, and what it takes to be more.
pub fn who(identity: Identity, auth: &Auth) -> String {
    let needed = |admission: &Admission| match admission {
        Admission::Everybody => "everybody",
        Admission::Token(_) => "token",
        Admission::Nobody => "nobody",
    };
    let AccessPolicy { viewers, presenters, .. } = &*auth.access;
    access_response(identity.role.label(), needed(viewers), needed(presenters))
}

/// The token that was sent, and whom it makes its sender.
pub fn sign_in(kind: Option<&str>, body: &[u8], auth: &Auth) -> Result<(String, Role), ApiError> {
    check_json(kind)?;
    let token = parse_login(&String::from_utf8_lossy(body))?;
    let known = [&auth.access.presenters, &auth.access.viewers].into_iter().filter_map(Admission::token);
    // What opens nothing is told, also where everybody may watch.
    if known.fold(false, |found, known| known.matches(&token) | found) {
        let role = auth.access.role(&[&token]);
        Ok((token, role))
    } else {
        Err(ApiError::wrong_token())
    }
}

fn check_json(kind: Option<&str>) -> Result<(), ApiError> {
    let is_json = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON));
    if kind.is_some_and(is_json) { Ok(()) } else { Err(ApiError::not_json_content()) }
}

pub fn feed(live: &LiveMarket) -> String {
    let live = live.read();
    Feed::new(&live.market, wall_micros(), &live.status).to_text().as_str().to_owned()
}

pub fn rejected(live: &LiveMarket) -> String {
    let live = live.read();
    rejected_response(live.market.epoch(), &live.status)
}

pub fn scenarios(live: &LiveMarket) -> String {
    let live = live.read();
    scenarios_response(&live.market, live.status.catalog.as_deref())
}

pub fn news(query: &str, live: &LiveMarket) -> Result<String, ApiError> {
    let limit = parse_news_query(query)?;
    Ok(news_response(&live.read().market, wall_micros(), limit))
}

/// Obeys a command, and tells how the feed stands then.
pub async fn drive(
    kind: Option<&str>,
    body: &[u8],
    commands: &FeedControl,
    live: &LiveMarket,
) -> Result<String, ApiError> {
    check_json(kind)?;
    commands.run(parse_command(&String::from_utf8_lossy(body))?).await?;
    Ok(feed(live))
}

/// The snapshot of the symbols that a query names, or of all.
pub fn quotes(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Result<String, ApiError> {
    let symbols = parse_quotes_query(query, limits.subscriptions.count)?;
    let live = live.read();
    let market = &live.market;
    let found = match &symbols {
        None => market.iter().collect(),
        Some(symbols) => symbols.iter().map(|symbol| find(market, symbol)).collect::<Result<Vec<_>, _>>()?,
    };
    let mut message = QuotesMessage::new(Format::Json, QuotesKind::Snapshot, market.epoch(), wall_micros());
    for (id, instrument, state) in found {
        message.push(id, instrument, state, 1);
    }
    Ok(message.finish().into_text().expect("invariant: JSON is text").as_str().to_owned())
}

/// Bars of some symbols, oldest first.
pub fn bars(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Result<String, ApiError> {
    let query = read_bars_query(query, limits)?;
    let live = live.read();
    let series = copy_bars(&live.market, &query)?;
    drop(live);
    Ok(write_bars(&series, &query, None))
}

/// The same of the whole tape, as far as it was read ahead or played.
pub fn preview(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Result<String, ApiError> {
    let query = read_bars_query(query, limits)?;
    let live = live.read();
    let ahead = live.status.preview.market().filter(|ahead| ahead.ticks() > live.market.ticks());
    let market = ahead.as_ref().unwrap_or(&live.market);
    let (through, mut series) = (market.now(), copy_bars(market, &query)?);
    series.epoch = live.market.epoch();
    drop(live);
    Ok(write_bars(&series, &query, Some(through)))
}

/// Copied under the lock, to be written without it.
struct BarsCopy {
    epoch: u64,
    series: Vec<(Instrument, Vec<(Bar, bool)>)>,
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

fn copy_bars(market: &Market, query: &BarsQuery) -> Result<BarsCopy, ApiError> {
    let copy = |symbol: &String| {
        let (_, instrument, state) = find(market, symbol)?;
        let bars = state.series(query.interval).newest(query.limit).map(|(bar, closed)| (*bar, closed));
        Ok((instrument.clone(), bars.collect()))
    };
    let series = query.symbols.iter().map(copy).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(BarsCopy { epoch: market.epoch(), series })
}

fn write_bars(copy: &BarsCopy, query: &BarsQuery, through: Option<Timestamp>) -> String {
    fn marked(bars: &[(Bar, bool)]) -> impl Iterator<Item = (&Bar, bool)> {
        bars.iter().map(|(bar, closed)| (bar, *closed))
    }
    let series = copy.series.iter().map(|(instrument, bars)| (instrument, marked(bars)));
    bars_response(copy.epoch, through, query.interval, series)
}

/// The levels of the symbols that the query names.
pub fn depth(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Result<String, ApiError> {
    let symbols = parse_depth_query(query, limits.subscriptions.count)?;
    let live = live.read();
    let market = &live.market;
    let books = symbols.iter().map(|symbol| {
        let (id, instrument, state) = find(market, symbol)?;
        Ok((instrument, state, market.depth(id).ok_or_else(|| ApiError::no_depth(Some(symbol)))?))
    });
    let books = books.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(depth_response(market.epoch(), books.into_iter()))
}

fn find<'m>(market: &'m Market, symbol: &str) -> Result<(InstrumentId, &'m Instrument, &'m InstrumentState), ApiError> {
    let found = market.id(symbol).and_then(|id| market.get(id).map(|(instrument, state)| (id, instrument, state)));
    found.ok_or_else(|| ApiError::unknown_symbol(symbol))
}
