//! Scenarios that run while a feed plays, and the journal that replays them.

use std::path::Path;

use super::super::*;
use crate::bus::{self, Received};
use crate::control::{Command, CommandError, CommandResult, ScenarioRequest};
use crate::feed::sim::{SimConfig, SimPlan, Simulator};
use crate::market::Notice;

/// Monday 2024-01-08, 14:30 UTC, and a half: a journal must hold it exactly.
const START: Timestamp = Timestamp(1_704_724_200_500_000_000);

fn crash(on: &str) -> Command {
    Command::RunScenario(ScenarioRequest { scenario: "crash".into(), on: on.into(), strength: 2.0, seconds: Some(5.0) })
}

/// Collects ticks, notices and command results until second `end`. Each command is sent after its seconds of market
/// time.
async fn session(
    plan: &SimPlan,
    commands: Vec<(i64, Command)>,
    end: i64,
) -> (Vec<Tick>, Vec<Notice>, Vec<CommandResult>) {
    let config = plan.config(Timestamp(0)).unwrap();
    let mut simulator = Simulator::new(SimConfig { block_seconds: 1, ..config.clone() }).unwrap();
    let journal = plan.create_journal(&config, simulator.journal()).unwrap();
    journal.into_iter().for_each(|journal| simulator.set_journal(journal));
    let bus = bus::Sender::new(64);
    let mut reader = bus.subscribe();
    let (sender, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    tokio::spawn(play(Box::new(simulator), PlayerConfig::default(), bus, receiver));
    let (mut ticks, mut notices, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    let mut commands = commands.into_iter().peekable();
    loop {
        let Some(Received::Item(event)) = reader.recv().await else { panic!("the feed goes on") };
        match event {
            FeedEvent::Ticks(batch) => ticks.extend(batch.iter().copied()),
            FeedEvent::Notices(batch) => notices.extend(batch.iter().cloned()),
            _ => {}
        }
        let now = ticks.last().map_or(START, |tick: &Tick| tick.ts);
        if now >= START.plus_nanos(end * 1_000_000_000) {
            ticks.retain(|tick| tick.ts < START.plus_nanos(end * 1_000_000_000));
            return (ticks, notices, answers);
        }
        while let Some((_, command)) = commands.next_if(|(at, _)| START.plus_nanos(at * 1_000_000_000) <= now) {
            answers.push(sender.send(command).await.unwrap());
        }
    }
}

fn plan(journal: Option<&Path>, script: Option<&Path>) -> SimPlan {
    let [journal, script] = [journal, script].map(|path| path.map(Path::to_owned));
    let start = script.is_none().then_some(START);
    SimPlan { symbols: Some(5), start, journal, script, ..SimPlan::default() }
}

fn scenarios(notices: &[Notice]) -> Vec<Notice> {
    notices.iter().filter(|notice| matches!(notice, Notice::Scenario(_))).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn journal_replays_a_session_driven_live() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("session.toml");
    let halt =
        ScenarioRequest { scenario: "halt".into(), on: "sector:technology".into(), strength: -1.0, seconds: None };
    let commands = vec![(3, crash("AAPL")), (3, crash("class:stock")), (8, Command::RunScenario(halt))];
    let (untouched, ..) = session(&plan(None, None), Vec::new(), 30).await;
    let (live, notices_live, answers) = session(&plan(Some(&journal), None), commands, 30).await;
    assert!(answers.iter().all(Result::is_ok) && scenarios(&notices_live).len() == 3, "{answers:?}");
    let (again, notices_again, _) = session(&plan(None, Some(&journal)), Vec::new(), 30).await;
    assert!(live == again && live != untouched);
    assert_eq!(scenarios(&notices_live), scenarios(&notices_again));
    let Notice::Scenario(first) = &scenarios(&notices_live)[0] else { unreachable!() };
    assert!((first.start.0 - START.0) / 1_000_000_000 < 6 && first.end.0 - first.start.0 == 5_000_000_000, "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn rejected_scenario_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("session.toml");
    let wrong = |scenario: &str, on: &str, strength, seconds| {
        let (scenario, on) = (scenario.to_owned(), on.to_owned());
        (2, Command::RunScenario(ScenarioRequest { scenario, on, strength, seconds }))
    };
    let commands = vec![
        wrong("boom", "all", 1.0, None),
        wrong("crash", "NOBODY", 1.0, None),
        wrong("crash", "all", 99.0, None),
        wrong("crash", "all", 1.0, Some(-5.0)),
    ];
    let (untouched, ..) = session(&plan(None, None), Vec::new(), 10).await;
    let (ticks, notices_live, answers) = session(&plan(Some(&journal), None), commands, 10).await;
    assert_eq!(answers.len(), 4);
    assert!(answers.iter().all(|answer| matches!(answer, Err(CommandError::BadScenario(_)))), "{answers:?}");
    assert!(ticks == untouched && scenarios(&notices_live).is_empty());
    assert!(!std::fs::read_to_string(journal).unwrap().contains("[[scenario]]"));
}
