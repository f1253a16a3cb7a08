//! News and scenarios: each reaches a client once, and a reconnect resumes.

use super::*;
use crate::market::{ActiveScenario, Headline, Notice};

impl Fixture {
    fn publish(&self, text: &str) {
        let (ts, on, text) = (Timestamp::from_secs(1), "A".to_owned(), text.to_owned());
        let headline = Headline { ts, on, tone: 0.5, leads: true, text };
        self.bus.send(FeedEvent::Notices([Notice::News(headline)].into()));
    }

    fn start_scenario(&self, scenario: &'static str) {
        let [start, end] = [1, 2].map(Timestamp::from_secs);
        let scenario = ActiveScenario { scenario, on: "all".into(), strength: 1.0, start, end };
        self.bus.send(FeedEvent::Notices([Notice::Scenario(scenario)].into()));
    }
}

fn texts(message: &Value, list: &str, member: &str) -> Vec<String> {
    let items = message[list].as_array().unwrap().iter();
    items.map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn scenarios_reach_all_sessions_and_late_ones_get_the_past() {
    let fixture = Fixture::new().await;
    let mut early = fixture.join(4_096).await;
    early.receive("feed").await;
    fixture.start_scenario("crash");
    let scenarios = early.receive("scenarios").await;
    assert_eq!((texts(&scenarios, "scenarios", "name"), &scenarios["snapshot"]), (vec!["crash".into()], &json!(true)));
    fixture.start_scenario("quiet");
    let scenarios = early.receive("scenarios").await;
    assert_eq!((texts(&scenarios, "scenarios", "name"), &scenarios["first"]), (vec!["quiet".into()], &json!(2)));
    let mut late = fixture.join(4_096).await;
    let scenarios = late.receive("scenarios").await;
    assert_eq!(
        (texts(&scenarios, "scenarios", "name"), &scenarios["snapshot"]),
        (vec!["crash".into(), "quiet".into()], &json!(true))
    );
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["A"]))));
    fixture.start_scenario("halt");
    while early.receive("feed").await["epoch"] != 2 {}
    let scenarios = early.receive("scenarios").await;
    assert_eq!((texts(&scenarios, "scenarios", "name"), &scenarios["first"]), (vec!["halt".into()], &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn news_reaches_subscribers_and_resumes_where_it_was() {
    let fixture = Fixture::new().await;
    fixture.publish("one");
    fixture.publish("two");
    let mut client = fixture.join(4_096).await;
    client.send(json!({"type":"subscribe","id":1,"channel":"news","history":1})).await;
    assert_eq!(client.receive("granted").await["channel"], "news");
    let news = client.receive("news").await;
    assert_eq!((texts(&news, "stories", "headline"), &news["first"]), (vec!["two".into()], &json!(2)));
    fixture.publish("three");
    assert_eq!(texts(&client.receive("news").await, "stories", "headline"), ["three"]);
    let mut again = fixture.join(4_096).await;
    again.send(json!({"type":"format","format":"binary"})).await;
    let since = json!({"epoch":1,"at":{"*":1}});
    again.send(json!({"type":"subscribe","channel":"news","since":since})).await;
    assert_eq!(again.receive("granted").await["recovered"], true);
    let news = again.receive("news").await;
    assert_eq!(
        (texts(&news, "stories", "headline"), &news["snapshot"]),
        (vec!["two".into(), "three".into()], &json!(false))
    );
    again.send(json!({"type":"unsubscribe","channel":"news"})).await;
    again.receive("unsubscribed").await;
    fixture.publish("four");
    again.send(json!({"type":"unsubscribe","channel":"news"})).await;
    loop {
        let message = again.receive_any().await;
        assert_ne!(message["type"], "news");
        if message["type"] == "error" {
            assert_eq!(message["code"], "not_subscribed");
            break;
        }
    }
    assert_eq!(texts(&client.receive("news").await, "stories", "headline"), ["four"]);
}
