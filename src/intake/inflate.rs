//! Raw DEFLATE with a bound on what comes out. What the packed data say about their own size is not believed: memory
//! grows with what was really made, and stops at the bound.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// How much room there is at first, in bytes.
const FIRST: usize = 16 << 10;

/// What came out of packed data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inflated {
    /// The bytes, at most as many as were allowed.
    pub(crate) bytes: Vec<u8>,
    /// How many bytes of the input belong to it.
    pub(crate) used: usize,
    /// How it ended.
    pub(crate) end: End,
}

/// How unpacking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The data say that they end here.
    Whole,
    /// The input stops before that.
    CutOff,
    /// As many bytes came out as are allowed, and there are more.
    TooLong,
    /// This is no DEFLATE.
    Broken,
}

/// Unpacks what stands at the beginning of `input`; at most `most` bytes come out.
pub(crate) fn inflate(input: &[u8], most: usize) -> Inflated {
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = Box::<DecompressorOxide>::default();
    let mut bytes = vec![0; FIRST.min(most)];
    let (mut used, mut made) = (0, 0);
    let end = loop {
        let rest = input.get(used..).unwrap_or_default();
        let (status, taken, more) = decompress(&mut state, rest, &mut bytes, made, flags);
        used += taken;
        made += more;
        match status {
            TINFLStatus::Done => break End::Whole,
            TINFLStatus::HasMoreOutput if bytes.len() >= most => break End::TooLong,
            TINFLStatus::HasMoreOutput => bytes.resize(bytes.len().saturating_mul(2).min(most), 0),
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => break End::CutOff,
            _ => break End::Broken,
        }
    };
    bytes.truncate(made);
    Inflated { bytes, used, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_bounded() {
        let plain = vec![7u8; 100_000];
        let packed = miniz_oxide::deflate::compress_to_vec(&plain, 6);
        let tail = [&packed[..], b"tail"].concat();
        assert_eq!(
            inflate(&tail, 1 << 20),
            Inflated { bytes: plain.clone(), used: packed.len(), end: End::Whole }
        );
        assert_eq!(inflate(&packed, plain.len()).end, End::Whole, "exactly as much as is allowed");
        let short = inflate(&packed, 99_999);
        assert_eq!((short.bytes.len(), short.end), (99_999, End::TooLong));
        let cut = inflate(&packed[..packed.len() - 1], 1 << 20);
        assert_eq!(cut.end, End::CutOff);
        assert_eq!(inflate(&[0xFF; 20], 1 << 20).end, End::Broken);
        assert_eq!(inflate(&[], 1 << 20).end, End::CutOff);
        assert_eq!(inflate(&packed, 0).end, End::TooLong);
    }
}
