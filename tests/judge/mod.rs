//! The judge's own readers: inputs and vendor files from their bytes. They share nothing with the engine, so that a
//! mistake must be made twice to be missed.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod output;
#[path = "../readers/mod.rs"]
pub mod readers;
pub mod source;
pub mod tables;

/// A part of a product that leaves something unscanned.
pub type Component = &'static str;
pub const ACCESS: Component = "access";
pub const DEMAND: Component = "demand";
pub const SCRIPT: Component = "script";
/// Files that a program opens.
pub const PROCESS: Component = "process";
