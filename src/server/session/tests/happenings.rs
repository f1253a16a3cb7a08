//! News and scenarios: who is told, once, and where a client that comes back goes on.

use super::*;
use crate::market::{ActiveScenario, Headline, Notice};

impl Stage {
    fn publish(&self, text: &str) {
        let (ts, on, text) = (Timestamp::from_secs(1), "A".to_owned(), text.to_owned());
        let story = Headline { ts, on, tone: 0.5, leads: true, text };
        self.bus.send(FeedEvent::Notices([Notice::News(story)].into()));
    }

    fn begin(&self, scenario: &'static str) {
        let [start, end] = [1, 2].map(Timestamp::from_secs);
        let staged = ActiveScenario { scenario, on: "all".into(), strength: 1.0, start, end };
        self.bus.send(FeedEvent::Notices([Notice::Scenario(staged)].into()));
    }
}

fn texts(message: &Value, list: &str, member: &str) -> Vec<String> {
    let items = message[list].as_array().unwrap().iter();
    items.map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn all_are_told_what_is_staged_and_who_comes_late_of_what_was() {
    let stage = Stage::new().await;
    let mut early = stage.join(4_096).await;
    early.hear("feed").await;
    stage.begin("crash");
    let told = early.hear("scenarios").await;
    assert_eq!((texts(&told, "scenarios", "name"), &told["snapshot"]), (vec!["crash".into()], &json!(true)));
    stage.begin("quiet");
    let told = early.hear("scenarios").await;
    assert_eq!((texts(&told, "scenarios", "name"), &told["first"]), (vec!["quiet".into()], &json!(2)));
    let mut late = stage.join(4_096).await;
    let told = late.hear("scenarios").await;
    assert_eq!(
        (texts(&told, "scenarios", "name"), &told["snapshot"]),
        (vec!["crash".into(), "quiet".into()], &json!(true))
    );
    stage.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["A"]))));
    stage.begin("halt");
    while early.hear("feed").await["epoch"] != 2 {}
    let told = early.hear("scenarios").await;
    assert_eq!((texts(&told, "scenarios", "name"), &told["first"]), (vec!["halt".into()], &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn news_comes_to_who_asked_for_it_and_goes_on_where_it_was() {
    let stage = Stage::new().await;
    stage.publish("one");
    stage.publish("two");
    let mut client = stage.join(4_096).await;
    client.say(json!({"type":"subscribe","id":1,"channel":"news","history":1})).await;
    assert_eq!(client.hear("granted").await["channel"], "news");
    let news = client.hear("news").await;
    assert_eq!((texts(&news, "stories", "headline"), &news["first"]), (vec!["two".into()], &json!(2)));
    stage.publish("three");
    assert_eq!(texts(&client.hear("news").await, "stories", "headline"), ["three"]);
    let mut again = stage.join(4_096).await;
    again.say(json!({"type":"format","format":"binary"})).await;
    let since = json!({"epoch":1,"at":{"*":1}});
    again.say(json!({"type":"subscribe","channel":"news","since":since})).await;
    assert_eq!(again.hear("granted").await["recovered"], true);
    let news = again.hear("news").await;
    assert_eq!(
        (texts(&news, "stories", "headline"), &news["snapshot"]),
        (vec!["two".into(), "three".into()], &json!(false))
    );
    again.say(json!({"type":"unsubscribe","channel":"news"})).await;
    again.hear("unsubscribed").await;
    stage.publish("four");
    again.say(json!({"type":"unsubscribe","channel":"news"})).await;
    loop {
        let message = again.hear_any().await;
        assert_ne!(message["type"], "news");
        if message["type"] == "error" {
            assert_eq!(message["code"], "not_subscribed");
            break;
        }
    }
    assert_eq!(texts(&client.hear("news").await, "stories", "headline"), ["four"]);
}
