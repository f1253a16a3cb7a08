//! The levels of a book: who gets them, at which rate, and who is told that there are none.

use super::*;
use crate::control::sample::opening_with_depth;
use crate::market::sample::quote;

fn prices(message: &Value, side: &str) -> Vec<f64> {
    message[side].as_array().unwrap().iter().map(|level| level["price"].as_f64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_book_comes_at_the_granted_rate_and_what_lay_between_is_merged() {
    let stage = Stage::open(opening_with_depth(1, &["A", "B", "C"])).await;
    let quote = |n: i64| quote(InstrumentId(1), Timestamp::from_millis(n), Some(100 + n), Some(103 + n));
    let mut client = stage.join(4_096).await;
    client.say(json!({"type":"subscribe","id":1,"channel":"depth","symbols":["B"],"rate":2})).await;
    assert_eq!(client.hear("granted").await["channel"], "depth");
    let book = client.hear("depth").await;
    assert_eq!((&book["snapshot"], &book["seq"]), (&json!(true), &json!(0)));
    assert!(prices(&book, "bids").is_empty() && prices(&book, "asks").is_empty());
    stage.bus.send(FeedEvent::Ticks([1, 2, 3].map(quote).into()));
    let book = client.hear("depth").await;
    assert_eq!((&book["snapshot"], &book["first_seq"], &book["seq"]), (&json!(false), &json!(1), &json!(3)));
    assert_eq!(prices(&book, "bids"), [1.03, 1.02, 1.01, 1.0, 0.99]);
    assert_eq!(prices(&book, "asks"), [1.06, 1.07, 1.08, 1.09, 1.10]);
    client.say(json!({"type":"rate","channel":"depth","symbols":["*"],"rate":0})).await;
    client.hear("granted").await;
    stage.bus.send(FeedEvent::Ticks([4].map(quote).into()));
    client.say(json!({"type":"rate","channel":"depth","symbols":["B"],"rate":"every"})).await;
    let book = client.hear("depth").await;
    assert_eq!((&book["snapshot"], &book["seq"]), (&json!(true), &json!(4)));
    client.say(json!({"type":"unsubscribe","channel":"depth","symbols":["*"]})).await;
    client.hear("unsubscribed").await;
    client.say(json!({"type":"rate","channel":"depth","symbols":["B"],"rate":1})).await;
    assert_eq!(client.hear("error").await["code"], "not_subscribed");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_knows_no_levels_says_so() {
    let stage = Stage::new().await;
    let mut client = stage.join(4_096).await;
    for (symbols, says) in [(json!(["B"]), "\"B\" has no depth"), (json!(["*"]), "this feed has no depth")] {
        client.say(json!({"type":"subscribe","id":1,"channel":"depth","symbols":symbols})).await;
        let error = client.hear("error").await;
        assert_eq!((&error["code"], &error["id"]), (&json!("no_depth"), &json!(1)));
        assert!(error["message"].as_str().unwrap().starts_with(says), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn books_count_against_the_limit_as_other_subscriptions_do() {
    let stage = Stage::open(opening_with_depth(1, &["A", "B", "C", "D", "E"])).await;
    let mut client = stage.join(4_096).await;
    client.say(json!({"type":"subscribe","channel":"depth","symbols":["*"]})).await;
    assert_eq!(client.hear("error").await["code"], "too_many_subscriptions");
    client.say(json!({"type":"subscribe","channel":"depth","symbols":["A", "B", "C", "D"]})).await;
    client.hear("granted").await;
    client.say(json!({"type":"subscribe","channel":"quotes","symbols":["A"]})).await;
    assert_eq!(client.hear("error").await["code"], "too_many_subscriptions");
}
