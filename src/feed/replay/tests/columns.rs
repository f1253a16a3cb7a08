//! The columns and symbols of files of many layouts, in a line each: no column plays as something that it is not.

use std::fs;

use super::layouts::summary_of;
use crate::feed::replay::schema::Overrides;
use crate::feed::replay::{FileReport, Problem, ReplayConfig, ReplayError, entries, inspect};

fn read(name: &str, text: &str, flags: &[(&str, &str)]) -> Result<FileReport, ReplayError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut overrides = Overrides::default();
    flags.iter().for_each(|(key, value)| overrides.set(key, value).unwrap());
    let config = ReplayConfig { overrides, ..ReplayConfig::default() };
    let entry = entries(&[path], &config).unwrap().remove(0);
    inspect(&entry, &config, &mut |_, _, _| {})
}

fn check(text: &str, want: &str) {
    assert_eq!(summary_of(&read("table.csv", text, &[])), want, "{text}");
}

/// The flag of a message, `--columns price=3`.
fn flag(message: &str) -> (String, String) {
    let (_, flag) = message.split_once("--").unwrap();
    let (key, value) = flag.split_once(' ').unwrap();
    (key.to_owned(), value.to_owned())
}

/// The file is refused for a reason, and the flag that the message names plays it.
fn check_refused(text: &str, reason: &str, want: &str) {
    let message = read("table.csv", text, &[]).unwrap_err().problem.to_string();
    assert!(message.contains(reason), "{message}");
    let (key, value) = flag(&message);
    assert_eq!(summary_of(&read("table.csv", text, &[(&key, &value)])), want, "{message}");
}

#[test]
fn rate_beside_a_price_is_no_price() {
    check(
        "symbol,time,funding_rate,last_price\nPERP,2024-03-01T00:00:00Z,0.0001,61000.5\nPERP,2024-03-01T08:00:00Z,0.0002,61500\n",
        "trades PERP 2 2024-03-01T00:00:00Z 61000.5 2024-03-01T08:00:00Z 61500",
    );
    check(
        "date,rate,open interest,px\n2024-03-01,5.25,120,99.5\n2024-03-04,5.5,130,99.25\n",
        "trades TABLE 2 2024-03-01T00:00:00Z 99.5 2024-03-04T00:00:00Z 99.25",
    );
    check(
        "Date,ACME,Dividend,CPI,Real Price\n1950-01-01,17.5,1.2,23.5,210.5\n1950-02-01,17.6,1.2,23.6,0.0\n",
        "trades ACME 2 1950-01-01T00:00:00Z 17.5 1950-02-01T00:00:00Z 17.6",
    );
    check(
        "Date,Ticker,Stock Price,Market Value\n2024-03-01,X,10,500\n2024-03-04,X,11,550\n",
        "trades X 2 2024-03-01T00:00:00Z 10 2024-03-04T00:00:00Z 11",
    );
    check(
        "Index Name,Index Date,Open Index Value,High Index Value,Low Index Value,Closing Index Value\nX 50,13-03-2024,10,12,9,11\n",
        "ohlcv X 50 1 2024-03-13T00:00:00Z 10 2024-03-13T00:00:00Z 11",
    );
    check(
        "Datum;Wert;Kurs\n01.03.2024;1,5;25,10\n15.03.2024;1,6;25,30\n",
        "trades TABLE 2 2024-03-01T00:00:00Z 25.1 2024-03-15T00:00:00Z 25.3",
    );
}

