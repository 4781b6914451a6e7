//! What the judges of Defender on Linux and macOS, of Huntress' lists and of indicators share.

pub mod indicators;
pub mod plist;
pub mod settings;
