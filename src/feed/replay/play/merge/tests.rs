//! A merge against the sorted list of all ticks, with few and many files open.

use std::cell::Cell;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::market::{InstrumentId, Price, Size, TickKind, Trade};

/// A file of listed ticks that counts how many files are open.
struct ListedFile {
    ticks: Rc<[Tick]>,
    is_seekable: bool,
    open: Rc<Cell<OpenCount>>,
}

#[derive(Clone, Copy, Default)]
struct OpenCount {
    now: usize,
    most: usize,
    /// The times at which a file that is not seekable was opened in its middle.
    reread: usize,
}

struct ListedTicks {
    ticks: Rc<[Tick]>,
    next: usize,
    searches: usize,
    open: Rc<Cell<OpenCount>>,
}

impl TickFile for ListedFile {
    type Ticks = ListedTicks;

    fn first(&self) -> Timestamp {
        self.ticks.first().map_or(Timestamp(0), |tick| Timestamp(tick.ts.0 - 1))
    }

    fn is_seekable(&self) -> bool {
        self.is_seekable
    }

    fn start(&self) -> usize {
        0
    }

    fn open(&self, position: &usize, _: usize) -> Result<ListedTicks, ReplayError> {
        let mut open = self.open.get();
        open.now += 1;
        open.most = open.most.max(open.now);
        open.reread += usize::from(*position > 0 && !self.is_seekable);
        self.open.set(open);
        Ok(ListedTicks { ticks: Rc::clone(&self.ticks), next: *position, searches: 0, open: Rc::clone(&self.open) })
    }
}

impl TickStream for ListedTicks {
    type Position = usize;

    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError> {
        if self.next == self.ticks.len() {
            return Ok(Reading::Ended);
        }
        // Now and then a search finds nothing.
        self.searches += 1;
        if self.searches.is_multiple_of(3) {
            return Ok(Reading::Continues);
        }
        let to = self.ticks.len().min(self.next + most.min(2));
        into.extend_from_slice(&self.ticks[self.next..to]);
        self.next = to;
        Ok(Reading::Continues)
    }

    fn position(&self) -> usize {
        self.next
    }
}

impl Drop for ListedTicks {
    fn drop(&mut self) {
        let open = self.open.get();
        self.open.set(OpenCount { now: open.now - 1, ..open });
    }
}

fn tick(file: usize, ts: i64, n: usize) -> Tick {
    let trade = Trade { price: Price(n as i64), size: Size(0), side: None };
    Tick { instrument: InstrumentId(file as u32), ts: Timestamp(ts), kind: TickKind::Trade(trade) }
}

fn files(times: &[(i64, Vec<i64>)], packed: u32) -> (Vec<ListedFile>, Rc<Cell<OpenCount>>) {
    let open = Rc::new(Cell::new(OpenCount::default()));
    let file = |(n, (start, times)): (usize, &(i64, Vec<i64>))| {
        let mut times: Vec<i64> = times.iter().map(|ts| start + ts).collect();
        times.sort_unstable();
        let ticks = times.iter().enumerate().map(|(k, ts)| tick(n, *ts, k)).collect();
        ListedFile { ticks, is_seekable: packed & 1 << n == 0, open: Rc::clone(&open) }
    };
    (times.iter().enumerate().map(file).collect(), open)
}

fn rest(merge: &mut Merge<ListedFile>, most: usize) -> Vec<Tick> {
    let mut ticks = Vec::new();
    loop {
        let before = ticks.len();
        let reading = merge.next_ticks(most, &mut ticks).unwrap();
        assert!(ticks.len() - before <= most);
        if reading == Reading::Ended {
            assert_eq!(ticks.len(), before);
            return ticks;
        }
    }
}

/// Files that begin at some time, with some ticks after it.
fn any_times() -> impl Strategy<Value = Vec<(i64, Vec<i64>)>> {
    prop::collection::vec((0i64..40, prop::collection::vec(0i64..12, 0..24)), 0..12)
}

proptest! {
    #[test]
    fn merge_is_a_stable_sort_with_few_files_open(
        times in any_times(),
        packed in any::<u32>(),
        open in prop::sample::select(vec![0usize, 1, 2, 8]),
        piece in 1usize..9,
        most in 1usize..5,
        at in any::<prop::sample::Index>(),
    ) {
        let (files, count) = files(&times, packed);
        let mut want: Vec<Tick> = files.iter().flat_map(|file| file.ticks.iter()).copied().collect();
        want.sort_by_key(|tick| tick.ts);
        let mut merge = Merge::new(files, MergeLimits { open, piece });
        prop_assert_eq!(&rest(&mut merge, most), &want);
        prop_assert!(count.get().most <= open + 1 && count.get().now == 0);

        merge.rewind();
        let at = at.index(want.len() + 1);
        for want in &want[..at] {
            prop_assert_eq!(merge.next_tick().unwrap(), Some(*want));
        }
        let position = merge.position();
        prop_assert_eq!(&rest(&mut merge, most), &want[at..]);
        merge.go_to(&position);
        prop_assert_eq!(&rest(&mut merge, most), &want[at..]);
        prop_assert!(count.get().most <= open + 1 && count.get().now == 0);
    }

    #[test]
    fn file_that_cannot_seek_stays_open_in_place_of_one_that_can(times in any_times(), packed in any::<u32>()) {
        let (files, count) = files(&times, packed);
        let open = packed_at_once(&files).max(1);
        let mut merge = Merge::new(files, MergeLimits { open, piece: 3 });
        rest(&mut merge, 4);
        prop_assert_eq!(count.get().reread, 0);
    }
}

/// The most files that cannot seek whose times have one in common.
fn packed_at_once(files: &[ListedFile]) -> usize {
    let spans =
        files.iter().filter(|file| !file.is_seekable).filter_map(|file| Some((file.first(), file.ticks.last()?.ts)));
    most_at_once(spans)
}

#[test]
fn files_one_after_another_are_never_open_together() {
    let times: Vec<_> = (0..30).map(|n| (n * 20, (0..12).collect())).collect();
    let (files, count) = files(&times, 0);
    let mut merge = Merge::new(files, MergeLimits { open: 8, piece: 4 });
    assert_eq!(rest(&mut merge, 100).len(), 30 * 12);
    assert_eq!(count.get().most, 1);
}