#[test]
fn file_without_a_price_is_refused_with_a_flag_that_works() {
    check_refused(
        "instrument,funding_rate,funding_time\nA-PERP,0.0001,1709251200000\nB-PERP,-0.0002,1709251200000\n",
        "`funding_rate` (0.0001)",
        "trades A-PERP,B-PERP 2 2024-03-01T00:00:00Z 0.0001 2024-03-01T00:00:00Z -0.0002",
    );
    check_refused(
        "Date|Symbol|ShortVolume|TotalVolume|Market\n20240301|A|109|244|B,Q\n20240301|AA|992|2029|N\n20240304|A|10|24|Q\n",
        "no column has a price; the columns are `Date` (20240301), `Symbol` (A), `ShortVolume` (109)",
        "trades A,AA 3 2024-03-01T00:00:00Z 109 2024-03-04T00:00:00Z 10",
    );
    check_refused(
        "time,symbol,sum open interest,long short ratio\n2024-03-01,X,1000,1.25\n2024-03-02,X,1010,1.5\n",
        "no column is named for one",
        "trades X 2 2024-03-01T00:00:00Z 1.25 2024-03-02T00:00:00Z 1.5",
    );
    check_refused(
        "date,county,none,D0,D1,unemployment\n2024-03-01,Kent,55.5,44.5,10,4.5\n2024-03-08,Kent,50.5,49.5,0,4.5\n",
        "`unemployment` is the name of a figure that is no market data",
        "trades TABLE 2 2024-03-01T00:00:00Z 55.5 2024-03-08T00:00:00Z 50.5",
    );
    check_refused(
        "date,precipitation,temp_max,temp_min,wind\n2024-03-01,0.5,12.8,5.0,4.7\n2024-03-02,10.9,10.6,2.8,4.5\n",
        "no market data",
        "trades TABLE 2 2024-03-01T00:00:00Z 0.5 2024-03-02T00:00:00Z 10.9",
    );
    check_refused(
        "Region Palmer Drought Severity Index\nUnits: Index\nDate,Value\n2024-01-01,1.2\n2024-02-01,1.3\n2024-03-01,1.1\n",
        "no market data",
        "trades TABLE 3 2024-01-01T00:00:00Z 1.2 2024-03-01T00:00:00Z 1.1",
    );
    check_refused(
        "Date,maturity,value\n2024-03-01,1 Mo,5.5\n2024-03-01,10 Yr,4.25\n2024-03-04,1 Mo,5.5\n2024-03-04,10 Yr,4.2\n",
        "`value` (5.5)",
        "trades TABLE 1 Mo,TABLE 10 Yr 4 2024-03-01T00:00:00Z 5.5 2024-03-04T00:00:00Z 4.2",
    );
    check_refused(
        "time,alpha1,beta1,gamma1\n2024-03-01,1,-5.5,17\n2024-03-02,300,2.5,-9\n2024-03-03,2,8.25,40\n",
        "none has the form of one",
        "trades TABLE 3 2024-03-01T00:00:00Z -5.5 2024-03-03T00:00:00Z 8.25",
    );
}

#[test]
fn time_that_is_not_found_is_named_by_a_flag_that_works() {
    check_refused(
        "quantity,price,paid,day num\n1,10.5,1709251200,5\n2,10.25,1709251100,6\n3,10.3,1709259000,7\n4,10.1,1709251000,8\n",
        "no column has the time",
        "trades TABLE 4 2024-02-29T23:56:40Z 10.1 2024-03-01T02:10:00Z 10.3",
    );
    let message = read("q.csv", "TIME,Value\n1974-Q1,10.8\n1974-Q2,9.5\n", &[]).unwrap_err().problem.to_string();
    assert!(message.contains("`TIME` (1974-Q1)") && message.contains("no cell is a date"), "{message}");
}

#[test]
fn wide_table_is_no_bar() {
    let rows = |header: &str| {
        let mut text = format!("{header}\n");
        for day in 1..=9 {
            let at = f64::from(day) / 32.0;
            text.push_str(&format!(
                "2024-03-0{day},{},{},{},{},{}\n",
                50.5 + at,
                52.5 - at,
                49.5 + at,
                51.5 - at,
                90.5
            ));
        }
        text
    };
    check(
        &rows("Date,SPYX,QQQX,IWMX,DIAX,GLDX"),
        "ohlcv SPYX,QQQX,IWMX,DIAX,GLDX 9 2024-03-01T00:00:00Z 50.53125 2024-03-09T00:00:00Z 50.78125",
    );
    // Without a header nothing tells.
    check_refused(
        rows("").trim_start(),
        "there is no header",
        "trades TABLE 9 2024-03-01T00:00:00Z 50.53125 2024-03-09T00:00:00Z 50.78125",
    );
}

