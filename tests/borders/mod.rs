//! Whole conversions against drawn paths: inputs, machines, paths near the masks' borders, and both ends of a conversion
//! read by the judge.

pub mod case;
pub mod input;
pub mod paths;
pub mod sheet;
pub mod world;
