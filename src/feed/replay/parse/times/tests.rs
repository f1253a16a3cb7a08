use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;

use super::*;

fn check(cell: &str, want: Option<&str>) {
    let got = TimeFormat::of(cell, DateOrder::Mdy).and_then(|format| format.parse(cell)).map(|time| time.ts);
    let want = want.map(|rfc| Timestamp(DateTime::parse_from_rfc3339(rfc).unwrap().timestamp_nanos_opt().unwrap()));
    assert_eq!(got, want, "{cell:?}");
}

#[test]
fn iso_time_is_read() {
    check("2016-06-14", Some("2016-06-14T00:00:00Z"));
    check("2016-06-14 09:30", Some("2016-06-14T09:30:00Z"));
    check("2016-06-14T09:30:00.098Z", Some("2016-06-14T09:30:00.098Z"));
    check("2016-06-14 09:30:00.123456789", Some("2016-06-14T09:30:00.123456789Z"));
    check("2016-06-14T09:30:00-04:00", Some("2016-06-14T13:30:00Z"));
    check("2016-06-14 09:30:00+0530", Some("2016-06-14T04:00:00Z"));
    check("2016-06-14 09:30:00 UTC", Some("2016-06-14T09:30:00Z"));
    check("0001-01-01", None);
    check("01/02/0024", None);
    check("3 Jan 2300", None);
    check("2000-02-29", Some("2000-02-29T00:00:00Z"));
    check("1969-12-31T23:59:59Z", Some("1969-12-31T23:59:59Z"));
    check("2016-06-14D09:30:00.098", Some("2016-06-14T09:30:00.098Z"));
    check("2016-06-14T24:00:00", Some("2016-06-15T00:00:00Z"));
    check("2016-06-14 09:30:00 US/Eastern", Some("2016-06-14T13:30:00Z"));
}

#[test]
fn epoch_count_is_read_by_its_size() {
    check("1465862400", Some("2016-06-14T00:00:00Z"));
    check("1465862400.25", Some("2016-06-14T00:00:00.25Z"));
    check("1465862400098", Some("2016-06-14T00:00:00.098Z"));
    check("1465862400098001", Some("2016-06-14T00:00:00.098001Z"));
    check("1465862400098001002", Some("2016-06-14T00:00:00.098001002Z"));
    check("-86400", Some("1969-12-31T00:00:00Z"));
    check("-0.5", Some("1969-12-31T23:59:59.5Z"));
}

#[test]
fn text_that_is_no_time_is_none() {
    for cell in
        ["", "time", "2016-13-01", "2015-02-29", "2016-06-14T24:01", "2016-06-14T09:30:00.1234567890", "1.5", "12"]
    {
        check(cell, None);
    }
    for cell in [
        "110 1/16",
        "45 1/16",
        "12 1/16",
        "110-16",
        "110'165",
        "09:30:00",
        "9999-12-31",
        "1600-01-01",
        "99999999999999999999",
        "2016-06-14x",
        "13/13/2016",
        "30 Feb 2020",
    ] {
        check(cell, None);
    }
}

