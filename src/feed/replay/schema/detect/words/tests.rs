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
    check("Объём", &[Volume], 0);
    check("Eröffn.", &[Open], 0);
    check("OpnPric", &[Open, Price], 0);
    check("买一价", &[Bid, Price], 0);
    check("到期月份(週別)", &[Expiry], 1);
    check("2887C", &[], 1);
    check("funding_rate", &[Funding, Value], 0);
    check("Net Asset Value", &[Price], 0);
    assert_eq!(Words::of("卖二量").number, Some(2));
    assert_eq!(Words::of("bid_px_00").number, Some(0));
    assert_eq!(Words::of("AskPrice2").number, Some(2));
}
