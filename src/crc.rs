//! CRC-32 as ZIP wants it (polynomial 0xEDB88320, reflected), eight bytes a step. The tables are made when they are
//! needed: as data they would add 16 KB to the page that no compression takes away.

type Table = [u32; 256];

/// CRC-32 of some bytes.
pub fn crc32(bytes: &[u8]) -> u32 {
    let tables = tables();
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &tables;
    let mut crc = !0u32;
    let (steps, rest) = bytes.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in steps {
        let [w, x, y, z] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        crc = at(t7, w) ^ at(t6, x) ^ at(t5, y) ^ at(t4, z) ^ at(t3, e) ^ at(t2, f) ^ at(t1, g) ^ at(t0, h);
    }
    for &byte in rest {
        let [low, ..] = crc.to_le_bytes();
        crc = at(t0, low ^ byte) ^ (crc >> 8);
    }
    !crc
}

/// An entry; a byte is always inside, so the compiler drops the check.
fn at(table: &Table, byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Table `n` takes a byte that has `n` more bytes behind it.
fn tables() -> [Table; 8] {
    let mut first: Table = [0; 256];
    for (byte, entry) in (0u32..).zip(first.iter_mut()) {
        *entry = (0..8).fold(byte, |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 });
    }
    let mut last = first;
    let mut tables = [first; 8];
    for table in tables.iter_mut().skip(1) {
        for entry in &mut last {
            let [low, ..] = entry.to_le_bytes();
            *entry = at(&first, low) ^ (*entry >> 8);
        }
        *table = last;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn known_values() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"The quick brown fox jumps over the lazy dog"), 0x414F_A339);
    }

    #[test]
    fn every_length_around_a_step() {
        // One bit at a time, straight from the definition.
        let slow = |bytes: &[u8]| {
            !bytes.iter().fold(!0u32, |crc, &byte| {
                (0..8).fold(
                    crc ^ u32::from(byte),
                    |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 },
                )
            })
        };
        let bytes: Vec<u8> = (0..40u8).map(|i| i.wrapping_mul(37) ^ 0xA5).collect();
        for length in 0..=bytes.len() {
            assert_eq!(crc32(&bytes[..length]), slow(&bytes[..length]), "{length} bytes");
        }
    }
}
