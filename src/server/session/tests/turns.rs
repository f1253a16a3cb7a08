//! Histories wait for their turn, and for their time. Updates do not.

use std::pin::pin;

use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::*;

const REQUESTS: usize = 2;
const BARS: i64 = 50;

#[tokio::test(start_paused = true)]
async fn histories_wait_while_another_has_the_turn_and_updates_go_on() {
    let fixture = Fixture::new().await;
    for second in 0..BARS {
        fixture.trade(0, 100, 1_000 * second);
    }
    // The publisher takes a few batches at a time, and lets sessions run between them.
    while fixture.live.read().market.ticks() < BARS as u64 {
        tokio::task::yield_now().await;
    }
    let (mut greedy, mut viewer) = (fixture.join(1 << 20).await, fixture.join(1 << 20).await);
    viewer.subscribe(&["A"], 5.0).await;
    let mut turn = Box::pin(fixture.turns.take());
    assert!(turn.as_mut().now_or_never().is_none(), "a turn is taken until the others have run");
    for _ in 0..REQUESTS {
        let request = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":BARS});
        greedy.send(request).await;
    }
    let history = timeout(Duration::from_millis(50), pin!(greedy.receive("bars"))).await;
    assert!(history.is_err(), "a history without a turn");
    fixture.trade(0, 101, 1_000 * BARS);
    assert_eq!(ranges(&viewer.receive("update").await), [("A", 51, 51)]);
    drop(turn);
    for _ in 0..REQUESTS {
        greedy.receive("bars").await;
    }
}

#[tokio::test(start_paused = true)]
async fn client_that_asks_for_much_waits_for_its_next_answer() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    client.subscribe(&["A"], 5.0).await;
    let start = Instant::now();
    let mut times = Vec::new();
    for _ in 0..4 {
        let request = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":50});
        client.send(request).await;
        client.receive("granted").await;
        times.push((Instant::now() - start).as_secs());
    }
    // A hundred items at once, which is the limit of a session, and then ten a second. One quote was among them, and the
    // session looks each half second.
    assert_eq!(times, [0, 0, 1, 6]);
    client.send(json!({"type":"subscribe","channel":"news"})).await;
    fixture.trade(0, 100, 1_000);
    assert_eq!(ranges(&client.receive("update").await), [("A", 1, 1)]);
    assert!((Instant::now() - start).as_secs() < 11, "the update came before the next answer");
    client.receive("news").await;
}

#[tokio::test(start_paused = true)]
async fn client_that_waits_for_a_turn_is_not_slow() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    client.subscribe(&["A"], 5.0).await;
    for _ in 0..4 {
        let mut turn = Box::pin(fixture.turns.take());
        assert!(turn.as_mut().now_or_never().is_none());
        client.send(json!({"type":"resync","symbols":["A"]})).await;
        client.send(json!({"type":"rate","channel":"quotes","symbols":["A"],"rate":5})).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        drop(turn);
        client.receive("granted").await;
    }
    assert_eq!(fixture.count(&throttle_changes("lowered")), 0);
}

#[tokio::test(start_paused = true)]
async fn client_that_was_not_read_is_not_silent() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    let request = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":50});
    // Each request is read later than the one before, for longer than from one ping to the next.
    for _ in 0..12 {
        client.send(request.clone()).await;
    }
    for _ in 0..12 {
        client.receive("granted").await;
    }
    assert!(!client.session.is_finished());
}
