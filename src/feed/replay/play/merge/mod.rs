//! Many files of ticks, merged on one clock, of which only some are open at one time.
//!
//! Each file is in time order, and so is the merge. Ticks of equal times keep the order of their files, and within a
//! file their own.
//!
//! A file is opened when its first tick is due, and closed after its last one. Files that overlap stay open up to a
//! limit ([`MergeLimits`]). The others are read in pieces, and closed from one piece to the next. A file that cannot be
//! opened in its middle takes the place of one that can.

mod stream;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::collections::btree_map::{BTreeMap, Entry};
use std::mem;
use std::sync::Arc;

use self::stream::{Place, Stream};
use crate::feed::Reading;
use crate::feed::replay::error::ReplayError;
use crate::market::{Tick, Timestamp};

/// The ticks read at a time of a file that stays open.
const AHEAD_TICKS: usize = 32;

/// The result of a search for the next tick, or for the next row, among a bounded number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search<T> {
    Found(T),
    /// None of the rows so far; the next search goes on.
    Continues,
    Ended,
}

impl Search<Tick> {
    /// Appends a tick that was found.
    pub fn append_to(self, ticks: &mut Vec<Tick>) -> Reading {
        match self {
            Self::Found(tick) => {
                ticks.push(tick);
                Reading::Continues
            }
            Self::Continues => Reading::Continues,
            Self::Ended => Reading::Ended,
        }
    }
}

/// Ticks in time order.
pub trait TickStream {
    type Position: Clone;

    /// Appends the next ticks: at most `most`, as many as are cheap to read together. Reads a bounded number of rows.
    ///
    /// # Errors
    /// When the stream cannot be read any further. Nothing is appended then.
    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError>;

    /// The position between the last tick and the next.
    fn position(&self) -> Self::Position;
}

/// A file of ticks that can be opened at any of its positions.
pub trait TickFile {
    type Ticks: TickStream;

    /// A time before which the file has no tick.
    fn first(&self) -> Timestamp;

    /// Opens the file in its middle as fast as at its beginning.
    fn is_seekable(&self) -> bool;

    /// The position before the first tick.
    fn start(&self) -> PositionOf<Self>;

    /// Opens the file, to read about `ticks` ticks before it is closed.
    ///
    /// # Errors
    /// When it cannot be opened again.
    fn open(&self, position: &PositionOf<Self>, ticks: usize) -> Result<Self::Ticks, ReplayError>;
}

type PositionOf<F> = <<F as TickFile>::Ticks as TickStream>::Position;

/// The bounds of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeLimits {
    /// The most files that stay open. One more is open while a piece of it is read.
    pub open: usize,
    /// The ticks read at a time of a file that does not stay open.
    pub piece: usize,
}

/// Files merged into one stream.
pub struct Merge<F: TickFile> {
    files: Vec<F>,
    limits: MergeLimits,
    /// All files in the order in which they begin.
    order: Arc<[Start]>,
    /// The number of them that have begun.
    begun: usize,
    /// The files that have begun and not ended.
    streams: BTreeMap<usize, Stream<F::Ticks>>,
    /// A time for each of these streams, earliest first. It is that of the stream's next tick where this is in memory,
    /// and otherwise no later.
    due: BinaryHeap<Reverse<Start>>,
    /// The number of streams that are open.
    open: usize,
}

/// A time at which a file begins or goes on, and the number of the file.
type Start = (Timestamp, usize);

/// The position of a merge between two ticks.
#[derive(Clone, Debug)]
pub struct MergePosition<P> {
    begun: usize,
    streams: Vec<StreamPosition<P>>,
}

#[derive(Clone, Debug)]
struct StreamPosition<P> {
    due: Start,
    /// The ticks read before the position and not taken.
    ahead: Vec<Tick>,
    /// `None` where these are the last ones.
    position: Option<P>,
}

impl<P> MergePosition<P> {
    /// The memory of the position. `of` gives that of the position of a file.
    pub fn bytes(&self, of: impl Fn(&P) -> usize) -> usize {
        let stream = |stream: &StreamPosition<P>| {
            size_of::<StreamPosition<P>>() + size_of_val(&*stream.ahead) + stream.position.as_ref().map_or(0, &of)
        };
        self.streams.iter().map(stream).sum()
    }
}

