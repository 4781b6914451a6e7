//! The collector script, judged from outside. `tree-sitter-powershell` parses it; its calls of the OpenAPI are taken out of
//! the syntax tree and held against a table that is written from the reference (kaspersky-windows, section 8). What it may
//! run, which types it may touch and which lines may touch a password stands in lists here; whatever is not in them is a
//! complaint. No PowerShell runs here and no server: that the script works is not proved by these tests.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use crosswalk::collector::{FILE, MARK, SCRIPT};
use tree_sitter::{Node, Parser, Tree};

/// Calls: method, its parameters, and whether the reference spells them out. Where it does not, or where its two sources
/// disagree, there are several forms.
const CALLS: &[(&str, &[&[&str]], bool)] = &[
    ("Session.StartSession", &[&[]], true),
    ("Policy.GetPoliciesForGroup", &[&["nGroupId"]], true),
    ("Policy.GetPolicyData", &[&["nPolicy"]], true),
    ("Policy.GetPolicyContents", &[&["nPolicy", "nRevisionId", "nLifeTime"]], true),
    ("SsContents.SS_GetNames", &[&["wstrID", "wstrProduct", "wstrVersion"]], true),
    ("SsContents.Ss_Read", &[&["wstrID", "wstrProduct", "wstrVersion", "wstrSection"]], true),
    ("SsContents.Ss_Release", &[&["wstrID"]], false),
    ("PolicyProfiles.EnumProfiles", &[&["nPolicy", "nRevisionId"], &["nPolicy", "nRevision"]], false),
    (
        "PolicyProfiles.GetProfileSettings",
        &[
            &["nPolicy", "szwName", "nRevisionId", "nLifeTime"],
            &["nPolicy", "szwName", "nRevision", "nLifeTime"],
        ],
        true,
    ),
];

/// Commands that the script may run.
const COMMANDS: &[&str] = &[
    "Set-StrictMode",
    "New-Object",
    "ConvertTo-Json",
    "ConvertFrom-Json",
    "ForEach-Object",
    "Where-Object",
    "Select-Object",
    "Write-Warning",
    "Write-Verbose",
    "Write-Output",
    "Test-Path",
    "Split-Path",
    "Move-Item",
    "Remove-Item",
    "Add-Type",
    "Get-Credential",
];

/// Types that it may name, attributes and casts included.
const TYPES: &[&str] = &[
    "array",
    "hashtable",
    "int",
    "int[]",
    "string",
    "switch",
    "System.Convert",
    "System.IO.File",
    "System.Net.SecurityProtocolType",
    "System.Net.ServicePointManager",
    "System.Net.WebRequest",
    "System.Text.Encoding",
];

/// What `New-Object` may make.
const OBJECTS: &[&str] = &[
    "System.UriBuilder",
    "System.IO.StreamReader",
    "System.Collections.Generic.List[string]",
    "System.Text.UTF8Encoding",
    "psobject",
    "CrosswalkPin",
];

/// Members that may be called.
const METHODS: &[&str] = &[
    "Add",
    "Callback",
    "CreateHttp",
    "Dispose",
    "GetBaseException",
    "GetBytes",
    "GetNetworkCredential",
    "GetRequestStream",
    "GetResponse",
    "GetResponseStream",
    "GetUnresolvedProviderPathFromPSPath",
    "ReadToEnd",
    "ToBase64String",
    "Write",
    "WriteAllText",
];

/// What holds the password, something made of it, or the token.
const SECRETS: &[&str] = &["$credential", "$user", "$pass", "$started", "$script:Headers"];

