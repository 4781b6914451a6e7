//! Promise: nothing leaves, seen from the output. A secret that stands anywhere in an input stands in no output file, no
//! report, no finding, no refusal, nothing that `inspect` shows and not in the sanitised copy. Ordinary values are not
//! withheld. The sanitised copy gives no value away and keeps the structure.

mod common;

use std::collections::BTreeMap;

use common::leaves::leaves_of;
use common::{accept_all, convert_read, decoded, fixtures, generous, reading, report, routes, samples, text};
use crosswalk::options::Options;
use crosswalk::{bundle, convert, interpret, vendor, view};

/// Everything that can come out for an input, as one text.
fn everything(name: &str, bytes: &[u8]) -> String {
    let read = match reading(name, bytes) {
        Ok(read) => read,
        Err(refusal) => {
            return format!(
                "{refusal:?} {:?} {}",
                refusal.finding(),
                serde_json::to_string(&refusal).unwrap()
            );
        }
    };
    let mut out = String::new();
    for options in [Options::default(), generous(), accept_all(generous())] {
        let policy = interpret(&[&read], &options.answers);
        let input = view::input(&read, &policy);
        let items = view::items(&read, &policy, 0, usize::MAX);
        out.push_str(&serde_json::to_string(&(&input, &items)).unwrap());
        for route in routes() {
            let route = vendor::find(route).unwrap();
            let conversion = convert(&policy, route, &options);
            out.push_str(&serde_json::to_string(&view::conversion(&conversion, &options)).unwrap());
            out.push_str(
                &serde_json::to_string(&view::rows(&[&read], &conversion, None, 0, usize::MAX)).unwrap(),
            );
            for file in bundle::files(&[&read], &policy, &conversion) {
                out.push_str(&file.name);
                out.push_str(&decoded(&file.bytes));
            }
        }
    }
    out.push_str(&decoded(&bundle::sanitised(&read).bytes));
    out
}

fn hidden(name: &str, bytes: &[u8], secrets: &[&str], label: &str) {
    let out = everything(name, bytes);
    let lower = out.to_lowercase();
    for secret in secrets {
        assert!(decoded_holds(bytes, secret), "{label}: the secret {secret} is planted");
        if let Some(at) = lower.find(&secret.to_lowercase()) {
            let from = (0..=at.saturating_sub(120)).rev().find(|n| lower.is_char_boundary(*n)).unwrap_or(0);
            panic!("{label}: {secret} came out: …{}", lower[from..].chars().take(200).collect::<String>());
        }
    }
}

fn decoded_holds(bytes: &[u8], secret: &str) -> bool {
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(secret.len()).any(|w| w == secret.as_bytes())
        || bytes.windows(wide.len()).any(|w| w == wide)
}

const BASE64: &str = "q83vEjRWeJq83vEjRWeJq83vZmFrZXNlY3JldHZhbHVlMDEyMzQ1Njc4OWFiY2RlZg==";
const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A word that no file has otherwise.
const WORD: &str = "Wombat7741";

fn ini(lines: &str) -> String {
    format!(
        "Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n{lines}\n[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\
         [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n"
    )
}

