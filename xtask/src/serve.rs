//! `cargo xtask serve`: the page, built and served on this machine, built again when a file changes.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use crate::page::PUBLISHED;
use crate::place::Place;
use crate::{page, run};

/// The port when none is asked for; a busy one gives way to the next.
const PORT: u16 = 8080;

/// Installs what is missing, and serves until it is stopped.
pub fn serve(place: &Place, words: &[&str]) -> Result<(), String> {
    let (port, profile) = options(words)?;
    let port = match port {
        Some(port) => port,
        None => (PORT..PORT + 100).find(|port| is_free(*port)).unwrap_or(PORT),
    };
    // Trunk's server would go on with the page of yesterday, if there is one, when today's cannot be built.
    page::build(place, profile)?;
    let mut trunk = page::trunk(place, "serve");
    trunk.args(profile).args(["--port", &port.to_string()]);
    println!("\nThe page is at http://127.0.0.1:{port}/ until you press Ctrl+C.\n");
    become_it(trunk)
}

/// The port, and Trunk's word for the way of building.
fn options(words: &[&str]) -> Result<(Option<u16>, &'static [&'static str]), String> {
    let (mut port, mut profile) = (None, PUBLISHED);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--release" => profile = PUBLISHED,
            "--dev" => profile = &[],
            "--port" => {
                let value = words.next().and_then(|value| value.parse().ok());
                port = Some(value.ok_or("--port wants a number from 1 to 65535")?);
            }
            other => return Err(format!("serve knows --port N, --release and --dev, not {other}")),
        }
    }
    Ok((port, profile))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whoever stops this process stops the server: on Unix they are the same one.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<(), String> {
    use std::os::unix::process::CommandExt;

    println!("$ {}", run::line(&command));
    let why = command.exec();
    Err(format!("`{}` could not be started: {why}", run::line(&command)))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<(), String> {
    run::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_any_order() {
        assert_eq!(options(&[]), Ok((None, PUBLISHED)));
        assert_eq!(options(&["--dev", "--port", "9000"]), Ok((Some(9000), &[][..])));
        assert_eq!(options(&["--port", "9000", "--release"]), Ok((Some(9000), PUBLISHED)));
        assert!(options(&["--port"]).is_err());
        assert!(options(&["--open"]).is_err());
    }
}
