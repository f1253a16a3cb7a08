//! The words of column names, in the languages of market data.
//!
//! A name is split at marks, at changes of case, and between letters and digits. A word that is not in the dictionary
//! is tried as two words in one. Names without gaps between words (Chinese, Japanese, Korean) are read from the left,
//! the longest phrase first.

/// The meaning of a word in the name of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Time,
    Date,
    /// A time and a date in one: timestamp, datetime, epoch.
    Timestamp,
    Utc,
    Event,
    /// The time at which something came in, not at which it happened.
    Received,
    Begin,
    Open,
    High,
    Low,
    Close,
    Last,
    Price,
    Bid,
    Ask,
    Size,
    Volume,
    Amount,
    /// Money that changed hands.
    Turnover,
    Ticks,
    Count,
    Side,
    Buy,
    Maker,
    Symbol,
    /// Weaker than a symbol: market, product, code.
    Contract,
    Name,
    Id,
    Adjusted,
    Previous,
    Settle,
    Mark,
    Action,
    Type,
    Snapshot,
    Level,
    Trade,
    Exchange,
    /// A word without a meaning of its own: best, the, of.
    Filler,
    /// A word that makes a column useless, whatever stands beside it: change, percent, average.
    Other,
}

use Word::{
    Action, Adjusted, Amount, Ask, Begin, Bid, Buy, Close, Contract, Count, Date, Event, Exchange, Filler, High, Id,
    Last, Level, Low, Maker, Mark, Name, Open, Other, Previous, Price, Received, Settle, Side, Size, Snapshot, Symbol,
    Ticks, Time, Timestamp, Trade, Turnover, Type, Utc, Volume,
};

/// Words by meaning, without accents. English, then German, Polish, French, Spanish, Italian,
/// Portuguese, Dutch, Swedish, Turkish, Russian.
const WORDS: [(Word, &str); 40] = [
    (Time, "time tm clock zeit uhrzeit czas godzina godz heure hora ora tijd saat tid время hour t"),
    (Date, "date day dt datum data fecha tarih dzien jour dia dag giorno дата yyyymmdd dates"),
    (Timestamp, "timestamp ts datetime epoch unix zeitstempel znacznik tstamp unixtime dtg"),
    (Utc, "utc gmt"),
    (Event, "event ev matching transact transaction"),
    (Received, "recv received receive local arrival ingest ingestion sent capture rcv server publish"),
    (Begin, "start begin window from"),
    (
        Open,
        "open opening o opn first erster eroffnung eroffnungskurs offnung otwarcie ouverture ouv apertura \
         abertura oppning acilis oppn anfang открытие откр eroff premier kurs_otwarcia op",
    ),
    (
        High,
        "high highest hi h hoch hochst hochster tageshoch hochstkurs najwyzszy najwyzsza maksimum max maximum \
         haut maximo maxima maxi alto massimo hoog hogst hogsta yuksek макс максимум maks",
    ),
    (
        Low,
        "low lowest lo l tief tiefst tiefster tagestief tiefstkurs najnizszy najnizsza minimum min bas minimo \
         minima mini bajo basso laag lagst lagsta dusuk мин минимум",
    ),
    (
        Close,
        "close closing c cls schluss schlusskurs zamkniecie cloture fermeture cierre chiusura fechamento slot \
         slotkoers stangning slut kapanis закрытие закр clo",
    ),
    (Last, "last letzter letzte zuletzt dernier ultimo ultima ostatni laatste senast simdi последняя latest"),
    (
        Price,
        "price px prc rate value quote kurs preis cena cours prix precio prezzo preco koers pris fiyat цена spot \
         nav val level_price rp p",
    ),
    (Bid, "bid bids geld kupno achat compra denaro bied alis"),
    (Ask, "ask asks offer ofr brief sprzedaz vente venta lettera laat satis"),
    (
        Size,
        "size sz qty quantity quant shares lots lot contracts units stucke stueck stuecke menge vol_traded stck \
         stk",
    ),
    (Volume, "volume vol v volumen volumes wolumen volym hacim объем volumn обьем vlm"),
    (Amount, "amount amt base nominal anzahl ilosc"),
    (
        Turnover,
        "turnover notional currency usd usdt eur gbp jpy busd usdc quoteqty umsatz obrot dollar dollars money \
         cost capital capitaux cash wartosc",
    ),
    (Ticks, "tick ticks tickvol"),
    (Count, "count num number trades transactions n nb orders ct cnt ord"),
    (Side, "side direction aggressor taker buysell bs dir richtung seite kierunek"),
    (Buy, "buy buyer sell seller"),
    (Maker, "maker isbuyermaker"),
    (Symbol, "symbol symbols ticker tickers sym symb ric tic simbolo wkn"),
    (
        Contract,
        "instrument security contract pair market product coin asset isin code stock underlying permno tricker \
         inst ccypair crypto cusip figi papier walor",
    ),
    (Name, "name nazwa nom nombre bezeichnung company"),
    (Id, "id ids tid uuid guid seq sequence seqnum index idx nr no row key"),
    (Adjusted, "adj adjusted bereinigt ajustado"),
    (Previous, "prev previous prior pre yesterday vortag pclose"),
    (Settle, "settle settlement sett"),
    (Mark, "mark index_price fair theo theoretical"),
    (Action, "action"),
    (Type, "type kind ordertype cond condition"),
    (Snapshot, "snapshot"),
    (Level, "level depth lvl"),
    (Trade, "trade traded trd tick_trade exec execution executed deal match fill"),
    (Exchange, "exchange exch ex venue mkt source publisher"),
    (Filler, "best top is the of in a and per total book m root bbo nbbo data data csv"),
    (
        Other,
        "change chg chng diff difference delta pct percent percentage return returns ret ratio average avg avrg \
         mean vwap twap wap weighted ma ema sma wma rsi macd signal upper lower mid middle band atr spread oi \
         openinterest interest strike expiry expiration maturity dividend dividends div split splits factor yield \
         cap marketcap mcap circulating supply open_interest openint variation veranderung zmiana veranderungen \
         perubahan vol_chg flags flag limit implied iv gamma vega theta rho anderung изменение изм fark var \
         sentiment std stddev volatility alpha beta rank score weight log week month year quarter weekday \
         predicted forecast label target latency delay imbalance pe eps ttm currency_code tag correction corr \
         suspicious halted amplitude",
    ),
];

