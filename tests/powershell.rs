//! The script `Set-DefenderExclusions.ps1`, judged from outside: `tree-sitter-powershell` parses it, and a small decoder
//! written here from PowerShell's rules reads the literals back. No PowerShell runs here: what the script does on
//! Windows is not proved by these tests.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeSet, fs, path::Path, sync::OnceLock};

use crosswalk::vendor::Entry;
use crosswalk::vendor::defender::LISTS;
use crosswalk::vendor::defender::powershell::{FILE, Refused, STEPS, Stamp, literal, script};
use crosswalk::vendor::defender::windows::{Form, SETTINGS};
use proptest::prelude::*;
use tree_sitter::{Node, Parser, Tree};

const STAMP: Stamp<'_> = Stamp {
    version: "0.1.0",
    input_sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}'];

/// Values that try to get out of their literal, or into something that reads them again.
const WORST: &[&str] = &[
    "",
    "'",
    "''",
    "\u{2018}",
    "\u{2019}\u{2018}'\u{201B}\u{201A}",
    r"C:\O'Brien\Smith\u{2019}s",
    "'; Remove-Item C:\\ -Recurse; '",
    "\u{2019}; Remove-Item C:\\ -Recurse; \u{2018}",
    "$(Remove-Item C:\\)",
    "${env:TEMP}",
    "$env:USERPROFILE\\x",
    "`",
    "a`'b",
    "`r`n`0`u{41}",
    ";",
    "a; b & c | d && e",
    "# not a comment",
    "<# neither",
    "#> nor this",
    "\"@",
    "'@",
    "@'",
    "@\"",
    "@(1)",
    "@{a=1}",
    "\"double\"",
    "%{}",
    "% { $_ }",
    "%ProgramFiles%\\*\\{0}\\{1:n}",
    "--%",
    "-Force",
    "/",
    "# crosswalk:paths",
    "# crosswalk:processes",
    "crosswalk:stamp",
    ")",
    "(",
    "}",
    "{",
    "]",
    "$null",
    "Count",
    "Keys",
    "  leading and trailing  ",
    "C:\\trailing\\",
    "\\\\server\\share\\*.log",
    "C:\\Donn\u{E9}es\\\u{65E5}\u{672C}\u{8A9E}\\\u{1F600}\u{200D}\u{1F4BB}",
    "\u{200E}\u{200F}\u{202E}gnp.exe\u{202C}\u{2066}x\u{2069}",
    "e\u{301} \u{FEFF} \u{A0} \u{200B} \u{3000}",
    "\u{FFFD}\u{FFFE}\u{FFFF}\u{10FFFF}",
    "c:\\*\\**.doc\\:{PathType:file,ScanTrigger:OnDemand}",
    "c:\\documents\\design.doc\\:{Process:\"winword.exe\"}",
];

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn generate(paths: &[String], extensions: &[String], processes: &[String]) -> String {
    let lists =
        [("ExclusionPath", paths), ("ExclusionExtension", extensions), ("ExclusionProcess", processes)];
    let entries = lists.iter().flat_map(|(list, values)| values.iter().map(|v| Entry::new(FILE, list, v)));
    written(&entries.collect::<Vec<_>>())
}

fn written(entries: &[Entry]) -> String {
    String::from_utf8(script(entries, &STAMP).expect("no value is refused")).expect("UTF-8")
}

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).expect("the grammar loads");
    parser.parse(text, None).expect("a tree")
}

fn visit<'t>(node: Node<'t>, f: &mut impl FnMut(Node<'t>)) {
    f(node);
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        visit(child, f);
    }
}

fn nodes<'t>(root: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    visit(root, &mut |node| {
        if node.kind() == kind {
            found.push(node);
        }
    });
    found
}

fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    &source[node.byte_range()]
}

