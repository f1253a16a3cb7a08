//! The kinds of rows, where a column tells them: a trade, a quote, one side of a quote, a cancelled trade.

use super::layout::KindForm;

/// The kind of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    Trade,
    /// A bid and an ask, in columns of their own.
    Quote,
    /// A trade and a quote, as far as the row has them.
    Both,
    Bid,
    Ask,
    Cancelled,
    /// A record about an earlier trade.
    Correction,
    /// A status, a statistic, a message.
    Other,
}

/// The meaning of a word in the name of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KindWord {
    Trade,
    Quote,
    Bid,
    Ask,
    Cancelled,
    Corrected,
    /// Something else, whatever stands beside it.
    Other,
    /// Something else, where it stands alone: an opening trade is a trade.
    Weak,
}

/// Words by meaning.
const WORDS: [(KindWord, &str); 8] = [
    (
        KindWord::Trade,
        "trade trades traded trd last deal deals execution exec executed execute fill print transaction match sale \
         buy sell",
    ),
    (KindWord::Quote, "quote quotes quotation bbo nbbo tob"),
    (KindWord::Bid, "bid bids geld"),
    (KindWord::Ask, "ask asks offer offers brief"),
    (
        KindWord::Cancelled,
        "cancel cancelled canceled cancels cancellation canc cxl bust busted void voided deleted break broken \
         reversal",
    ),
    (KindWord::Corrected, "correction corrections corrected correct corr amend amended amendment revised"),
    (
        KindWord::Other,
        "status state halt halted resume news imbalance indication summary vwap mid midpoint mark funding reset \
         heartbeat admin system statistics stat settle settlement volume oi interest limit mkt condition",
    ),
    (KindWord::Weak, "open opening high low close closing auction index"),
];

/// The types of FIX that are no statistics: bid, offer, trade.
const FIX_TYPES: [(&str, RowKind); 3] = [("0", RowKind::Bid), ("1", RowKind::Ask), ("2", RowKind::Trade)];

/// The bits of MetaTrader for a new bid or ask.
const QUOTE_BITS: u32 = 2 | 4;
/// The bits of MetaTrader for a trade: its price, its size, and the side of its aggressor.
const TRADE_BITS: u32 = 8 | 16 | 32 | 64;
/// The first correction of a trade that does not count.
const FIRST_CANCELLED: u8 = 7;
/// The first record about another trade.
const FIRST_RECORD: u8 = 10;

impl RowKind {
    /// The kind that a cell names; `None` where it names none.
    pub fn of(cell: &str, form: KindForm) -> Option<Self> {
        match form {
            KindForm::Words => Self::of_words(cell),
            KindForm::Numbers => {
                let found = FIX_TYPES.iter().find(|(code, _)| *code == cell).map(|(_, kind)| *kind);
                found.or_else(|| (cell.len() == 1 && cell.as_bytes()[0].is_ascii_alphanumeric()).then_some(Self::Other))
            }
            KindForm::Bits if cell.is_empty() => Some(Self::Both),
            KindForm::Bits => {
                let bits: u32 = cell.parse().ok()?;
                Some(match (bits & QUOTE_BITS != 0, bits & TRADE_BITS != 0) {
                    (true, true) => Self::Both,
                    (false, true) => Self::Trade,
                    (true, false) => Self::Quote,
                    (false, false) => Self::Other,
                })
            }
            KindForm::Corrections if cell.is_empty() => Some(Self::Both),
            KindForm::Corrections => match cell.parse::<u8>().ok()? {
                0..FIRST_CANCELLED => Some(Self::Both),
                FIRST_CANCELLED..FIRST_RECORD => Some(Self::Cancelled),
                FIRST_RECORD.. => Some(Self::Correction),
            },
            KindForm::Cancelled => {
                let is_true = ["1", "true", "t", "yes", "y", "x", "c"].iter().any(|yes| cell.eq_ignore_ascii_case(yes));
                Some(if is_true || Self::of_words(cell) == Some(Self::Cancelled) {
                    Self::Cancelled
                } else {
                    Self::Both
                })
            }
        }
    }

