//! Crosswalk.
pub mod view;