#[test]
fn words_are_symbols_in_a_header_of_symbols() {
    check(
        "Date,AAPL,C,V,MSFT,T\n2024-03-01,185.64,52.37,259.38,370.87,17.25\n2024-03-04,184.25,51.90,257.98,370.60,17.02\n",
        "ohlcv AAPL,C,V,MSFT,T 2 2024-03-01T00:00:00Z 185.64 2024-03-04T00:00:00Z 184.25",
    );
    check(
        "Date,COST,KEY,LOW,OPEN,HI,NVDA,TSLA\n2024-03-01,740.5,14.2,240.5,2.5,21.5,800,200\n2024-03-04,742,14.1,241,2.6,21.7,805,201\n",
        "ohlcv COST,KEY,LOW,OPEN,HI,NVDA,TSLA 2 2024-03-01T00:00:00Z 740.5 2024-03-04T00:00:00Z 742",
    );
    check(
        "Date,USD,JPY,GBP,NOK\n2024-03-01,1.0946,160.5,0.86,11.3\n2024-03-04,1.0922,161.25,0.87,11.4\n",
        "ohlcv USD,JPY,GBP,NOK 2 2024-03-01T00:00:00Z 1.0946 2024-03-04T00:00:00Z 1.0922",
    );
    check(
        "date,usd,cny,gold\n2024-03-01,1.0946,0.1855,1374.695\n2024-03-04,1.0922,0.1847,1380.047\n",
        "ohlcv usd,cny,gold 2 2024-03-01T00:00:00Z 1.0946 2024-03-04T00:00:00Z 1.0922",
    );
    check(
        "date,0050,2204V,2887,2887C\n2024-03-01,,66,17.7,\n2024-03-04,69.7,,,25.4\n",
        "ohlcv 2204V,2887,0050,2887C 2 2024-03-01T00:00:00Z 66 2024-03-04T00:00:00Z 69.7",
    );
    check(
        "date,0050,1101,2330\n2024-03-01,66,17.7,697\n2024-03-04,69.7,17.8,725\n",
        "ohlcv 0050,1101,2330 2 2024-03-01T00:00:00Z 66 2024-03-04T00:00:00Z 69.7",
    );
    // A low of 230 and an open of 1.5 are of no bar.
    check(
        "Date,C,V,T,LOW,OPEN,EUR\n2024-03-01,55.1,280.5,17.2,230.5,1.5,1.08\n2024-03-04,55.4,281.5,17.1,231.5,1.6,1.09\n",
        "ohlcv C,V,T,LOW,OPEN,EUR 2 2024-03-01T00:00:00Z 55.1 2024-03-04T00:00:00Z 55.4",
    );
    check(
        "T,O,H,L,C,BTC\n2024-03-01,10.5,11.25,10.1,11,1200.5\n2024-03-04,11,11.5,10.9,11.4,900.5\n",
        "ohlcv TABLE 2 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 11.4",
    );
    // Letters alone that make whole bars are the columns of one symbol.
    check(
        "T,O,H,L,C,V\n2024-03-01,10.5,11.25,10.1,11,1200\n2024-03-04,11,11.5,10.9,11.4,900\n",
        "ohlcv TABLE 2 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 11.4",
    );
}

#[test]
fn header_may_have_several_lines() {
    check(
        "Ticker,ACME,ACME,C,C\nPrice,Open,Close,Open,Close\nDate,,,,\n2024-03-01,10.5,11,50,51\n2024-03-04,11,11.4,51,50\n",
        "ohlcv ACME,C 2 2024-03-01T00:00:00Z 11 2024-03-04T00:00:00Z 11.4",
    );
    check(
        ",ACME,,,,BOLT,,,\nDate,Open,High,Low,Close,Open,High,Low,Close\n2024-03-01,10.5,11.25,10.1,11,50,52,49,51\n",
        "ohlcv ACME,BOLT 1 2024-03-01T00:00:00Z 10.5 2024-03-01T00:00:00Z 11",
    );
    check(
        "Date,Open,High,Low,Close,Volume\n,USD,USD,USD,USD,shares\n2024-03-01,10.5,11.25,10.1,11,1200\n",
        "ohlcv TABLE 1 2024-03-01T00:00:00Z 10.5 2024-03-01T00:00:00Z 11",
    );
    check(
        "Date,Close,Close\n,2330,1101\n2024-03-01,697,40.5\n2024-03-04,725,41\n",
        "ohlcv 2330,1101 2 2024-03-01T00:00:00Z 697 2024-03-04T00:00:00Z 725",
    );
    check(
        "Security,ACME US,,,\nFrom,01/01/24 0:00,,,\nCurrency,USD,,,\n,,,,\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST\n,,,,\n\
         01/13/24,10.5,11.25,10.1,11\n01/16/24,11,11.5,10.9,11.4\n",
        "ohlcv ACME US 2 2024-01-13T00:00:00Z 10.5 2024-01-16T00:00:00Z 11.4",
    );
    check(
        "# Symbol: BOLT\nTime,Price,Size\n2024-03-01T09:30:00Z,10.5,1\n2024-03-01T09:30:01Z,10.6,1\n",
        "trades BOLT 2 2024-03-01T09:30:00Z 10.5 2024-03-01T09:30:01Z 10.6",
    );
}

