//! ClamAV as a judge, for every test that asks it: a daemon with a database of one signature, trees of files that hold the
//! EICAR test string, which is put together as the test runs, and what is found in them.
//!
//! Without ClamAV the tests say that they were skipped; with `CROSSWALK_ENGINE=required` they fail, with
//! `CROSSWALK_ENGINE=skip` they leave it alone.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod exports;
pub mod on_access;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use exports::Converted;
use tempfile::TempDir;

/// Files by their whole path.
pub type Files = BTreeSet<Vec<u8>>;
/// How clamdscan can hand files over; the last three walk the tree in the client, the others in the daemon.
pub const MODES: [&[&str]; 5] =
    [&[], &["--multiscan"], &["--fdpass"], &["--fdpass", "--multiscan"], &["--stream"]];

/// What the daemon says after the path of a file that it finds.
pub const FOUND: &[u8] = b": Crosswalk.Test.UNOFFICIAL FOUND\n";

/// The EICAR test string.
fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STAN", "DARD-ANTIVIRUS", "-TEST-FILE!$H+H*"]
        .concat()
        .into_bytes()
}

pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(usual).map(|dir| dir.join(name)).find(|p| p.is_file())
}

pub struct Engine {
    clamd: PathBuf,
    clamdscan: PathBuf,
    clamconf: PathBuf,
}

