use super::*;

fn entries() -> Vec<Entry> {
    [
        (PATHS, r"C:\Data\"),
        (PATHS, r"D:\Shop\orders.mdf"),
        (PATHS, r"E:\New"),
        (EXTENSIONS, ".log"),
        (EXTENSIONS, "tmp"),
        (PROCESSES, r"C:\Till\till.exe"),
        ("DisableArchiveScanning", "0"),
        ("ScanScheduleTime", "120"),
        ("PUAProtection", "1"),
    ]
    .map(|(list, value)| Entry::new("", list, value))
    .to_vec()
}

fn told(text: &str) -> Vec<(String, Standing, String)> {
    let state = read(text).unwrap();
    compare(&entries(), &state).into_iter().map(|c| (c.value, c.standing, c.there)).collect()
}

const LIST: &str = r"
AttackSurfaceReductionOnlyExclusions          :
DisableArchiveScanning                        : True
ExclusionExtension                            : {LOG, .mdf}
ExclusionPath                                 : {c:\data\, D:\Shop\, F:\a, F:\b...}
ExclusionProcess                              :
PUAProtection                                 : 1
ScanScheduleTime                              : 02:00:00
";

#[test]
fn a_list_is_read_and_what_it_cuts_is_not_told() {
    let told = told(LIST);
    let expected = [
        (r"C:\Data\", Standing::There, ""),
        (r"D:\Shop\orders.mdf", Standing::There, r"inside D:\Shop\"),
        (r"E:\New", Standing::Unknown, CUT),
        (".log", Standing::There, ""),
        ("tmp", Standing::New, ""),
        (r"C:\Till\till.exe", Standing::New, ""),
        ("0", Standing::Conflict, "1"),
        ("120", Standing::There, ""),
        ("1", Standing::There, ""),
    ];
    for (got, (value, standing, there)) in told.iter().zip(expected) {
        assert_eq!((got.0.as_str(), got.1, got.2.as_str()), (value, standing, there));
    }
    assert_eq!(told.len(), expected.len());
}

#[test]
fn json_is_read_as_both_powershells_write_it() {
    let windows = r#"{"ExclusionPath":["C:\\Data\\","E:\\New, old"],"ExclusionExtension":null,
        "ExclusionProcess":{"value":["C:\\Till\\till.exe"],"Count":1},"DisableArchiveScanning":false,
        "ScanScheduleTime":{"Ticks":72000000000,"TotalMinutes":120},"PUAProtection":2}"#;
    let core = r#"[{"ExclusionPath":"C:\\Data\\","ScanScheduleTime":"02:00:00"}]"#;
    let standing = |text: &str| told(text).iter().map(|t| t.1).collect::<Vec<_>>();
    use Standing::{Conflict, New, There, Unknown};
    assert_eq!(standing(windows), [There, New, New, New, New, There, There, There, Conflict]);
    assert_eq!(standing(core), [There, New, New, Unknown, Unknown, Unknown, Unknown, There, Unknown]);
}

#[test]
fn hidden_lists_tell_nothing() {
    let text = "ExclusionPath : {N/A: Must be an administrator to view exclusions}\nPUAProtection : x\n";
    let told = told(text);
    assert_eq!((told[2].1, told[2].2.as_str()), (Standing::Unknown, HIDDEN));
    assert_eq!(told[8].1, Standing::Unknown);
}

#[test]
fn a_wider_entry_that_is_there_counts_only_if_it_takes_everything() {
    // One level of a folder is less than the folder; a contextual entry is less than a plain one.
    for there in [r"C:\Data\*.log", r"C:\Data\\:{ScanTrigger:OnDemand}", r"C:\Data\*\x"] {
        let json = format!("{{\"ExclusionPath\":[{}]}}", serde_json::to_string(there).unwrap());
        let state = read(&json).unwrap();
        let rows = compare(&entries()[..1], &state);
        assert_eq!(rows[0].standing, Standing::New, "{there}");
    }
}

#[test]
fn what_is_something_else_is_refused() {
    for text in ["", "hello", "{", "{\"a\":1}", "[]", "Get-MpPreference : The term is not recognized"] {
        assert_eq!(read(text).unwrap_err().code, codes::NO_STATE, "{text}");
    }
}

#[test]
fn a_broken_line_goes_on() {
    let text = "ExclusionPath : {C:\\Data\\, D:\\A long\n                 folder\\x, E:\\New}\n";
    let state = read(text).unwrap();
    assert_eq!((state.lists[PATHS].values.len(), state.lists[PATHS].open), (3, Some(BROKEN)));
}