/// Phrases of names without gaps, longest first where one begins another.
const PHRASES: [(Word, &str); 16] = [
    (
        Other,
        "涨跌额 涨跌幅 涨跌 漲跌價差 漲跌幅 漲跌 换手率 換手率 振幅 总市值 流通市值 市值 市盈率 均价 均價 加权 \
         前日比 騰落率 騰落 大비 전일비 전일대비 대비 등락률 등락 변동 시가총액 시총 상장주식수 未平倉 持仓量 \
         持仓 変化率 調整 平均",
    ),
    (Previous, "前收盘 前收 昨收 前終値 昨收盘 전일종가 전일"),
    (Settle, "结算价 結算價 清算値段"),
    (Count, "成交筆數 成交笔数 笔数 筆數 約定件数 체결건수"),
    (Turnover, "成交金额 成交金額 成交额 成交額 金额 金額 売買代金 거래대금"),
    (Volume, "成交量 成交股數 成交股数 成交數量 数量 數量 总手 手数 出来高 売買高 거래량 거래수량 체결량"),
    (Timestamp, "时间戳 時間戳 日時 일시"),
    (Date, "交易日期 交易日 日期 データ日付 日付 年月日 取引日 일자 날짜 거래일 기준일"),
    (Time, "成交时间 成交時間 时间 時間 時刻 시간 시각 체결시간"),
    (Open, "开盘价 开盘 開盤價 開盤價格 開盤 今开 始値 寄付 시가"),
    (High, "最高价 最高價 最高 高値 고가"),
    (Low, "最低价 最低價 最低 安値 저가"),
    (Close, "收盘价 收盘 收盤價 收盤 終値 종가"),
    (Price, "成交价 成交價 现价 最新价 最新價 价格 價格 約定値段 約定価格 現在値 체결가 현재가 가격"),
    (Symbol, "股票代码 股票代號 证券代码 證券代號 合约代码 代码 代碼 代號 銘柄コード コード 종목코드 코드 단축코드"),
    (Name, "股票名称 名称 名稱 证券名称 證券名稱 銘柄名 銘柄 종목명"),
];

/// The words of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub known: Vec<Word>,
    /// The number of words that are not known.
    pub unknown: usize,
    /// The first number in it.
    pub number: Option<u32>,
}

