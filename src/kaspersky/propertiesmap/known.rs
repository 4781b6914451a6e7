//! What is known about the fields of console lists (reference: kaspersky-windows, 4.3 and 4.4). It is enough to propose meanings, not to
//! convert without the user: that `bEnabled` switches the row is inferred from its name, and which bit of `nTriggers` is which
//! tick box nobody has established.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::columns::{Confidence, Hint, Role, Rows, Table};
use crate::mask::Language;

const ZERO: &[&str] = &["0"];

const fn hint(name: &'static str, role: Role, confidence: Confidence, reason: &'static str) -> Hint {
    Hint { name, role, confidence, reason, blank: &[] }
}

const fn zero(name: &'static str, reason: &'static str) -> Hint {
    Hint { name, role: Role::Unknown, confidence: Confidence::Medium, reason, blank: ZERO }
}

/// Fields of the trusted applications.
const TRUSTED: &[Hint] = &[
    hint("sImagePath", Role::Path, Confidence::High, "A public tool writes the program's path here"),
    hint("sComment", Role::Comment, Confidence::High, "A public tool writes the comment here"),
    hint("bEnabled", Role::Enabled, Confidence::Medium, "Inferred from the name"),
    hint(
        "nTriggers",
        Role::OpenedFiles,
        Confidence::Low,
        "It holds the tick boxes of the program, as one number. Look one program up in the console for each number, and say whether \"Do not scan opened files\" is ticked there",
    ),
    zero(
        "Hosts",
        "Hosts that \"do not scan network traffic\" is limited to, inferred; an empty list says nothing",
    ),
    zero(
        "Ports",
        "Ports that \"do not scan network traffic\" is limited to, inferred; an empty list says nothing",
    ),
    zero("SSLOnly", "Inferred: only encrypted traffic; 0 is taken to say nothing"),
    zero("nHost_", "Not established; 0 is taken to say nothing"),
    zero("nPort_", "Not established; 0 is taken to say nothing"),
    zero("Hash", "Not established; 0 is taken to say nothing"),
    zero("AppID", "Not established; 0 is taken to say nothing"),
];

/// Blocks of settings that packet rules refer to.
const RESOURCES: &[Hint] = &[
    hint(
        "Data/RemotePorts",
        Role::RemotePorts,
        Confidence::Medium,
        "Documented by name; how a port is written is not",
    ),
    hint(
        "Data/LocalPorts",
        Role::LocalPorts,
        Confidence::Medium,
        "Documented by name; how a port is written is not",
    ),
    hint(
        "Data/AdapterBindings/*/IpAddresses/*/IP",
        Role::Unknown,
        Confidence::Low,
        "Addresses, put together from their documented parts; whether they are the local or the remote ones is not established",
    ),
    zero(
        "Data/AdapterBindings/*/IpAddresses/*/AddressIP",
        "Documented by name only; an empty list says nothing",
    ),
    zero(
        "Data/AdapterBindings/*/IpAddresses/*/Address",
        "Documented by name only; an empty text says nothing",
    ),
];

const POSITION: Hint = hint(super::POSITION, Role::NoEffect, Confidence::High, "The number of the row");
const BLOCK: Hint = hint(
    super::POSITION,
    Role::Reference,
    Confidence::Low,
    "The name of the block; that rules refer to it by this number is a guess, and the only printed example does not fit it",
);

/// What is known about the name of a list element.
pub(super) const fn position() -> Option<&'static Hint> {
    Some(&POSITION)
}

/// Says what is known about the columns of the tables.
pub(super) fn hints(tables: &mut [Table]) {
    for table in tables {
        table.language =
            Some((Language::Kes, "Console lists are those of Kaspersky Endpoint Security for Windows"));
        let has = |name: &str| super::column(table, name).is_some();
        let known = if has("sImagePath") && has("nTriggers") {
            table.hint = Some((
                Rows::TrustedApplication,
                "It has the fields sImagePath and nTriggers; that this is the list of trusted applications is inferred",
            ));
            TRUSTED
        } else if table.list == "Resources" {
            table.hint = Some((Rows::FirewallRule, "Blocks of settings that packet rules refer to"));
            if let Some(column) = table.columns.first_mut() {
                column.hint = Some(&BLOCK);
            }
            RESOURCES
        } else {
            continue;
        };
        for column in &mut table.columns {
            if let Some(hint) = known.iter().find(|h| h.name == column.name) {
                column.hint = Some(hint);
            }
        }
    }
}

/// An address from its parts: `Version`, `V4` as a big-endian number (inferred from one example), `V6/Hi` and `V6/Lo`, `Mask` as the
/// length of the prefix. `None` when this is no address.
pub(super) fn address<'v>(field: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mask: u8 = field("Mask")?.parse().ok()?;
    match field("Version")? {
        "4" if mask <= 32 => {
            let v4: u32 = field("V4")?.parse().ok()?;
            Some(format!("{}/{mask}", Ipv4Addr::from(v4)))
        }
        "6" if mask <= 128 && field("V6/Zone").is_none_or(|z| z == "0") => {
            let (hi, lo): (u64, u64) = (field("V6/Hi")?.parse().ok()?, field("V6/Lo")?.parse().ok()?);
            Some(format!("{}/{mask}", Ipv6Addr::from(u128::from(hi) << 64 | u128::from(lo))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_together() {
        let of = |fields: &'static [(&str, &str)]| {
            address(|name| fields.iter().find(|(n, _)| *n == name).map(|(_, v)| *v))
        };
        assert_eq!(
            of(&[("Version", "4"), ("V4", "3221225999"), ("Mask", "32")]).as_deref(),
            Some("192.0.2.15/32")
        );
        let v6 = &[("Version", "6"), ("V6/Hi", "2306139568115548160"), ("V6/Lo", "1"), ("Mask", "128")];
        assert_eq!(of(v6).as_deref(), Some("2001:db8::1/128"));
        assert_eq!(of(&[("Version", "4"), ("V4", "1"), ("Mask", "33")]), None);
        assert_eq!(of(&[("Version", "5"), ("V4", "1"), ("Mask", "3")]), None);
    }
}