#[test]
fn no_secret_comes_out_of_ini() {
    let lines = [
        "ProxyServer=anna:{}@proxy.example.net:3128",
        "ProxyServer=http://anna:{}@proxy.example.net:3128",
        "Other=http://anna:{}@h.example.net/x",
        "Other=ftp://anna:{}@h",
        "Other=see https://anna:{}@h.example.net/ there",
        "URL=smb://dom\\anna:{}@h/x",
        "Other=http://anna:a/b{}@h.example.net/",
        "Other=http://anna:a,b{};c@h.example.net/",
        "Other=x http://anna:a\\b{}=@h.example.net/",
        "Other=https://{}@h.example.net:x@y/",
        "Comment=Пароль: {}",
        "# Kennwort={}",
        "Header=Authorization: Basic {}",
        "Header=KSCBasic user=\"YQ\", pass=\"{}\"",
        "Password={}",
        "PASSWORD = \"{}\"",
        "MyPassphrase={}",
        "DbPwd={}",
        "clientSecret={}",
        "ApiToken={}",
        "UserCredentials={}",
        "LicenseKey={}",
        "a.b.secret.c={}",
        "[Own.Secret.item_0000]\nValue={}",
        "[Own.Credentials]\nValue={}\nOther=\"{}\"",
        "# password={}",
        "; token: {}",
        "# the Password is {}",
        "password {}",
        "broken line with pwd {}",
        "=secret {}",
        "Key\\With=password {}",
        "Pass\"word={}",
        "Password=\"{}",
        "Comment=runs with /password={} every night",
        "Comment=runs with /password:{} every night",
        "Comment=--password {} and more",
        "Comment=PWD={};x",
        "Comment=\"login=anna;password={}\"",
        "Header=Authorization: Bearer {}",
    ];
    for line in lines {
        let body = ini(&line.replace("{}", WORD));
        hidden("x.ini", body.as_bytes(), &[WORD], line);
        hidden("x.ini", &common::utf16le(&body), &[WORD], &format!("{line} in UTF-16"));
    }
    let inside = ini("").replace("AreaDesc=d", &format!("AreaDesc=clean-up with /password={WORD}"));
    hidden("x.ini", inside.as_bytes(), &[WORD], "description of an exclusion");
    let inside = ini("").replace("AreaDesc=d", &format!("AreaDesc=d\nOwnerToken={WORD}"));
    hidden("x.ini", inside.as_bytes(), &[WORD], "unknown key of an exclusion");
    let inside = ini("").replace("Path=/srv/db", &format!("Path=smb://anna:{WORD}@h/share"));
    hidden("x.ini", inside.as_bytes(), &[WORD], "path of an exclusion");
    let inside =
        ini("").replace("TaskName=File_Threat_Protection", &format!("TaskName=task /password={WORD}"));
    hidden("x.ini", inside.as_bytes(), &[WORD], "name of a task");
}

#[test]
fn no_secret_comes_out_of_policy_files() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let head = b"\x08\0\0\0kscpolfmn\x01\0\0".to_vec();
    for line in [
        "http://anna:{}@proxy.example.net:3128",
        "anna:{}@proxy.example.net",
        "Password={}",
        "Password: {}",
        "the password is {}",
        "backup.exe /password={} /quiet",
        "Authorization: Bearer {}",
        "token {}",
    ] {
        let text = line.replace("{}", WORD);
        for parts in [
            vec![head.clone(), wide(&text), vec![0, 0], wide("KLPOL_NAME")],
            vec![head.clone(), vec![7], wide("KLPOL_NAME"), vec![0, 0], wide(&text), vec![0]],
        ] {
            hidden("x.klp", &parts.concat(), &[WORD], line);
        }
        // Packed, the word does not stand in the bytes, so it is only looked for in what comes out.
        let packed = miniz_oxide::deflate::compress_to_vec(&wide(&text), 6);
        let out = everything("x.klp", &[&head[..], b"ZLIB", &packed].concat());
        assert!(!out.contains(WORD) && out.contains("withheld"), "{line}");
    }
    for secret in [BASE64, HEX] {
        hidden("x.klp", &[&head[..], &wide(secret)].concat(), &[secret], "random");
    }
}

#[test]
fn no_long_random_string_comes_out() {
    for secret in [BASE64, HEX, &HEX.to_uppercase(), &BASE64.replace('+', "-").replace('/', "_")] {
        hidden("x.ini", ini(&format!("Blob={secret}")).as_bytes(), &[secret], "unknown key");
        hidden("x.ini", ini(&format!("Blob=\"{secret}\"")).as_bytes(), &[secret], "quoted");
        hidden("x.ini", ini(&format!("# {secret}")).as_bytes(), &[secret], "comment");
        hidden("x.ini", ini(secret).as_bytes(), &[secret], "broken line");
        hidden("x.xml", ksws(&format!("<Blob>{secret}</Blob>")).as_bytes(), &[secret], "element");
        hidden("x.xml", ksws(&format!("<Blob v='{secret}'/>")).as_bytes(), &[secret], "attribute");
        hidden("x.xml", ksws(&format!("<Blob>{secret}<x/></Blob>")).as_bytes(), &[secret], "loose text");
        hidden(
            "x.csv",
            list(&format!("1;D:\\a\\;*;*;1;0;1;{secret};1")).as_slice(),
            &[secret],
            "comment of a row",
        );
        hidden("x.csv", list(&format!("1;{secret}")).as_slice(), &[secret], "short row");
    }
}