impl Words {
    pub fn of(name: &str) -> Self {
        let mut words = Self::default();
        let mut rest = name.trim();
        while let Some(c) = rest.chars().next() {
            if let Some((word, phrase)) = phrase(rest) {
                words.known.push(word);
                rest = &rest[phrase.len()..];
            } else if c.is_ascii_digit() {
                let run = rest.bytes().take_while(u8::is_ascii_digit).count();
                words.number = words.number.or(rest[..run].parse().ok());
                rest = &rest[run..];
            } else if is_gapless(c) {
                words.unknown += 1;
                rest = rest.trim_start_matches(is_gapless);
            } else if c.is_alphabetic() {
                let run = letters(rest);
                words.add(&rest[..run]);
                rest = &rest[run..];
            } else {
                if c == '%' {
                    words.known.push(Other);
                }
                rest = &rest[c.len_utf8()..];
            }
        }
        words
    }

    fn add(&mut self, text: &str) {
        let bare = without_accents(text);
        if let Some(word) = word(&bare) {
            self.known.push(word);
            return;
        }
        // Two words in one, such as `askprice`. The longer first word wins.
        let cut = (2..bare.len().saturating_sub(1)).rev().filter(|at| bare.is_char_boundary(*at)).find_map(|at| {
            let (a, b) = bare.split_at(at);
            Some((word(a).filter(|_| a.len() > 1)?, word(b).filter(|_| b.len() > 1)?))
        });
        match cut {
            Some((first, second)) => self.known.extend([first, second]),
            None => self.unknown += 1,
        }
    }

    pub fn has(&self, word: Word) -> bool {
        self.known.contains(&word)
    }

    pub fn has_all(&self, words: &[Word]) -> bool {
        words.iter().all(|word| self.has(*word))
    }

    pub fn has_any(&self, words: &[Word]) -> bool {
        words.iter().any(|word| self.has(*word))
    }
}

/// The length of the next word: up to a mark, a digit, or a capital after a small letter.
fn letters(text: &str) -> usize {
    let mut last_small = false;
    for (at, c) in text.char_indices() {
        if !c.is_alphabetic() || is_gapless(c) || last_small && c.is_uppercase() {
            return at;
        }
        last_small = c.is_lowercase();
    }
    text.len()
}

const fn is_gapless(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

fn phrase(text: &str) -> Option<(Word, &'static str)> {
    if !text.starts_with(is_gapless) {
        return None;
    }
    let all = PHRASES.iter().flat_map(|(word, list)| list.split_whitespace().map(move |phrase| (*word, phrase)));
    all.filter(|(_, phrase)| text.starts_with(phrase)).max_by_key(|(_, phrase)| phrase.len())
}

fn word(bare: &str) -> Option<Word> {
    WORDS.iter().find(|(_, list)| list.split_ascii_whitespace().any(|one| one == bare)).map(|(word, _)| *word)
}

fn without_accents(text: &str) -> String {
    let base = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ś' | 'ş' => 's',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ż' | 'ź' => 'z',
        'ğ' => 'g',
        other => other,
    };
    let lower = text.to_lowercase().replace('ß', "ss");
    lower.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(base).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, known: &[Word], unknown: usize) {
        let words = Words::of(name);
        assert_eq!((words.known.as_slice(), words.unknown), (known, unknown), "{name}");
    }

    #[test]
    fn name_is_split_into_words() {
        check("<TICKVOL>", &[Ticks], 0);
        check("bid_px_00", &[Bid, Price], 0);
        check("asks[0].price", &[Ask, Price], 0);
        check("timeOpen", &[Time, Open], 0);
        check("askprice", &[Ask, Price], 0);
        check("BidOpen", &[Bid, Open], 0);
        check("Volume_(BTC)", &[Volume], 1);
        check("Change %", &[Other, Other], 0);
        check("Schlußkurs", &[Close], 0);
        check("Höchst", &[High], 0);
        check("Zamknięcie", &[Close], 0);
        check("股票代码", &[Symbol], 0);
        check("データ日付", &[Date], 0);
        check("거래량", &[Volume], 0);
        check("前收盘", &[Previous], 0);
        check("A组1", &[Filler], 1);
        assert_eq!(Words::of("bid_px_00").number, Some(0));
        assert_eq!(Words::of("AskPrice2").number, Some(2));
    }
}
