//! A table against a list of the same symbols, and what tables share.

use super::*;
use proptest::prelude::*;

/// More than three chunks, the last one not full.
const INSTRUMENTS: u32 = 7;

fn ids() -> impl Iterator<Item = InstrumentId> {
    (0..INSTRUMENTS).map(InstrumentId)
}

fn table(seq: u64) -> Symbols {
    let mut symbols = Symbols::new();
    symbols.extend(ids().map(|id| (id, seq)));
    assert!(symbols.as_list().is_none());
    symbols
}

fn level(seqs: impl IntoIterator<Item = u64>) -> Arc<SeqTable> {
    Arc::new(seqs.into_iter().collect())
}

/// Compares the next `most` symbols that are behind. Returns what was sent, the end, and whether it is level.
fn compare(
    symbols: &mut Symbols,
    from: usize,
    level: &Arc<SeqTable>,
    most: usize,
) -> (Vec<(InstrumentId, u64)>, usize, bool) {
    let mut sent = Vec::new();
    let (end, is_level) = symbols.compare(
        from,
        || Arc::clone(level),
        |id, seq| {
            let newest = level.get(id);
            if newest > seq {
                if sent.len() == most {
                    return None;
                }
                sent.push((id, seq));
            }
            Some(newest)
        },
    );
    (sent, end, is_level)
}

fn follow(symbols: &mut Symbols, changed: &[InstrumentId], range: Range<usize>, level: &Arc<SeqTable>) {
    symbols.follow((changed, range), |id| level.get(id), || Arc::clone(level));
}

/// The chunks that a table does not share with `level`.
fn own_chunks(symbols: &Symbols, level: &SeqTable) -> usize {
    let Symbols::Table(table) = symbols else { panic!("a list") };
    (0..table.span.div_ceil(CHUNK)).filter(|chunk| !table.seqs.shares(level, *chunk)).count()
}

#[test]
fn symbols_in_step_share_one_table() {
    let next = level(vec![5; INSTRUMENTS as usize]);
    let mut all = [table(1), table(2)];
    for symbols in &mut all {
        let (sent, _, is_level) = compare(symbols, 0, &next, usize::MAX);
        assert_eq!((sent.len(), is_level), (INSTRUMENTS as usize, true));
        symbols.join(|| Arc::clone(&next));
    }
    assert_eq!(Arc::strong_count(&next), 3, "each has the table itself");
    // Then one symbol of the second chunk changes, and two of the third.
    let changed = [3, 4, 5].map(InstrumentId);
    let mut after = Arc::clone(&next);
    changed.iter().for_each(|id| Arc::make_mut(&mut after).set(*id, 6));
    let [first, last] = &mut all;
    follow(first, &changed, 0..2, &after);
    let seqs = [3, 4, 5].map(|id| first.get(InstrumentId(id)).unwrap());
    assert_eq!((seqs, own_chunks(first, &after)), ([6, 6, 5], 1), "the third chunk is half sent");
    assert_eq!(own_chunks(last, &next), 0, "a change of one is none of the other");
    follow(first, &changed, 2..3, &after);
    assert_eq!((first.get(InstrumentId(5)), own_chunks(first, &after)), (Some(6), 0));
}

#[test]
fn late_symbols_hold_only_chunks_that_differ() {
    let mut symbols = table(1);
    let next = level([2, 2, 2, 2, 2, 2, 2]);
    let (sent, end, _) = compare(&mut symbols, 0, &next, 3);
    assert_eq!((sent.len(), end), (3, 3));
    assert_eq!(own_chunks(&symbols, &next), 3, "the second chunk is half sent");
    // The cache moves on meanwhile, with one symbol.
    let mut moved = Arc::clone(&next);
    Arc::make_mut(&mut moved).set(InstrumentId(6), 3);
    let (sent, end, _) = compare(&mut symbols, end, &moved, 9);
    assert_eq!((sent.len(), end), (4, 7));
    assert_eq!(own_chunks(&symbols, &moved), 0);
}

#[test]
fn snapshot_ahead_of_the_cache_keeps_its_chunk() {
    let mut symbols = table(1);
    symbols.set(InstrumentId(3), 9);
    let next = level([2; 7]);
    assert!(!compare(&mut symbols, 0, &next, 9).2);
    assert_eq!((symbols.get(InstrumentId(3)), own_chunks(&symbols, &next)), (Some(9), 1));
    assert!(compare(&mut symbols, 0, &level([9; 7]), 9).2);
}