    fn of_words(cell: &str) -> Option<Self> {
        match cell {
            "b" | "B" => return Some(Self::Bid),
            "a" | "A" => return Some(Self::Ask),
            "t" | "T" => return Some(Self::Trade),
            "q" | "Q" => return Some(Self::Quote),
            "c" | "C" => return Some(Self::Cancelled),
            _ => {}
        }
        let mut found = Vec::new();
        words(cell, |word| found.extend(meanings(word)));
        let has = |word| found.contains(&word);
        let has_quote = has(KindWord::Quote) || has(KindWord::Bid) || has(KindWord::Ask);
        Some(match () {
            () if found.is_empty() => return None,
            () if has(KindWord::Other) => Self::Other,
            () if has(KindWord::Cancelled) => {
                if has_quote {
                    Self::Other
                } else {
                    Self::Cancelled
                }
            }
            () if has(KindWord::Corrected) => {
                if has_quote {
                    Self::Other
                } else {
                    Self::Correction
                }
            }
            () if has(KindWord::Bid) && has(KindWord::Ask) => Self::Quote,
            () if has(KindWord::Bid) => Self::Bid,
            () if has(KindWord::Ask) => Self::Ask,
            () if has(KindWord::Quote) => Self::Quote,
            () if has(KindWord::Trade) => Self::Trade,
            () => Self::Other,
        })
    }

    /// One side of a quote.
    pub const fn is_side(self) -> bool {
        matches!(self, Self::Bid | Self::Ask)
    }
}

/// Calls `each` for each word of a text: up to a mark, or a capital after a small letter.
fn words(text: &str, mut each: impl FnMut(&str)) {
    for part in text.split(|c: char| !c.is_alphanumeric()) {
        let mut from = 0;
        let mut is_after_small = false;
        for (at, c) in part.char_indices() {
            if is_after_small && c.is_uppercase() {
                each(&part[from..at]);
                from = at;
            }
            is_after_small = c.is_lowercase();
        }
        each(&part[from..]);
    }
}

/// The meanings of a word, which may be two in one: `QUOTEBID`.
fn meanings(word: &str) -> impl Iterator<Item = KindWord> {
    let lower = word.to_ascii_lowercase();
    let one = meaning(&lower);
    let two = || {
        let cuts = (3..lower.len().saturating_sub(2)).filter(|at| lower.is_char_boundary(*at));
        cuts.map(|at| lower.split_at(at)).find_map(|(a, b)| Some([meaning(a)?, meaning(b)?]))
    };
    let pair = if one.is_none() { two() } else { None };
    one.into_iter().chain(pair.into_iter().flatten())
}

fn meaning(word: &str) -> Option<KindWord> {
    WORDS.iter().find(|(_, list)| list.split_ascii_whitespace().any(|one| one == word)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: KindForm, cells: &[(&str, Option<RowKind>)]) {
        for (cell, want) in cells {
            assert_eq!(RowKind::of(cell, form), *want, "{cell:?}");
        }
    }

    #[test]
    fn kind_follows_from_words() {
        check(
            KindForm::Words,
            &[
                ("TRADE", Some(RowKind::Trade)),
                ("TRADE NB", Some(RowKind::Trade)),
                ("QUOTE BID", Some(RowKind::Bid)),
                ("QUOTE_ASK_NB", Some(RowKind::Ask)),
                ("BestOffer", Some(RowKind::Ask)),
                ("QUOTEBID", Some(RowKind::Bid)),
                ("BID_ASK", Some(RowKind::Quote)),
                ("Quote", Some(RowKind::Quote)),
                ("TRADE CANCELLED", Some(RowKind::Cancelled)),
                ("TradeCorrection", Some(RowKind::Correction)),
                ("Opening Trade", Some(RowKind::Trade)),
                ("OPEN", Some(RowKind::Other)),
                ("Mkt. Condition", Some(RowKind::Other)),
                ("QUOTE CANCELLED", Some(RowKind::Other)),
                ("q", Some(RowKind::Quote)),
                ("IBM", None),
                ("", None),
            ],
        );
    }

    #[test]
    fn kind_follows_from_numbers() {
        check(
            KindForm::Bits,
            &[
                ("6", Some(RowKind::Quote)),
                ("88", Some(RowKind::Trade)),
                ("30", Some(RowKind::Both)),
                ("1158", Some(RowKind::Quote)),
                ("0", Some(RowKind::Other)),
                ("x", None),
            ],
        );
        check(
            KindForm::Numbers,
            &[("0", Some(RowKind::Bid)), ("2", Some(RowKind::Trade)), ("7", Some(RowKind::Other))],
        );
        check(
            KindForm::Corrections,
            &[
                ("00", Some(RowKind::Both)),
                ("01", Some(RowKind::Both)),
                ("08", Some(RowKind::Cancelled)),
                ("12", Some(RowKind::Correction)),
            ],
        );
        check(
            KindForm::Cancelled,
            &[("true", Some(RowKind::Cancelled)), ("N", Some(RowKind::Both)), ("", Some(RowKind::Both))],
        );
    }
}