/// What PowerShell's tokenizer makes of a single-quoted literal. Any of the five quotes opens it; inside, a quote that is
/// followed by another of the five stands for that second one, and a quote that is not ends the literal. The value, and
/// what is left of the source.
fn tokenize(source: &str) -> Option<(String, &str)> {
    let mut rest = source.chars();
    rest.next().filter(|c| QUOTES.contains(c))?;
    let mut value = String::new();
    while let Some(c) = rest.next() {
        if !QUOTES.contains(&c) {
            value.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        match ahead.next().filter(|next| QUOTES.contains(next)) {
            Some(second) => {
                value.push(second);
                rest = ahead;
            }
            None => return Some((value, rest.as_str())),
        }
    }
    None
}

/// The value of a node that is one whole literal.
fn decode(source: &str) -> String {
    match tokenize(source) {
        Some((value, "")) => value,
        other => panic!("{source:?} is not one literal: {other:?}"),
    }
}

/// The literals that are assigned to a variable, decoded.
fn data(tree: &Tree, source: &str, variable: &str) -> Vec<String> {
    let assignments: Vec<_> = nodes(tree.root_node(), "assignment_expression")
        .into_iter()
        .filter(|node| {
            node.child(0).is_some_and(|left| {
                nodes(left, "variable").first().is_some_and(|name| text(*name, source) == variable)
            })
        })
        .collect();
    assert_eq!(assignments.len(), 1, "{variable} is assigned once");
    nodes(assignments[0], "string_literal").into_iter().map(|node| decode(text(node, source))).collect()
}

/// Kinds of node whose text no value may add to or change.
const KINDS: [&str; 5] = ["comment", "command", "variable", "expandable_string_literal", "sub_expression"];

/// The script without entries.
struct Bare {
    constant: Vec<Vec<String>>,
    literals: usize,
    lines: usize,
}

static BARE: OnceLock<Bare> = OnceLock::new();

fn all(tree: &Tree, source: &str, kind: &str) -> Vec<String> {
    nodes(tree.root_node(), kind).into_iter().map(|node| text(node, source).to_owned()).collect()
}

/// Parses, compares the three lists with what went in, and compares everything outside of them with an empty script.
fn judge(paths: &[String], extensions: &[String], processes: &[String]) {
    let source = generate(paths, extensions, processes);
    let tree = parse(&source);
    assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
    assert_eq!(data(&tree, &source, "$ExclusionPath"), paths);
    assert_eq!(data(&tree, &source, "$ExclusionExtension"), extensions);
    assert_eq!(data(&tree, &source, "$ExclusionProcess"), processes);

    // All the rest is constant: the same comments, commands and variables, and no literal more than the values.
    let bare = BARE.get_or_init(|| {
        let empty = generate(&[], &[], &[]);
        let tree = parse(&empty);
        Bare {
            constant: KINDS.iter().map(|kind| all(&tree, &empty, kind)).collect(),
            literals: all(&tree, &empty, "string_literal").len(),
            lines: empty.lines().count(),
        }
    });
    for (kind, constant) in KINDS.iter().zip(&bare.constant) {
        assert_eq!(&all(&tree, &source, kind), constant, "{kind}");
    }
    let added = paths.len() + extensions.len() + processes.len();
    assert_eq!(all(&tree, &source, "string_literal").len(), bare.literals + added);
    assert_eq!(source.lines().count(), bare.lines + added, "one line each");
}

#[test]
fn empty_lists() {
    judge(&[], &[], &[]);
}

#[test]
fn ordinary_values() {
    judge(
        &owned(&["C:\\Data", "%ProgramFiles%\\Contoso\\*.log", "C:\\Users\\*\\Documents\\"]),
        &owned(&[".mdf", "ldf"]),
        &owned(&["C:\\Program Files\\Contoso\\svc.exe"]),
    );
    judge(&[], &owned(&["one"]), &[]);
    judge(&[], &[], &owned(&["one.exe"]));
}

#[test]
fn worst_values() {
    judge(&owned(WORST), &[], &[]);
    judge(&owned(WORST), &owned(WORST), &owned(WORST));
    for value in WORST {
        judge(&owned(&[value]), &[], &[]);
    }
}

#[test]
fn two_thousand_entries() {
    let many: Vec<String> = (0..2000).map(|i| format!("C:\\Data\\{i}\\{}", WORST[i % WORST.len()])).collect();
    judge(&many, &[], &[]);
}

#[test]
fn literal_doubles_every_kind_of_quote() {
    for (value, expected) in [
        ("", "''"),
        ("a", "'a'"),
        ("'", "''''"),
        ("it's", "'it''s'"),
        ("\u{2018}\u{2019}", "'\u{2018}\u{2018}\u{2019}\u{2019}'"),
        ("\u{201A}'\u{201B}", "'\u{201A}\u{201A}''\u{201B}\u{201B}'"),
        ("\"`$(x)", "'\"`$(x)'"),
    ] {
        assert_eq!(literal(value).as_deref(), Some(expected));
    }
}

#[test]
fn control_characters_are_refused() {
    let bad = (0..=0x1F).chain(0x7F..=0x9F).chain([0x2028, 0x2029]).filter_map(char::from_u32);
    for c in bad {
        assert_eq!(literal(&format!("a{c}b")), None, "{c:?}");
        let values = ["good".to_owned(), format!("{c}")];
        for list in LISTS.iter().copied() {
            let entries: Vec<Entry> = values.iter().map(|v| Entry::new(FILE, list, v)).collect();
            assert_eq!(script(&entries, &STAMP), Err(Refused { list, value_index: 1 }));
        }
    }
    let words = Refused { list: "ExclusionPath", value_index: 1 }.to_string();
    assert!(words.starts_with("entry 2 of ExclusionPath holds a control character"), "{words}");
}

#[test]
fn byte_order_mark_and_crlf() {
    let source = generate(&owned(&["C:\\a"]), &[], &[]);
    assert!(source.starts_with('\u{FEFF}'));
    assert_eq!(source.matches('\u{FEFF}').count(), 1);
    assert!(source.ends_with("\r\n"));
    assert_eq!(source.matches('\n').count(), source.matches("\r\n").count());
    assert_eq!(source.matches('\r').count(), source.matches("\r\n").count());
}

#[test]
fn same_input_same_bytes() {
    let values = owned(WORST);
    assert_eq!(generate(&values, &values, &values), generate(&values, &values, &values));
}

#[test]
fn stamp_stays_one_plain_comment() {
    let stamp = Stamp { version: "1.0\r\nexit 9 <# $(x)", input_sha256: "ab'\u{2028}cd#>" };
    let source = String::from_utf8(script(&[], &stamp).expect("a script")).expect("UTF-8");
    assert_eq!(source.lines().nth(1), Some("# Made by Crosswalk 1.0exit9x from the input with SHA-256 abcd"));
    assert!(!parse(&source).root_node().has_error());
}

/// Commands of the Defender module that the script calls, with the parameters of each call.
fn defender_calls(source: &str) -> Vec<(String, Vec<String>)> {
    let tree = parse(source);
    nodes(tree.root_node(), "command")
        .into_iter()
        .filter_map(|command| {
            let name = text(command.child_by_field_name("command_name")?, source).to_owned();
            let parameters = command
                .child_by_field_name("command_elements")
                .map(|elements| nodes(elements, "command_parameter"))
                .unwrap_or_default()
                .into_iter()
                .map(|node| text(node, source).to_owned())
                .collect();
            Some((name, parameters))
        })
        .filter(|(name, _)| name.contains("-Mp"))
        .collect()
}

#[test]
fn only_the_defender_calls_we_mean() {
    let calls = defender_calls(&generate(&[], &[], &[]));
    let found: BTreeSet<_> =
        calls.iter().map(|(name, parameters)| format!("{name} {}", parameters.join(" "))).collect();
    let lists = LISTS.iter().flat_map(|list| {
        ["Add", "Remove"].map(|verb| format!("{verb}-MpPreference -{list} -Force -ErrorAction"))
    });
    // No list is ever set: that would overwrite it.
    let settings = SETTINGS.iter().map(|s| format!("Set-MpPreference -{} -Force -ErrorAction", s.name));
    let asks = ["Get-MpComputerStatus -ErrorAction", "Get-MpPreference -ErrorAction"].map(str::to_owned);
    let expected: BTreeSet<String> = lists.chain(settings).chain(asks).collect();
    assert_eq!(found, expected);
}

#[test]
fn parameters_are_known() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/conformance/defender/powershell/parameters.tsv");
    let Ok(table) = fs::read_to_string(&table) else {
        eprintln!("skipped: no list of known parameters at {}", table.display());
        return;
    };
    let known: BTreeSet<(&str, &str)> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Some((fields.next()?, fields.next()?))
        })
        .collect();
    let mut checked = 0;
    for (cmdlet, parameters) in defender_calls(&generate(&[], &[], &[])) {
        for parameter in parameters.iter().filter(|parameter| *parameter != "-ErrorAction") {
            assert!(known.contains(&(cmdlet.as_str(), parameter.as_str())), "{cmdlet} {parameter}");
            checked += 1;
        }
    }
    assert_eq!(checked, (2 * LISTS.len() + SETTINGS.len()) * 2);
}

