//! Commands to the feed: when they are confirmed, and how many may wait.

use super::*;
use crate::bus::PendingCommand;
use crate::control::{Command, FeedState, FeedStatus, Step, sample};
use crate::wire::ApiError;

#[tokio::test(start_paused = true)]
async fn commands_are_confirmed_when_both_clients_see_the_effect() {
    let mut fixture = Fixture::new().await;
    let (mut one, mut other) = (fixture.join(4_096).await, fixture.join(4_096).await);
    one.send(json!({"type":"drive","id":1,"command":"pause"})).await;
    other.send(json!({"type":"drive","id":2,"command":"speed","speed":60})).await;
    for (revision, state) in [(1, FeedState::Paused), (2, FeedState::Playing)] {
        let PendingCommand { reply, .. } = fixture.commands.recv().await.unwrap();
        let status = FeedStatus { state, revision, ..sample::status() };
        fixture.bus.send(FeedEvent::Status(Arc::new(status)));
        reply.send(Ok(revision));
    }
    for (client, answer) in [
        (&mut one, json!({"type":"driven","id":1,"command":"pause"})),
        (&mut other, json!({"type":"driven","id":2,"command":"speed"})),
    ] {
        let (mut answered, mut seen) = (false, false);
        while !(answered && seen) {
            let message = client.receive_any().await;
            answered |= message == answer;
            seen |= message["type"] == "feed" && message["revision"] == 2;
        }
    }
    let mut late = fixture.join(4_096).await;
    let feed = late.receive("feed").await;
    assert_eq!((&feed["revision"], &feed["state"]), (&json!(2), &json!("playing")));
}

#[tokio::test(start_paused = true)]
async fn client_without_the_role_gets_an_error_with_a_remedy() {
    let mut fixture = Fixture::new().await;
    fixture.feed = fixture.feed.rejecting(ApiError::control_not_allowed());
    let mut client = fixture.join(4_096).await;
    client.send(json!({"type":"drive","id":7,"command":"play"})).await;
    let error = client.receive("error").await;
    assert_eq!((&error["id"], &error["code"]), (&json!(7), &json!("control_not_allowed")));
    assert!(error["remedy"].as_str().unwrap().contains("--control"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn waiting_commands_are_limited_and_the_session_goes_on() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    for id in 0..40 {
        client.send(json!({"type":"drive","id":id,"command":"play"})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(client.receive("error").await["code"], "too_many_commands");
    client.subscribe(&["A"], 5.0).await;
    drop(fixture.commands);
    while client.receive("error").await["code"] != "feed_gone" {}
}

#[tokio::test(start_paused = true)]
async fn pause_overtakes_the_step_of_its_own_session() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.join(4_096).await;
    client.send(json!({"type":"drive","id":1,"command":"step","to":"gap"})).await;
    client.send(json!({"type":"drive","id":2,"command":"pause"})).await;
    let step = fixture.commands.recv().await.unwrap();
    let pause = fixture.commands.recv().await.unwrap();
    assert_eq!((step.command, pause.command), (Command::Step(Step::Gap), Command::Pause), "in order");
    fixture.bus.send(FeedEvent::Status(Arc::new(FeedStatus { revision: 1, ..sample::status() })));
    pause.reply.send(Ok(1));
    assert_eq!(client.receive("driven").await["id"], 2);
    step.reply.send(Ok(1));
    assert_eq!(client.receive("driven").await["id"], 1);
}
