//! Packages of Python that judge what is written: by version and hash, each in a folder of the cache.

use std::fs;

use crate::place::Place;
use crate::run;

/// A package with what it needs.
struct Package {
    /// Its name and version, and the folder in the cache.
    folder: &'static str,
    /// What says that it is there.
    there: &'static str,
    /// For pip: names, versions and hashes.
    requirements: &'static str,
}

/// Reads `Registry.pol`. click is what it is started with.
const REGPOL: Package = Package {
    folder: "regpol-0.1.2",
    there: "regpol-0.1.2.dist-info",
    requirements: "\
regpol==0.1.2 --hash=sha256:c30c8a5f4a2e26e1cc218529adc2271d18b81a88ba72a707fb10345d390c86f6
click==8.5.1 --hash=sha256:8bb5376d2006950386f8c6427613334a2acadc5f559cb80e638d00b4df957e37
",
};

const PACKAGES: [Package; 1] = [REGPOL];

/// The variable that tests ask whether the judges must be there.
pub const WISH: &str = "CROSSWALK_JUDGES";

/// Whether all of them are there.
pub fn present(place: &Place) -> bool {
    PACKAGES.iter().all(|package| package.is_there(place))
}

/// Whether pip can be asked.
pub fn has_pip(place: &Place) -> bool {
    run::output(place.command("python3").args(["-m", "pip", "--version"])).is_some()
}

/// Installs those that are missing.
pub fn install(place: &Place) -> Result<(), String> {
    for package in PACKAGES.iter().filter(|package| !package.is_there(place)) {
        package.install(place)?;
    }
    Ok(())
}

impl Package {
    fn is_there(&self, place: &Place) -> bool {
        place.cache.join(self.folder).join(self.there).is_dir()
    }

    fn install(&self, place: &Place) -> Result<(), String> {
        let folder = place.cache.join(self.folder);
        println!("Installing in {}, once", folder.display());
        let cannot = |why: std::io::Error| format!("{}: {why}", folder.display());
        // Under another name until it is whole.
        let part = place.cache.join(format!("{}.part", self.folder));
        let list = part.join("requirements.txt");
        let _ = fs::remove_dir_all(&part);
        fs::create_dir_all(&part).map_err(cannot)?;
        fs::write(&list, self.requirements).map_err(cannot)?;
        let pip = "-m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: \
                   --require-hashes --target";
        let mut python = place.command("python3");
        python.args(pip.split_whitespace()).arg(&part).arg("--requirement").arg(&list);
        run::run(python.current_dir(&part))?;
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&part, &folder).map_err(cannot)?;
        if self.is_there(place) { Ok(()) } else { Err(format!("pip has installed no {}", self.there)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_version_and_a_hash() {
        for package in PACKAGES {
            for line in package.requirements.lines() {
                let (name, hash) = line.split_once(" --hash=sha256:").unwrap();
                assert!(name.contains("=="), "{line}");
                assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
            }
        }
    }

    #[test]
    fn the_version_is_the_one_that_the_tests_ask_for() {
        let test = fs::read_to_string(Place::find().root.join("tests/registry/regpol.rs")).unwrap();
        let version = REGPOL.folder.strip_prefix("regpol-").unwrap();
        assert!(
            test.contains(&format!("VERSION: &str = \"{version}\"")),
            "tests/registry/regpol.rs has another version"
        );
    }
}