impl<F: TickFile> Merge<F> {
    /// Merges files from their first ticks on.
    pub fn new(files: Vec<F>, limits: MergeLimits) -> Self {
        let mut order: Vec<Start> = files.iter().enumerate().map(|(n, file)| (file.first(), n)).collect();
        order.sort_unstable();
        let (streams, due) = (BTreeMap::new(), BinaryHeap::new());
        Self { files, limits, order: order.into(), begun: 0, streams, due, open: 0 }
    }

    /// Goes back to the first ticks.
    pub fn rewind(&mut self) {
        self.go_to(&MergePosition { begun: 0, streams: Vec::new() });
    }

    /// Goes on from a position of the same files.
    pub fn go_to(&mut self, position: &MergePosition<PositionOf<F>>) {
        self.begun = position.begun;
        self.open = 0;
        self.streams.clear();
        self.due.clear();
        for StreamPosition { due, ahead, position } in &position.streams {
            self.due.push(Reverse(*due));
            let place = position.clone().map_or(Place::Ended, Place::Closed);
            self.streams.insert(due.1, Stream::new(ahead.clone(), place));
        }
    }

    /// The position between the last tick and the next.
    pub fn position(&self) -> MergePosition<PositionOf<F>> {
        let of = |Reverse(due): &Reverse<Start>| {
            let stream = &self.streams[&due.1];
            StreamPosition { due: *due, ahead: stream.ahead().to_vec(), position: stream.place.position() }
        };
        MergePosition { begun: self.begun, streams: self.due.iter().map(of).collect() }
    }

    /// Reads the next tick; `None` at the end.
    ///
    /// # Errors
    /// When a file cannot be read any further.
    pub fn next_tick(&mut self) -> Result<Option<Tick>, ReplayError> {
        loop {
            match self.find_tick()? {
                Search::Found(tick) => return Ok(Some(tick)),
                Search::Continues => {}
                Search::Ended => return Ok(None),
            }
        }
    }

    /// Appends the next ticks: at most `most`, as many as are cheap to read together. Reads a bounded number of rows.
    ///
    /// # Errors
    /// When a file cannot be read any further. Nothing is appended then.
    pub fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError> {
        if let Some(only) = self.only_stream()
            && only.next_ticks(most, into)? == Reading::Continues
        {
            return Ok(Reading::Continues);
        }
        let reading = self.find_tick()?.append_to(into);
        for _ in 1..most {
            let Some(tick) = self.take_ready() else { break };
            into.push(tick);
        }
        Ok(reading)
    }

    /// Searches for the next tick among a bounded number of rows of a file.
    fn find_tick(&mut self) -> Result<Search<Tick>, ReplayError> {
        loop {
            if let Some(tick) = self.take_ready() {
                return Ok(Search::Found(tick));
            }
            match self.prepare()? {
                Search::Found(()) => {}
                Search::Continues => return Ok(Search::Continues),
                Search::Ended => return Ok(Search::Ended),
            }
        }
    }

    /// The only stream that is left, where it is open and nothing of it is in memory.
    fn only_stream(&mut self) -> Option<&mut F::Ticks> {
        if self.begun < self.order.len() || self.streams.len() != 1 {
            return None;
        }
        let (_, stream) = self.streams.first_key_value()?;
        if !stream.ahead().is_empty() {
            return None;
        }
        match &mut self.streams.first_entry()?.into_mut().place {
            Place::Open(ticks) => Some(ticks),
            Place::Closed(_) | Place::Ended => None,
        }
    }

    /// Takes the next tick, where it is in memory.
    fn take_ready(&mut self) -> Option<Tick> {
        let mut due = self.due.peek_mut()?;
        let Reverse((_, n)) = *due;
        if self.order.get(self.begun).is_some_and(|start| *start < due.0) {
            return None;
        }
        let stream = self.streams.get_mut(&n)?;
        let tick = stream.take()?;
        let ts = stream.ahead().first().map_or(tick.ts, |next| next.ts);
        *due = Reverse((ts, n));
        Some(tick)
    }

