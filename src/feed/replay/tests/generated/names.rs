//! The names of columns, by role and language.

use super::rng::Rng;

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Time,
    Date,
    Clock,
    Symbol,
    Price,
    Size,
    Side,
    Bid,
    Ask,
    BidSize,
    AskSize,
    Open,
    High,
    Low,
    Close,
    Volume,
}

/// The order of the names in [`LANGUAGES`].
const FIELDS: [Field; 16] = [
    Field::Time,
    Field::Date,
    Field::Clock,
    Field::Symbol,
    Field::Price,
    Field::Size,
    Field::Side,
    Field::Bid,
    Field::Ask,
    Field::BidSize,
    Field::AskSize,
    Field::Open,
    Field::High,
    Field::Low,
    Field::Close,
    Field::Volume,
];

/// Names by language, in the order of [`FIELDS`]; a bar parts those that mean the same.
const LANGUAGES: [(&str, &str); 14] = [
    (
        "en",
        "timestamp|datetime|ts_event|time, date|trade_date, time, symbol|ticker, price|last, size|quantity|qty, side, \
         bid|bid_price|best_bid, ask|ask_price|offer, bid_size|bidsize, ask_size|asksize, open|Open, high, low, \
         close|Close, volume|Volume",
    ),
    (
        "de",
        "Zeitstempel|Zeit, Datum, Uhrzeit, Symbol, Kurs|Preis, Menge, Seite, Geld, Brief, Geld Volumen, Brief Volumen, \
         Eröffnung|Erster, Hoch|Tageshoch, Tief|Tagestief, Schluss|Schlusskurs, Volumen",
    ),
    (
        "pl",
        "Znacznik, Data, Czas|Godzina, Symbol, Cena|Kurs, Ilosc, Kierunek, Kupno, Sprzedaz, Wolumen kupno, \
         Wolumen sprzedaz, Otwarcie, Najwyzszy, Najnizszy, Zamkniecie, Wolumen",
    ),
    (
        "fr",
        "Timestamp, Date, Heure, Symbole|Symbol, Cours|Prix, Volume, Side, Achat, Vente, Volume achat, Volume vente, \
         Ouverture, Haut, Bas, Clôture|Cloture, Volume",
    ),
    (
        "es",
        "Timestamp, Fecha, Hora, Simbolo|Símbolo, Precio, Volumen, Side, Bid, Ask, Bid size, Ask size, Apertura, \
         Máximo|Maximo, Mínimo|Minimo, Cierre, Volumen",
    ),
    (
        "it",
        "Timestamp, Data, Ora, Simbolo, Prezzo, Volume, Side, Denaro, Lettera, Volume denaro, Volume lettera, \
         Apertura, Massimo, Minimo, Chiusura, Volume",
    ),
    (
        "pt",
        "Timestamp, Data, Hora, Simbolo, Preço|Preco, Volume, Side, Bid, Ask, Bid size, Ask size, Abertura, Máximo, \
         Mínimo, Fechamento, Volume",
    ),
    (
        "nl",
        "Timestamp, Datum, Tijd, Symbool|Symbol, Koers|Prijs, Volume, Side, Bied, Laat, Bied volume, Laat volume, \
         Open, Hoog, Laag, Slot, Volume",
    ),
    (
        "sv",
        "Timestamp, Datum, Tid, Symbol, Kurs|Pris, Volym, Side, Bid, Ask, Bid size, Ask size, Öppning|Oppning, \
         Högst|Hogst, Lägst|Lagst, Stängning|Stangning, Volym",
    ),
    (
        "tr",
        "Timestamp, Tarih, Saat, Sembol|Symbol, Fiyat, Hacim, Side, Alis, Satis, Alis hacim, Satis hacim, Açılış, \
         Yüksek, Düşük, Kapanış, Hacim",
    ),
    (
        "ru",
        "Timestamp|Время, Дата, Время, Тикер|Символ, Цена, Объем|Объём, Side, Bid, Ask, Bid size, Ask size, Открытие, \
         Макс|Максимум, Мин|Минимум, Закрытие, Объем|Объём",
    ),
    (
        "zh",
        "时间戳, 日期|交易日期, 时间, 代码|股票代码, 成交价|最新价, 成交量, Side, 买一价, 卖一价, 买一量, 卖一量, 开盘价|开盘, \
         最高价|最高, 最低价|最低, 收盘价|收盘, 成交量",
    ),
    (
        "ja",
        "日時, 日付, 時刻, 銘柄コード|コード, 約定価格|現在値, 数量, Side, Bid, Ask, Bid size, Ask size, 始値, 高値, 安値, 終値, 出来高",
    ),
    (
        "ko",
        "일시, 일자|날짜, 시간, 종목코드, 체결가|현재가, 체결량, Side, Bid, Ask, Bid size, Ask size, 시가, 고가, 저가, 종가, 거래량",
    ),
];

/// A language of column names.
#[derive(Clone, Copy, Debug)]
pub struct Language(usize);

impl Language {
    /// English in half of the cases.
    pub fn any(rng: &mut Rng) -> Self {
        Self(if rng.chance(50) { 0 } else { rng.below(LANGUAGES.len() as i64) as usize })
    }

    pub const fn english() -> Self {
        Self(0)
    }

    pub const fn code(self) -> &'static str {
        LANGUAGES[self.0].0
    }

    /// One of the names of a field.
    pub fn name(self, rng: &mut Rng, field: Field) -> String {
        let at = FIELDS.iter().position(|one| *one == field).unwrap_or(0);
        let names = LANGUAGES[self.0].1.split(',').nth(at).map_or("", str::trim);
        let names: Vec<&str> = names.split('|').map(str::trim).collect();
        let name = rng.pick(&names);
        match rng.below(12) {
            0 => name.to_uppercase(),
            1 => format!(" {name} "),
            _ => name.to_owned(),
        }
    }
}
