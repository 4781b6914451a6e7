//! What is refused, with line, column and a way out; and, with roxmltree as judge, that ill-formed XML is refused and
//! well-formed XML is not.

mod common;

use std::time::{Duration, Instant};

use common::{Given, code, crosswalk, crosswalk_fed, fixtures, reading, samples, tree, utf16be, utf16le};
use crosswalk::Refusal;
use proptest::prelude::*;

fn refused(bytes: &[u8], label: &str) -> Refusal {
    match reading("x", bytes) {
        Ok(read) => panic!("{label} is read as {}", read.format.id()),
        Err(refusal) => refusal,
    }
}

const HEAD: &str = "<KAV-WSEE-Settings>";
const TAIL: &str = "</KAV-WSEE-Settings>";

/// Label, bytes, code, line and column (0 = none told, since there is none).
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str, u32, u32)> {
    let xml = |inside: &str| format!("{HEAD}\n{inside}\n{TAIL}").into_bytes();
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\"><!ENTITY lol3 \"&lol2;&lol2;\">]>\n<KAV-WSEE-Settings>&lol3;</KAV-WSEE-Settings>";
    let deep = |n: usize| ("<a>".repeat(n) + &"</a>".repeat(n)).replace("<a>", "<a>\n");
    let nested = |n: usize| format!("{HEAD}{}{TAIL}", deep(n)).into_bytes();
    let whole = String::from_utf8(xml("<a>x</a>")).unwrap();
    let mut half = utf16le(&whole);
    half.pop();
    vec![
        ("truncated in a tag", whole.as_bytes()[..whole.len() - 3].to_vec(), "CW0005", 3, 0),
        ("truncated in text", format!("{HEAD}\n<a>x").into_bytes(), "CW0005", 2, 5),
        ("truncated in a comment", format!("{HEAD}\n<!-- x").into_bytes(), "CW0005", 2, 0),
        ("truncated in CDATA", format!("{HEAD}\n<![CDATA[ x").into_bytes(), "CW0005", 2, 0),
        ("two roots", format!("{HEAD}{TAIL}\n<b/>").into_bytes(), "CW0005", 2, 1),
        ("text after the root", format!("{HEAD}{TAIL}\n  rest").into_bytes(), "CW0005", 2, 3),
        ("DOCTYPE", format!("<!DOCTYPE x>\n{HEAD}{TAIL}").into_bytes(), "CW0006", 1, 1),
        (
            "DOCTYPE with a system id",
            format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{HEAD}{TAIL}").into_bytes(),
            "CW0006",
            1,
            1,
        ),
        ("billion laughs", laughs.as_bytes().to_vec(), "CW0006", 1, 1),
        ("empty", Vec::new(), "CW0001", 0, 0),
        ("only a mark", vec![0xEF, 0xBB, 0xBF], "CW0001", 0, 0),
        ("blank", b" \r\n\t\n".to_vec(), "CW0001", 0, 0),
        ("binary", (0..=255u8).collect(), "CW0003", 0, 0),
        ("nested 257 deep", nested(256), "CW0007", 256, 1),
        (
            "section nested 257 deep",
            format!("A=1\n[{}]\n", vec!["a"; 257].join(".")).into_bytes(),
            "CW0007",
            2,
            1,
        ),
        ("half a UTF-16 unit", half, "CW0004", 0, 0),
        (
            "a lone surrogate",
            [vec![0xFF, 0xFE], b"<\0".to_vec(), vec![0x00, 0xD8, 0x41, 0x00]].concat(),
            "CW0004",
            0,
            0,
        ),
        ("unknown entity", xml("<a>&unknown;</a>"), "CW0005", 2, 4),
        ("bare ampersand", xml("<a>a & b</a>"), "CW0005", 2, 0),
        ("reference to a forbidden character", xml("<a>&#0;</a>"), "CW0005", 2, 4),
        ("duplicate attribute", xml("<a b='1' b='2'/>"), "CW0005", 2, 1),
        ("attribute without quotes", xml("<a b=1/>"), "CW0005", 2, 1),
        ("mismatched tags", xml("<a></b>"), "CW0005", 2, 4),
        ("JSON", b"{\"PxgRetVal\":{}}".to_vec(), "CW0009", 1, 1),
        ("other XML", b"<other/>".to_vec(), "CW0008", 1, 1),
        ("JSON cut off", b"{\"AppSettings\":\n {\"UseKSN\": \"No".to_vec(), "CW0014", 2, 16),
        ("JSON with a comma too many", b"{\"AppSettings\": {},}".to_vec(), "CW0014", 1, 19),
        ("two JSON texts", b"{\"AppSettings\": {}}\n{}".to_vec(), "CW0014", 2, 1),
        ("JSON nested too deep", "[".repeat(1000).replacen('[', "[[", 1).into_bytes(), "CW0007", 1, 257),
        ("plain text", b"hello there".to_vec(), "CW0008", 0, 0),
        ("kesl.ini", b"[General]\nPackageType=rpm\nScanMemoryLimit=8192\n".to_vec(), "CW0009", 0, 0),
        (
            "installation answers",
            b"EULA_AGREED=yes\nUSE_KSN=no\nUPDATER_SOURCE=KLServers\n".to_vec(),
            "CW0009",
            0,
            0,
        ),
        ("security centre policy", b"\x08\0\0\0kscpolfm\0\0".to_vec(), "", 0, 0),
        ("KLPARBIN", b"<!--KLPARBIN -->\0\x01".to_vec(), "", 0, 0),
    ]
}

