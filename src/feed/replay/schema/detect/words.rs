//! The words of column names, in the languages of market data.
//!
//! A name is split at marks, at changes of case, and between letters and digits. A word that is not in the dictionary
//! is tried as two words in one. Names without gaps between words (Chinese, Japanese, Korean) are read from the left,
//! the longest phrase first.

use std::collections::HashMap;
use std::sync::LazyLock;

#[cfg(test)]
mod tests;

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
    /// The payments of a perpetual future: no price, and seldom its time.
    Funding,
    Open,
    High,
    Low,
    Close,
    Last,
    Price,
    Value,
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
    Sell,
    Maker,
    Symbol,
    Contract,
    Underlying,
    Name,
    Id,
    Adjusted,
    Real,
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
    Expiry,
    Strike,
    OptionType,
    Series,
    /// A word of tables that are no market data: temperature, unemployment.
    Foreign,
    /// A word that makes a column useless, whatever stands beside it: change, percent.
    Other,
}

use Word::{
    Action, Adjusted, Amount, Ask, Begin, Bid, Buy, Close, Contract, Count, Date, Event, Exchange, Expiry, Filler,
    Foreign, Funding, High, Id, Last, Level, Low, Maker, Mark, Name, Open, OptionType, Other, Previous, Price, Real,
    Received, Sell, Series, Settle, Side, Size, Snapshot, Strike, Symbol, Ticks, Time, Timestamp, Trade, Turnover,
    Type, Underlying, Utc, Value, Volume,
};

