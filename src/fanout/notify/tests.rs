//! Notifiers of a group.

use super::*;
use crate::fanout::grant;

/// The listeners in JSON and in binary.
fn listeners(notifiers: &Notifiers, tier: TierId) -> [usize; 2] {
    let counts = notifiers.listeners(tier);
    [counts[Format::Json], counts[Format::Binary]]
}

#[tokio::test(start_paused = true)]
async fn notifier_gets_its_own_tiers_and_everything_else() {
    let notifiers = Notifiers::default();
    let notifier = notifiers.register(0);
    let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
    notifier.set_tiers([five].into_iter(), Format::Json);
    notifiers.notify(Due::tier(ten));
    notifiers.notify(Due::tier(five));
    notifiers.notify(Due::tier(five));
    notifiers.notify(Due::HEARTBEAT);
    let due = notifier.wait().await;
    assert_eq!(due.tiers().collect::<Vec<_>>(), [five]);
    assert!(due.contains(Due::HEARTBEAT) && !due.contains(Due::STOP));
    assert_eq!(notifiers.skipped(), 1, "the second flush came before the session looked at the first");
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), notifier.wait()).await;
    assert!(quiet.is_err(), "a flag is taken once");
}

#[tokio::test(start_paused = true)]
async fn late_notifier_gets_the_stop() {
    let notifiers = Notifiers::default();
    notifiers.stop();
    assert!(notifiers.register(0).wait().await.contains(Due::STOP));
}

#[test]
fn tier_has_listeners_while_a_session_listens() {
    let notifiers = Notifiers::default();
    let five = grant(5.0).unwrap();
    let (one, two) = (notifiers.register(0), notifiers.register(0));
    assert_eq!(listeners(&notifiers, five), [0, 0]);
    one.set_tiers([five].into_iter(), Format::Json);
    two.set_tiers([five].into_iter(), Format::Json);
    one.set_tiers(std::iter::empty(), Format::Json);
    assert_eq!(listeners(&notifiers, five), [1, 0]);
    drop(two);
    notifiers.notify(Due::HEARTBEAT);
    assert_eq!(listeners(&notifiers, five), [0, 0]);
    drop(one);
    notifiers.notify(Due::HEARTBEAT);
    assert!(notifiers.list.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn heartbeat_waits_while_the_session_sends() {
    let notifiers = Notifiers::default();
    let notifier = notifiers.register(0);
    notifier.mark_sent();
    notifiers.notify(Due::HEARTBEAT);
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), notifier.wait()).await;
    assert!(quiet.is_err(), "the session has just sent something");
    notifiers.notify(Due::HEARTBEAT);
    let due = notifier.wait().await;
    assert!(due.contains(Due::HEARTBEAT) && due.contains(Due::TIMER), "both half seconds count: {due:?}");
}

#[tokio::test(start_paused = true)]
async fn flush_time_is_that_of_the_first_unseen_flush() {
    let notifiers = Notifiers::default();
    let notifier = notifiers.register(0);
    let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
    notifier.set_tiers([five].into_iter(), Format::Json);
    tokio::time::advance(Duration::from_secs(1)).await;
    let first = Instant::now();
    notifiers.notify_flush(ten, first - Duration::from_millis(7));
    assert_eq!(notifier.take_flush(), None, "the session does not listen to this tier");
    notifiers.notify_flush(five, first);
    notifiers.notify_flush(five, first + Duration::from_millis(200));
    assert_eq!((notifier.take_flush(), notifier.take_flush()), (Some(first), None));
    notifiers.notify_flush(five, first + Duration::from_millis(400));
    assert_eq!(notifier.take_flush(), Some(first + Duration::from_millis(400)));
}

#[tokio::test(start_paused = true)]
async fn session_counts_at_one_throttle_level() {
    let notifiers = Notifiers::default();
    let five = grant(5.0).unwrap();
    let all = [notifiers.register(0), notifiers.register(0), notifiers.register(0)];
    tokio::time::advance(Duration::from_secs(1)).await;
    all.iter().for_each(|notifier| notifier.set_tiers([five].into_iter(), Format::Json));
    let check = |full, skipping, lowered| {
        let mut counts = ThrottleCounts::default();
        notifiers.count_levels(Instant::now(), &mut counts);
        assert_eq!(counts, ThrottleCounts([full, skipping, lowered]));
    };
    notifiers.notify_flush(five, Instant::now());
    check(3, 0, 0);
    tokio::time::advance(Duration::from_millis(150)).await;
    all[0].take_flush();
    check(1, 2, 0);
    all[1].set_throttled(true);
    check(1, 1, 1);
    drop(all);
    check(0, 0, 0);
}

#[test]
fn formats_have_listeners_of_their_own() {
    let notifiers = Notifiers::default();
    let five = grant(5.0).unwrap();
    let notifier = notifiers.register(0);
    for (format, want) in [(Format::Json, [1, 0]), (Format::Binary, [0, 1])] {
        notifier.set_tiers([five].into_iter(), format);
        assert_eq!(listeners(&notifiers, five), want);
    }
}