#[test]
fn never_evaluates_text() {
    let source = generate(&[], &[], &[]);
    let tree = parse(&source);
    for command in nodes(tree.root_node(), "command") {
        let name = command.child_by_field_name("command_name").map_or("", |node| text(node, &source));
        let banned = ["Invoke-Expression", "iex", "Read-Host", "Invoke-Command", "Start-Process", "Add-Type"];
        assert!(!banned.iter().any(|word| name.eq_ignore_ascii_case(word)), "{name}");
        assert!(
            nodes(command, "command_invokation_operator").iter().all(|node| node.parent() != Some(command)),
            "calls by & or . are not used: {}",
            text(command, &source)
        );
    }
    assert!(!source.contains("[scriptblock]"));
}

/// Every exit code in the script stands in its help and in the steps.
#[test]
fn exit_codes_are_documented() {
    let source = generate(&[], &[], &[]);
    let help = source.split("#>").next().expect("help");
    let steps = STEPS.join("\n");
    for code in 0..=8 {
        assert!(help.contains(&format!("\r\n      {code}  ")), "help tells {code}");
        assert!(steps.contains(&format!("{code}: ")), "the steps tell {code}");
    }
    let tree = parse(&source);
    let mut used = BTreeSet::new();
    for command in nodes(tree.root_node(), "command") {
        let words: Vec<_> = text(command, &source).split_whitespace().collect();
        if let ["Complete-Run", code, ..] = words[..] {
            used.insert(code.to_owned());
        }
    }
    let expected: BTreeSet<_> =
        ["0", "1", "2", "3", "4", "5", "7", "8", "(Get-FailureCode)"].map(str::to_owned).into();
    assert_eq!(used, expected);
    assert!(source.contains("{ 5 } else { 6 }"));
    assert!(steps.contains(FILE));
}

