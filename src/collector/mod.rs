//! The collector: a PowerShell script that an administrator runs beside the Administration Server of Kaspersky Security
//! Center. It asks the server's OpenAPI for its policies and writes the answers, word for word, into one JSON file that
//! [`crate::kaspersky::openapi`] reads:
//!
//! ```text
//! {"crosswalk_collection":1,"policies":[
//!   {"id":3, "data":{"PxgRetVal":…},
//!    "names":{"PxgRetVal":[…]}, "sections":[{"name":"…","answer":{"PxgRetVal":…}}],
//!    "profile_list":{"PxgRetVal":…}, "profiles":[{"name":"…","names":…,"sections":[…]}]}]}
//! ```
//!
//! A constant of the program, so that the page can hand it out without a request. **It was never run against a live
//! server**: `tests/collector.rs` parses it and holds its calls against a table of those that are described (reference
//! kaspersky-windows, section 8), and no more than that is known.

/// Name under which the script is handed out.
pub const FILE: &str = "crosswalk-collect.ps1";

/// The script: ASCII, LF.
pub const SCRIPT: &str = include_str!("crosswalk-collect.ps1");

/// The key that marks a file of the collector; its value is the version of the layout.
pub const MARK: &str = "crosswalk_collection";
