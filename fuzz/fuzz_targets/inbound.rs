//! Client messages: any text is read without panic, and an invalid message is answered by a short error with a
//! remedy.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tickcast::wire::{Rate, Request, Subscribe, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(text) {
        Ok(inbound) => match inbound.request {
            Request::Subscribe(Subscribe { symbols, rate, .. }) => {
                assert!(!symbols.is_empty() && rate.is_none_or(is_rate));
            }
            Request::Rate { symbols, rate, .. } => assert!(!symbols.is_empty() && is_rate(rate)),
            Request::Unsubscribe { symbols, .. } | Request::Resync { symbols } | Request::Describe { symbols } => {
                assert!(!symbols.is_empty());
            }
            Request::Format(_)
            | Request::Drive(_)
            | Request::Clock
            | Request::Acknowledge { .. }
            | Request::Ack { .. }
            | Request::Limits { .. } => {}
        },
        Err(error) => {
            assert!(error.message.len() < 2_000, "an echo of {} bytes", error.message.len());
            assert!(!error.remedy.is_empty() && !error.message.contains(char::is_control));
        }
    }
});

fn is_rate(rate: Rate) -> bool {
    match rate {
        Rate::PerSecond(rate) => rate.is_finite() && rate >= 0.0,
        Rate::Every => true,
    }
}
