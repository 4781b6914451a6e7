//! `cargo xtask serve`: the page, built and served on this machine, built again when a file changes.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use crate::place::Place;
use crate::{page, run, tools};

/// The port when none is asked for; a busy one gives way to the next.
const PORT: u16 = 8080;

/// Installs what is missing, and serves until it is stopped.
pub fn serve(place: &Place, words: &[&str]) -> Result<(), String> {
    let (port, optimised) = options(words)?;
    tools::prepare_page(place)?;
    let port = match port {
        Some(port) => port,
        None => (PORT..PORT + 100).find(|port| is_free(*port)).unwrap_or(PORT),
    };
    let mut trunk = page::trunk(place, "serve");
    trunk.args(["--port", &port.to_string()]);
    if optimised {
        trunk.arg("--release");
    }
    println!("Building the page; the first time that takes about a minute on two cores.");
    println!("Then it is at http://127.0.0.1:{port}/ until you press Ctrl+C.");
    become_it(trunk)
}

/// The port, and whether to build with optimisation.
fn options(words: &[&str]) -> Result<(Option<u16>, bool), String> {
    let (mut port, mut optimised) = (None, true);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--release" => optimised = true,
            "--dev" => optimised = false,
            "--port" => {
                let value = words.next().and_then(|value| value.parse().ok());
                port = Some(value.ok_or("--port wants a number from 1 to 65535")?);
            }
            other => return Err(format!("serve knows --port N, --release and --dev, not {other}")),
        }
    }
    Ok((port, optimised))
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
        assert_eq!(options(&[]), Ok((None, true)));
        assert_eq!(options(&["--dev", "--port", "9000"]), Ok((Some(9000), false)));
        assert_eq!(options(&["--port", "9000", "--release"]), Ok((Some(9000), true)));
        assert!(options(&["--port"]).is_err());
        assert!(options(&["--open"]).is_err());
    }
}