/// Every line that may touch one of them.
const SECRET_LINES: &[&str] = &[
    "$script:Headers = @{}",
    "foreach ($name in $script:Headers.Keys) {",
    "$request.Headers.Add($name, $script:Headers[$name])",
    "$credential = Get-Credential -Message \"An account of the Administration Server $Server that may read policies\"",
    "if ($null -eq $credential) {",
    "$user = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($credential.UserName))",
    "$pass = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($credential.GetNetworkCredential().Password))",
    "$script:Headers = @{ 'Authorization' = 'KSCBasic user=\"' + $user + '\", pass=\"' + $pass + '\"' }",
    "$started = Invoke-OpenApi -Method 'Session.StartSession' -Arguments @{}",
    "$script:Headers = @{ 'X-KSC-Session' = [string] (Get-Answer 'Session.StartSession' $started) }",
    "$user = $null",
    "$pass = $null",
    "$started = $null",
    "$credential = $null",
];

/// Members and variables that may be set, where what they are set to decides about safety.
const SETTINGS: &[(&str, &[&str])] = &[
    ("$request.ServerCertificateValidationCallback", &["$script:Pin"]),
    ("$script:Pin", &["$null", "(New-Object CrosswalkPin -ArgumentList $wanted).Callback()"]),
    ("$wanted", &["$CertificateThumbprint -replace '[\\s:\\u200E\\u200F]', ''"]),
    ("[System.Net.ServicePointManager]::SecurityProtocol", &["[System.Net.SecurityProtocolType]::Tls12"]),
    ("$ErrorActionPreference", &["'Stop'"]),
    ("$request.AllowAutoRedirect", &["$false"]),
    (
        "$address",
        &["(New-Object System.UriBuilder -ArgumentList 'https', $Server, $Port, \"api/v1.0/$Method\").Uri"],
    ),
    ("$document", &["'{\"crosswalk_collection\":1,\"policies\":[' + ($collected -join ',') + ']}'"]),
];

/// What the compiled check may answer.
const RETURNS: &[&str] = &[
    "return false;",
    "return string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase);",
    "return new RemoteCertificateValidationCallback(IsWanted);",
];

/// Words that stand nowhere outside of comments.
const FORBIDDEN: &[&str] = &[
    "SkipCertificateCheck",
    "ServicePointManager]::ServerCertificateValidationCallback",
    "CertificatePolicy",
    "ConvertFrom-SecureString",
    "Export-Clixml",
    "-AsPlainText",
    "Invoke-Expression",
    "Start-Transcript",
    "Set-ItemProperty",
    "$env:",
];

const PARAMETERS: &[(&str, &str)] = &[
    ("$Server", "string"),
    ("$Port", "int"),
    ("$GroupId", "int"),
    ("$PolicyId", "int[]"),
    ("$OutFile", "string"),
    ("$CertificateThumbprint", "string"),
    ("$List", "switch"),
    ("$Force", "switch"),
];

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

fn nodes<'t>(root: Node<'t>, kinds: &[&str]) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    visit(root, &mut |node| {
        if kinds.contains(&node.kind()) {
            found.push(node);
        }
    });
    found
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// Blanks run together, so that a list of lines says what is meant.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Script<'s> {
    source: &'s str,
    tree: Tree,
    complaints: Vec<String>,
}

