//! Running other programs: each command line is shown before it starts, and its words can be listened to.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// A program that leaves a daemon behind must not keep us waiting for the daemon's last word.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let words = command.get_args().map(|word| {
        let word = word.to_string_lossy();
        let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "'\"*$".contains(c));
        if plain { word.into_owned() } else { format!("'{word}'") }
    });
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Runs a command to its end. It has failed when it says so.
pub fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {}", line(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed: {status}", line(command))),
        Err(why) => Err(format!("`{}` could not be started: {why}", line(command))),
    }
}

/// Runs a command, shows what it says, and hands every line (of both streams, in order) to `listen`.
pub fn listen(mut command: Command, mut listen: impl FnMut(&str)) -> Result<(), String> {
    let shown = line(&command);
    println!("$ {shown}");
    let cannot = |why: std::io::Error| format!("`{shown}` could not be started: {why}");
    let (reader, writer) = std::io::pipe().map_err(cannot)?;
    command.stdout(writer.try_clone().map_err(cannot)?).stderr(writer);
    let mut child = command.spawn().map_err(cannot)?;
    // The command holds the writing end; as long as it lives, reading would never end.
    drop(command);

    let (send, receive) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n') {
            let Ok(line) = line else { break };
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let mut ended = None;
    loop {
        match receive.recv_timeout(LAST_WORDS) {
            Ok(line) => {
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                listen(&without_colours(&line));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if ended.is_some() => break,
            Err(RecvTimeoutError::Timeout) => ended = child.try_wait().map_err(cannot)?,
        }
    }
    let status = child.wait().map_err(cannot)?;
    let _ = std::io::stdout().flush();
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed: {status}")) }
}

/// What a command prints, when it succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The line without the escape sequences that colour it.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest = rest.get(1..).unwrap_or_default();
    }
    plain + rest.trim_end_matches('\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(without_colours("\u{1b}[32m  2 passed\u{1b}[39m (1s)"), "  2 passed (1s)");
        assert_eq!(without_colours("plain"), "plain");
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "--test", "a*"]);
        assert_eq!(line(&command), "cargo test --test 'a*'");
    }
}