fn ksws(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<KAV-WSEE-Settings><Settings>{inside}<TrustedZone><ExclutionRules><element><Enabled>yes</Enabled><UseObjects>yes</UseObjects>\
         <Objects><element><Type>4</Type><Path>D:\\a\\b.txt</Path></element></Objects><UseThreatNameMasks>no</UseThreatNameMasks><ThreatNameMasks/>\
         <ApplyForFileMonitor>yes</ApplyForFileMonitor><ApplyForOnDemandScan>yes</ApplyForOnDemandScan><Description>d</Description></element></ExclutionRules>\
         </TrustedZone></Settings></KAV-WSEE-Settings>"
    )
}

#[test]
fn no_secret_comes_out_of_xml() {
    let pieces = [
        "<SmtpPassword>{}</SmtpPassword>",
        "<smtppassword>{}</smtppassword>",
        "<x:Pwd xmlns:x='u'>{}</x:Pwd>",
        "<ClientSecret><![CDATA[{}]]></ClientSecret>",
        "<ApiToken>{}<!-- c -->{}</ApiToken>",
        "<Credentials><User>anna</User><Value>{}</Value></Credentials>",
        "<Credentials><a><b><c>{}</c></b></a></Credentials>",
        "<Credentials>{}<a/>{}</Credentials>",
        "<Credentials a='{}'/>",
        "<LicenseKey v='{}'/>",
        "<Other password='{}'/>",
        "<Other api-token=\"{}\">x</Other>",
        "<tSTRING name=\"Password\">{}</tSTRING>",
        "<tSTRING Name='proxypwd'>{}</tSTRING>",
        "<key name='Credentials'><tSTRING name='Value'>{}</tSTRING></key>",
        "<tBINARY name='Anything'>{}</tBINARY>",
        "<Proxy>http://anna:{}@proxy.example.net:3128</Proxy>",
        "<Proxy url='http://anna:{}@proxy.example.net:3128'/>",
        "<Proxy>anna:{}@proxy.example.net:3128</Proxy>",
        "<Note>runs with /password={} at night</Note>",
        "<Note>&#112;assword={}</Note>",
        "<Note><![CDATA[/password={}]]></Note>",
        "<!-- password={} -->",
        "<?token {}?>",
        "<Note>a<x/>password={}<x/></Note>",
    ];
    for piece in pieces {
        let body = ksws(&piece.replace("{}", WORD));
        hidden("x.xml", body.as_bytes(), &[WORD], piece);
        hidden(
            "x.xml",
            &common::utf16le(&body.replace(" encoding=\"UTF-8\"", "")),
            &[WORD],
            &format!("{piece} in UTF-16"),
        );
    }
    for (what, by) in [
        ("<Description>d", "<Description>runs with /password={}"),
        ("<Description>d", "<OwnerToken>{}</OwnerToken><Description>d"),
        ("<Path>D:\\a\\b.txt", "<Path>smb://anna:{}@h/x"),
        ("<ThreatNameMasks/>", "<ThreatNameMasks><element>password={}</element></ThreatNameMasks>"),
    ] {
        let body = ksws("").replace(what, &by.replace("{}", WORD));
        hidden("x.xml", body.as_bytes(), &[WORD], by);
    }
}

#[test]
fn no_secret_comes_out_of_a_refusal() {
    let bodies = [
        format!("<KAV-WSEE-Settings><Password>{WORD}</Passwd></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><Password>{WORD}"),
        format!("<KAV-WSEE-Settings><Password>{WORD} &unknown; </Password></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><Password>&{WORD};</Password></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><a password='{WORD}' password='{WORD}'/></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><a password={WORD}/></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><a password='{WORD}></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><Password><{WORD}</Password></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings><Password>x</{WORD}></KAV-WSEE-Settings>"),
        format!("<KAV-WSEE-Settings/> password={WORD}"),
        format!("<KAV-WSEE-Settings/><Password>{WORD}</Password>"),
        format!(
            "<!DOCTYPE x [<!ENTITY password '{WORD}'>]><KAV-WSEE-Settings>&password;</KAV-WSEE-Settings>"
        ),
        format!("<Password>{WORD}</Password>"),
        format!("<{WORD}/>"),
        format!("password={WORD}\n"),
        format!("EULA_AGREED=yes\nPROXY_SERVER=http://anna:{WORD}@h\n"),
        format!("{{\"Password\":\"{WORD}\"}}"),
        format!("1;2\n1;2;3;password={WORD}\n"),
        format!("[General]\nPackageType=x\nPassword={WORD}\n"),
        format!("\0\0\0\x01password={WORD}"),
        format!("[{}]\nPassword={WORD}\n", vec!["a"; 300].join(".")),
        format!("{{\"AppSettings\":{{\"Password\":\"{WORD}\"}}"),
        format!("{{\"AppSettings\":{{\"Password\":{WORD}}}}}"),
    ];
    for body in bodies {
        assert!(reading("x", body.as_bytes()).is_err(), "{body} is refused");
        hidden("x", body.as_bytes(), &[WORD], &body);
    }
    let half = [b"Password=".as_slice(), WORD.as_bytes(), b"\xFF\xFE\x81"].concat();
    hidden("x", &half, &[WORD], "invalid UTF-8");
}