impl<'s> Script<'s> {
    fn text(&self, node: Node<'_>) -> &'s str {
        &self.source[node.byte_range()]
    }

    fn complain(&mut self, node: Node<'_>, what: &str) {
        let line = node.start_position().row + 1;
        let text = squeezed(self.text(node)).chars().take(120).collect::<String>();
        self.complaints.push(format!("line {line}: {what}: {text}"));
    }
}

/// Everything that is wrong with a script.
fn judge(source: &str) -> Vec<String> {
    let tree = parse(source);
    let mut script = Script { source, tree: tree.clone(), complaints: Vec::new() };
    if tree.root_node().has_error() {
        script.complaints.push("the syntax is wrong".to_owned());
    }
    commands(&mut script);
    calls(&mut script);
    types(&mut script);
    settings(&mut script);
    secrets(&mut script);
    words(&mut script);
    parameters(&mut script);
    script.complaints
}

fn commands(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let own: BTreeSet<&str> =
        nodes(tree.root_node(), &["function_name"]).into_iter().map(|n| script.text(n)).collect();
    let mut asked = 0;
    for command in nodes(tree.root_node(), &["command"]) {
        let Some(name) = command.child_by_field_name("command_name") else {
            script.complain(command, "a command without a name");
            continue;
        };
        let word = script.text(name);
        if !COMMANDS.contains(&word) && !own.contains(word) {
            script.complain(command, "a command that is not in the list");
        }
        asked += usize::from(word == "Get-Credential");
        if word == "New-Object" {
            // A generic type is more than one token; the text tells.
            let text = script.text(command).trim_start_matches("New-Object").trim_start();
            if !OBJECTS.contains(&text.split_whitespace().next().unwrap_or("")) {
                script.complain(command, "an object that is not in the list");
            }
        }
        if command.child(0).is_some_and(|n| ["&", "."].contains(&script.text(n))) {
            script.complain(command, "a command that is called by value");
        }
    }
    if asked != 1 {
        script.complaints.push(format!("Get-Credential is called {asked} times"));
    }
}

/// Each `Invoke-OpenApi` with the names of what it sends.
fn calls(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let mut seen: BTreeMap<&str, BTreeSet<Vec<&str>>> = BTreeMap::new();
    for command in nodes(tree.root_node(), &["command"]) {
        let name = command.child_by_field_name("command_name").map(|n| script.text(n));
        let literals = nodes(command, &["string_literal"]);
        match name {
            Some("Invoke-OpenApi") => {
                let method = literals.first().map(|n| script.text(*n).trim_matches('\''));
                let hash = nodes(command, &["hash_literal_expression"]);
                let ([hash], Some(method)) = (hash.as_slice(), method) else {
                    script.complain(command, "a call whose parameters are not written out");
                    continue;
                };
                let mut sent: Vec<&str> =
                    nodes(*hash, &["key_expression"]).into_iter().map(|n| script.text(n)).collect();
                sent.sort_unstable();
                let known = CALLS.iter().find(|(m, ..)| *m == method);
                let fits = known.is_some_and(|(_, forms, _)| {
                    forms.iter().any(|form| {
                        let mut form = form.to_vec();
                        form.sort_unstable();
                        form == sent
                    })
                });
                match known {
                    None => script.complain(command, "a call that is not in the table"),
                    Some(_) if !fits => script.complain(command, "a call with other parameters"),
                    Some(_) => {}
                }
                seen.entry(method).or_default().insert(sent);
            }
            Some("Get-Answer") => {
                let method = literals.first().map(|n| script.text(*n).trim_matches('\''));
                if !CALLS.iter().any(|(m, ..)| Some(*m) == method) {
                    script.complain(command, "an answer of a call that is not in the table");
                }
            }
            _ => {}
        }
    }
    for (method, forms, _) in CALLS {
        let made = seen.get(method).map_or(0, BTreeSet::len);
        if made != forms.len() {
            script.complaints.push(format!("{method} is called in {made} of {} forms", forms.len()));
        }
    }
}

fn types(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    for literal in nodes(tree.root_node(), &["type_literal"]) {
        let name = script.text(literal).trim_matches(['[', ']']);
        let name = if script.text(literal).ends_with("[]]") { format!("{name}[]") } else { name.to_owned() };
        if !TYPES.contains(&name.as_str()) {
            script.complain(literal, "a type that is not in the list");
        }
    }
    for call in nodes(tree.root_node(), &["invokation_expression", "member_access"]) {
        let called = call.kind() == "invokation_expression"
            || call.next_sibling().is_some_and(|n| n.kind() == "argument_list");
        if !called {
            continue;
        }
        let member = named(call).into_iter().rfind(|n| n.kind() == "member_name");
        let name = member.map_or("", |n| script.text(n));
        if !METHODS.contains(&name) {
            script.complain(call, "a method that is not in the list");
        }
        if name == "WriteAllText" && !script.text(call).contains("($part, $document, ") {
            script.complain(call, "something else is written");
        }
    }
}

fn settings(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let mut met = BTreeSet::new();
    for assignment in nodes(tree.root_node(), &["assignment_expression"]) {
        let text = script.text(assignment);
        let Some(left) = assignment.child(0) else { continue };
        let place = script.text(left).trim();
        let value = text[left.end_byte() - assignment.start_byte()..].trim_start();
        let Some(value) = value.strip_prefix('=') else {
            if SETTINGS.iter().any(|(name, _)| *name == place) {
                script.complain(assignment, "set in another way");
            }
            continue;
        };
        let value = squeezed(value);
        match SETTINGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(place)) {
            Some((name, allowed)) => {
                met.insert((*name, value.clone()));
                if !allowed.contains(&value.as_str()) {
                    script.complain(assignment, "set to something else");
                }
            }
            None if place.to_lowercase().contains("callback") => {
                script.complain(assignment, "a check of certificates that is not in the list");
            }
            None => {}
        }
    }
    for (name, allowed) in SETTINGS {
        for value in *allowed {
            if !met.contains(&(*name, (*value).to_owned())) {
                script.complaints.push(format!("{name} is never set to {value}"));
            }
        }
    }
    let compiled: Vec<&str> = nodes(tree.root_node(), &["verbatim_here_string_characters"])
        .into_iter()
        .map(|n| script.text(n))
        .collect();
    let [compiled] = compiled.as_slice() else {
        script.complaints.push("not one compiled part".to_owned());
        return;
    };
    let returns: Vec<&str> = compiled.lines().map(str::trim).filter(|l| l.contains("return")).collect();
    if returns != RETURNS {
        script.complaints.push(format!("the compiled check answers {returns:?}"));
    }
}

