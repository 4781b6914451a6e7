//! What comes from the distribution: Chromium, Node, ClamAV, Python. Installed with apt-get where we may, named
//! where we may not.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::place::Place;
use crate::{python, run};

/// Node's oldest version that the browser tests run on.
const OLDEST_NODE: u32 = 18;

/// Times that update and install are tried: mirrors and locks have their moments.
const TRIES: u64 = 3;

/// Something that must be there, and the Debian packages that bring it.
pub struct Need {
    packages: &'static [&'static str],
    present: fn(&Place) -> bool,
}

/// Judges written in Python.
pub const PYTHON: Need = Need { packages: &["python3"], present: |place| place.on_path("python3").is_some() };

/// Brings packages of Python, as long as one is missing.
pub const PIP: Need =
    Need { packages: &["python3-pip"], present: |place| python::present(place) || python::has_pip(place) };

/// Drives the browser, and compresses as a web host does.
pub const NODE: Need = Need {
    packages: &["nodejs", "npm"],
    present: |place| ["node", "npm"].iter().all(|program| place.on_path(program).is_some()),
};

/// The browser that the page is tested in. `CHROMIUM` names another one.
pub const CHROMIUM: Need = Need {
    packages: &["chromium"],
    present: |_| match std::env::var("CHROMIUM") {
        Ok(program) if !program.is_empty() => Path::new(&program).is_file(),
        _ => Path::new("/usr/bin/chromium").is_file(),
    },
};

/// Without a font a browser shows no text.
pub const FONTS: Need = Need {
    packages: &["fonts-liberation"],
    present: |_| {
        ["liberation", "liberation2"]
            .iter()
            .any(|it| Path::new("/usr/share/fonts/truetype").join(it).is_dir())
    },
};

/// An engine that can be asked what a configuration does.
pub const CLAMAV: Need = Need {
    packages: &["clamav", "clamav-daemon", "clamdscan"],
    present: |place| {
        ["clamscan", "clamd", "clamdscan", "clamconf"].iter().all(|program| place.on_path(program).is_some())
    },
};

/// Makes sure of `needs`.
pub fn prepare(place: &Place, needs: &[&Need]) -> Result<(), String> {
    let missing = || -> Vec<&str> {
        needs.iter().filter(|need| !(need.present)(place)).flat_map(|need| need.packages).copied().collect()
    };
    if !missing().is_empty() {
        install(place, &missing())?;
        let still = missing().join(" ");
        if !still.is_empty() {
            return Err(format!("apt-get has installed {still}, but what they should bring is not there"));
        }
    }
    if needs.iter().any(|need| need.packages == NODE.packages) { node_is_new_enough(place) } else { Ok(()) }
}

fn install(place: &Place, packages: &[&str]) -> Result<(), String> {
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    let refuse = |why: &str| Err(format!("missing: {}\n{why}; as root: {by_hand}", packages.join(" ")));
    if place.on_path("apt-get").is_none() {
        return refuse("this is not Debian, install what corresponds to these packages. There");
    }
    let Some(root) = become_root(place) else {
        return refuse("installing needs root");
    };
    println!("Installing from the distribution (usually less than a minute): {}", packages.join(" "));
    let mut last = String::new();
    for attempt in 1..=TRIES {
        // One source out of reach fails the update, and may not matter for these packages.
        let _ = run::run(apt(&root).args(["update", "-qq"]));
        let install = ["install", "-y", "-qq", "--no-install-recommends"];
        match run::run(apt(&root).args(install).args(packages)) {
            Ok(()) => return Ok(()),
            Err(why) => last = why,
        }
        println!("Attempt {attempt} of {TRIES}: {last}");
        if attempt < TRIES {
            std::thread::sleep(Duration::from_secs(5 * attempt));
        }
    }
    refuse(&last)
}

/// The words that go before a command for root: none where we are root, `sudo` where it does not ask.
fn become_root(place: &Place) -> Option<Vec<&'static str>> {
    if run::output(Command::new("id").arg("-u"))? == "0" {
        return Some(vec!["env"]);
    }
    place.on_path("sudo")?;
    run::output(Command::new("sudo").args(["-n", "true"]))?;
    Some(vec!["sudo", "-n", "env"])
}

fn apt(root: &[&str]) -> Command {
    let mut words = root.iter();
    let mut command = Command::new(words.next().unwrap_or(&"env"));
    command.args(words).args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]);
    command
}

fn node_is_new_enough(place: &Place) -> Result<(), String> {
    let version = run::output(place.command("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(format!(
            "the browser tests need Node {OLDEST_NODE} or later, `node --version` says {version:?}"
        )),
    }
}