fn list(rows: &str) -> Vec<u8> {
    common::utf16le(&format!("1;D:\\first\\;*;*;1;0;1;c;1\r\n1;D:\\second\\;*;*;1;0;1;c;1\r\n{rows}\r\n"))
}

#[test]
fn no_secret_comes_out_of_lists() {
    for row in [
        "1;D:\\a\\;*;*;1;0;1;runs with /password={};1",
        "1;D:\\a\\;*;*;1;0;1;http://anna:{}@h/;1",
        "1;password={};*;*;1;0;1;c;1",
        "1;D:\\a\\;password={};*;1;0;1;c;1",
        "1;D:\\a\\;*;token={};1;0;1;c;1",
        "1;D:\\a\\;*;*;1;0;1;a;password={};1",
        "1;D:\\a\\;password={}",
        "password={}",
        "password;{}",
        "1;D:\\a\\;*;*;1;0;1;password;{};1",
    ] {
        hidden("x.csv", &list(&row.replace("{}", WORD)), &[WORD], row);
    }
    let trusted = common::utf16le(&format!(
        "1;C:\\a.exe;\r\n1;C:\\b.exe;\r\n1;C:\\x.exe /password={WORD};\r\n1;password={WORD}\r\n"
    ));
    hidden("x.xml", &trusted, &[WORD], "trusted list");
}

/// The secrets of the fixtures do not come out of the program either.
#[test]
fn no_secret_comes_out_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ini");
    std::fs::write(
        &path,
        ini(&format!(
            "ProxyServer=anna:{WORD}@h:1\nApiToken={WORD}\npassword {WORD}\n# token {WORD}\nBlob={BASE64}"
        )),
    )
    .unwrap();
    let bad = folder.path().join("bad.xml");
    std::fs::write(&bad, format!("<KAV-WSEE-Settings><Password>{WORD}</Passwd>")).unwrap();
    let (path, bad, out) = (path.to_str().unwrap(), bad.to_str().unwrap(), folder.path().join("out"));
    let out = out.to_str().unwrap();
    for arguments in [
        vec!["inspect", path, bad],
        vec!["inspect", path, bad, "--json"],
        vec!["compare", path, bad],
        vec!["compare", path, bad, "--json"],
        vec!["sanitise", path],
        vec!["sanitise", bad],
        vec!["convert", path, bad, "--to", "clamav,defender", "--out", out],
    ] {
        let result = common::crosswalk(&arguments);
        let said =
            format!("{}{}", String::from_utf8_lossy(&result.stdout), String::from_utf8_lossy(&result.stderr));
        assert!(!said.is_empty() || arguments[0] == "convert");
        for secret in [WORD, BASE64] {
            assert!(!said.contains(secret), "{arguments:?} says {secret}");
        }
    }
    let files = common::tree(std::path::Path::new(out));
    assert!(files.len() > 5);
    for (name, bytes) in files {
        assert!(!decoded_holds(&bytes, WORD) && !decoded_holds(&bytes, BASE64), "{name}");
    }
}