#[test]
fn ticks_lead_all_to_the_table_of_the_first() {
    let mut after = None;
    let mut all = [table(1), table(1)];
    let ticks = [(InstrumentId(2), 2), (InstrumentId(2), 3)];
    all.iter_mut().for_each(|symbols| symbols.follow_ticks(ticks.into_iter(), &mut after));
    assert!(all.iter().all(|symbols| symbols.get(InstrumentId(2)) == Some(3)));
    assert!(all.iter().all(|symbols| own_chunks(symbols, after.as_ref().unwrap()) == 0));
    assert_eq!(Arc::strong_count(&after.unwrap()), 3);
}

#[derive(Clone, Debug)]
enum Step {
    Extend(u32, u64),
    Remove(Vec<u32>),
    Set(u32, u64),
    Accept(u32, u64),
    /// These change, and are sent in two parts.
    Follow(Vec<u32>, usize),
    Compare(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0..INSTRUMENTS;
    prop_oneof![
        (id.clone(), 0u64..4).prop_map(|(id, seq)| Step::Extend(id, seq)),
        prop::collection::btree_set(id.clone(), 1..3).prop_map(|ids| Step::Remove(ids.into_iter().collect())),
        (id.clone(), 0u64..9).prop_map(|(id, seq)| Step::Set(id, seq)),
        (id.clone(), 0u64..9).prop_map(|(id, seq)| Step::Accept(id, seq)),
        (prop::collection::btree_set(id, 1..6), 0usize..6).prop_map(|(ids, end)| {
            let end = end.min(ids.len());
            Step::Follow(ids.into_iter().collect(), end)
        }),
        (0..INSTRUMENTS as usize, 0usize..5).prop_map(|(from, most)| Step::Compare(from, most)),
    ]
}

proptest! {
    #[test]
    fn table_is_as_the_list_of_its_symbols(steps in prop::collection::vec(step(), 0..60)) {
        let (mut symbols, mut list) = (table(0), ids().map(|id| (id, 0)).collect::<Vec<_>>());
        let mut cache = level([0; INSTRUMENTS as usize]);
        for step in steps {
            match step {
                Step::Extend(id, seq) if !symbols.contains(InstrumentId(id)) => {
                    symbols.extend([(InstrumentId(id), seq)]);
                    list.push((InstrumentId(id), seq));
                    list.sort_unstable();
                }
                Step::Remove(ids) => {
                    let ids: Vec<_> = ids.into_iter().map(InstrumentId).collect();
                    let had: Vec<_> = list.extract_if(.., |(id, _)| ids.contains(id)).collect();
                    prop_assert_eq!(symbols.remove(&ids), had);
                }
                Step::Set(id, seq) => {
                    let has = find(&list, InstrumentId(id)).map(|at| list[at].1 = seq).is_ok();
                    prop_assert_eq!(symbols.set(InstrumentId(id), seq), has);
                }
                Step::Accept(id, seq) => {
                    let at = find(&list, InstrumentId(id));
                    let fit = at.map_or(TickFit::Skip, |at| TickFit::of(seq, list[at].1));
                    prop_assert_eq!(symbols.accept(InstrumentId(id), seq), fit);
                    if fit == TickFit::Next {
                        list[at.unwrap()].1 = seq;
                    }
                }
                Step::Follow(ids, end) if list.len() == INSTRUMENTS as usize => {
                    // Only symbols that were sent as far as the cache is follow.
                    cache = level(list.iter().map(|(id, seq)| seq + u64::from(ids.contains(&id.0))));
                    let changed: Vec<_> = ids.into_iter().map(InstrumentId).collect();
                    let mut other = Symbols::List(list);
                    for range in [0..end, end..changed.len()].into_iter().filter(|range| !range.is_empty()) {
                        follow(&mut symbols, &changed, range.clone(), &cache);
                        follow(&mut other, &changed, range, &cache);
                        prop_assert!(symbols.iter().eq(other.iter()));
                    }
                    list = other.as_list().unwrap().clone();
                }
                Step::Compare(from, most) if list.len() == INSTRUMENTS as usize => {
                    let newer = |id: InstrumentId| cache.get(id) + u64::from(id.0 % 3);
                    cache = level(ids().map(newer));
                    let mut other = Symbols::List(list);
                    prop_assert_eq!(compare(&mut symbols, from, &cache, most), compare(&mut other, from, &cache, most));
                    list = other.as_list().unwrap().clone();
                }
                _ => {}
            }
            prop_assert_eq!(symbols.iter().collect::<Vec<_>>(), list.clone());
            prop_assert!(ids().all(|id| symbols.get(id) == find(&list, id).ok().map(|at| list[at].1)));
        }
    }
}
