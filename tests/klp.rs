//! Policy files of Security Center: whatever is answered and accepted, nothing of them is written for any target, and every
//! report says that it is an inventory.

mod common;

use common::{accept_all, convert_read, fixtures, generous, reading, report, routes, vendor_files};

#[test]
fn an_inventory_is_never_a_converted_policy() {
    let given = fixtures().into_iter().find(|g| g.name == "input.klp").unwrap();
    // What a file is follows from its bytes.
    let read = reading("list.xml", &given.bytes).unwrap();
    assert_eq!(read.format.id(), "ksc-klp");
    for route in routes() {
        for options in [generous(), accept_all(generous())] {
            let files = convert_read(&read, route, &options);
            assert_eq!(vendor_files(&files).count(), 0, "{route}");
            let report = report(&files);
            let rows = report["settings"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["written"].as_array().unwrap().is_empty()), "{route}");
            assert!(
                rows.iter().all(|row| row["fate"] == "by-hand" || row["fate"] == "withheld"),
                "{route}: nothing is said about state"
            );
            let told = report["findings"].as_array().unwrap().iter().find(|f| f["code"] == "CW0132").unwrap();
            assert_eq!(told["severity"], "warning");
            for word in ["no converted policy", "no order", "not verified", "not complete", "switched on"] {
                assert!(told["message"].as_str().unwrap().contains(word), "{word}");
            }
        }
    }
}

#[test]
fn the_three_signs_of_a_policy_file() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let packed = [b"ZLIB", &miniz_oxide::deflate::compress_to_vec(&wide("some text"), 6)[..]].concat();
    let id = |bytes: &[u8]| reading("x", bytes).map(|r| r.format.id()).map_err(|r| r.code);
    assert_eq!(id(&[b"\x08\0\0\0kscpolfm", &wide("some text")[..]].concat()), Ok("ksc-klp"));
    assert_eq!(id(&[b"\x01\xFF<!--KLPARBIN -->", &wide("some text")[..]].concat()), Ok("ksc-klp"));
    assert_eq!(id(&[b"\x01\xFF\0", &packed[..]].concat()), Ok("ksc-klp"));
    assert_eq!(id(b"\x08\0\0\0kscpolfm and nothing more"), Err("CW0024"));
    // A word alone does not make one of other binary data, nor of text.
    assert_eq!(id(b"\x01\xFF\0ZLIB is a word\0"), Err("CW0003"));
    assert_eq!(id(b"Version=1\n[AppSettings]\nA=<!--KLPARBIN -->\nB=ZLIB\n"), Ok("kesl-export"));
}
