//! The columns of a file: a [`Layout`], detected from a sample and overridden by people.

mod bar_interval;
mod bar_length;
mod column_role;
mod detect;
mod file_kind;
pub mod file_name;
mod layout;
pub mod overrides;
mod question;
mod row_kind;
pub mod symbol;
mod warning;

pub use self::bar_interval::IntervalCounts;
pub use self::bar_length::BarLength;
pub use self::column_role::ColumnRole;
pub use self::detect::{Candidate, ColumnEvidence, detect, explain, first_rows, is_known_name};
pub use self::file_kind::FileKind;
pub use self::layout::{Assumption, KindColumn, Layout, LevelColumns, RowShape, SideColumn, TickColumns, TimeColumns};
pub use self::overrides::Overrides;
pub use self::question::{Answer, Question};
pub use self::row_kind::RowKind;
pub use self::warning::{Warning, WarningCode};