#[test]
fn ordinary_values_are_not_withheld() {
    let values = [
        "/srv/orders/db",
        "/var/opt/kaspersky/kesl/private/storage/events.db",
        "/srv/{3F2504E0-4F89-11D3-9A0C-0305E82C3301}/x",
        "12.1.0.1274",
        "not-a-virus:RemoteAdmin.Win32.Agent",
        "HEUR:Trojan.Script.Generic",
        "192.0.2.15",
        "2001:db8::1",
        "StopContainerIfFailed",
        "Order database of the office in the new building",
        "*.log",
        "core.*",
        "8443",
        "/home/build/.cache/very/long/path/with/many/parts/and/names/that/go/on/for/long",
        "/opt/SuperLongProgramNameWithoutAnySpaces/bin/OrderService",
        "ops@example.net",
        "proxy.example.net:3128",
        "http://updates.example.net/index",
        "2026/March/02 06:30:00;4",
        "File_Threat_Protection",
        "11.1.0-3203",
        "Größe und Straße",
    ];
    for value in values {
        let fates = fates("x.ini", ini(&format!("Something={value}")).as_bytes());
        assert_ne!(fates["AppSettings.Something"], "withheld", "{value}");
        let fates = fates_of_xml(value);
        assert!(!fates.values().any(|f| f == "withheld"), "{value} in XML: {fates:?}");
    }
    for path in [
        "D:\\Data\\Orders\\",
        "C:\\Windows\\Installer\\{90160000-008C-0000-1000-0000000FF1CE}\\",
        "C:\\ProgramData\\Package Cache\\{AC76BA86-7AD7-1033-7B44-AC0F074E4100}v21.1.20155\\",
        "C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_1.22.10661.0_x64__8wekyb3d8bbwe\\",
        "%ProgramFiles%\\Orders\\orders.exe",
        "C:\\ProgramData\\Docker\\windowsfilter\\",
        "\\\\files.example.net\\dist\\",
        "D:\\SQLDATA\\*.mdf",
    ] {
        let body = format!("1;{path};*;*;1;0;1;c;1\r\n");
        let fates = fates("x.csv", &common::utf16le(&body));
        assert!(!fates.values().any(|f| f == "withheld"), "{path}: {fates:?}");
        let body = ksws("").replace("D:\\a\\b.txt", path);
        let report = report(&convert_read(
            &reading("x.xml", body.as_bytes()).unwrap(),
            "defender/intune",
            &generous(),
        ));
        assert_eq!(report["totals"]["withheld"], 0, "{path}");
        assert!(report.to_string().contains(&path.replace('\\', "\\\\")), "{path} is shown");
    }
}

fn fates_of_xml(value: &str) -> BTreeMap<String, String> {
    fates("x.xml", ksws(&format!("<Something>{value}</Something>")).as_bytes())
}

/// Fate of each leaf.
fn fates(name: &str, bytes: &[u8]) -> BTreeMap<String, String> {
    let read = reading(name, bytes).unwrap();
    let route = common::routes_for(read.format.platform().word())[0];
    let report = report(&convert_read(&read, route, &Options::default()));
    let mut out = BTreeMap::new();
    for row in report["settings"].as_array().unwrap() {
        for leaf in row["origin"]["leaves"].as_array().unwrap() {
            out.insert(leaf.as_str().unwrap().to_owned(), text(row, "fate").to_owned());
        }
    }
    out
}