#[test]
fn the_hostile_list_is_refused_with_place_and_hint() {
    for (label, bytes, expected, line, column) in hostile() {
        let refusal = refused(&bytes, label);
        assert!(expected.is_empty() || refusal.code == expected, "{label}: {refusal:?}");
        if line > 0 {
            assert_eq!(refusal.line, line, "{label}: {refusal:?}");
            assert!(refusal.column > 0, "{label}: a line has a column: {refusal:?}");
            assert!(column == 0 || refusal.column == column, "{label}: {refusal:?}");
        }
        assert!(
            !refusal.hint.is_empty() && !refusal.message.is_empty() && !refusal.hint.ends_with('.'),
            "{label}: {refusal:?}"
        );
        assert_eq!(refusal.input, "x", "{label}");
    }
    assert!(
        reading("x", format!("{HEAD}{}{TAIL}", "<a>".repeat(255) + &"</a>".repeat(255)).as_bytes()).is_ok(),
        "256 levels are read"
    );
}

#[test]
fn invalid_utf8_is_refused_or_read_as_a_legacy_code_page() {
    let cut = b"<KAV-WSEE-Settings><a>\xC3</a></KAV-WSEE-Settings>";
    let refusal = refused(cut, "invalid UTF-8 in XML");
    assert_eq!(refusal.code, "CW0004", "{refusal:?}");
    assert_eq!((refusal.line, refusal.column), (1, 23), "{refusal:?}");
    let declared = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<KAV-WSEE-Settings>\xFF</KAV-WSEE-Settings>";
    assert_eq!(refused(declared, "declared UTF-8").line, 2);
}

#[test]
fn utf16_without_end_is_refused_in_both_orders() {
    for bytes in [utf16le("Version=1\n[AppSettings]\nA=1\n"), utf16be("Version=1\n[AppSettings]\nA=1\n")] {
        assert!(reading("x", &bytes).is_ok());
        let refusal = refused(&bytes[..bytes.len() - 1], "odd number of bytes");
        assert_eq!(refusal.code, "CW0004", "{refusal:?}");
    }
}

#[test]
fn a_file_over_256_mib_is_refused_at_once() {
    let limit = 256 * 1024 * 1024;
    let mut bytes = b"Version=1\n[AppSettings]\n".to_vec();
    bytes.resize(limit + 1, b'\n');
    let start = Instant::now();
    let refusal = refused(&bytes, "too large");
    assert_eq!(refusal.code, "CW0002", "{refusal:?}");
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

#[test]
fn the_name_proves_nothing() {
    let mut read = 0;
    for Given { label, name, bytes } in fixtures().into_iter().chain(samples()) {
        let plain = reading(&name, &bytes).map(|r| r.format.id()).map_err(|r| r.code);
        for other in
            ["x.xml", "x.ini", "x.csv", "x.cfg", "x.exe", "x", "kesl.ini", "x.klp", "x.json", "x.zip"]
        {
            let with = reading(other, &bytes).map(|r| r.format.id()).map_err(|r| r.code);
            assert_eq!(plain, with, "{label} as {other}");
        }
        read += usize::from(plain.is_ok());
    }
    assert!(read >= 4);
}

#[test]
fn the_program_refuses_with_3_and_still_converts_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let good = place("good.ini");
    std::fs::write(&good, &fixtures().iter().find(|g| g.name.ends_with(".ini")).unwrap().bytes).unwrap();
    for (n, (label, bytes, expected, line, _)) in hostile().into_iter().enumerate() {
        let bad = place("bad.xml");
        std::fs::write(&bad, &bytes).unwrap();
        let out = place(&format!("out{n}"));
        let result = crosswalk(&["convert", &bad, &good, "--to", "clamav/conf", "--out", &out]);
        let said = String::from_utf8_lossy(&result.stderr);
        assert_eq!(code(&result), 3, "{label}: {said}");
        assert!(said.contains("bad.xml") && said.contains(expected), "{label}: {said}");
        assert!(line == 0 || said.contains(&format!(":{line}:")), "{label}: {said}");
        let files = tree(std::path::Path::new(&out));
        assert!(
            files.keys().any(|f| f.ends_with("clamd-crosswalk.conf")) && files.contains_key("index.json"),
            "{label}: {:?}",
            files.keys()
        );
        assert!(!files.keys().any(|f| f.contains("bad.xml")), "{label}");
    }
    let alone = crosswalk_fed(&["convert", "-", "--to", "clamav", "--out", &place("none")], b"hello");
    assert_eq!(code(&alone), 3);
    assert!(tree(&folder.path().join("none")).is_empty());
    assert_eq!(code(&crosswalk_fed(&["inspect", "-"], b"")), 3);
    assert_eq!(code(&crosswalk_fed(&["sanitise", "-"], b"")), 3);
    assert_eq!(code(&crosswalk_fed(&["compare", "-"], b"<a>")), 3);
}