#[test]
fn date_as_people_write_it_is_read() {
    check("20160614", Some("2016-06-14T00:00:00Z"));
    check("20160614093000", Some("2016-06-14T09:30:00Z"));
    check("20160614 093000065", Some("2016-06-14T09:30:00.065Z"));
    check("20160614 09:30", Some("2016-06-14T09:30:00Z"));
    check("2016.06.14 09:30", Some("2016-06-14T09:30:00Z"));
    check("2016/6/14", Some("2016-06-14T00:00:00Z"));
    check("2016年6月14日", Some("2016-06-14T00:00:00Z"));
    check("06/14/2016", Some("2016-06-14T00:00:00Z"));
    check("6-14-2016", Some("2016-06-14T00:00:00Z"));
    check("Jun 14, 2016", Some("2016-06-14T00:00:00Z"));
    check("14-Jun-16", Some("2016-06-14T00:00:00Z"));
    check("14 June 2016", Some("2016-06-14T00:00:00Z"));
    check("14JUN2016", Some("2016-06-14T00:00:00Z"));
    check("14JUN2016:09:30:00", Some("2016-06-14T09:30:00Z"));
    check("June 2nd, 2016", Some("2016-06-02T00:00:00Z"));
    check("14 de junio de 2016", Some("2016-06-14T00:00:00Z"));
    check("mar. 14 juin 2016", Some("2016-06-14T00:00:00Z"));
    check("Mar 14, 2016 3:50 PM", Some("2016-03-14T15:50:00Z"));
    check("14 июня 2016", Some("2016-06-14T00:00:00Z"));
    check("14. marraskuuta 2016", Some("2016-11-14T00:00:00Z"));
    check("105/06/14", Some("2016-06-14T00:00:00Z"));
    check("20160614 093000 0040000", Some("2016-06-14T09:30:00.004Z"));
    check("Tue, 14 Jun 2016 09:30:00 GMT", Some("2016-06-14T09:30:00Z"));
    check("Tue Jun 14 09:30:00 2016", None);
    check("14. Okt. 2016", Some("2016-10-14T00:00:00Z"));
    check("14-Dec-99", Some("1999-12-14T00:00:00Z"));
    check("2016-06-14 09-AM", Some("2016-06-14T09:00:00Z"));
    check("2016-06-14 12-AM", Some("2016-06-14T00:00:00Z"));
    check("6/14/2016 3:50:00 PM", Some("2016-06-14T15:50:00Z"));
    check("6/14/2016 12:05 PM", Some("2016-06-14T12:05:00Z"));
    check("06/14/2016 00:00:00.000 GMT+0300", Some("2016-06-13T21:00:00Z"));
    check("2016-06", Some("2016-06-01T00:00:00Z"));
    check("2016-06-14 09:30:00 EDT", Some("2016-06-14T13:30:00Z"));
}

#[test]
fn order_decides_dates_of_figures_alone() {
    let read = |cell: &str, order| TimeFormat::Text(order).parse(cell).map(|m| m.ts.0 / NANOS_PER_DAY);
    assert_eq!(read("09/01/2020", DateOrder::Dmy), read("2020-01-09", DateOrder::Ymd));
    assert_eq!(read("09/01/2020", DateOrder::Mdy), read("2020-09-01", DateOrder::Ymd));
    assert_eq!(read("20/01/09", DateOrder::Ymd), read("2020-01-09", DateOrder::Ymd));
    assert_eq!(day_and_month("09/01/2020 00:05"), Some((9, 1)));
    assert_eq!(day_and_month("2020-01-09"), None);
    assert_eq!(day_and_month("9 Jan 2020"), None);
}

#[test]
fn epoch_count_tells_its_own_unit() {
    let millis = TimeFormat::Epoch(TimeUnit::Millis);
    assert_eq!(millis.parse("1465862400098"), millis.parse("1465862400098000"));
    assert!(millis.parse("1465862400").is_none());
}

#[test]
fn count_since_midnight_lies_within_a_day() {
    let at = |cell: &str, unit| TimeFormat::SinceMidnight(unit).parse(cell).map(|m| m.ts.0);
    assert_eq!(at("34200.01746", TimeUnit::Seconds), Some(34_200_017_460_000));
    assert_eq!(at("14400000", TimeUnit::Millis), Some(14_400_000_000_000));
    assert_eq!(at("86400", TimeUnit::Seconds), None);
    assert_eq!(at("-1", TimeUnit::Millis), None);
}

#[test]
fn date_and_clock_apart_make_one_time() {
    let joined = parse_date_and_clock("2016-06-14", "09:30:00.5", TimeFormat::Iso, ClockForm::Marked).unwrap();
    assert_eq!(joined, TimeFormat::Iso.parse("2016-06-14 09:30:00.5").unwrap());
    assert_eq!(parse_date_and_clock("2016-06-14", "noon", TimeFormat::Iso, ClockForm::Marked), None);
    assert_eq!(parse_date_and_clock("2016-06-14 09:30", "09:30", TimeFormat::Iso, ClockForm::Marked), None);
}

proptest! {
    #[test]
    fn written_time_reads_back(nanos in any::<i64>()) {
        let text = Utc.timestamp_nanos(nanos).format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string();
        prop_assert_eq!(TimeFormat::Iso.parse(&text).map(|m| m.ts), Some(Timestamp(nanos)));
    }

    #[test]
    fn parsing_never_panics(
        cell in "\\PC{0,30}|[-+:.TZ/ 0-9eEAPM]{0,30}|\
                 [0-9]{1,4}[-/. ][0-9a-zA-Z]{1,4}[-/. ][0-9]{1,5}.{0,12}",
    ) {
        if let Some(format) = TimeFormat::of(&cell, DateOrder::Dmy) {
            let _ = format.parse(&cell);
        }
    }
}
