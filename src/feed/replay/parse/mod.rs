//! From a line to values: its cells, and a cell as a number or a time. Knows nothing of columns.

pub mod cells;
pub mod number;
pub mod times;
