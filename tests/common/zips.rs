//! ZIP archives made by hand, with every lie that one can tell.

/// One entry. What stands in `Some` is a lie that replaces the truth.
#[derive(Clone)]
pub struct Entry {
    pub name: Vec<u8>,
    pub bytes: Vec<u8>,
    pub deflate: bool,
    pub flags: u16,
    pub method: Option<u16>,
    pub crc: Option<u32>,
    pub size: Option<u32>,
    pub packed_size: Option<u32>,
    pub offset: Option<u32>,
    /// Unix mode and the system that made it.
    pub mode: Option<u32>,
    /// Packed bytes as they stand, in place of those made of `bytes`.
    pub packed: Option<Vec<u8>>,
    /// No header and no data of its own: only a line in the directory.
    pub directory_only: bool,
}

/// An honest entry, deflated, its name in UTF-8.
pub fn entry(name: &str, bytes: impl AsRef<[u8]>) -> Entry {
    Entry {
        name: name.as_bytes().to_vec(),
        bytes: bytes.as_ref().to_vec(),
        deflate: true,
        flags: 1 << 11,
        method: None,
        crc: None,
        size: None,
        packed_size: None,
        offset: None,
        mode: None,
        packed: None,
        directory_only: false,
    }
}

/// CRC-32 one bit at a time, from the definition.
pub fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

/// The archive.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    zip_announcing(entries, entries.len() as u16)
}

/// The archive, which says that it has `count` entries.
pub fn zip_announcing(entries: &[Entry], count: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for e in entries {
        let offset = e.offset.unwrap_or(out.len() as u32);
        let packed = e.packed.clone().unwrap_or_else(|| {
            if e.deflate { miniz_oxide::deflate::compress_to_vec(&e.bytes, 6) } else { e.bytes.clone() }
        });
        let mut common = Vec::new();
        for half in [20, e.flags, e.method.unwrap_or(if e.deflate { 8 } else { 0 }), 0, 33] {
            common.extend(half.to_le_bytes());
        }
        for word in [
            e.crc.unwrap_or_else(|| crc(&e.bytes)),
            e.packed_size.unwrap_or(packed.len() as u32),
            e.size.unwrap_or(e.bytes.len() as u32),
        ] {
            common.extend(word.to_le_bytes());
        }
        common.extend((e.name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        if !e.directory_only {
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(&e.name);
            out.extend(&packed);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([20, if e.mode.is_some() { 3 } else { 0 }]);
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((e.mode.unwrap_or(0) << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&e.name);
    }
    let (start, size) = (out.len() as u32, directory.len() as u32);
    out.extend(directory);
    out.extend(b"PK\x05\x06");
    for half in [0, 0, count, count] {
        out.extend(half.to_le_bytes());
    }
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    out
}