#[test]
fn instrument_is_the_symbol_and_what_parts_it() {
    check(
        "SYMBOL,SERIES,DATE,OPEN,HIGH,LOW,CLOSE\nACME,EQ,2024-03-01,10,11,9,10.5\nACME,N1,2024-03-01,1000,1010,990,1005\n",
        "ohlcv ACME EQ,ACME N1 2 2024-03-01T00:00:00Z 10 2024-03-01T00:00:00Z 1005",
    );
    check(
        "date,underlying,expiry,strike,right,bid,ask\n2024-03-01,X,2024-03-15,100.00,C,2.5,2.6\n\
         2024-03-01,X,2024-03-15,100.00,P,1.5,1.6\n2024-03-01,X,2024-04-19,105.00,C,2.7,2.8\n",
        "quotes X 2024-03-15 C 100,X 2024-03-15 P 100,X 2024-04-19 C 105 3 2024-03-01T00:00:00Z 2.5 2024-03-01T00:00:00Z 2.7",
    );
    check(
        "time,venue,ticker,price,size\n2024-03-01T09:30:00Z,XNYS,IBX,160,1\n2024-03-01T09:30:00Z,XLON,IBX,126,1\n\
         2024-03-01T09:30:01Z,XNYS,IBX,160.5,1\n2024-03-01T09:30:01Z,XLON,IBX,126.5,1\n",
        "trades IBX XNYS,IBX XLON 4 2024-03-01T09:30:00Z 160 2024-03-01T09:30:01Z 126.5",
    );
    check(
        "time,base,quote,close\n2024-03-01,BTC,USD,61000\n2024-03-01,BTC,EUR,56000\n2024-03-01,ETH,USD,3400\n\
         2024-03-02,BTC,USD,62000\n2024-03-02,BTC,EUR,57000\n2024-03-02,ETH,USD,3500\n",
        "ohlcv BTC USD,BTC EUR,ETH USD 6 2024-03-01T00:00:00Z 61000 2024-03-02T00:00:00Z 3500",
    );
    check(
        "symbol,interval,date,open,high,low,close\nX,1d,2024-03-01,10,11,9,10.5\nX,1w,2024-03-01,10,15,8,14\n\
         X,1d,2024-03-02,10.5,11,9,10.6\nX,1w,2024-03-08,14,15,8,12\n",
        "ohlcv X 1d,X 1w 4 2024-03-01T00:00:00Z 10 2024-03-08T00:00:00Z 12",
    );
    check(
        "Date,Country,Exchange rate\n1971-01-01,Norway,7.1\n1971-02-01,Norway,7.2\n1971-01-01,Japan,357.4\n1971-02-01,Japan,357.5\n",
        "trades Norway,Japan 4 1971-01-01T00:00:00Z 7.1 1971-02-01T00:00:00Z 357.5",
    );
    check(
        "date,code,month,name of contract,settlement,delivery\n2024-03-01,CL,1,CLJ4 future,79.9,2024-04\n2024-03-01,CL,2,CLK4 future,79.1,2024-05\n",
        "trades CLJ4 future,CLK4 future 2 2024-03-01T00:00:00Z 79.9 2024-03-01T00:00:00Z 79.1",
    );
}

#[test]
fn blank_part_names_an_instrument_too() {
    check(
        "Symbol,Time,Price,Adjustment\nX,2024-03-01T09:30:00Z,100,none\nX,2024-03-01T09:30:00Z,50,split\n\
         X,2024-03-01T09:31:00Z,101,none\nX,2024-03-01T09:31:00Z,50.5,split\n",
        "trades X,X split 4 2024-03-01T09:30:00Z 100 2024-03-01T09:31:00Z 50.5",
    );
    check(
        "time,type,open,high,low,close\n2024-03-01T09:30:00Z,BID,1.1,1.2,1.05,1.15\n2024-03-01T09:30:00Z,ASK,1.11,1.21,1.06,1.16\n\
         2024-03-01T09:31:00Z,BID,1.15,1.2,1.05,1.12\n2024-03-01T09:31:00Z,ASK,1.16,1.21,1.06,1.13\n",
        "ohlcv TABLE BID,TABLE ASK 4 2024-03-01T09:30:00Z 1.1 2024-03-01T09:31:00Z 1.13",
    );
    check(
        "SYMBOL,EXPIRY_DT,STRIKE_PR,OPTION_TYP,OPEN,HIGH,LOW,CLOSE,TIMESTAMP\nX,28-Mar-2024,0,XX,100,101,99,100,01-MAR-2024\n\
         X,28-Mar-2024,90.00,CE,12,13,11,12,01-MAR-2024\nX,28-Mar-2024,90.00,PE,2,3,1,2,01-MAR-2024\n",
        "ohlcv X 28-Mar-2024,X 28-Mar-2024 CE 90,X 28-Mar-2024 PE 90 3 2024-03-01T00:00:00Z 100 2024-03-01T00:00:00Z 2",
    );
}