/// Parameters that the script's own functions and the cmdlets it calls take, in lower case.
const COMMANDS: &[(&str, &str)] = &[
    (
        "Add-MpPreference",
        "-exclusionpath -exclusionextension -exclusionprocess -exclusionipaddress -attacksurfacereductiononlyexclusions -controlledfolderaccessallowedapplications -force -erroraction",
    ),
    ("Complete-Run", ""),
    ("ConvertTo-Plain", ""),
    ("ConvertFrom-Json", "-inputobject"),
    ("ConvertTo-Json", "-inputobject -depth -compress"),
    ("Get-CimInstance", "-namespace -classname -operationtimeoutsec -erroraction"),
    ("Get-Current", ""),
    ("Get-Date", ""),
    ("Get-FailureCode", ""),
    ("Get-ItemProperty", "-literalpath -name -erroraction"),
    ("Get-Key", ""),
    ("Get-KeySet", ""),
    ("Get-Listed", ""),
    ("Get-Missing", ""),
    ("Get-MpComputerStatus", "-erroraction"),
    ("Get-MpPreference", "-erroraction"),
    ("Get-Obstacle", ""),
    ("Get-Property", ""),
    ("Get-Service", "-displayname -erroraction"),
    ("Import-Module", "-name -erroraction"),
    ("Initialize-Folder", ""),
    ("Invoke-Apply", ""),
    ("Invoke-Undo", ""),
    ("Invoke-Verify", ""),
    ("Move-Item", "-literalpath -destination -force -confirm"),
    ("Read-Record", ""),
    (
        "Remove-MpPreference",
        "-exclusionpath -exclusionextension -exclusionprocess -exclusionipaddress -attacksurfacereductiononlyexclusions -controlledfolderaccessallowedapplications -force -erroraction",
    ),
    ("Save-Record", ""),
    ("Select-Approved", ""),
    ("Send-Change", ""),
    ("Send-InBatches", ""),
    ("Send-Setting", ""),
    ("Set-MpPreference", "*"),
    ("Set-Number", ""),
    ("Set-StrictMode", "-version"),
    ("Start-Sleep", "-seconds"),
    ("Write-EntryList", ""),
    ("Write-Log", "-warning -fileonly"),
    ("Write-Output", ""),
    ("Write-Verbose", ""),
    ("Write-Warning", ""),
];

