//! CommandQueue of sessions: one truth, and bounds.

use super::*;
use crate::bus::PendingCommand;
use crate::control::sample;
use crate::control::{FeedState, FeedStatus};
use crate::wire::ApiError;

#[tokio::test(start_paused = true)]
async fn two_that_drive_see_one_truth_and_are_answered_when_it_can_be_seen() {
    let mut stage = Stage::new().await;
    let (mut one, mut other) = (stage.join(4_096).await, stage.join(4_096).await);
    one.say(json!({"type":"drive","id":1,"command":"pause"})).await;
    other.say(json!({"type":"drive","id":2,"command":"speed","speed":60})).await;
    for (revision, state) in [(1, FeedState::Paused), (2, FeedState::Playing)] {
        let PendingCommand { reply, .. } = stage.line.recv().await.unwrap();
        let status = FeedStatus { state, revision, ..sample::status() };
        stage.bus.send(FeedEvent::Status(Arc::new(status)));
        reply.send(Ok(revision));
    }
    for (client, answer) in [
        (&mut one, json!({"type":"driven","id":1,"command":"pause"})),
        (&mut other, json!({"type":"driven","id":2,"command":"speed"})),
    ] {
        let (mut answered, mut seen) = (false, false);
        while !(answered && seen) {
            let message = client.hear_any().await;
            answered |= message == answer;
            seen |= message["type"] == "feed" && message["revision"] == 2;
        }
    }
    let mut late = stage.join(4_096).await;
    let feed = late.hear("feed").await;
    assert_eq!((&feed["revision"], &feed["state"]), (&json!(2), &json!("playing")));
}

#[tokio::test(start_paused = true)]
async fn who_may_not_drive_is_told_how_to_be_allowed_to() {
    let mut stage = Stage::new().await;
    stage.commands = stage.commands.refusing(ApiError::control_not_allowed());
    let mut client = stage.join(4_096).await;
    client.say(json!({"type":"drive","id":7,"command":"play"})).await;
    let error = client.hear("error").await;
    assert_eq!((&error["id"], &error["code"]), (&json!(7), &json!("control_not_allowed")));
    assert!(error["remedy"].as_str().unwrap().contains("--control"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn commands_that_nobody_answers_are_bounded_and_the_session_goes_on() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 20).await;
    for id in 0..40 {
        client.say(json!({"type":"drive","id":id,"command":"play"})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(client.hear("error").await["code"], "too_many_commands");
    client.subscribe(&["A"], 5.0).await;
    drop(stage.line);
    while client.hear("error").await["code"] != "feed_gone" {}
}
