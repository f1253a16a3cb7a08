//! The symbols of a file, numbered in the order in which they occur.

use std::collections::HashMap;
use std::sync::Arc;

/// The number of each symbol. It remembers the last one: rows of the same symbol often follow each other. Clones share
/// the symbols.
#[derive(Clone, Default)]
pub struct SymbolIndex {
    numbers: Arc<HashMap<String, usize>>,
    last: (String, usize),
}

impl SymbolIndex {
    /// The number of a symbol, the next free one if it is new.
    pub fn index(&mut self, symbol: &str) -> usize {
        if self.numbers.is_empty() || self.last.0 != symbol {
            let next = self.numbers.len();
            let number = match self.numbers.get(symbol) {
                Some(number) => *number,
                None => *Arc::make_mut(&mut self.numbers).entry(symbol.to_owned()).or_insert(next),
            };
            self.remember(symbol, number);
        }
        self.last.1
    }

    /// The number of a symbol that is known.
    pub fn get(&mut self, symbol: &str) -> Option<usize> {
        if self.numbers.is_empty() || self.last.0 != symbol {
            let number = *self.numbers.get(symbol)?;
            self.remember(symbol, number);
        }
        Some(self.last.1)
    }

    fn remember(&mut self, symbol: &str, number: usize) {
        self.last.0.clear();
        self.last.0.push_str(symbol);
        self.last.1 = number;
    }
}
