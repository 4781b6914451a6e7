//! JSON for files, byte for byte as serde_json writes it, but for one thing: no policy holds a floating-point number, and
//! the tables for printing one weigh 17 KB in the page even compressed. So those two methods are left out here, and with
//! them the tables.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// Pretty, two spaces a step, without a line end.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory cannot fail, and no value here has a key that is not a string.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut out, Pretty(PrettyFormatter::new())));
    out
}

/// On one line, appended.
pub fn compact(out: &mut Vec<u8>, value: &impl Serialize) {
    // As above.
    let _ = value.serialize(&mut Serializer::with_formatter(out, Compact));
}

/// What stands in place of a floating-point number, should one ever come.
fn no_float(to: &mut (impl Write + ?Sized)) -> io::Result<()> {
    to.write_all(b"null")
}

struct Compact;

impl Formatter for Compact {
    fn write_f32<W: ?Sized + Write>(&mut self, to: &mut W, _: f32) -> io::Result<()> {
        no_float(to)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, to: &mut W, _: f64) -> io::Result<()> {
        no_float(to)
    }
}

struct Pretty<'i>(PrettyFormatter<'i>);

impl Formatter for Pretty<'_> {
    fn write_f32<W: ?Sized + Write>(&mut self, to: &mut W, _: f32) -> io::Result<()> {
        no_float(to)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, to: &mut W, _: f64) -> io::Result<()> {
        no_float(to)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_array(to)
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array(to)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array_value(to)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object(to)
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object(to)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object_value(to)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_same_as_serde_json() {
        let value = json!({"a": [1, -2, "ü\n\"", null, true], "b": {}, "c": [], "d": {"e": [[], {}]}, "n": u64::MAX});
        assert_eq!(super::pretty(&value), serde_json::to_vec_pretty(&value).unwrap());
        let mut out = Vec::new();
        super::compact(&mut out, &value);
        assert_eq!(out, serde_json::to_vec(&value).unwrap());
    }
}
