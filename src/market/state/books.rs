//! The levels of a market: those of a model, or of recorded books.

use std::sync::Arc;

use super::Market;
use crate::market::book::{BookEdit, BookStep, Depth};
use crate::market::depth::Levels;
use crate::market::instrument::InstrumentId;
use crate::market::time::Timestamp;

/// The levels of an instrument after the last change of its book.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// The number of the book that began last. Changes of another one are ignored: two books do not mix.
    number: Option<u32>,
    depth: Depth,
    ts: Option<Timestamp>,
    /// The number of steps so far.
    edits: u64,
}

/// The recorded books of an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Books {
    /// By instrument; empty where the feed has none. Copies of the market share those that have not changed.
    of: Vec<Option<Arc<Book>>>,
    /// The number of steps of all instruments so far.
    edits: u64,
}

impl Books {
    /// The books of an epoch before their first changes.
    pub fn of(levels: &Levels) -> Self {
        let of = match levels {
            Levels::Books(levels) => levels.iter().map(|count| (*count > 0).then(Arc::default)).collect(),
            Levels::None | Levels::Model(_) => Vec::new(),
        };
        Self { of, edits: 0 }
    }

    /// Returns the memory that is not shared with `earlier`, a copy some changes ago.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let is_shared = |at: usize, book: &Arc<Book>| {
            let earlier = earlier.and_then(|earlier| earlier.of.get(at)?.as_ref());
            earlier.is_some_and(|earlier| Arc::ptr_eq(earlier, book))
        };
        let books = self.of.iter().enumerate().filter_map(|(at, book)| Some((at, book.as_ref()?)));
        let own = books.filter(|(at, book)| !is_shared(*at, book)).count();
        size_of_val(&*self.of) + own * size_of::<Book>()
    }
}

impl Market {
    /// Applies a step of a change of a book. An instrument without books has none.
    pub(super) fn edit(&mut self, id: InstrumentId, ts: Timestamp, edit: &BookEdit) {
        self.now = self.now.max(ts);
        self.books.edits += 1;
        let Some(Some(book)) = self.books.of.get_mut(id.index()) else { return };
        let begins = edit.step == BookStep::Begin;
        if !begins && book.number != Some(edit.book) {
            return;
        }
        let book = Arc::make_mut(book);
        book.number = Some(edit.book);
        book.depth.apply(edit.step);
        book.ts = Some(ts);
        book.edits += 1;
    }

    /// Returns the number of ticks and of steps of changes of books.
    pub const fn events(&self) -> u64 {
        self.ticks + self.books.edits
    }

    /// Reports whether ticks may be steps of changes of books.
    pub const fn has_books(&self) -> bool {
        !self.books.of.is_empty()
    }

    /// Returns the most levels on each side that `id` can have; 0 where its feed has none.
    pub fn depth_levels(&self, id: InstrumentId) -> usize {
        match &self.levels {
            Levels::Model(model) if id.index() < self.states.len() => model.levels(),
            Levels::Books(levels) => levels.get(id.index()).copied().unwrap_or_default().into(),
            Levels::None | Levels::Model(_) => 0,
        }
    }

    /// Reports whether `id` has levels behind its best bid and ask.
    pub fn has_depth(&self, id: InstrumentId) -> bool {
        self.depth_levels(id) > 0
    }

    /// Returns the current levels of `id`; `None` where its feed has none.
    pub fn depth(&self, id: InstrumentId) -> Option<Depth> {
        let state = self.states.get(id.index())?;
        match &self.levels {
            Levels::Model(model) => Some(model.depth(id, state.seq, &state.top.quote)),
            Levels::Books(_) => self.book(id).map(|book| book.depth),
            Levels::None => None,
        }
    }

    /// Returns the number of changes of the recorded book of `id`, which come besides its ticks; `None` where its levels
    /// follow from its ticks, or it has none.
    pub fn book_edits(&self, id: InstrumentId) -> Option<u64> {
        self.book(id).map(|book| book.edits)
    }

    /// Returns the time of the newest tick of `id` or of the last change of its levels.
    pub fn depth_ts(&self, id: InstrumentId) -> Option<Timestamp> {
        let of_ticks = self.states.get(id.index())?.ts_event;
        of_ticks.max(self.book(id).and_then(|book| book.ts))
    }

    fn book(&self, id: InstrumentId) -> Option<&Book> {
        self.books.of.get(id.index())?.as_deref()
    }
}