#[test]
fn the_sanitised_copy_gives_nothing_away_and_keeps_the_structure() {
    let mut copies = 0;
    let extra = [
        (
            "extra.ini",
            ini(&format!(
                "# remark of Schneider\nProxyServer=anna:{WORD}@h:1\nbroken Schneider\nX=\"two words\"\nY=two words\nY=Two Words"
            )),
        ),
        (
            "extra.xml",
            ksws(
                "<!-- Schneider --><a n='Schneider'>Schneider &amp; Sohn<![CDATA[ Schneider ]]></a><?pi Schneider?><b>Schneider<c/>Schneider</b>",
            ),
        ),
    ];
    let all = fixtures().into_iter().chain(samples()).map(|g| (g.name, g.bytes));
    for (name, bytes) in all.chain(extra.map(|(n, b)| (n.to_owned(), b.into_bytes()))) {
        let Ok(read) = reading(&name, &bytes) else { continue };
        let copy = bundle::sanitised(&read);
        let (before, after) = (decoded(&bytes), decoded(&copy.bytes));
        if read.format.id() == "ksc-klp" {
            // The copy is the list of strings, no policy file.
            let words = common::leaves::klp_leaves(&bytes);
            assert_eq!(after.lines().count(), words.len(), "{name}");
            for word in words.iter().flat_map(|leaf| leaf.value.split(|c: char| !c.is_alphabetic())) {
                assert!(word.chars().count() < 3 || !after.contains(word), "{name}: {word} survives");
            }
            continue;
        }
        let again = reading(&name, &copy.bytes)
            .unwrap_or_else(|r| panic!("{name}: the copy is refused: {r:?}\n{after}"));
        assert_eq!(again.format.id(), read.format.id(), "{name}");
        let leaves: fn(&str) -> Vec<common::leaves::Leaf> =
            if read.format.id() == "rows" { common::leaves::rows_leaves } else { leaves_of };
        let (old, new) = (leaves(&before), leaves(&after));
        // The names of profiles are keys that a person made up; they go, too.
        let made_up = |path: &str| match path.split_once(".profile_list.PxgRetVal.") {
            Some((before, after)) => format!("{before} profile {}", after.split_once('.').unwrap().1),
            None => path.to_owned(),
        };
        // Tasks that people named have other names in the copy.
        let headers = |l: &[common::leaves::Leaf]| -> Vec<String> {
            let named =
                |v: &str| Some(v.strip_prefix("TaskID ")?.split_once(' ')?.1.rsplit_once(' ')?.0.to_owned());
            l.iter().filter_map(|l| named(&l.value)).collect()
        };
        let (tasks, tasks_after) = (headers(&old), headers(&new));
        for (task, after) in tasks.iter().zip(&tasks_after).filter(|(task, _)| task.contains(' ')) {
            assert_ne!(task, after, "{name}: the name that a person gave");
        }
        let paths = |l: &[common::leaves::Leaf], tasks: &[String]| {
            let plain = |path: &str| {
                let path = &made_up(path);
                let task = tasks.iter().position(|t| path.starts_with(&format!("{t}.")));
                task.map_or(path.to_owned(), |t| format!("{t}{}", &path[tasks[t].len()..]))
            };
            l.iter().map(|l| (plain(&l.path), l.line)).collect::<Vec<_>>()
        };
        assert_eq!(paths(&old, &tasks), paths(&new, &tasks_after), "{name}: same leaf paths");
        let no_header = |l: Vec<common::leaves::Leaf>| -> Vec<_> {
            l.into_iter().filter(|l| !l.value.starts_with("TaskID ")).collect()
        };
        let (old, new) = (no_header(old), no_header(new));
        let mut there = BTreeMap::new();
        let mut back = BTreeMap::new();
        for (o, n) in old.iter().zip(&new) {
            let (o, n) = (o.value.as_str(), n.value.as_str());
            assert_eq!(*there.entry(o).or_insert(n), n, "{name}: equal values get equal pseudonyms: {o:?}");
            assert_eq!(
                *back.entry(n).or_insert(o),
                o,
                "{name}: different values get different pseudonyms: {n:?}"
            );
        }
        let values =
            |l: &[common::leaves::Leaf]| l.iter().map(|l| l.value.clone()).collect::<Vec<_>>().join("\n");
        let shown = values(&new);
        let kept: &[&str] = match read.format.id() {
            "ksc-openapi" => {
                &["true", "false", "null", "params", "long", "float", "double", "datetime", "date", "binary"]
            }
            // Headings of the fixtures, and what switches a row.
            "rows" => &[
                "sep",
                "Path",
                "Include",
                "subfolders",
                "Threat",
                "name",
                "State",
                "Components",
                "Comment",
                "SHA",
                "Yes",
                "Enabled",
                "Disabled",
                "Priorität",
                "Name",
                "Aktion",
                "Richtung",
                "Protokoll",
                "Lokale",
                "Ports",
                "Remote",
                "Adresse",
                "Protokollieren",
                "nein",
                "Off",
                "Do",
                "not",
                "scan",
                "opened",
                "files",
                "Trust",
                "child",
                "processes",
                "Action",
                "Address",
                "Allow",
                "Block",
            ],
            _ => &[],
        };
        for word in values(&old).split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= 3) {
            // What JSON has no other words for.
            if matches!(word, "true" | "false" | "null") {
                continue;
            }
            assert!(
                kept.contains(&word) || !shown.split(|c: char| !c.is_alphabetic()).any(|w| w == word),
                "{name}: {word} survives in a value"
            );
        }
        assert!(!after.contains("Schneider") && !after.contains(WORD), "{name}: comments too\n{after}");
        copies += 1;
    }
    assert!(copies >= 6);
}

/// The look for secrets takes one pass: a hostile line must not stop the program.
#[test]
fn a_line_of_signs_is_looked_through_at_once() {
    for piece in ["@", "a@", ":", "://@", "= ", "pass", "/password ", "a:", "http://a", "aB3"] {
        let body = ini(&format!(
            "X={}\n# {}",
            piece.repeat(400_000 / piece.len()),
            piece.repeat(200_000 / piece.len())
        ));
        let start = std::time::Instant::now();
        let _ = reading("x.ini", body.as_bytes());
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{piece}: {:?}", start.elapsed());
    }
}
