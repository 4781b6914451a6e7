//! Stand-in.
use super::Lists;
use crate::vendor::Stamp;
/// Name.
pub const FILE: &str = "Set-DefenderExclusions.ps1";
/// Steps.
pub const STEPS: &[&str] = &[];
pub(super) fn bytes(_lists: &Lists<'_>, _stamp: &Stamp<'_>) -> Vec<u8> { Vec::new() }