fn secrets(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let lines: Vec<&str> = script.source.lines().collect();
    let mut found = BTreeSet::new();
    for variable in nodes(tree.root_node(), &["variable", "braced_variable"]) {
        let name = script.text(variable).to_lowercase().replace(['{', '}'], "");
        let secret = SECRETS.iter().any(|s| s.eq_ignore_ascii_case(&name)) || name == "$headers";
        if secret {
            let line = squeezed(lines[variable.start_position().row]);
            if !SECRET_LINES.contains(&line.as_str()) {
                script.complain(variable, &format!("a line that must not touch a secret: {line}"));
            }
            found.insert(line);
        }
    }
    for line in SECRET_LINES {
        if !found.contains(*line) {
            script.complaints.push(format!("a line is gone: {line}"));
        }
    }
    // `Get-Variable pass` and the like would get round the names.
    for text in nodes(tree.root_node(), &["expandable_string_literal"]) {
        let inside = script.text(text).to_lowercase();
        if SECRETS.iter().any(|s| inside.contains(&s.to_lowercase())) {
            script.complain(text, "a text that holds a secret");
        }
    }
}

fn words(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let mut code = script.source.to_owned();
    for comment in nodes(tree.root_node(), &["comment"]).into_iter().rev() {
        code.replace_range(comment.byte_range(), "");
    }
    for word in FORBIDDEN {
        if code.to_lowercase().contains(&word.to_lowercase()) {
            script.complaints.push(format!("{word} stands in the code"));
        }
    }
    for needed in [
        "Set-StrictMode -Version 2.0",
        "foreach ($file in $target, $part) {",
        "if ((Test-Path -LiteralPath $file) -and -not $Force) {",
        "Move-Item -LiteralPath $part -Destination $target -Force:$Force",
        "$part = $target + '.part'",
        "if ($wanted -notmatch '^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$') {",
    ] {
        if !code.contains(needed) {
            script.complaints.push(format!("missing: {needed}"));
        }
    }
    let comments = &script.source[..script.source.find("#>").unwrap_or(0)];
    if !comments.contains("THIS SCRIPT WAS NEVER RUN AGAINST A LIVE SERVER") {
        script.complaints.push("the header does not say that it was never run".to_owned());
    }
    if !script.source.is_ascii() || script.source.contains(['\r', '\t']) {
        script.complaints.push("more than plain ASCII with LF".to_owned());
    }
}

