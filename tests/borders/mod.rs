//! Whole conversions against drawn paths: inputs, machines, paths near the masks' borders, and both ends of a conversion
//! read by the judge.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod case;
pub mod input;
pub mod paths;
pub mod sheet;
pub mod world;