#[test]
fn exchange_of_a_trade_is_no_part_of_its_instrument() {
    check(
        "time,ex,symbol,price,size\n2024-03-01T09:30:00Z,N,ACME,10.50,1\n2024-03-01T09:30:00Z,Q,ACME,10.51,1\n\
         2024-03-01T09:30:01Z,N,ACME,10.52,1\n2024-03-01T09:30:01Z,P,ACME,10.50,1\n",
        "trades ACME 4 2024-03-01T09:30:00Z 10.5 2024-03-01T09:30:01Z 10.5",
    );
    check(
        "time,side,symbol,price,size\n2024-03-01T09:30:00Z,buy,ACME,11,1\n2024-03-01T09:30:00Z,sell,ACME,10,1\n\
         2024-03-01T09:30:01Z,buy,ACME,11,1\n2024-03-01T09:30:01Z,sell,ACME,10,1\n",
        "trades ACME 4 2024-03-01T09:30:00Z 11 2024-03-01T09:30:01Z 10",
    );
}

#[test]
fn people_compose_instruments_of_any_columns() {
    let text = "time,a,b,c,price\n2024-03-01T09:30:00Z,X,1,u,10\n2024-03-01T09:30:01Z,X,2,u,10\n";
    let flags = [("columns", "instrument=a+2,price=price")];
    let flags_wrong = [("columns", "instrument=a+nothing")];
    assert_eq!(
        summary_of(&read("t.csv", text, &[("columns", "instrument=a+b+c")])),
        "trades X 1 u,X 2 u 2 2024-03-01T09:30:00Z 10 2024-03-01T09:30:01Z 10"
    );
    assert_eq!(summary_of(&read("t.csv", text, &flags)), "trades X 2 2024-03-01T09:30:00Z 10 2024-03-01T09:30:01Z 10");
    assert!(matches!(read("t.csv", text, &flags_wrong).unwrap_err().problem, Problem::NoSuchColumn { .. }));
    // The answer of people comes before what the rows tell.
    let text = "SYMBOL,SERIES,DATE,CLOSE\nACME,EQ,2024-03-01,10\nACME,N1,2024-03-01,1000\n";
    assert_eq!(
        summary_of(&read("t.csv", text, &[("columns", "symbol=SYMBOL")])),
        "ohlcv ACME 2 2024-03-01T00:00:00Z 10 2024-03-01T00:00:00Z 1000"
    );
}

#[test]
fn names_are_read_in_many_languages() {
    check(
        "Дата;Цена;Откр.;Макс.;Мин.;Объём\n01.03.2024;11;10,5;11,25;10,1;1200\n15.03.2024;11,4;11;11,5;10,9;900\n",
        "ohlcv TABLE 2 2024-03-01T00:00:00Z 10.5 2024-03-15T00:00:00Z 11.4",
    );
    check(
        "交易所代码,合约代码,时间,最新价,成交量,持仓量,买一价,买一量,卖一价,卖一量\n\
         DCE,i2405,2024-03-01 09:00:00,890.5,10,500,890,5,891,7\nDCE,i2405,2024-03-01 09:00:01,891,12,501,890.5,4,891.5,8\n",
        "trades i2405 2 2024-03-01T09:00:00Z 890.5 2024-03-01T09:00:01Z 891",
    );
    check(
        "TradDt,TckrSymb,XpryDt,OpnPric,HghPric,LwPric,ClsPric,TtlTradgVol,NewBrdLotQty\n\
         2024-03-01,X,2024-03-28,10.5,11.25,10.1,11,1200,50\n2024-03-01,X,2024-04-25,11,11.5,10.9,11.4,900,50\n",
        "ohlcv X 2024-03-28,X 2024-04-25 2 2024-03-01T00:00:00Z 10.5 2024-03-01T00:00:00Z 11.4",
    );
    check(
        "Ticker,Time,LTP,BuyPrice,BuyQty,SellPrice,SellQty,LTQ\nX,2024-03-01 09:15:00,10.5,10.4,60,10.6,30,90\n",
        "trades X 1 2024-03-01T09:15:00Z 10.5 2024-03-01T09:15:00Z 10.5",
    );
    check(
        "#,DATE,TRADING CODE,LTP*,HIGH,LOW,OPENP*,CLOSEP*,YCP\n,,,,,,,,\n1,2024-03-13,X,11,11.25,10.1,10.5,11,10\n",
        "ohlcv X 1 2024-03-13T00:00:00Z 10.5 2024-03-13T00:00:00Z 11",
    );
}

