//! The columns of a file: a [`Layout`], detected from a sample and overridden by people.

mod bar_interval;
mod column_role;
mod detect;
mod file_kind;
pub mod file_name;
mod layout;
pub mod overrides;
mod row_kind;
pub mod symbol;

pub use self::bar_interval::IntervalCounts;
pub use self::column_role::ColumnRole;
pub use self::detect::detect;
pub use self::file_kind::FileKind;
pub use self::layout::{Assumption, KindColumn, Layout, RowShape, SideColumn, TickColumns, TimeColumns};
pub use self::overrides::Overrides;
pub use self::row_kind::RowKind;