    /// Reads ticks of the file whose ticks are due, or begins or ends a file.
    fn prepare(&mut self) -> Result<Search<()>, ReplayError> {
        let next = self.order.get(self.begun);
        let begins = next.filter(|start| self.due.peek().is_none_or(|Reverse(due)| *start < due));
        if let Some(start) = begins {
            self.begun += 1;
            self.due.push(Reverse(*start));
            let place = Place::Closed(self.files[start.1].start());
            self.streams.insert(start.1, Stream::new(Vec::new(), place));
            return Ok(Search::Found(()));
        }
        let Some(&Reverse((_, n))) = self.due.peek() else { return Ok(Search::Ended) };
        self.read(n)?;
        let (Some(mut due), Entry::Occupied(stream)) = (self.due.peek_mut(), self.streams.entry(n)) else {
            return Ok(Search::Ended);
        };
        match (stream.get().ahead().first(), &stream.get().place) {
            (Some(first), _) => due.0.0 = first.ts,
            (None, Place::Ended) => {
                PeekMut::pop(due);
                stream.remove();
            }
            (None, Place::Open(_) | Place::Closed(_)) => return Ok(Search::Continues),
        }
        Ok(Search::Found(()))
    }

    /// Reads the next ticks of a stream into memory; none at its end.
    fn read(&mut self, n: usize) -> Result<(), ReplayError> {
        let stays_open = match self.streams.get(&n).map(|stream| &stream.place) {
            Some(Place::Closed(_)) => self.has_room(n),
            place => matches!(place, Some(Place::Open(_))),
        };
        let Some(stream) = self.streams.get_mut(&n) else { return Ok(()) };
        if let Some(error) = stream.failed.take() {
            return Err(error);
        }
        let mut ticks = match mem::replace(&mut stream.place, Place::Ended) {
            Place::Open(ticks) => ticks,
            Place::Closed(position) => {
                let most = if stays_open { usize::MAX } else { self.limits.piece };
                let opened = self.files[n].open(&position, most);
                stream.place = Place::Closed(position);
                let ticks = opened?;
                self.open += usize::from(stays_open);
                ticks
            }
            Place::Ended => {
                stream.clear();
                return Ok(());
            }
        };
        let filled = stream.fill(&mut ticks, if stays_open { AHEAD_TICKS } else { self.limits.piece });
        stream.place = match filled {
            Ok(Reading::Ended) => Place::Ended,
            _ if stays_open => Place::Open(ticks),
            _ => Place::Closed(ticks.position()),
        };
        self.open -= usize::from(stays_open && matches!(stream.place, Place::Ended));
        filled.map(|_| ())
    }

    /// Returns whether one more file can stay open. A file that is not seekable takes the place of one that is.
    fn has_room(&mut self, n: usize) -> bool {
        if self.open >= self.limits.open && !self.files[n].is_seekable() {
            self.close_one();
        }
        self.open < self.limits.open
    }

    /// Closes an open file that is as fast to open where it was.
    fn close_one(&mut self) {
        let is_open = |(n, stream): &(&usize, &mut Stream<F::Ticks>)| {
            matches!(stream.place, Place::Open(_)) && self.files[**n].is_seekable()
        };
        if let Some((_, stream)) = self.streams.iter_mut().find(is_open)
            && let Some(position) = stream.place.position()
        {
            stream.place = Place::Closed(position);
            self.open -= 1;
        }
    }
}

/// The most spans of time that have a moment in common.
pub fn most_at_once(spans: impl Iterator<Item = (Timestamp, Timestamp)>) -> usize {
    let (mut begins, mut ends): (Vec<_>, Vec<_>) = spans.unzip();
    begins.sort_unstable();
    ends.sort_unstable();
    let mut ended = 0;
    let at_once = begins.iter().enumerate().map(|(begun, begin)| {
        ended += ends[ended..].iter().take_while(|end| *end < begin).count();
        begun + 1 - ended
    });
    at_once.max().unwrap_or(0)
}
