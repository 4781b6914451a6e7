//! Indicators: the rules of the reference (defender, section 10) as judges. The table is read by the crate `csv`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use regex::Regex;
use serde_json::Value;

use super::settings::Verdict;

/// The columns, written from the reference; a test holds them against the portal's own sample.
pub const HEAD: &str = "IndicatorType,IndicatorValue,ExpirationTime,Action,Severity,Title,Description,RecommendedActions,RbacGroups,Category,MitreTechniques,GenerateAlert";

const MOST: usize = 500;

/// Type, value, action, title.
pub type Said = (String, String, String, String);

fn is_external(text: &str) -> bool {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(a)) => {
            let inside = ["10.", "127.", "192.168.", "169.254.", "0.", "100.64."];
            let second = a.octets()[1];
            !inside.iter().any(|i| text.starts_with(i))
                && !(a.octets()[0] == 172 && (16..32).contains(&second))
                && a.octets()[0] < 224
        }
        Ok(IpAddr::V6(_)) => text.starts_with(['2', '3']),
        Err(_) => false,
    }
}

/// One indicator, whatever file it stands in.
fn indicator(kind: &str, value: &str, action: &str, severity: &str, texts: [&str; 2], api: bool) -> Verdict {
    let fits = |pattern: &str| Regex::new(pattern).unwrap().is_match(value);
    let right = match kind {
        "FileSha256" => fits("^[0-9a-f]{64}$"),
        "FileSha1" => fits("^[0-9a-f]{40}$"),
        "FileMd5" => api && fits("^[0-9a-f]{32}$"),
        "IpAddress" => is_external(value),
        "DomainName" => fits(r"^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$"),
        "Url" => fits(r#"^https?://[a-z0-9._-]+(/[^\s",*]*)?$"#),
        other => return Err(format!("no type: {other}")),
    };
    if !right {
        return Err(format!("{kind} {value}"));
    }
    if !["Allowed", "Block"].contains(&action) {
        return Err(format!("action {action}"));
    }
    if !["Informational", "Low", "Medium", "High"].contains(&severity) {
        return Err(format!("severity {severity}"));
    }
    match texts.iter().all(|t| !t.is_empty()) {
        true => Ok(()),
        false => Err("title and description are required".into()),
    }
}

/// A table for the portal.
pub fn table(name: &str, bytes: &[u8]) -> Result<Vec<Said>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    if !text.is_ascii() {
        return Err("not ASCII".into());
    }
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    if lines.first() != Some(&HEAD)
        || !text.ends_with("\r\n")
        || lines.iter().any(|l| l.contains(['\r', '\n']))
    {
        return Err("the header or an end of a line".into());
    }
    let tab: &[&str] = match name {
        n if n.starts_with("indicators-files") => &["FileSha256", "FileSha1"],
        n if n.starts_with("indicators-addresses") => &["IpAddress"],
        n if n.starts_with("indicators-urls") => &["DomainName", "Url"],
        other => return Err(format!("no tab takes {other}")),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let cells: Vec<&str> = record.iter().collect();
        let [
            kind,
            value,
            expires,
            action,
            severity,
            title,
            description,
            _,
            groups,
            category,
            techniques,
            alert,
        ] = cells[..]
        else {
            return Err(format!("{} cells", cells.len()));
        };
        indicator(kind, value, action, severity, [title, description], false)?;
        if !tab.contains(&kind) {
            return Err(format!("{kind} on another tab"));
        }
        if ![expires, groups, category, techniques].iter().all(|c| c.is_empty()) {
            return Err("a cell that nothing fills".into());
        }
        if alert != "false" {
            return Err(format!("GenerateAlert {alert}"));
        }
        if cells.iter().any(|c| c.starts_with(['=', '+', '-', '@', '\t', '\r'])) {
            return Err("a spreadsheet would run a cell".into());
        }
        out.push([kind, value, action, title].map(str::to_owned).into());
    }
    if out.is_empty() || out.len() > MOST {
        return Err(format!("{} rows", out.len()));
    }
    Ok(out)
}

/// The body of a request. `keys` are those of the official example.
pub fn body(bytes: &[u8], keys: Option<&BTreeSet<String>>) -> Result<Vec<Said>, String> {
    let body: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if body.as_object().is_none_or(|o| o.len() != 1) {
        return Err("the body has one key".into());
    }
    let all = body["Indicators"].as_array().ok_or("no list of indicators")?;
    if all.is_empty() || all.len() > MOST {
        return Err(format!("{} indicators", all.len()));
    }
    let mut out = Vec::new();
    for one in all {
        let text = |key: &str| one[key].as_str().unwrap_or_default();
        let own: BTreeSet<String> = one.as_object().ok_or("no object")?.keys().cloned().collect();
        if keys.is_some_and(|keys| *keys != own) {
            return Err(format!("keys {own:?}"));
        }
        if !one["expirationTime"].is_null() || one["rbacGroupNames"] != serde_json::json!([]) {
            return Err("limited to a time or a group".into());
        }
        indicator(
            text("indicatorType"),
            text("indicatorValue"),
            text("action"),
            text("severity"),
            [text("title"), text("description")],
            true,
        )?;
        out.push(["indicatorType", "indicatorValue", "action", "title"].map(|k| text(k).to_owned()).into());
    }
    Ok(out)
}
