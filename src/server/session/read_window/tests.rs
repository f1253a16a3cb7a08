use super::*;

const LIMITS: UnreadLimits = UnreadLimits { time: Duration::from_secs(1), bytes: 64 * 1_024 };

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs a reader that takes `handler` for each message, on a network with this round trip, for a minute at
/// 60 messages a second. Returns the most messages that were unread after five seconds, and how many it read.
fn run(handler: Duration, round_trip: Duration) -> (u32, u32) {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    // Messages and probes on their way, with the time of arrival.
    let mut unread: std::collections::VecDeque<(Instant, Option<u32>)> = [].into();
    let mut answers: std::collections::VecDeque<(Instant, u32)> = [].into();
    let (mut free_at, mut most, mut read) = (start, 0, 0);
    for step in 0..60_000 {
        let now = start + ms(step);
        while let Some((at, _)) = unread.front()
            && free_at.max(*at) <= now
        {
            match unread.pop_front().unwrap().1 {
                Some(number) => answers.push_back((now + round_trip / 2, number)),
                None => {
                    read += 1;
                    free_at = now + handler;
                }
            }
        }
        while answers.front().is_some_and(|(at, _)| *at <= now) {
            window.on_answer(answers.pop_front().unwrap().1, now).unwrap();
        }
        if step % 16 == 0 && window.is_open(now) {
            window.on_sent(200, true, now);
            unread.push_back((now + round_trip / 2, None));
        }
        if window.is_probe_due(now) {
            unread.push_back((now + round_trip / 2, Some(window.probe(now))));
        }
        if step > 5_000 {
            most = most.max(window.sent.since(window.read).messages);
        }
    }
    (most, read)
}

#[test]
fn prompt_reader_gets_everything_also_over_a_long_way() {
    for round_trip in [0, 20, 150, 400] {
        let (_, read) = run(Duration::ZERO, ms(round_trip));
        assert!(read > 3_600, "{read} of 3,750 messages with a round trip of {round_trip} ms");
    }
}

#[test]
fn slow_reader_gets_as_much_as_it_reads_and_no_more() {
    for (handler, round_trip) in [(50, 0), (200, 0), (500, 0), (50, 100), (200, 100), (500, 100)] {
        let (most, read) = run(ms(handler), ms(round_trip));
        let drain = handler * u64::from(most);
        assert!(drain <= 1_000 + handler, "{most} messages of {handler} ms were unread, {round_trip} ms away");
        let could = 60_000 / handler as u32;
        assert!(read * 10 > could * 6, "{read} of {could} messages of {handler} ms, {round_trip} ms away");
    }
}

#[test]
fn window_that_shrinks_behind_the_last_probe_opens_again() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    for _ in 0..2 {
        window.on_sent(100, true, start);
    }
    let number = window.probe(start);
    window.on_sent(100, true, start);
    assert!(!window.is_probe_due(start + ms(1)));
    let late = start + ms(900);
    window.base = 0;
    window.on_answer(number, late).unwrap();
    window.window = 1;
    assert!(!window.is_open(late) && window.is_probe_due(late), "nothing else would ever open it");
    let number = window.probe(late);
    window.on_answer(number, late).unwrap();
    assert!(window.is_open(late));
}

#[test]
fn prompt_client_gets_few_probes_until_it_lags() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    // Five messages a second, each answered at once.
    let mut probes = Vec::new();
    for step in 0..300 {
        let now = start + ms(200 * step);
        assert!(window.is_open(now));
        window.on_sent(10_000 / 8, true, now);
        if window.is_probe_due(now) {
            probes.push(step);
            let number = window.probe(now);
            window.on_answer(number, now + ms(5)).unwrap();
        }
    }
    let late = probes.iter().filter(|step| **step >= 150).count();
    assert!((7..=8).contains(&late), "{late} probes in half a minute");
    let now = start + ms(60_000);
    let number = window.probe(now);
    window.on_answer(number, now + ms(700)).unwrap();
    assert!(!window.is_trusted());
}

#[test]
fn heartbeats_alone_never_shut_the_window_for_good() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    let mut probes = 0;
    for second in 0..60 {
        let now = start + ms(1_000 * second);
        assert!(window.is_open(now));
        window.on_sent(100, false, now);
        if window.is_probe_due(now) {
            let number = window.probe(now);
            window.on_answer(number, now).unwrap();
            probes += 1;
        }
    }
    assert!((4..=15).contains(&probes), "{probes} probes in a quiet minute");
}