/// Whether crosswalk takes a text for well-formed XML; `None` when it does not look at it as XML.
fn well_formed(text: &str) -> Result<(), Refusal> {
    match reading("x.xml", text.as_bytes()) {
        Err(refusal) if !["CW0008", "CW0009", "CW0015", "CW0016"].contains(&refusal.code) => Err(refusal),
        _ => Ok(()),
    }
}

/// Differences that are meant. roxmltree refuses more where it knows name spaces: a prefix that is not bound, a name with
/// two colons, an attribute that is the same only after its prefix is resolved; crosswalk matches local names, as the
/// references ask. Crosswalk refuses more where XML does and roxmltree does not: a reference to a character that XML does
/// not have, a declaration or the name of a processing instruction that is none, `<:a></a>`. And it looks at bytes and nesting before it looks at XML.
fn excused(
    text: &str,
    judge: &Result<roxmltree::Document<'_>, roxmltree::Error>,
    own: &Result<(), Refusal>,
) -> bool {
    use roxmltree::Error;
    match (judge, own) {
        (
            Err(
                Error::UnknownNamespace(..)
                | Error::InvalidXmlPrefixUri(_)
                | Error::UnexpectedXmlUri(_)
                | Error::UnexpectedXmlnsUri(_)
                | Error::InvalidElementNamePrefix(_)
                | Error::DuplicatedNamespace(..)
                | Error::DuplicatedAttribute(..),
            ),
            Ok(()),
        ) => true,
        (Err(Error::InvalidName(_)), Ok(())) => text.contains(':'),
        (Ok(_), Err(refusal)) => {
            ["CW0003", "CW0004", "CW0007"].contains(&refusal.code)
                || text.contains("&#")
                || text.contains("<:")
                || text.contains("</:")
                || ["the XML declaration is malformed", "a processing instruction has no proper name"]
                    .iter()
                    .any(|m| refusal.message.ends_with(m))
        }
        _ => false,
    }
}

fn same_verdict(text: &str) {
    if !text.trim_start_matches('\u{FEFF}').trim_start().starts_with('<') {
        return;
    }
    let judge = roxmltree::Document::parse(text);
    let own = well_formed(text);
    if judge.is_ok() != own.is_ok() && !excused(text, &judge, &own) {
        panic!("roxmltree: {:?}\ncrosswalk: {own:?}\n{text:?}", judge.map(|_| ()));
    }
    if let Err(refusal) = own {
        assert!(
            refusal.line > 0 && refusal.column > 0 || ["CW0001", "CW0003", "CW0004"].contains(&refusal.code),
            "{refusal:?} {text:?}"
        );
    }
}

