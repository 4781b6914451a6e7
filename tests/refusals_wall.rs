//! What is refused, one line each: a name, the content, the code, and a part of what is said and of what to do instead.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{fixtures, reading, samples, utf16be, utf16le};

/// Wrong lines are gathered, so that one run shows them all.
#[derive(Default)]
struct Wall {
    wrong: Vec<String>,
    lines: usize,
}

impl Wall {
    fn check(&mut self, name: &str, bytes: impl AsRef<[u8]>, code: &str, message: &str, hint: &str) {
        self.lines += 1;
        match reading(name, bytes.as_ref()) {
            Ok(read) => self.wrong.push(format!("{name} ({message}) is read as {}", read.format.id())),
            Err(r) => {
                if r.code != code || !r.message.contains(message) || !r.hint.contains(hint) || r.input != name
                {
                    self.wrong.push(format!("{name}: wanted {code} {message:?} {hint:?}, got {r:?}"));
                }
            }
        }
    }

    fn end(self) -> usize {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        self.lines
    }
}

/// The first bytes of a kind of file, and something behind.
fn begun(sign: &[u8]) -> Vec<u8> {
    let mut bytes = sign.to_vec();
    bytes.resize(600, 0);
    bytes
}

fn zip(names: &[&str]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in names {
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).unwrap();
        zip.write_all(b"x").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn kinds_of_file_by_their_first_bytes() {
    let mut wall = Wall::default();
    let mut w = |sign: &[u8], message: &str, hint: &str| {
        wall.check("policy.xml", begun(sign), "CW0016", message, hint);
    };
    w(b"MZ\x90\0", "Windows program", "Kaspersky product");
    w(b"\x7FELF\x02", "Linux program", "export them");
    w(b"\xCF\xFA\xED\xFE", "macOS program", "export them");
    w(b"\xCA\xFE\xBA\xBE", "Java class", "export them");
    w(b"\0asm\x01", "WebAssembly", "export them");
    w(b"\xED\xAB\xEE\xDB", "RPM package", "export them");
    w(b"!<arch>\ndebian-binary", "Debian package", "export them");
    w(b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xC0", "shortcut", "leads to");
    w(b"MDMP\x93\xA7", "memory dump", "do not pass it on");
    w(b"7z\xBC\xAF\x27\x1C", "7z archive", "Unpack");
    w(b"Rar!\x1A\x07\x01\0", "RAR archive", "Unpack");
    w(b"\x1F\x8B\x08", "gzip archive", "Unpack");
    w(b"BZh91AY&SY\x01", "bzip2 archive", "Unpack");
    w(b"\xFD7zXZ\0", "xz archive", "Unpack");
    w(b"\x28\xB5\x2F\xFD", "Zstandard archive", "Unpack");
    w(b"MSCF\0\0\0\0", "cabinet archive", "Unpack");
    w(b"ElfFile\0", "event log", "not what is set");
    w(b"regf\x01", "hive of the Windows registry", "export the lists");
    w(b"SQLite format 3\0", "SQLite", "export the lists");
    w(b"bplist00\xD1", "property list of macOS", "not known");
    w(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ".msi", "CSV");
    w(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3", "PDF", "export the list or policy itself");
    w(b"\x89PNG\r\n\x1A\n", "PNG", "holds no settings");
    w(b"\xFF\xD8\xFF\xE0", "JPEG", "holds no settings");
    w(b"GIF89a\x01\0", "GIF", "holds no settings");
    w(b"II*\0", "TIFF", "holds no settings");
    w(b"MM\0*", "TIFF", "holds no settings");
    w(b"RIFF\x10\0\0\0WEBPVP8 ", "WebP", "holds no settings");
    wall.check(
        "x.tar",
        [begun(b"file")[..257].to_vec(), b"ustar\0".to_vec()].concat(),
        "CW0016",
        "tar archive",
        "Unpack",
    );
    let types = "[Content_Types].xml";
    wall.check("x.xlsx", zip(&[types, "xl/workbook.xml"]), "CW0016", "Excel", "CSV");
    wall.check("list.csv", zip(&["xl/workbook.xml", types]), "CW0016", "Excel", "CSV");
    wall.check("x.docx", zip(&[types, "word/document.xml"]), "CW0016", "Word", "paste");
    wall.check("x.pptx", zip(&[types, "ppt/presentation.xml"]), "CW0016", "presentation", "export");
    let ods = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    wall.check("x.ods", ods, "CW0016", "OpenDocument sheet", "CSV");
    assert_eq!(wall.end(), 34);
}

/// A text may begin with the letters of a sign; and a ZIP that is no document is not refused for being one.
#[test]
fn a_text_is_no_program() {
    for start in ["MZ", "regf", "MDMP", "GIF8", "MSCF"] {
        let text = format!("{start}=1\nVersion=11.1.0.3013\n\n[AppSettings]\nUseKSN=No\n");
        assert!(reading("x", text.as_bytes()).is_ok(), "{start}");
        assert!(reading("x", &utf16le(&text)).is_ok(), "{start}");
        assert!(reading("x", &utf16be(&text)).is_ok(), "{start}");
    }
    for names in [&["export.ini"][..], &["xl/workbook.xml"], &["[Content_Types].xml", "other"]] {
        if let Err(refusal) = reading("x.zip", &zip(names)) {
            assert_ne!(refusal.code, "CW0016", "{names:?}: {refusal:?}");
        }
    }
}

#[test]
fn what_comes_from_kaspersky() {
    let mut wall = Wall::default();
    let mut w = |text: &str, code: &str, message: &str, hint: &str| {
        wall.check("x.txt", text, code, message, hint);
    };
    w(
        "{ \"action\": 0, \"enableSystemProcessesMemoryProtection\": true }",
        "CW0009",
        "REST interface",
        "policy in the console",
    );
    w(
        "<r><enableSystemProcessesMemoryProtection>true</enableSystemProcessesMemoryProtection></r>",
        "CW0009",
        "REST interface",
        "policy in the console",
    );
    w(
        "{\"headers\":{\"Authorization\":\"KSCBasic user=\\\"YQ==\\\", pass=\\\"Yg==\\\"\"}}",
        "CW0009",
        "recording of requests",
        "change that password",
    );
    w("{\"X-KSC-Session\":\"abc\"}", "CW0009", "recording of requests", "collector");
    w("{\"PxgError\":{\"code\":1}}", "CW0009", "reports an error", "may read policies");
    w(
        "<rules xmlns=\"urn:kaspersky.com/products/wsee/x\"><rule/></rules>",
        "CW0009",
        "launch control and device control",
        "kavshell export",
    );
    w(
        "<html><head><title>Kaspersky report</title></head></html>",
        "CW0009",
        "report or a page",
        "export the lists",
    );
    w("<!DOCTYPE html>\n<html><p>Kaspersky<br></html>", "CW0009", "report or a page", "export the lists");
    w(
        "---\nkesl::settings:\n  ScanScope:\n    Path: /srv\n  ScanArchived: true\n",
        "CW0009",
        "Puppet or Ansible",
        "kesl-control --export-settings",
    );
    w("[General]\nPackageType=rpm\n", "CW0009", "kesl.ini", "kesl-control --export-settings");
    w("EULA_AGREED=yes\nUSE_KSN=no\n", "CW0009", "installation answer", "kesl-control --export-settings");
    w(
        "KLNAGENT_SERVER=ksc.example.com\nKLNAGENT_PORT=14000\n",
        "CW0009",
        "Network Agent",
        "kesl-control --export-settings",
    );
    w(
        "{\"tool\":{\"name\":\"crosswalk\"},\"inputs\":[],\"totals\":{},\"settings\":[]}",
        "CW0016",
        "a report that Crosswalk wrote",
        "made from",
    );
    assert_eq!(wall.end(), 13);
}

#[test]
fn what_comes_from_other_vendors() {
    let mut wall = Wall::default();
    let mut w = |text: &str, message: &str| {
        wall.check("x.dat", text, "CW0015", message, "bring the export of the Kaspersky product");
    };
    w(
        "{\"CimClass\":{\"CimClassName\":\"ROOT/Microsoft/Windows/Defender:MSFT_MpPreference\"}}",
        "Get-MpPreference",
    );
    w(
        "ExclusionExtension : {.mdf}\nExclusionPath      : {D:\\Data}\nExclusionProcess   : \n",
        "Get-MpPreference",
    );
    w("{\"ExclusionPath\":[\"D:\\\\Data\"],\"ExclusionProcess\":null}", "Get-MpPreference");
    w("{\"settings\":[{\"settingInstance\":{\"settingDefinitionId\":\"device_x\"}}]}", "Intune");
    w("{\"@odata.type\":\"#microsoft.graph.windows10EndpointProtectionConfiguration\"}", "Intune");
    w("{\"antivirusEngine\":{\"exclusions\":[]}}", "Defender for Linux or macOS");
    w("{\"exclusions\":[{\"$type\":\"excludedPath\",\"path\":\"/x\"}]}", "Defender for Linux or macOS");
    w(
        "<?xml version='1.0'?><plist><dict><key>PayloadType</key><string>com.microsoft.wdav</string></dict></plist>",
        "Defender for macOS",
    );
    w("<policyDefinitions revision='1.0'/>", ".admx");
    w("{\"data\":[{\"pathExclusionType\":\"subfolders\"}]}", "SentinelOne");
    w("{\"items\":[{\"value\":\"D:\\\\x\",\"scanMode\":\"onDemandAndOnAccess\"}]}", "Sophos Central");
    w(
        "<config><onAccessScan><exclusions><filePathSet/></exclusions></onAccessScan></config>",
        "Sophos agent",
    );
    w("resource \"crowdstrike_ml_file_path_exclusion\" \"a\" {\n  pattern = \"x\"\n}\n", "CrowdStrike");
    w("{\"resources\":[{\"value\":\"x\",\"is_descendant_process\":true}]}", "CrowdStrike");
    w("<?xml version=\"1.0\"?>\n<ECMT VERSION=\"1.0\"/>", "ESET");
    w("<ESET><PRODUCT NAME=\"endpoint\"/></ESET>", "ESET");
    w(
        "# {\"product\":\"endpoint\",\"path\":\"Settings.ExclusionsManagement.DetectionExclusions\",\"columns\":[\"Id\"]}\n",
        "ESET",
    );
    w("<epo:EPOPolicySchema xmlns:epo=\"mcafee-epo-policy\"/>", "Trellix");
    w("{\"directories\":[{\"scancategory\":\"GESC_ALL\"}]}", "Symantec");
    w("<SchemaContainer Name='x'/>", "Symantec");
    w("{\"override_list\":\"WHITE_LIST\",\"override_type\":\"SHA256\"}", "Carbon Black");
    w("LocalSocket /run/clamav/clamd.ctl\nScanArchive yes\nExcludePath ^/proc/\n", "clamd.conf");
    w("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n", "iptables-save");
    w("table inet filter {\n\tchain input {\n\t}\n}\n", "nftables");
    w("{\"policyName\":\"GravityZone default\"}", "names GravityZone");
    w("<Policy><Name>Trend Micro default</Name></Policy>", "names Trend Micro");
    assert_eq!(wall.end(), 26);
}

#[test]
fn kinds_of_text() {
    let mut wall = Wall::default();
    let mut w = |text: &str, message: &str, hint: &str| wall.check("x", text, "CW0016", message, hint);
    w("<html/>", "web page", "only a part");
    w("<!DOCTYPE HTML>\n<head><br></head>", "web page", "only a part");
    w("<?xml version=\"1.0\"?><html:html xmlns:html=\"x\"/>", "web page", "only a part");
    w(
        "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\x]\n\"a\"=\"b\"\n",
        "export of the Windows registry",
        "export the lists",
    );
    w("REGEDIT4\n\n[HKEY_CURRENT_USER\\x]\n", "export of the Windows registry", "export the lists");
    w(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "certificate or a key",
        "private key",
    );
    w("{\\rtf1\\ansi x}", "RTF", "paste");
    w("%PDF-1.4 text", "PDF", "export the list");
    w("#!/bin/sh\nkesl-control --export-settings\n", "script", "not what is set");
    w("@echo off\r\navp.com export\r\n", "script", "not what is set");
    w("<?xml version=\"1.0\"?><Workbook><Worksheet/></Workbook>", "sheet of Excel", "CSV");
    w("<svg xmlns=\"x\"/>", "picture (SVG)", "holds no settings");
    w("<?xml version=\"1.0\"?><plist version=\"1.0\"/>", "property list of macOS", "not known");
    w("<Events><Event/></Events>", "events of Windows", "not what is set");
    w("<Objs Version=\"1.1.0.1\"/>", "Export-Clixml", "policy in the console");
    w(
        "{\"name\":\"x\",\"version\":\"1.0\",\"dependencies\":{}}",
        "software project",
        "policy in the console",
    );
    w("{\"log\":{\"entries\":[{\"request\":{}}]}}", "recording of a browser", "Do not pass");
    w(
        "2026-03-02 06:30:00 started\n2026-03-02 06:30:01 a\n  more\n2026-03-02 06:30:02 b\n",
        "log or a trace",
        "not what is set",
    );
    w("[06:30:00.1] a\n[06:30:00.2] b\n[06:30:00.3] c\n", "log or a trace", "not what is set");
    w("02.03.2026 06:30 a\n02.03.2026 06:31 b\n02.03.2026 06:32 c\n", "log or a trace", "not what is set");
    w("---\n- hosts: all\n  roles:\n    - web\n", "YAML", "No Kaspersky product exports YAML");
    assert_eq!(wall.end(), 21);
}

/// The content was not known: the name serves to say more, the code stays.
#[test]
fn names_serve_the_words_alone() {
    let mut wall = Wall::default();
    let opaque: &[u8] = b"\x01\x02\x03\x00\xFF\xFE\x80";
    let text: &[u8] = b"hello there";
    for (bytes, code) in [(opaque, "CW0003"), (text, "CW0008")] {
        let mut w = |name: &str, message: &str, hint: &str| wall.check(name, bytes, code, message, hint);
        w("settings.cfg", "the whole configuration", "kavshell export");
        w("KES.CFG", "the whole configuration", "one by one");
        w("exclusions.dat", "only the product reads", "Administration Console");
        w("p.klp", "does not begin like one", "collector");
        w("p.klprof", "policy profile", ".klp");
        w("t.klt", "task of Security Center", "collector");
        w("kesl.ini", "how Kaspersky Endpoint Security for Linux starts", "--export-settings");
        w("agreements.ini", "agreements", "--export-settings");
        w("autoinstall.ini", "answers for an installation", "--export-settings");
        w("appSettings.xml", "inner settings store", "--export-settings");
        w("LightAgent.conf", "Light Agent", "From version 6");
        w("ScanServer.conf", "protection server", "policy in the console");
        w("klnagent.conf", "Network Agent", "--export-settings");
        w("licence.key", "licence key", "to yourself");
        w("a.log", "a log", "policy in the console");
        w("a.etl", "a trace", "policy in the console");
        w("a.evt", "an event log", "policy in the console");
        w("a.wfw", "Windows Firewall", "policy in the console");
        w("a.sbl", "Symantec", "bring the export of the Kaspersky product");
    }
    // What the content tells stands before what the name says.
    wall.check("settings.cfg", begun(b"MZ"), "CW0016", "Windows program", "export them");
    wall.check("kesl.ini", "<html/>", "CW0016", "web page", "only a part");
    // Nothing is known.
    wall.check("notes", text, "CW0008", "no Kaspersky export", "policy in the console");
    wall.check("notes.xml", "<a/>", "CW0008", "no Kaspersky export", "policy in the console");
    wall.check("notes", opaque, "CW0003", "binary", "Export");
    assert_eq!(wall.end(), 43);
}

/// A Kaspersky export that is cut off is refused for that, whatever it holds.
#[test]
fn a_broken_export_is_called_broken() {
    let mut wall = Wall::default();
    let zone =
        "<KAV-WSEE-Settings xmlns=\"urn:kaspersky.com/products/x\"><a>C:\\Program Files\\Bitdefender</a>";
    wall.check("a.xml", zone, "CW0005", "not well-formed", "export");
    wall.check("a.xml", format!("<!DOCTYPE x>{zone}</KAV-WSEE-Settings>"), "CW0006", "document type", "");
    wall.check(
        "a.json",
        "{\"PxgRetVal\":{\"Path\":\"C:\\\\Sophos\", \"antivirusEngine\"",
        "CW0014",
        "not well-formed",
        "export",
    );
    wall.check("a.json", "{\"crosswalk_collection\":1,\"policies\":[", "CW0014", "not well-formed", "export");
    wall.check("a.xml", "<ESET><PRODUCT>", "CW0015", "ESET", "bring the export");
    wall.check("a.htm", "<html><p>Kaspersky<br></html>", "CW0009", "report or a page", "export");
    assert_eq!(wall.end(), 6);
}

/// Whatever is read is read under every name of this wall.
#[test]
fn nothing_that_is_read_is_refused_for_its_name() {
    let mut read = 0;
    for given in fixtures().into_iter().chain(samples()) {
        let plain = reading("x", &given.bytes).map(|r| r.format.id()).map_err(|r| r.code);
        for name in
            ["settings.cfg", "a.dat", "kesl.ini", "appSettings.xml", "a.log", "p.klprof", "LightAgent.conf"]
        {
            let named = reading(name, &given.bytes).map(|r| r.format.id()).map_err(|r| r.code);
            assert_eq!(plain, named, "{} as {name}", given.label);
        }
        read += usize::from(plain.is_ok());
    }
    assert!(read >= 4);
}
