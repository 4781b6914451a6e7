//! The on-access client of ClamAV.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Engine, FOUND, Files, Guard, Place, engine, is_root, program};

/// The engine, if files can be watched here.
pub fn on_access_engine() -> Option<Engine> {
    if !is_root() {
        eprintln!("skipped: clamonacc watches files with fanotify, which only root may do");
        return None;
    }
    engine()
}

/// The on-access client, with its log.
pub struct OnAccess {
    guard: Guard,
    log: PathBuf,
}

impl OnAccess {
    pub fn start(place: &Place) -> Self {
        let log = place.root().join("on-access");
        let _ = fs::remove_file(&log);
        let said = fs::File::create(place.root().join("said-on-access")).unwrap();
        let child = Command::new(program("clamonacc").expect("clamonacc comes with clamav-daemon"))
            .args(["--foreground", "--config-file"])
            .arg(place.config())
            .arg(format!("--log={}", log.display()))
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        Self { guard: Guard(child), log }
    }

    pub fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// What is reported when somebody else than root reads the files: until each of `expected` was reported, and a
    /// little longer.
    pub fn found(&mut self, files: &Files, expected: &Files) -> Files {
        let start = Instant::now();
        let mut complete: Option<Instant> = None;
        loop {
            assert!(self.guard.0.try_wait().unwrap().is_none(), "clamonacc ended: {}", self.said());
            for file in files {
                // clamd is root, so what root reads is not looked at.
                let path = OsStr::from_bytes(file);
                let read = Command::new("cat").arg(path).uid(65534).stdout(Stdio::null()).status().unwrap();
                assert!(read.success());
            }
            std::thread::sleep(Duration::from_millis(300));
            let log = fs::read(&self.log).unwrap_or_default();
            let lines = log.split_inclusive(|b| *b == b'\n');
            let found: Files = lines.filter_map(|l| l.strip_suffix(FOUND)).map(<[u8]>::to_vec).collect();
            if found.is_superset(expected) && complete.is_none() {
                complete = Some(Instant::now());
            }
            let enough = complete.is_some_and(|at| at.elapsed() > Duration::from_millis(1200));
            if enough || start.elapsed() > Duration::from_secs(40) {
                return found;
            }
        }
    }
}
