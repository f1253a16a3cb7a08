//! The simulated wall clock, which follows the paused clock of the runtime.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::dice::Dice;
use crate::market::Timestamp;

/// The wall clock at the start of each run: a Friday in 2026, in microseconds since 1970.
pub const STARTED_AT: i64 = 1_780_000_000_000_000;

thread_local! {
    /// The start of the run on this thread.
    static STARTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Starts the clock.
pub fn start() {
    STARTED.set(Some(Instant::now()));
}

/// The wall clock in microseconds since 1970.
pub fn wall_micros() -> i64 {
    let started = STARTED.get().expect("invariant: a run begins with its clock");
    STARTED_AT + started.elapsed().as_micros() as i64
}

/// The wall clock as a market time.
pub fn wall_time() -> Timestamp {
    Timestamp::from_micros(wall_micros())
}

/// The longest time for which a task of a busy machine does not run.
pub const MAX_DELAY: Duration = Duration::from_millis(5);

/// A task on a busy machine: it runs late now and then.
pub struct Delayed<F> {
    task: Pin<Box<F>>,
    dice: Dice,
    /// Polls in a hundred that are late.
    percent: u64,
    delay: Option<Pin<Box<Sleep>>>,
}

impl<F> Delayed<F> {
    pub fn new(task: F, dice: Dice, percent: u64) -> Self {
        Self { task: Box::pin(task), dice, percent, delay: None }
    }
}

impl<F: Future> Future for Delayed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        if this.delay.is_none() && this.percent > 0 && this.dice.chance(this.percent) {
            let micros = this.dice.within(1..MAX_DELAY.as_micros() as u64);
            this.delay = Some(Box::pin(sleep(Duration::from_micros(micros))));
        }
        if let Some(delay) = &mut this.delay {
            std::task::ready!(delay.as_mut().poll(context));
            this.delay = None;
        }
        this.task.as_mut().poll(context)
    }
}