fn parameters(script: &mut Script<'_>) {
    let tree = script.tree.clone();
    let Some(block) = nodes(tree.root_node(), &["param_block"]).into_iter().next() else {
        script.complaints.push("no parameters".to_owned());
        return;
    };
    let found: Vec<(&str, String)> = nodes(block, &["script_parameter"])
        .into_iter()
        .map(|p| {
            let name = named(p).into_iter().find(|n| n.kind() == "variable").map_or("", |n| script.text(n));
            let kind = nodes(p, &["type_literal"]).first().map_or("", |n| script.text(*n)).to_owned();
            let attribute = nodes(p, &["attribute"]);
            let kind = attribute.last().map_or(kind, |n| script.text(*n).to_owned());
            (name, kind.trim_start_matches('[').trim_end_matches(']').replace("int[", "int[]"))
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(n, k)| (*n, k.as_str())).collect();
    if found != PARAMETERS {
        script.complaints.push(format!("the parameters are {found:?}"));
    }
}

#[test]
fn the_collector_has_no_complaints() {
    let complaints = judge(SCRIPT);
    assert!(complaints.is_empty(), "{complaints:#?}");
    assert_eq!(FILE, "crosswalk-collect.ps1");
    assert!(SCRIPT.contains(&format!("{{\"{MARK}\":1,")));
}

/// A script with one thing changed, and a part of the complaint.
#[test]
fn each_bad_change_is_noticed() {
    let change = |old: &str, new: &str| {
        assert!(SCRIPT.contains(old), "the script has no {old}");
        SCRIPT.replacen(old, new, 1)
    };
    let add = |line: &str| format!("{SCRIPT}{line}\n");
    for (script, complaint) in [
        (change("try {", "try {{"), "syntax"),
        (change("Policy.GetPolicyData' -Arg", "Policy.GetPolicy' -Arg"), "not in the table"),
        (change("'Policy.GetPolicyData' -Arguments", "'Policy.DeletePolicy' -Arguments"), "not in the table"),
        (change("@{ nPolicy = $Id }", "@{ nPolicyId = $Id }"), "other parameters"),
        (change("; wstrSection = [string] $section }", " }"), "other parameters"),
        (change("-Arguments @{ nGroupId = $GroupId }", "-Arguments $all"), "not written out"),
        (change("Get-Answer 'Policy.GetPolicyData'", "Get-Answer 'Policy.Other'"), "not in the table"),
        (
            change(
                "$null = Invoke-OpenApi -Method 'SsContents.Ss_Release' -Arguments @{ wstrID = $Id }",
                "$null = 1",
            ),
            "Ss_Release is called in 0",
        ),
        (add("Invoke-OpenApi -Method 'Session.EndSession' -Arguments @{}"), "not in the table"),
        (add("Invoke-RestMethod -Uri 'https://example.com' -SkipCertificateCheck"), "SkipCertificateCheck"),
        (add("Invoke-WebRequest 'https://example.com'"), "not in the list"),
        (
            add("[System.Net.ServicePointManager]::ServerCertificateValidationCallback = {$true}"),
            "ServerCertificateValidationCallback stands",
        ),
        (
            change(
                "$request.ServerCertificateValidationCallback = $script:Pin",
                "$request.ServerCertificateValidationCallback = { $true }",
            ),
            "set to something else",
        ),
        (add("$request.serverCertificateValidationCallback = { $true }"), "set to something else"),
        (add("$other.ServerCertificateValidationCallback = $script:Pin"), "a check of certificates"),
        (add("$script:Pin = { $true }"), "set to something else"),
        (change("return false;", "return true;"), "the compiled check answers"),
        (
            change(
                "StringComparison.OrdinalIgnoreCase);",
                "StringComparison.OrdinalIgnoreCase) || errors == SslPolicyErrors.None;",
            ),
            "the compiled check answers",
        ),
        (change("$wanted -notmatch '^(", "$wanted -notmatch '("), "missing"),
        (change("'https', $Server", "'http', $Server"), "set to something else"),
        (change("SecurityProtocolType]::Tls12", "SecurityProtocolType]::Ssl3"), "set to something else"),
        (change("AllowAutoRedirect = $false", "AllowAutoRedirect = $true"), "set to something else"),
        (
            change("$ErrorActionPreference = 'Stop'", "$ErrorActionPreference = 'Continue'"),
            "set to something else",
        ),
        (change("Set-StrictMode -Version 2.0", "Set-StrictMode -Off"), "missing"),
        (add("$credential.Password | ConvertFrom-SecureString"), "ConvertFrom-SecureString"),
        (add("$credential | Export-Clixml -Path c.xml"), "Export-Clixml"),
        (add("Write-Output $pass"), "must not touch a secret"),
        (add("Write-Output ${pass}"), "must not touch a secret"),
        (add("Write-Verbose \"as $user\""), "secret"),
        (add("Write-Output $script:Headers"), "must not touch a secret"),
        (add("Write-Output $Headers"), "must not touch a secret"),
        (add("[System.IO.File]::WriteAllText($part, $pass)"), "something else is written"),
        (
            change(
                "'{\"crosswalk_collection\":1,",
                "'{\"crosswalk_collection\":1,\"account\":\"' + $name + '\",",
            ),
            "set to something else",
        ),
        (
            change("$credential = Get-Credential -Message", "$credential = Import-Clixml -Path"),
            "not in the list",
        ),
        (add("& $command"), "command"),
        (add("Invoke-Expression $text"), "Invoke-Expression"),
        (add("[System.Diagnostics.Process]::Start('cmd')"), "a type that is not in the list"),
        (add("New-Object System.Net.WebClient"), "an object that is not in the list"),
        (add("$request.Abort()"), "a method that is not in the list"),
        (
            change("    [switch] $Force\n", "    [string] $Password,\n\n    [switch] $Force\n"),
            "the parameters are",
        ),
        (change(" -Force:$Force", " -Force"), "missing"),
        (change(" -and -not $Force) {", ") {"), "missing"),
        (change("NEVER RUN", "ALWAYS RUN"), "the header"),
        (change("# One call.", "# One call \u{2013}"), "ASCII"),
    ] {
        let complaints = judge(&script);
        assert!(
            complaints.iter().any(|c| c.contains(complaint)),
            "wanted {complaint:?}, got {complaints:#?}"
        );
    }
}

/// The table is what the reference says, word for word: a method or a parameter that is not there fails.
#[test]
fn every_call_is_described_in_the_reference() {
    let Some(folder) = common::shared("formats") else { return };
    let text = std::fs::read_to_string(folder.join("kaspersky-windows.md")).unwrap();
    let section = text.split("\n## 8. ").nth(1).and_then(|rest| rest.split("\n## 9. ").next()).unwrap();
    for (method, forms, described) in CALLS {
        assert!(section.contains(method), "{method} is not in section 8");
        for name in forms.iter().flat_map(|form| form.iter()).filter(|_| *described) {
            let word = |before: char, after: char| !before.is_alphanumeric() && !after.is_alphanumeric();
            let stands = section.match_indices(name).any(|(at, found)| {
                let before = section[..at].chars().next_back().unwrap_or(' ');
                let after = section[at + found.len()..].chars().next().unwrap_or(' ');
                word(before, after)
            });
            assert!(stands, "{method}: {name} is not in section 8");
        }
    }
    for word in ["KSCBasic user=\"<base64>\", pass=\"<base64>\"", "X-KSC-Session", ":13299/api/v1.0/"] {
        assert!(section.contains(word), "{word}");
    }
    assert!(!section.contains("EndSession"), "the end of a session is described now: call it");
    assert!(SCRIPT.contains("[int] $Port = 13299"));
}
