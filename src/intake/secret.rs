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
const KNOWN_KEYS: [&str; 9] = [
    "proxyserver",
    "proxy_server",
    "proxyhost",
    "tbinary",
    "binary",
    "authorization",
    "x-ksc-session",
    "cookie",
    "set-cookie",
];

/// Words that introduce a secret inside a value.
const IN_VALUES: [&str; 11] = [
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "kennwort",
    "пароль",
    "authorization",
];

/// Whether the name of a key alone says that its value is secret.
pub fn key_is_secret(key: &str) -> bool {
    // Most keys are short ASCII words: they are compared without making a copy.
    if key.is_ascii() {
        let known = KNOWN_KEYS.iter().any(|k| k.eq_ignore_ascii_case(key));
        let telling = || IN_KEYS.iter().any(|word| contains_ignoring_case(key, word));
        return known || telling() && !contains_ignoring_case(key.get(..8).unwrap_or(key), "keyboard");
    }
    let lower = key.to_lowercase();
    IN_KEYS.iter().any(|word| lower.contains(word))
}

/// Whether an ASCII text contains an ASCII word, without regard to case.
fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a value looks like a secret whatever its key is.
pub fn value_is_secret(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 4 {
        return false;
    }
    // One look at the bytes tells which of the closer looks can find anything.
    let signs = bytes.iter().fold(0, |all, b| all | sign(*b));
    (signs & AT != 0 && has_user_info(value))
        || (signs & ASSIGNS != 0 && assigns_secret(value))
        || (signs & FLAG == FLAG && passes_secret(value))
        || (signs & PHRASE == PHRASE && (says(value, "bearer ") || says(value, "kscbasic")))
        || (bytes.len() >= MIN_RUN && has_random_run(value))
}

const AT: u8 = 1;
const ASSIGNS: u8 = 2;
/// Letters that both phrases have: a, b, and r or s.
const PHRASE: u8 = 4 | 8 | 16;

/// `--password word` needs a mark and a blank.
const FLAG: u8 = 32 | 64;

/// What a byte is a sign of.
const fn sign(byte: u8) -> u8 {
    match byte {
        b'@' => AT,
        b'=' | b':' => ASSIGNS,
        b'-' | b'/' => 32,
        b' ' => 64,
        b'a' | b'A' => 4,
        b'b' | b'B' => 8,
        b'r' | b'R' | b's' | b'S' => 16,
        _ => 0,
    }
}

/// Whether a line that could not be read may hold a secret: any telling word is enough.
pub fn line_is_secret(line: &str) -> bool {
    let lower = line.to_lowercase();
    IN_KEYS.iter().chain(&IN_VALUES).any(|word| lower.contains(word)) || value_is_secret(line)
}

/// `user:word@` anywhere. One pass: a file may hold a line of nothing but `@`.
fn has_user_info(value: &str) -> bool {
    // Where the word began, where its first colon stands, and both again for what follows a scheme: there anything may
    // stand in the word, a slash that nobody encoded, too.
    let (mut start, mut colon) = (0, None);
    let (mut scheme, mut scheme_colon) = (false, false);
    for (at, c) in value.char_indices() {
        match c {
            '@' if colon.is_some_and(|colon| at > colon + 1) || scheme_colon => return true,
            ':' => {
                scheme_colon |= scheme;
                if colon.is_none() && at > start {
                    colon = Some(at);
                }
            }
            '/' | '\\' | '"' | '\'' | '=' | ',' | ';' => {
                if c == '/' && value.get(..at).is_some_and(|before| before.ends_with(":/")) {
                    (scheme, scheme_colon) = (true, false);
                }
                (start, colon) = (at + 1, None);
            }
            c if c.is_whitespace() => {
                (start, colon) = (at + c.len_utf8(), None);
                (scheme, scheme_colon) = (false, false);
            }
            _ => {}
        }
    }
    false
}

/// `password = word`, `/password=word`, `token: word`, `Bearer word`: the word before `=` or `:` tells.
fn assigns_secret(value: &str) -> bool {
    memchr::memchr2_iter(b'=', b':', value.as_bytes()).any(|at| {
        let (before, after) = value.split_at_checked(at).unwrap_or((value, ""));
        let after = after.get(1..).unwrap_or("");
        // `C:` after a word such as `Passport C:\x` is a drive, not an assignment.
        !after.trim_start().is_empty() && !after.starts_with(['\\', '/']) && ends_in_telling_word(before)
    })
}

/// `--password word`, `/pwd word`: an option of a command with its value behind a blank.
fn passes_secret(value: &str) -> bool {
    let mut words = value.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        let option = word.strip_prefix('/').or_else(|| word.strip_prefix('-'));
        if let Some(option) = option
            && words.peek().is_some()
            && !option.contains(['/', '\\', '.'])
            && ends_in_telling_word(option)
        {
            return true;
        }
    }
    false
}

fn ends_in_telling_word(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '"', '\'']);
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let start = before
        .char_indices()
        .rev()
        .take(64)
        .take_while(|(_, c)| in_word(*c))
        .last()
        .map_or(before.len(), |(i, _)| i);
    let word = before.get(start..).unwrap_or("");
    if word.len() < 2 {
        return false;
    }
    let lower = word.to_lowercase();
    IN_VALUES.iter().any(|telling| lower.contains(telling) && (*telling != "pw" || lower.starts_with("pw")))
}

/// Whether a text contains a lower-case ASCII phrase, without regard to case.
fn says(value: &str, phrase: &str) -> bool {
    let first = phrase.as_bytes().first().copied().unwrap_or(b' ');
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), value.as_bytes()).any(|at| {
        value.as_bytes().get(at..at + phrase.len()).is_some_and(|w| w.eq_ignore_ascii_case(phrase.as_bytes()))
    })
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
            && different(run) >= 8
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

/// How many different bytes. Eight is the least that a run with three bits for each byte can have; counting them, unlike
/// a logarithm, is the same on every machine.
fn different(text: &str) -> u32 {
    let (mut low, mut high) = (0u64, 0u64);
    for b in text.bytes() {
        let half = if b < 64 { &mut low } else { &mut high };
        *half |= 1 << (b & 63);
    }
    low.count_ones() + high.count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_tell() {
        for key in [
            "Password",
            "ProxyServer",
            "UserPwd",
            "apiToken",
            "ClientSecret",
            "PrivateKey",
            "INSTALL_LICENSE",
            "Credentials",
        ] {
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
            "backup.exe --password Word1",
            "backup.exe /pwd Word1",
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
