//! What page and worker say to each other. Plain values; the bytes of a file travel beside them as a `Blob`, which the
//! browser hands over without a copy, so neither side ever holds a file twice.
//!
//! Every request is answered by exactly one response (progress aside), in the order of the requests.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::options::Decision;
use crate::view::{ConversionView, InputView, ItemView, RowView, TargetView};

/// Number of an input in this visit. Never used twice, so an answer about a removed file finds nobody.
pub type InputId = u32;

/// How many rows cross at once.
pub const PAGE: usize = 100;

/// Policies that come with the page, to try it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sample {
    /// A full export of Kaspersky Endpoint Security for Linux.
    Linux,
    /// A trusted zone of Kaspersky Security for Windows Server.
    Windows,
}

/// Everything the user decided. The page owns it and sends it whole: it is small, and a fresh worker needs no more
/// than the files and this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Answers to questions: `key@input name`.
    pub answers: BTreeMap<String, String>,
    /// The route chosen for each platform.
    pub targets: BTreeMap<String, String>,
    /// Reasons whose looser form is accepted for all their rows.
    pub accept: BTreeSet<String>,
    /// Decisions for single rows.
    pub decisions: Vec<Decision>,
}

/// What the page asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Read a file; its bytes come beside.
    Open {
        /// The number it will have.
        id: InputId,
        /// Its name, unique among the inputs.
        name: String,
    },
    /// Read a sample that is part of the module.
    Sample {
        /// The number it will have.
        id: InputId,
        /// Its name, unique among the inputs.
        name: String,
        /// Which one.
        which: Sample,
    },
    /// Forget an input.
    Close {
        /// Which one.
        id: InputId,
    },
    /// Apply answers and decisions; compare the routes; convert for the chosen ones.
    Apply(Choices),
    /// Part of what was read.
    Items {
        /// Of which input.
        id: InputId,
        /// First item.
        offset: usize,
    },
    /// Part of a ledger.
    Rows {
        /// Of which input.
        id: InputId,
        /// Rows of this fate only.
        fate: Option<String>,
        /// First row, counted among those.
        offset: usize,
    },
    /// Make something to take away; its bytes come beside the answer.
    Take {
        /// What.
        what: Parcel,
        /// What for.
        purpose: Purpose,
    },
}

/// Something to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parcel {
    /// Everything in one archive.
    Zip,
    /// One file of one conversion.
    File {
        /// Of which input.
        id: InputId,
        /// Its name.
        name: String,
    },
    /// The input with every value replaced.
    Sanitised {
        /// Of which input.
        id: InputId,
    },
}

/// What happens with a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// It becomes a download.
    Save,
    /// It goes to the clipboard.
    Copy,
}

/// What the worker answers.
#[allow(clippy::large_enum_variant, reason = "one at a time exists, and it is moved at once")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// The worker has started.
    Up,
    /// How far the current request is, in bytes.
    Progress {
        /// Behind us.
        done: usize,
        /// In all.
        total: usize,
    },
    /// A file was read.
    Opened {
        /// Its number.
        id: InputId,
        /// What it is.
        view: Box<InputView>,
        /// The first page of what was read.
        items: Vec<ItemView>,
    },
    /// A file is not read.
    Refused {
        /// Its number.
        id: InputId,
        /// Why, and what to export instead.
        refusal: RefusalView,
    },
    /// An input was forgotten.
    Closed {
        /// Its number.
        id: InputId,
    },
    /// The choices hold.
    Applied {
        /// The inputs again, with their answers.
        inputs: Vec<(InputId, InputView)>,
        /// What each route that fits would carry.
        routes: Vec<RouteView>,
        /// The conversions for the chosen routes.
        results: Vec<(InputId, ResultView)>,
    },
    /// Part of what was read.
    Items {
        /// Of which input.
        id: InputId,
        /// First item.
        offset: usize,
        /// The items.
        items: Vec<ItemView>,
    },
    /// Part of a ledger.
    Rows {
        /// Of which input.
        id: InputId,
        /// Rows of this fate only.
        fate: Option<String>,
        /// First row, counted among those.
        offset: usize,
        /// The rows.
        rows: Vec<RowView>,
    },
    /// Something to take away; its bytes come beside.
    Parcel {
        /// Name for the download.
        name: String,
        /// What for.
        purpose: Purpose,
    },
    /// The request could not be met; the message says why and what to do.
    Failed {
        /// For the user.
        message: String,
    },
}

/// A file that is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalView {
    /// Stable code.
    pub code: String,
    /// Name of the file.
    pub input: String,
    /// Line, 1-based; 0 = the whole file.
    pub line: u32,
    /// Column, 1-based; 0 = unknown.
    pub column: u32,
    /// What it looks like and why it is refused.
    pub message: String,
    /// What to export instead.
    pub hint: String,
}

/// What one route would carry of all inputs of its platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteView {
    /// The route.
    pub target: TargetView,
    /// Names of the inputs it fits.
    pub inputs: Vec<String>,
    /// How each kind of setting fares, kinds in the order of the inputs.
    pub tallies: Vec<Tally>,
}

/// How the settings of one kind fare on a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Kind in plain words.
    pub kind: String,
    /// Settings that could matter to a target: all but metadata.
    pub all: usize,
    /// Written, or carried by another written entry or the target's default.
    pub carried: usize,
    /// Waiting for a person: looser, unconfirmed or by hand, and not yet decided.
    pub person: usize,
    /// Switched off in the source, or dropped by decision: nothing to carry.
    pub off: usize,
    /// Secrets, and settings that Crosswalk does not know.
    pub unread: usize,
}

/// A conversion as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultView {
    /// Totals, offers, findings.
    pub view: ConversionView,
    /// How each kind of setting fares.
    pub tallies: Vec<Tally>,
    /// Names of the files to take away, the vendor's first.
    pub files: Vec<String>,
}