/// A misspelt command or parameter would only show on somebody's server.
#[test]
fn every_command_is_one_we_know() {
    let source = generate(&[], &[], &[]);
    let tree = parse(&source);
    let functions: BTreeSet<_> =
        nodes(tree.root_node(), "function_name").into_iter().map(|node| text(node, &source)).collect();
    let mut called = BTreeSet::new();
    for command in nodes(tree.root_node(), "command") {
        let name = text(command.child_by_field_name("command_name").expect("a name"), &source);
        let (_, parameters) = COMMANDS
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} is not known"));
        called.insert(name);
        let elements = command.child_by_field_name("command_elements");
        let mut own = Vec::new();
        if let Some(elements) = elements {
            let mut cursor = elements.walk();
            own.extend(elements.children(&mut cursor).filter(|child| child.kind() == "command_parameter"));
        }
        for parameter in own {
            let parameter = text(parameter, &source).to_lowercase();
            assert!(
                parameters == &"*" || parameters.split(' ').any(|known| known == parameter),
                "{name} {parameter}"
            );
        }
    }
    assert_eq!(called.len(), COMMANDS.len(), "no row of the table is stale");
    for function in functions {
        assert!(called.contains(function), "{function} is defined and never called");
    }
}

/// Strict mode throws on a variable that was never set.
#[test]
fn every_variable_is_set_somewhere() {
    let source = generate(&[], &[], &[]);
    let tree = parse(&source);
    let names = |node: Node<'_>| text(node, &source).to_lowercase();
    let mut set: BTreeSet<String> = [
        "$_",
        "$null",
        "$true",
        "$false",
        "$executioncontext",
        "$pscmdlet",
        "$psboundparameters",
        "$psversiontable",
        "$whatifpreference",
    ]
    .map(str::to_owned)
    .into();
    for node in nodes(tree.root_node(), "left_assignment_expression") {
        if let Some(name) = nodes(node, "variable").first() {
            set.insert(names(*name));
        }
    }
    for kind in ["script_parameter", "foreach_statement"] {
        for node in nodes(tree.root_node(), kind) {
            let mut cursor = node.walk();
            set.extend(node.children(&mut cursor).find(|child| child.kind() == "variable").map(names));
        }
    }
    for node in nodes(tree.root_node(), "variable") {
        assert!(set.contains(&names(node)), "{} in line {}", names(node), node.start_position().row + 1);
    }
}

/// Windows PowerShell 5.1 is the floor: nothing that only PowerShell 7 parses. And no `try` stands alone, which the
/// grammar would let pass.
#[test]
fn syntax_of_5_1() {
    let source = generate(&[], &[], &[]);
    let tree = parse(&source);
    for kind in ["pipeline_chain_tail", "background_operator", "class_statement"] {
        assert!(nodes(tree.root_node(), kind).is_empty(), "{kind}");
    }
    for token in ["??", "?.", "?[", " ? ", "-Parallel", "-AsHashtable", "&&", "||"] {
        assert!(!source.contains(token), "{token}");
    }
    let tries = nodes(tree.root_node(), "try_statement");
    assert!(tries.len() > 5);
    for node in tries {
        assert!(!nodes(node, "catch_clause").is_empty(), "line {}", node.start_position().row + 1);
    }
}