/// Words by meaning, without accents. English, then German, Polish, French, Spanish, Italian,
/// Portuguese, Dutch, Swedish, Turkish, Russian.
const WORDS: [(Word, &str); 50] = [
    (Time, "time tm clock zeit uhrzeit czas godzina godz heure hora ora tijd saat tid время hour t"),
    (Date, "date day dt datum data fecha tarih dzien jour dia dag giorno дата yyyymmdd dates"),
    (Timestamp, "timestamp ts datetime epoch unix zeitstempel znacznik tstamp unixtime dtg"),
    (Utc, "utc gmt"),
    (Event, "event ev matching transact transaction"),
    (Received, "recv received receive local arrival ingest ingestion sent capture rcv server publish"),
    (Funding, "funding"),
    (Begin, "start begin window from"),
    (
        Open,
        "open opening o opn first erster eroffnung eroffnungskurs offnung otwarcie ouverture ouv apertura \
         abertura oppning acilis oppn anfang открытие откр eroff premier kurs_otwarcia op eroffn openp aabning",
    ),
    (
        High,
        "high highest hi h hoch hochst hochster tageshoch hochstkurs najwyzszy najwyzsza maksimum max maximum \
         haut maximo maxima maxi alto massimo hoog hogst hogsta yuksek макс максимум maks hgh highp hoechst \
         hojeste",
    ),
    (
        Low,
        "low lowest lo l tief tiefst tiefster tagestief tiefstkurs najnizszy najnizsza minimum min bas minimo \
         minima mini bajo basso laag lagst lagsta dusuk мин минимум lw lowp tiefstkurs laveste",
    ),
    (
        Close,
        "close closing c cls schluss schlusskurs zamkniecie cloture fermeture cierre chiusura fechamento slot \
         slotkoers stangning slut kapanis закрытие закр clo cls clsg closep schlussk",
    ),
    (Last, "last letzter letzte zuletzt dernier ultimo ultima ostatni laatste senast simdi последняя latest ltp lst"),
    (
        Price,
        "price px prc quote kurs preis cena cours prix precio prezzo preco koers prijs pris fiyat цена spot nav pric \
         level_price rp p",
    ),
    (Value, "rate rates value val valeur valor valore wert"),
    (Bid, "bid bids geld geldkurs kupno achat compra denaro bied alis покупка спрос"),
    (Ask, "ask asks offer ofr brief briefkurs sprzedaz vente venta lettera laat satis продажа предложение"),
    (
        Size,
        "size sz qty quantity quant shares lots lot contracts units stucke stueck stuecke menge vol_traded stck \
         stk ltq quantite quantidade cantidad quantita titulos количество лот",
    ),
    (Volume, "volume vol v volumen volumes wolumen volym hacim объем volumn обьем vlm volumi hac"),
    (Amount, "amount amt base nominal anzahl ilosc"),
    (
        Turnover,
        "turnover notional currency usd usdt eur gbp jpy busd usdc quoteqty umsatz obrot dollar dollars money \
         cost capital capitaux cash wartosc trf controvalore importe efectivo оборот",
    ),
    (Ticks, "tick ticks tickvol"),
    (Count, "count num number trades transactions n nb orders ct cnt ord txs сделок"),
    (Side, "side direction aggressor taker buysell bs dir richtung seite kierunek"),
    (Buy, "buy buyer"),
    (Sell, "sell seller"),
    (Maker, "maker isbuyermaker"),
    (Symbol, "symbol symbols ticker tickers sym symb ric tic simbolo wkn tckr secid scrip тикер"),
    (
        Contract,
        "instrument security contract pair market product coin asset isin code stock permno tricker \
         inst ccypair crypto cusip figi papier walor instrm scty instrumento codigo код",
    ),
    (Underlying, "underlying"),
    (Name, "name nazwa nom nombre bezeichnung company nm shortname"),
    (Id, "id ids tid uuid guid seq sequence seqnum index idx nr no row key identificador"),
    (Adjusted, "adj adjusted bereinigt ajustado"),
    (Real, "real"),
    (Previous, "prev previous prior pre yesterday vortag pclose prvs ycp prevclose"),
    (Settle, "settle settlement sett sttlm"),
    (Mark, "mark index_price fair theo theoretical"),
    (Action, "action"),
    (Type, "type kind ordertype cond condition tp"),
    (Snapshot, "snapshot"),
    (Level, "level depth lvl"),
    (Trade, "trade traded trd tick_trade exec execution executed deal match fill trad tradg negocio negociada"),
    (Exchange, "exchange exch ex venue mkt source publisher boardid borse"),
    (Filler, "best top is the of in a and per total book m root bbo nbbo data data csv ttl"),
    (Expiry, "expiry expiration expire expires maturity xpry exp expdate delivery vencimiento vencimento verfall"),
    (Strike, "strike strk strikeprice exercise"),
    (OptionType, "option optn optiontype putcall callput cp pc opttype opt"),
    (Series, "series srs serie"),
    (
        Foreign,
        "unemployment unemploy unemployed employment population pop temperature temp precipitation precip rain \
         rainfall humidity snow snowfall weather drought pdsi celsius fahrenheit pollution emissions cases deaths \
         births mortality gdp cpi inflation wages earthquake magnitude latitude longitude lat lon sensor votes \
         indicator sunspots passengers palmer severity anomaly climate",
    ),
    (
        Other,
        "change chg chng diff difference delta pct percent percentage return returns ret ratio average avg avrg \
         mean vwap twap wap weighted ma ema sma wma rsi macd signal upper lower mid middle band atr spread oi \
         openinterest interest dividend dividends div split splits factor yield \
         cap marketcap mcap circulating supply open_interest openint opnintrst intrst undrlyg chng variation veranderung zmiana veranderungen \
         perubahan vol_chg flags flag limit implied iv gamma vega theta rho anderung изменение изм fark var \
         sentiment std stddev volatility alpha beta rank score weight log week month year quarter weekday \
         predicted forecast label target latency delay imbalance pe eps ttm currency_code tag correction corr \
         suspicious halted amplitude borrow lending long short ratios yields offset mo yr yrs \
         earnings revenue margin fee fees commission coupon duration brd board tenor liquidation liquidations \
         participante atualizacao rd",
    ),
];

/// Names whose words mean something else together, and a name with that meaning.
const SHORT_NAMES: [(&str, &str); 2] = [("net asset value", "nav"), ("short name", "name")];