/// The engine; `None` when it is missing and nobody demands it, or nobody wants it.
pub fn engine() -> Option<Engine> {
    let wish = std::env::var("CROSSWALK_ENGINE").unwrap_or_default();
    if wish == "skip" {
        eprintln!("skipped: CROSSWALK_ENGINE=skip");
        return None;
    }
    let engine = (|| {
        Some(Engine {
            clamd: program("clamd")?,
            clamdscan: program("clamdscan")?,
            clamconf: program("clamconf")?,
        })
    })();
    let required = wish == "required";
    let help = "clamd, clamdscan and clamconf are needed: apt-get install clamav-daemon clamdscan";
    assert!(engine.is_some() || !required, "CROSSWALK_ENGINE=required, but {help}");
    if engine.is_none() {
        eprintln!("skipped: {help}");
    }
    engine
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

/// A new folder whose name has digits where it differs from run to run, so that letters mean the same in each.
fn folder(parent: &Path) -> TempDir {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    loop {
        let name = format!("crosswalk-{:08}-{:04}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir_in(parent) {
            Ok(dir) => return dir,
            // An earlier run was ended before it could tidy up.
            Err(why) if why.kind() == ErrorKind::AlreadyExists => {}
            Err(why) => panic!("{name}: {why}"),
        }
    }
}

/// A folder with a database of one signature, and the tree that is scanned.
pub struct Place {
    dir: TempDir,
    pub tree: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// In memory where the system has a folder for that: many small files are made in a tenth of the time.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let can_write = tempfile::tempfile_in(memory).is_ok();
        if can_write { Self::below(memory) } else { Self::new() }
    }

    fn below(parent: &Path) -> Self {
        let dir = folder(parent);
        let root = dir.path().canonicalize().unwrap();
        for folder in ["db", "t"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        for folder in [&root, &root.join("t")] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let hex: String = eicar().iter().map(|b| format!("{b:02x}")).collect();
        fs::write(root.join("db/test.ndb"), format!("Crosswalk.Test:0:0:{hex}\n")).unwrap();
        Self { tree: root.join("t"), dir }
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A path below the tree, as an export would name it.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.tree.display())
    }

    pub fn config(&self) -> PathBuf {
        self.root().join("clamd.conf")
    }

    /// Writes a file with the test string, unless something else stands in its way.
    pub fn file(&self, path: impl AsRef<OsStr>) -> PathBuf {
        let path = self.tree.join(Path::new(path.as_ref()));
        if path.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()) && !path.is_dir() {
            // A name that is too long, or below a file, is no file here.
            let _ = fs::write(&path, eicar());
        }
        path
    }

    pub fn files(&self) -> Files {
        let mut all = Files::new();
        walk(&self.tree, &mut all);
        all
    }

    pub fn clear(&self) {
        fs::remove_dir_all(&self.tree).unwrap();
        fs::create_dir(&self.tree).unwrap();
        fs::set_permissions(&self.tree, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Writes a configuration: own basics, then the fragment, byte by byte.
    pub fn configure(&self, basics: &str, fragment: &[u8]) {
        let root = self.root().display();
        let user = if is_root() { "User root\n" } else { "" };
        let mut text = format!(
            "LocalSocket {root}/s\nDatabaseDirectory {root}/db\nLogFile {root}/log\n\
             Foreground yes\n{user}{basics}"
        )
        .into_bytes();
        text.extend(fragment);
        fs::write(self.config(), text).unwrap();
    }

    /// Starts a daemon, or says why it did not start.
    pub fn start<'a>(
        &'a self,
        engine: &'a Engine,
        basics: &str,
        fragment: &[u8],
    ) -> Result<Daemon<'a>, String> {
        self.configure(basics, fragment);
        let socket = self.root().join("s");
        let _ = fs::remove_file(&socket);
        let said = self.root().join("said");
        let out = fs::File::create(&said).unwrap();
        let child = Command::new(&engine.clamd)
            .arg("--config-file")
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let mut guard = Guard(child);
        let start = Instant::now();
        while !answers(&socket) {
            let gone = guard.0.try_wait().unwrap().is_some();
            if gone || start.elapsed() > Duration::from_secs(30) {
                return Err(fs::read_to_string(&said).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Daemon { place: self, engine, _guard: guard })
    }

    /// Starts a daemon with a fragment that was written by the converter, which it has to take as it was meant.
    pub fn judge<'a>(&'a self, engine: &'a Engine, basics: &str, converted: &Converted) -> Daemon<'a> {
        let daemon = match self.start(engine, basics, &converted.fragment) {
            Ok(daemon) => daemon,
            Err(why) => panic!(
                "clamd does not start (if AppArmor keeps it to its own folders: aa-complain clamd): {why}\n{}",
                String::from_utf8_lossy(&converted.fragment)
            ),
        };
        let text = String::from_utf8(converted.fragment.clone()).unwrap();
        for option in ["ExcludePath", "OnAccessExcludePath"] {
            let lines: Vec<&str> =
                text.lines().filter_map(|l| l.strip_prefix(option)?.strip_prefix(' ')).collect();
            let meant: BTreeSet<&str> =
                converted.entries.iter().filter(|e| e.0 == option).map(|e| e.1.as_str()).collect();
            assert_eq!(
                lines.iter().copied().collect::<BTreeSet<_>>(),
                meant,
                "lines and entries are the same"
            );
            let lines: Vec<String> = lines.iter().map(|l| format!("\"{l}\"")).collect();
            assert_eq!(read_back(engine, self, option), lines.join(", "), "what clamconf reads of {option}");
        }
        daemon
    }
}

/// The values of an option as ClamAV's own reader of configurations shows them.
fn read_back(engine: &Engine, place: &Place, option: &str) -> String {
    let out = Command::new(&engine.clamconf)
        .arg("--config-dir")
        .arg(place.root())
        .arg("--non-default")
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let start = format!("{option} = ");
    text.lines().find_map(|l| l.strip_prefix(&start)).unwrap_or("").to_owned()
}

/// Ends its process.
pub struct Guard(pub Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn answers(socket: &Path) -> bool {
    let Ok(mut stream) = UnixStream::connect(socket) else { return false };
    let mut answer = Vec::new();
    stream.write_all(b"zPING\0").is_ok() && stream.read_to_end(&mut answer).is_ok() && answer == b"PONG\0"
}

pub struct Daemon<'a> {
    place: &'a Place,
    engine: &'a Engine,
    _guard: Guard,
}

impl Daemon<'_> {
    /// What is found below these paths, or in them.
    pub fn found<P: AsRef<OsStr>>(&self, paths: impl IntoIterator<Item = P>, mode: &[&str]) -> Files {
        let mut command = Command::new(&self.engine.clamdscan);
        command
            .arg("--config-file")
            .arg(self.place.config())
            .args(["--no-summary", "--infected"])
            .args(mode)
            .args(paths);
        let out = command.output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(matches!(out.status.code(), Some(0 | 1)), "clamdscan {mode:?}: {} {said}", out.status);
        // A path may hold a line break, so lines are not what separates.
        let mut rest = out.stdout.as_slice();
        let mut found = Files::new();
        while let Some(at) = rest.windows(FOUND.len()).position(|w| w == FOUND) {
            found.insert(rest[..at].to_vec());
            rest = &rest[at + FOUND.len()..];
        }
        assert!(rest.is_empty(), "clamdscan also said {:?}", String::from_utf8_lossy(rest));
        found
    }

    pub fn found_in_tree(&self, mode: &[&str]) -> Files {
        self.found([&self.place.tree], mode)
    }
}

fn walk(folder: &Path, all: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&entry.path(), all);
        } else if kind.is_file() {
            all.insert(entry.path().into_os_string().into_vec());
        }
    }
}

/// Panics with the difference of two sets.
pub fn same(found: &Files, expected: &Files, what: &str) {
    let show = |files: &Files, not_in: &Files| -> Vec<String> {
        files.difference(not_in).take(12).map(|f| String::from_utf8_lossy(f).into_owned()).collect()
    };
    assert!(
        found == expected,
        "{what}\nskipped, though not excluded: {:#?}\nfound, though excluded: {:#?}",
        show(expected, found),
        show(found, expected)
    );
}

/// The files that nobody skips.
pub fn rest(files: &Files, skipped: impl Fn(&[u8]) -> bool) -> Files {
    files.iter().filter(|f| !skipped(f)).cloned().collect()
}