#[test]
fn cell_of_a_spreadsheet_formula_is_its_text() {
    check(
        "Date,Code,Close,Volume\n2024-03-01,=\"0050\",135.5,=\"1200\"\n2024-03-04,=\"0050\",=\"136\",=\"900\"\n",
        "ohlcv 0050 2 2024-03-01T00:00:00Z 135.5 2024-03-04T00:00:00Z 136",
    );
}

#[test]
fn column_that_varies_and_is_not_used_is_named() {
    let text = "time,price,mood,constant\n2024-03-01T09:30:00Z,10,calm,1\n2024-03-01T09:30:01Z,10.5,wild,1\n";
    let report = read("t.csv", text, &[]).unwrap();
    let said: Vec<&str> = report.assumptions.iter().map(|one| one.what.as_str()).collect();
    assert!(said.contains(&"not used: `mood` (calm)") && said.contains(&"trades have no size"), "{said:?}");
    assert!(!said.iter().any(|what| what.contains("constant")), "{said:?}");
}

#[test]
fn large_number_has_not_lost_its_decimal_point() {
    let text = "Date;Close;Volume;Note\n01.03.2024;10,5;1.234.567.890;a,b,c,d\n15.03.2024;10,6;1.334.567.890;a.b.c.d\n";
    let report = read("t.csv", text, &[]).unwrap();
    assert!(report.columns.iter().any(|(name, role)| name == "Volume" && role.is_some()), "{:?}", report.columns);
    assert!(!report.assumptions.iter().any(|one| one.why.contains("decimal point")), "{:?}", report.assumptions);
}

#[test]
fn text_of_fixed_width_is_refused_as_such() {
    let row =
        |n: u32| format!("0120240301{n:02}ACME        010ACME S/A   ON  R$  {:013}{:013}{:013}\n", 1050, 1100, 900);
    let text: String = (1..=9).map(row).collect();
    let message = read("t.txt", &text, &[]).unwrap_err().problem.to_string();
    assert!(message.contains("fixed width") && message.contains("read_fwf"), "{message}");
}

#[test]
fn zero_bytes_cost_their_line() {
    let text = "time,price,size\n2024-03-01T09:30:00Z,10,1\n\0\0\0\0\0\0\0\0\n2024-03-01T09:30:01Z,10.5,1\n";
    check(text, "trades TABLE 2+1 2024-03-01T09:30:00Z 10 2024-03-01T09:30:01Z 10.5");
}

#[test]
fn trade_between_its_quotes_is_told_by_values() {
    let mut text = String::new();
    for n in 0..12 {
        let bid = 155.25 + f64::from(n % 5) / 100.0;
        let price = if n % 3 == 0 { bid } else { bid + 0.02 };
        text.push_str(&format!("03/01/2024,09:30:{n:02},{price:.2},{bid:.2},{:.2},{}\n", bid + 0.03, 100 + n * 37));
    }
    check(&text, "trades TABLE 12 2024-03-01T09:30:00Z 155.25 2024-03-01T09:30:11Z 155.28");
}

#[test]
fn bars_of_bids_and_asks_play_as_quotes() {
    let mut text = String::new();
    for n in 0..12 {
        let open = 1_383_000 + n * 7 % 5 * 100;
        let bar = |add: i32| format!("{},{},{},{}", open + add, open + add + 300, open + add - 200, open + add + 100);
        text.push_str(&format!("{},{},{},{},{}\n", n * 60_000, bar(0), 5 + n % 3, bar(200), 7 + n % 2));
    }
    assert_eq!(
        summary_of(&read("20240301_x_minute_quote.csv", &text, &[])),
        "quotes 20240301_X_MINUTE_QUOTE 12 2024-03-01T00:00:00Z 138.31 2024-03-01T00:11:00Z 138.33"
    );
}