#[test]
fn roxmltree_agrees_about_single_cases() {
    let inside = [
        "",
        "<a/>",
        "<a b='1'/>",
        "<a b='1'c='2'/>",
        "<a b='<'/>",
        "<a b=\"'\"/>",
        "<a b='&amp;'/>",
        "<a b='&#x41;'/>",
        "<a b='&#xD800;'/>",
        "<a b='&x;'/>",
        "<a b='&'/>",
        "<a b/>",
        "< a/>",
        "<a / >",
        "<a/ >",
        "</a>",
        "<a></a >",
        "<a></ a>",
        "<1/>",
        "<-a/>",
        "<a.b-c_1/>",
        "<:a/>",
        "<a:/>",
        "<a:b:c/>",
        "<é/>",
        "<a\u{b7}/>",
        "<\u{b7}/>",
        "<a>]]></a>",
        "]]>",
        "<!---->",
        "<!-- -- -->",
        "<!--a--->",
        "<!-->",
        "<!--->",
        "<![CDATA[]]>",
        "<![CDATA[]]]]><![CDATA[>]]>",
        "<![cdata[x]]>",
        "<?a?>",
        "<?a b?>",
        "<??>",
        "<? a?>",
        "<?xml version='1.0'?>",
        "<?XML a?>",
        "<?xml-stylesheet x?>",
        "<!ELEMENT a>",
        "<!a>",
        "&lt;",
        "&lt",
        "&#60;",
        "&#x3C;",
        "&#X3C;",
        "&#;",
        "&#x;",
        "&#x110000;",
        "&#9;",
        "&#8;",
        "& ",
        "&&",
        "\u{FFFE}",
        "\u{FFFF}",
        "\u{FFFD}",
        "\u{85}",
        "\u{2028}",
        "<a\u{85}b='1'/>",
        "<a\u{a0}b='1'/>",
        "<a b = '1' />",
        "<a b='1' b2='1'/>",
        "<a b='1'\n/>",
        "<a xml:lang='x'/>",
        "<a xmlns=''/>",
        "<a xmlns:x='u' x:b='1' x:b='2'/>",
        "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
        "<a xmlns:x='u'><x:b/></a>",
        "<a><b></a></b>",
        "<a>\u{7f}</a>",
        "<a b='\t\n'/>",
        "<a b='1\"/>",
        "<a b=''1/>",
        "<a,b/>",
        "<a b,c='1'/>",
        "<a 1b='2'/>",
        "<a =''/>",
        "<a b=='1'/>",
        "<",
        ">",
        "\"",
        "'",
        "<a><![CDATA[<b></a>]]></a>",
        "<!-- <a> -->",
        "<a>&#xFFFE;</a>",
        "<a>&#xE000;</a>",
        "<a b='\u{FFFF}'/>",
    ];
    for piece in inside {
        same_verdict(&format!("{HEAD}{piece}{TAIL}"));
        same_verdict(&format!("{HEAD}x{piece}y{TAIL}"));
        same_verdict(&format!("{piece}{HEAD}{TAIL}"));
        same_verdict(&format!("{HEAD}{TAIL}{piece}"));
    }
    for declaration in [
        "<?xml version='1.0'?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        "<?xml version='1.0' standalone='no' ?>",
        "<?xml?>",
        "<?xml ?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml version='1.1'?>",
        "<?xml version='2.0'?>",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' encoding='UTF-8' x='y'?>",
        "<?xml version='1.0'",
        "<?xml version=1.0?>",
        "<?xml version='1.0'?><?xml version='1.0'?>",
        " <?xml version='1.0'?>",
        "\u{FEFF}<?xml version='1.0'?>",
    ] {
        same_verdict(&format!("{declaration}{HEAD}{TAIL}"));
    }
}

fn document() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<a>",
        "</a>",
        "<b c='1'>",
        "</b>",
        "<c/>",
        "text",
        " ",
        "\n",
        "&amp;",
        "&#65;",
        "<!-- c -->",
        "<![CDATA[ d ]]>",
        "<?p i?>",
        "<element>",
        "</element>",
        "<p:q xmlns:p='u'/>",
        "<e x=\"&lt;\"/>",
        "é",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..12)
        .prop_map(|p| format!("{HEAD}{}{TAIL}", p.concat()))
}

fn balanced() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["x", "<c/>", "&lt;", "<d e='1'>y</d>", "<!--z-->", "<![CDATA[w]]>"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(|c| format!("<a>{}</a>", c.concat()))
    })
    .prop_map(|inside| format!("<?xml version='1.0'?>{HEAD}{inside}{TAIL}"))
}

proptest! {
    #![proptest_config(common::generated(600))]

    #[test]
    fn roxmltree_agrees_about_pieces_put_together(text in document()) {
        same_verdict(&text);
    }

    #[test]
    fn roxmltree_agrees_about_mutated_documents(
        text in balanced(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec!["", "<", ">", "&", ";", "'", "\"", "/", "=", " ", "a", "]", "!", "-", "?", "x='1'", "\u{0}", "\u{fffe}", "1", ":"]), any::<bool>()), 1..4),
    ) {
        let mut chars: Vec<String> = text.chars().map(String::from).collect();
        for (at, by, replace) in changes {
            let at = at.index(chars.len());
            if replace { chars[at] = by.to_owned() } else { chars.insert(at, by.to_owned()) }
        }
        same_verdict(&chars.concat());
    }

    #[test]
    fn roxmltree_agrees_about_cut_documents(text in balanced(), cut in any::<prop::sample::Index>()) {
        let at = cut.index(text.len());
        if text.is_char_boundary(at) && at > 0 {
            same_verdict(&text[..at]);
        }
    }
}