/// The judge can say no.
#[test]
fn broken_scripts_are_flagged() {
    let source = generate(&owned(&["C:\\O'Brien", "second"]), &[], &[]);
    assert!(!parse(&source).root_node().has_error());
    let mutants = [
        ("a quote not doubled", source.replacen("O''Brien", "O'Brien", 1)),
        ("a literal not closed", source.replacen("'second'", "'second", 1)),
        ("a list not closed", source.replacen("    'second'\r\n)", "    'second'\r\n", 1)),
        (
            "a brace too few",
            source.replacen(
                "function Get-Listed([hashtable] $Current, [hashtable] $Keys) {",
                "function Get-Listed([hashtable] $Current, [hashtable] $Keys)",
                1,
            ),
        ),
        ("help not closed", source.replacen("#>", "", 1)),
        ("cut off", source[..source.len() - 10].to_owned()),
        ("raw value", source.replacen("    'second'", "    C:\\a b' ) }", 1)),
    ];
    for (what, mutant) in mutants {
        assert_ne!(mutant, source, "{what}: the mutation applies");
        assert!(parse(&mutant).root_node().has_error(), "{what}");
    }
}

/// The grammar knows only the ASCII quote, PowerShell knows five: the decoder here catches what the parser cannot.
#[test]
fn decoder_sees_the_other_quotes() {
    assert_eq!(tokenize("'a\u{2019}; exit; '"), Some(("a".to_owned(), "; exit; '")));
    assert_eq!(tokenize("'a\u{2018}\u{2019}b'"), Some(("a\u{2019}b".to_owned(), "")));
    assert_eq!(tokenize("'a"), None);
    assert_eq!(tokenize("a"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]
    #[test]
    fn any_value_comes_back(value in "\\PC*|[\\x20-\\x7e'\u{2018}-\u{201B}`$\"@#;(){}]*") {
        prop_assume!(!value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')));
        let quoted = literal(&value).expect("no control character");
        prop_assert_eq!(tokenize(&quoted), Some((value, "")));
        // No quote stands alone inside: every run of one kind has even length.
        let inside: Vec<char> = quoted.chars().skip(1).take(quoted.chars().count() - 2).collect();
        for run in inside.chunk_by(|a, b| a == b) {
            prop_assert!(!QUOTES.contains(&run[0]) || run.len() % 2 == 0);
        }
    }

    #[test]
    fn any_text_is_a_literal_or_refused(value in any::<String>()) {
        let bad = value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        prop_assert_eq!(literal(&value).is_none(), bad);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]
    #[test]
    fn any_lists_parse(
        paths in prop::collection::vec("\\PC{0,20}|['\u{2018}-\u{201B}`$\"@#;(){}<>]{0,12}", 0..5),
        extensions in prop::collection::vec("\\PC{0,8}", 0..3),
        processes in prop::collection::vec("['\u{2018}-\u{201B}`$\"@#;(){}<> a]{0,12}", 0..3),
    ) {
        prop_assume!(!paths.iter().chain(&extensions).chain(&processes).any(|v| literal(v).is_none()));
        judge(&paths, &extensions, &processes);
    }
}

/// The numbers of the settings as they stand in the script, read by the parser.
fn settings(source: &str) -> Vec<(String, String)> {
    let tree = parse(source);
    let table: Vec<_> = nodes(tree.root_node(), "assignment_expression")
        .into_iter()
        .filter(|node| {
            node.child(0).is_some_and(|left| {
                nodes(left, "variable").first().is_some_and(|v| text(*v, source) == "$Setting")
            })
        })
        .collect();
    assert_eq!(table.len(), 1);
    nodes(table[0], "hash_entry")
        .into_iter()
        .map(|entry| {
            let line = text(entry, source);
            let (name, value) = line.split_once('=').expect("name = value");
            (name.trim().to_owned(), value.trim().to_owned())
        })
        .collect()
}

/// Every value of every setting comes back, and only those.
#[test]
fn settings_are_numbers() {
    assert_eq!(settings(&written(&[])), []);
    for setting in SETTINGS {
        let values: Vec<u32> = (0..=1500).filter(|n| setting.form.takes(*n)).collect();
        assert!(!values.is_empty());
        for value in values {
            let source = written(&[Entry::new(FILE, setting.name, value.to_string())]);
            assert_eq!(settings(&source), [(setting.name.to_owned(), value.to_string())]);
        }
        for bad in ["", "x", "-1", "99999", "1; exit", "'1'", "$true"] {
            assert!(
                script(&[Entry::new(FILE, setting.name, bad)], &STAMP).is_err(),
                "{} {bad}",
                setting.name
            );
        }
    }
    let all: Vec<Entry> = SETTINGS
        .iter()
        .map(|s| {
            let value = (0..=1500).find(|n| s.form.takes(*n)).expect("a value");
            Entry::new(FILE, s.name, value.to_string())
        })
        .collect();
    assert!(!parse(&written(&all)).root_node().has_error());
    assert_eq!(settings(&written(&all)).len(), SETTINGS.len());
}

/// What each setting is given is of the type that Microsoft's page states, and each value is one of those it lists.
#[test]
fn settings_have_the_documented_types() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/conformance/defender/powershell/parameters.tsv");
    let Ok(table) = fs::read_to_string(&table) else {
        eprintln!("skipped: no list of known parameters at {}", table.display());
        return;
    };
    let source = written(&[]);
    let mut checked = 0;
    for setting in SETTINGS {
        let start = format!("Set-MpPreference\t-{}\t", setting.name);
        let line = table.lines().find(|l| l.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
        let fields: Vec<&str> = line.split('\t').collect();
        let (kind, accepted) = (fields[2], fields[3]);
        let call = source.lines().find(|l| l.contains(&format!("Set-MpPreference -{} ", setting.name)));
        let call = call.expect("a call");
        let given = match (kind, setting.form) {
            ("Boolean", Form::Switch) => "([bool] $Number)",
            ("DateTime", Form::TimeOfDay) => "([datetime]::Today.AddMinutes($Number))",
            ("Byte", Form::Number(..)) => "$Number",
            (other, Form::Choice(values)) => {
                assert!(!["Boolean", "DateTime", "String", "String[]"].contains(&other), "{line}");
                // `Clean=1|Quarantine=2`, `Everyday 0`: every number that we may write is named.
                let named = accepted.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
                let mut numbers: BTreeSet<u32> = named.collect();
                if numbers.is_empty() {
                    // Names without numbers are numbered in their order; without names the policy template has them.
                    let order = (0..).zip(accepted.split('|')).map(|(n, _)| n);
                    numbers =
                        if accepted.is_empty() { BTreeSet::from([0, 1, 2, 4, 6]) } else { order.collect() };
                }
                assert!(values.iter().all(|v| numbers.contains(v)), "{line}: {values:?}");
                "$Number"
            }
            other => panic!("{}: {other:?}", setting.name),
        };
        assert!(call.contains(&format!("-{} {given} -Force", setting.name)), "{call}");
        checked += 1;
    }
    assert_eq!(checked, SETTINGS.len());
}

/// The other lists hold what they were given, too.
#[test]
fn every_list_comes_back() {
    for list in LISTS {
        let entries: Vec<Entry> = WORST.iter().map(|v| Entry::new(FILE, list, *v)).collect();
        let source = written(&entries);
        let tree = parse(&source);
        assert!(!tree.root_node().has_error());
        for other in LISTS {
            let found = data(&tree, &source, &format!("${other}"));
            if other == list {
                assert_eq!(found, owned(WORST));
            } else {
                assert!(found.is_empty(), "{other}");
            }
        }
    }
}
