//! The fate of every setting. One [`Row`] for each thing that a person would call a setting; every leaf of the
//! input stands in exactly one row.

use std::borrow::Cow;

use serde::Serialize;

use crate::intake::leaves::Leaves;

/// What became of a setting. The words are those of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The target says the same; written.
    Exact,
    /// The target protects more; example attached; written.
    Stricter,
    /// The target would protect less; written only on the user's decision.
    Looser,
    /// The reading waits for an answer or for confirmed columns; not written.
    Unconfirmed,
    /// A person must do it or judge it.
    ByHand,
    /// The target has no such thing.
    Unsupported,
    /// Another written entry, or the target's documented default, already does it.
    Covered,
    /// Switched off in the source.
    Inactive,
    /// The user said so.
    Dropped,
    /// Metadata.
    Context,
    /// A secret; its value is nowhere.
    Withheld,
    /// The reader does not know this setting; reported verbatim.
    Unread,
}

impl Fate {
    /// All fates in the order of the report.
    pub const ALL: [Self; 12] = [
        Self::Exact,
        Self::Stricter,
        Self::Looser,
        Self::Unconfirmed,
        Self::ByHand,
        Self::Unsupported,
        Self::Covered,
        Self::Inactive,
        Self::Dropped,
        Self::Context,
        Self::Withheld,
        Self::Unread,
    ];

    /// The word of the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stricter => "stricter",
            Self::Looser => "looser",
            Self::Unconfirmed => "unconfirmed",
            Self::ByHand => "by-hand",
            Self::Unsupported => "unsupported",
            Self::Covered => "covered",
            Self::Inactive => "inactive",
            Self::Dropped => "dropped",
            Self::Context => "context",
            Self::Withheld => "withheld",
            Self::Unread => "unread",
        }
    }

    /// Whether a person still has to look at such a row.
    pub const fn needs_person(self) -> bool {
        matches!(self, Self::Looser | Self::Unconfirmed | Self::ByHand)
    }
}

/// One entry of a vendor file that a row caused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Name of the vendor file.
    pub file: Cow<'static, str>,
    /// The entry as it stands there, without quoting.
    pub entry: String,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Index of the input the row comes from.
    pub input: usize,
    /// Row id: number of its first leaf in the input, 1-based. Bound to the bytes, not to this program's version.
    pub id: String,
    /// The leaves the row accounts for.
    pub leaves: Leaves,
    /// What kind of setting it is, in the field's words.
    pub kind: &'static str,
    /// The setting as it was read, in one line.
    pub source: String,
    /// What became of it.
    pub fate: Fate,
    /// Code of the reason.
    pub code: &'static str,
    /// The reason in one or two sentences.
    pub reason: String,
    /// A path (or name) that shows the difference.
    pub example: Option<String>,
    /// What the user decided.
    pub decision: Option<&'static str>,
    /// What was written because of it.
    pub written: Vec<Written>,
}
