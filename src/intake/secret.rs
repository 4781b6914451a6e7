//! What looks like a secret is never read: the value is replaced by [`MARKER`] before anything else sees it.
//!
//! | sign | example |
//! |---|---|
//! | the key is known to hold secrets | `ProxyServer=` with a value, `INSTALL_LICENSE=` |
//! | the key's name contains pass, pwd, secret, token, credential, key | `UpdatePassword=…` |
//! | a user name and password in an address | `http://user:word@host/` |
//! | a value that assigns one | `backup /password=word`, `KSCBasic user="…", pass="…"` |
//! | a long run of high entropy | `mF9x2…` |
//!
//! A false alarm costs a look at the console, a miss costs a customer. What is a path is not tested for entropy:
//! installer folders named by a GUID are ordinary.

/// What stands in place of a secret.
pub const MARKER: &str = "[withheld]";

const IN_KEYS: [&str; 10] =
    ["pass", "pwd", "secret", "token", "credential", "key", "passwort", "kennwort", "пароль", "license"];

/// Keys that hold secrets although their name does not say so; compared without case.
const KNOWN_KEYS: [&str; 3] = ["proxyserver", "proxy_server", "proxyhost"];

/// Words that introduce a secret inside a value.
const IN_VALUES: [&str; 11] = [
    "pass", "pwd", "pw", "secret", "token", "credential", "apikey", "api_key", "kennwort", "пароль", "authorization",
];

/// Whether the name of a key alone says that its value is secret.
pub fn key_is_secret(key: &str) -> bool {
    let lower = key.to_lowercase();
    let known = KNOWN_KEYS.contains(&lower.as_str());
    known || IN_KEYS.iter().any(|word| lower.contains(word)) && !lower.starts_with("keyboard")
}

/// Whether a value looks like a secret whatever its key is.
pub fn value_is_secret(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 4 {
        return false;
    }
    (memchr::memchr(b'@', bytes).is_some() && has_user_info(value))
        || (memchr::memchr3(b'=', b':', b' ', bytes).is_some() && assigns_secret(value))
        || (bytes.len() >= MIN_RUN && has_random_run(value))
}

/// Whether a line that could not be read may hold a secret: any telling word is enough.
pub fn line_is_secret(line: &str) -> bool {
    let lower = line.to_lowercase();
    IN_KEYS.iter().chain(&IN_VALUES).any(|word| lower.contains(word)) || value_is_secret(line)
}

/// `user:word@` anywhere.
fn has_user_info(value: &str) -> bool {
    value.match_indices('@').any(|(at, _)| {
        let before = value.get(..at).unwrap_or_default();
        let start = before.rfind(['/', '\\', ' ', '"', '\'', '=', ',', ';']).map_or(0, |i| i + 1);
        let user = before.get(start..).unwrap_or_default();
        user.split_once(':').is_some_and(|(name, word)| !name.is_empty() && !word.is_empty())
            || before.contains("://") && !user.is_empty() && user.contains(':')
    })
}

/// `password = word`, `/password=word`, `token: word`, `Bearer word`.
fn assigns_secret(value: &str) -> bool {
    let lower = value.to_lowercase();
    let found = IN_VALUES.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let starts = lower.get(..at).and_then(|b| b.chars().next_back()).is_none_or(|c| !c.is_alphanumeric() || *word != "pw");
            let rest = lower.get(at + word.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\''));
            let rest = rest.trim_start();
            let assigned = rest.strip_prefix(['=', ':']);
            // `C:` after a word such as `Passport C:\x` is a drive, not an assignment.
            starts && assigned.is_some_and(|r| !r.trim_start().is_empty() && !r.starts_with(['\\', '/']))
        })
    });
    found || lower.contains("bearer ") || lower.contains("kscbasic")
}

const MIN_RUN: usize = 20;

/// A run of 20 or more base64 or hexadecimal characters with letters and digits mixed and little repetition.
fn has_random_run(value: &str) -> bool {
    if is_path(value) {
        return false;
    }
    let outside = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '='));
    value.split(outside).any(|run| {
        let run = run.trim_matches('=');
        run.len() >= MIN_RUN
            && run.bytes().any(|b| b.is_ascii_digit())
            && run.bytes().any(|b| b.is_ascii_alphabetic())
            && entropy(run) >= 3.0
    })
}

fn is_path(value: &str) -> bool {
    let rest = value.trim_start_matches(['"', '\'']);
    let mut bytes = rest.bytes();
    match (bytes.next(), bytes.next(), bytes.next()) {
        (Some(b'/' | b'%' | b'*'), ..) | (Some(b'\\'), Some(b'\\'), _) => true,
        (Some(drive), Some(b':'), Some(b'\\' | b'/')) => drive.is_ascii_alphabetic() || drive == b'?',
        _ => rest.contains('\\'),
    }
}

/// Shannon entropy in bits for each byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for b in text.bytes() {
        if let Some(n) = counts.get_mut(usize::from(b)) {
            *n += 1;
        }
    }
    let total = text.len() as f64;
    counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / total).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_tell() {
        for key in ["Password", "ProxyServer", "UserPwd", "apiToken", "ClientSecret", "PrivateKey", "INSTALL_LICENSE", "Credentials"] {
            assert!(key_is_secret(key), "{key}");
        }
        for key in ["Path", "AreaDesc", "UseProxy", "Enabled", "Description", "TaskName"] {
            assert!(!key_is_secret(key), "{key}");
        }
    }

    #[test]
    fn values_that_tell() {
        for value in [
            "http://anna:Word1@proxy.example:3128",
            "anna:Word1@proxy.example",
            r"\\anna:Word1@server\share",
            "backup.exe /password=Word1 /quiet",
            "Password: Word1",
            "the pw = Word1",
            "Authorization: Bearer abc",
            "KSCBasic user=\"YQ==\", pass=\"Yg==\"",
            "q7Zt2LmX9aVb4KcW1PdR",
            "0d1f5e6a7b8c9d0e1f2a3b4c5d6e7f80",
        ] {
            assert!(value_is_secret(value), "{value}");
        }
    }

    #[test]
    fn ordinary_values_are_left_alone() {
        for value in [
            "/srv/orders/db",
            r"C:\Windows\Installer\{8A69D345-D564-463C-AFF1-A69D9E530F96}\x.ico",
            r"D:\Passport C:\x",
            "File_Threat_Protection",
            "HEUR:Trojan.Win32.Generic",
            "not-a-virus:AdWare.Win32.*",
            "Order database, data files only",
            "/var/opt/kaspersky/kesl/common/objects-backup",
            "2024/January/25 23:05:00;10",
            "DisinfectDeleteIfNotPossible",
            "*",
            "192.0.2.15",
            "AddToAutoExclusions",
            "urn:kaspersky.com/products/wsee/8.0/export/settings",
            "/home/user@example/x",
        ] {
            assert!(!value_is_secret(value), "{value}");
        }
    }
}