/// Phrases of names without gaps, longest first where one begins another.
const PHRASES: [(Word, &str); 25] = [
    (
        Other,
        "涨跌额 涨跌幅 涨跌 漲跌價差 漲跌幅 漲跌 换手率 換手率 振幅 总市值 流通市值 市值 市盈率 均价 均價 加权 \
         前日比 騰落率 騰落 大비 전일비 전일대비 대비 등락률 등락 변동 시가총액 시총 상장주식수 未平倉 持仓量 \
         持仓 変化率 調整 平均 涨停 跌停 漲停 增仓 仓差 开仓 平仓 近月 遠月 远月 内盘 外盘 內盤 外盤 换手 量比 \
         溢价率 溢价 涨幅 跌幅 委比 市净率 建玉 미결제",
    ),
    (Previous, "前收盘 前收 昨收 前終値 昨收盘 昨收盤 昨结算 昨結算 昨结 昨日 前日 昨持仓 전일종가 전일"),
    (Settle, "结算价 結算價 结算 結算 清算値段"),
    (Count, "成交筆數 成交笔数 笔数 筆數 約定件数 체결건수"),
    (Turnover, "成交金额 成交金額 成交额 成交額 金额 金額 売買代金 거래대금"),
    (
        Volume,
        "量 成交手 总量 總量 成交量 成交股數 成交股数 成交數量 数量 數量 总手 手数 出来高 売買高 거래량 거래수량 체결량",
    ),
    (Timestamp, "时间戳 時間戳 日時 일시"),
    (Date, "交易日期 交易日 成交日期 业务日期 資料日期 日期 データ日付 日付 年月日 取引日 일자 날짜 거래일 기준일"),
    (Time, "成交时间 成交時間 更新时间 更新時間 約定時刻 时间 時間 時刻 시간 시각 체결시간"),
    (Open, "开盘价 开盘 開盤價 開盤價格 開盤 今开 始値 寄付 시가"),
    (High, "最高价 最高價 最高 高値 고가"),
    (Low, "最低价 最低價 最低 安値 저가"),
    (Close, "收盘价 收盘 收盤價 收盤 終値 종가"),
    (Last, "最新价 最新價 最新 成交价格 成交價格 成交价 成交價 约定价 約定値段 約定価格 체결가"),
    (Price, "现价 價 价 价格 價格 現在値 현재가 가격"),
    (Bid, "买一 買一 买入 買入 买 買 申买 申買 委买 委買 買気配 매수호가 매수"),
    (Ask, "卖一 賣一 卖出 賣出 卖 賣 申卖 申賣 委卖 委賣 売気配 매도호가 매도"),
    (Side, "买卖方向 买卖 買賣方向 買賣別 買賣 方向 売買区分 매매구분"),
    (Type, "成交类型 类型 類型 種別"),
    (Exchange, "市场代码 市场 市場 交易所代码 交易所 取引所 시장"),
    (Expiry, "到期月份 到期日 到期 交割月份 交割月 合约月份 限月 만기일 만기 결제월"),
    (Strike, "履約價 行权价 执行价 権利行使価格 행사가"),
    (OptionType, "買賣權 期权类型 選擇權"),
    (
        Symbol,
        "商品代號 商品代码 商品代碼 合约 合約 契約代號 基金代码 品种代码 品种 股票代码 股票代號 证券代码 證券代號 合约代码 代码 代碼 代號 銘柄コード コード 종목코드 코드 단축코드",
    ),
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
        let name = name.trim();
        let short = SHORT_NAMES.iter().find(|(long, _)| long.eq_ignore_ascii_case(name));
        let mut rest = short.map_or(name, |(_, short)| short);
        while let Some(c) = rest.chars().next() {
            if let Some((word, phrase)) = phrase(rest) {
                words.known.push(word);
                rest = &rest[phrase.len()..];
            } else if c.is_ascii_digit() {
                let run = rest.bytes().take_while(u8::is_ascii_digit).count();
                words.number = words.number.or(rest[..run].parse().ok());
                rest = &rest[run..];
                // A letter behind digits is part of a code, such as 2887C.
                if rest.starts_with(|c: char| c.is_ascii_alphabetic()) && letters(rest) == 1 {
                    words.unknown += 1;
                    rest = &rest[1..];
                }
            } else if let Some(digit) = numeral(c) {
                words.number = words.number.or(Some(digit));
                rest = &rest[c.len_utf8()..];
            } else if is_gapless(c) {
                words.unknown += 1;
                while let Some(c) = rest.chars().next().filter(|c| is_gapless(*c) && phrase(rest).is_none()) {
                    rest = &rest[c.len_utf8()..];
                }
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

/// A Chinese digit, which counts a level in names such as 买一价.
fn numeral(c: char) -> Option<u32> {
    "一二三四五六七八九".chars().zip(1..).find_map(|(digit, number)| (digit == c).then_some(number))
}

fn phrase(text: &str) -> Option<(Word, &'static str)> {
    if !text.starts_with(is_gapless) {
        return None;
    }
    let all = PHRASES.iter().flat_map(|(word, list)| list.split_whitespace().map(move |phrase| (*word, phrase)));
    all.filter(|(_, phrase)| text.starts_with(phrase)).max_by_key(|(_, phrase)| phrase.len())
}

/// Many cells are looked up while a file is opened. The first meaning of a word counts.
static MEANINGS: LazyLock<HashMap<&'static str, Word>> = LazyLock::new(|| {
    WORDS.iter().rev().flat_map(|(word, list)| list.split_ascii_whitespace().map(|one| (one, *word))).collect()
});

fn word(bare: &str) -> Option<Word> {
    MEANINGS.get(bare).copied()
}

fn without_accents(text: &str) -> String {
    let base = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'ё' => 'е',
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
