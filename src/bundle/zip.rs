//! A ZIP that is the same for the same files: stored, sorted by name, dated 1980-01-01, names in UTF-8.

use super::OutFile;
use crate::crc;

/// 1980-01-01 as ZIP writes dates; the time is zero.
const DATE: u16 = 1 << 5 | 1;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// Packs the files. Sizes over 4 GiB do not occur: inputs are limited to 256 MiB.
pub fn zip(files: &[OutFile]) -> Vec<u8> {
    let mut sorted: Vec<&OutFile> = files.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = Vec::with_capacity(files.iter().map(|f| f.bytes.len() + 256).sum());
    let mut directory = Vec::new();
    for file in &sorted {
        let offset = out.len() as u32;
        let mut common = Vec::with_capacity(26);
        for half in [20u16, FLAGS, 0, 0, DATE] {
            common.extend_from_slice(&half.to_le_bytes());
        }
        for word in [crc::crc32(&file.bytes), file.bytes.len() as u32, file.bytes.len() as u32] {
            common.extend_from_slice(&word.to_le_bytes());
        }
        common.extend_from_slice(&(file.name.len() as u16).to_le_bytes());
        common.extend_from_slice(&0u16.to_le_bytes());

        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(file.name.as_bytes());
        out.extend_from_slice(&file.bytes);

        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend_from_slice(&20u16.to_le_bytes());
        directory.extend_from_slice(&common);
        // Comment length, disk, internal attributes, external attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(file.name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, sorted.len() as u16);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06");
    for half in [0u16, 0, count, count] {
        out.extend_from_slice(&half.to_le_bytes());
    }
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&0u16.to_le_bytes());
    out
}
