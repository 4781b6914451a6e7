//! Indicators: the CSV that the Defender portal imports, and the body for its API.

use serde_json::Value;

use super::words::{array, only, string};
use super::{Obeyed, Wrong};

/// One indicator; what the API has no word for stays empty there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Indicator {
    pub kind: String,
    pub value: String,
    pub expires: String,
    pub action: String,
    pub severity: String,
    pub title: String,
    pub description: String,
    pub recommended: String,
    pub alert: bool,
}

const HEADER: &str = "IndicatorType,IndicatorValue,ExpirationTime,Action,Severity,Title,Description,RecommendedActions,RbacGroups,Category,MitreTechniques,GenerateAlert";

const FILES: [&str; 2] = ["FileSha1", "FileSha256"];
const KINDS: [&str; 5] = ["FileSha1", "FileSha256", "IpAddress", "DomainName", "Url"];
/// The most that one file or one call may hold.
const MOST: usize = 500;

impl Indicator {
    fn check(self, csv: bool) -> Result<Self, Wrong> {
        let wrong = |what: &str| Err(format!("{what}: {self:?}"));
        let hexadecimal =
            |digits: usize| self.value.len() == digits && self.value.bytes().all(|b| b.is_ascii_hexdigit());
        let fits = match self.kind.as_str() {
            "FileSha1" => hexadecimal(40),
            "FileSha256" => hexadecimal(64),
            "FileMd5" if !csv => hexadecimal(32),
            "CertificateThumbprint" if !csv => hexadecimal(40),
            "IpAddress" => self.value.parse::<std::net::IpAddr>().is_ok_and(external),
            "DomainName" => !self.value.is_empty() && !self.value.contains(['/', ':', ' ', '*']),
            "Url" => !self.value.is_empty() && !self.value.contains([' ', '*']),
            _ => return wrong("a kind that is not known"),
        };
        if !fits {
            return wrong("a value that is not of its kind");
        }
        let actions: &[&str] = match FILES.contains(&self.kind.as_str()) {
            true => &["Allowed", "Audit", "Warn", "Block", "BlockAndRemediate"],
            false => &["Allowed", "Audit", "Warn", "Block"],
        };
        if !actions.contains(&self.action.as_str()) {
            return wrong("an action that is not known");
        }
        if !["", "Informational", "Low", "Medium", "High"].contains(&self.severity.as_str()) {
            return wrong("a severity that is not known");
        }
        if self.title.is_empty() || self.description.is_empty() {
            return wrong("title and description are required");
        }
        Ok(self)
    }
}

/// Addresses that the portal takes: none of networks of one's own.
fn external(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(ip) => {
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast())
        }
        std::net::IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

/// Cells of a CSV, with quotation marks where they are needed.
fn records(text: &str) -> Result<Vec<Vec<String>>, Wrong> {
    let (mut out, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut closed) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => match chars.next_if_eq(&'"') {
                Some(_) => cell.push('"'),
                None => (quoted, closed) = (false, true),
            },
            c if quoted => cell.push(c),
            '"' if cell.is_empty() && !closed => quoted = true,
            '"' => return Err("a quotation mark inside a cell".to_owned()),
            ',' => {
                row.push(std::mem::take(&mut cell));
                closed = false;
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                out.push(std::mem::take(&mut row));
                closed = false;
            }
            _ if closed => return Err("text behind a quotation mark".to_owned()),
            '\r' => return Err("half a line end".to_owned()),
            c => cell.push(c),
        }
    }
    if quoted || !cell.is_empty() || !row.is_empty() {
        return Err("the last line has no end".to_owned());
    }
    Ok(out)
}

/// The portal's CSV.
pub fn csv(text: &str) -> Result<Obeyed, Wrong> {
    let mut rows = records(text)?.into_iter();
    if rows.next().map(|h| h.join(",")).as_deref() != Some(HEADER) {
        return Err("another header".to_owned());
    }
    let mut out = Obeyed::default();
    for row in rows {
        let [
            kind,
            value,
            expires,
            action,
            severity,
            title,
            description,
            recommended,
            groups,
            category,
            mitre,
            alert,
        ] = row.as_slice()
        else {
            return Err(format!("{} cells: {row:?}", row.len()));
        };
        if !KINDS.contains(&kind.as_str()) || !groups.is_empty() || !mitre.is_empty() {
            return Err(format!("more than is known: {row:?}"));
        }
        if !category.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!("category {category}"));
        }
        let alert = match alert.as_str() {
            "True" | "true" => true,
            "False" | "false" => false,
            other => return Err(format!("GenerateAlert {other}")),
        };
        let [kind, value, expires, action, severity, title, description, recommended] =
            [kind, value, expires, action, severity, title, description, recommended].map(Clone::clone);
        let one =
            Indicator { kind, value, expires, action, severity, title, description, recommended, alert };
        out.indicators.push(one.check(true)?);
    }
    finish(out)
}

/// The body of a call.
pub fn api(value: &Value) -> Result<Obeyed, Wrong> {
    only(value, &["Indicators"])?;
    let mut out = Obeyed::default();
    for one in array(value, "Indicators")? {
        only(
            one,
            &[
                "indicatorValue",
                "indicatorType",
                "title",
                "application",
                "expirationTime",
                "action",
                "severity",
                "description",
                "recommendedActions",
                "rbacGroupNames",
                "generateAlert",
            ],
        )?;
        let or_empty = |key: &str| match one.get(key) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(_) => string(one, key).map(str::to_owned),
        };
        if one.get("rbacGroupNames").is_some_and(|g| g.as_array().is_none_or(|g| !g.is_empty())) {
            return Err(format!("groups: {one}"));
        }
        let indicator = Indicator {
            kind: string(one, "indicatorType")?.to_owned(),
            value: string(one, "indicatorValue")?.to_owned(),
            expires: or_empty("expirationTime")?,
            action: string(one, "action")?.to_owned(),
            severity: or_empty("severity")?,
            title: string(one, "title")?.to_owned(),
            description: string(one, "description")?.to_owned(),
            recommended: or_empty("recommendedActions")?,
            alert: one.get("generateAlert").and_then(Value::as_bool).unwrap_or(false),
        };
        out.indicators.push(indicator.check(false)?);
    }
    finish(out)
}

fn finish(out: Obeyed) -> Result<Obeyed, Wrong> {
    if out.indicators.len() > MOST {
        return Err(format!("{} indicators in one file", out.indicators.len()));
    }
    // Allowed and blocked at once is a matter of what people decided; twice the same is a mistake.
    let same = |i: &Indicator| (i.kind.clone(), i.value.clone(), i.action.clone());
    let mut values: Vec<_> = out.indicators.iter().map(same).collect();
    values.sort_unstable();
    match values.windows(2).any(|w| w[0] == w[1]) {
        true => Err("the same indicator stands twice".to_owned()),
        false => Ok(out),
    }
}