#[test]
fn late_answer_says_nothing_and_a_later_one_answers_for_those_before() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    window.on_sent(100, true, start);
    let first = window.probe(start);
    window.on_sent(100, true, start);
    let second = window.probe(start + ms(10));
    assert_eq!(window.on_answer(99, start), None);
    assert_eq!(window.on_answer(second, start + ms(30)), Some(ms(20)));
    assert_eq!(window.on_answer(first, start + ms(31)), None);
    assert_eq!(window.lag(start + ms(500)), Some(ms(20)));
    window.on_sent(100, true, start);
    window.probe(start + ms(500));
    assert_eq!(window.lag(start + ms(900)), Some(ms(400)));
    assert!(!window.is_open(start + ms(1_500)), "the probe is a second old");
}

#[test]
fn bytes_shut_the_window_but_for_one_message() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    assert!(window.is_open(start), "one message may be larger");
    window.on_sent(10 * LIMITS.bytes, true, start);
    assert!(!window.is_open(start) && window.is_probe_due(start));
    let number = window.probe(start);
    window.on_answer(number, start);
    assert!(window.is_open(start));
}

/// Acknowledges each message that `window` asks for, from `from` to the last that was sent. Returns how many.
fn acknowledge_all(window: &mut ReadWindow<'_>, every: u32, from: u32, now: Instant) -> usize {
    let due = (from..window.next_number()).filter(|number| number.is_multiple_of(every));
    due.filter(|number| window.on_ack(*number, now).0).count()
}

#[test]
fn acknowledged_messages_need_no_probes_and_open_the_window() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    window.acknowledge(true);
    for number in 1..=FIRST_WINDOW {
        assert!(window.is_open(start));
        window.on_sent(100, true, start);
        assert_eq!(window.next_number(), number + 1);
    }
    assert!(!window.is_open(start) && !window.is_probe_due(start));
    assert_eq!(window.on_ack(2, start + ms(30)), (true, Some(ms(30))));
    assert!(window.is_open(start));
    assert_eq!(window.on_ack(2, start + ms(40)), (false, None), "it is known already");
    assert_eq!(window.on_ack(9, start + ms(40)), (false, None), "it was not sent");
    assert_eq!(window.on_ack(4, start + ms(40)), (true, Some(ms(40))));
}

#[test]
fn client_that_keeps_up_acknowledges_less() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    window.acknowledge(true);
    let (mut every, mut acks, mut read) = (1, 0, 1);
    for step in 0..160 {
        let now = start + ms(100 * step);
        assert!(window.is_open(now), "message {step}");
        window.on_sent(100, true, now);
        assert!(!window.is_probe_due(now), "message {step}");
        acks += acknowledge_all(&mut window, every, read, now + ms(5));
        read = window.next_number();
        if let Some(changed) = window.change_acknowledged() {
            every = changed;
        }
    }
    assert_eq!(every, TRUSTED_BETWEEN_PROBES);
    assert_eq!(acks, usize::from(TRUSTED_AFTER) + 160 / 20);
    let now = start + ms(20_000);
    window.on_sent(100, true, now);
    assert!(window.is_probe_due(now), "little was sent, so it is asked");
    let number = window.next_number();
    window.on_probe_sent(20, now);
    assert!(!window.is_probe_due(now));
    assert_eq!(window.on_ack(number, now + ms(300)), (true, Some(ms(300))));
    assert_eq!(window.change_acknowledged(), Some(1), "it lags");
}

#[test]
fn messages_beyond_the_probes_are_acknowledged_too() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    window.acknowledge(true);
    for _ in 0..2 * MAX_PROBES {
        window.on_sent(100, true, start);
    }
    let last = window.next_number() - 1;
    assert_eq!(window.on_ack(last, start + ms(10)), (true, Some(ms(10))));
    assert_eq!(window.sent.messages, window.read.messages);
    assert!(window.is_open(start + ms(5_000)));
}

#[test]
fn window_opens_after_acknowledgements_have_ended() {
    let start = Instant::now();
    let mut window = ReadWindow::new(&LIMITS, start);
    window.acknowledge(true);
    for _ in 0..MAX_PROBES {
        window.on_sent(100, true, start);
    }
    window.acknowledge(false);
    let later = start + ms(2_000);
    assert!(!window.is_open(later) && window.is_probe_due(later), "nothing else would ever open it");
    let number = window.probe(later);
    assert_eq!(window.on_answer(number, later), Some(Duration::ZERO));
    assert!(window.is_open(later));
}
