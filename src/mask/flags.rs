//! Flags: what a product keeps beside the text of a mask.
//!
//! | word | meaning |
//! |---|---|
//! | `subfolders`, `no-subfolders` | the tick box for sub-folders; without either it is not told |
//! | `folder`, `file` | the mask stands in a list of folders, or of files |
//! | `process`, `extension` | the list of processes, of extensions |
//! | `area=*.log` | only files of this name inside the path; may be repeated |
//! | `drive=C` | the system drive, so that machine variables become folders |
//! | `account=system` | variables of an account were those of the system account |

use super::variables::Machine;

/// The list that a mask stands in, where a product has one for each kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Folders.
    Folder,
    /// Files.
    File,
    /// Processes.
    Process,
    /// Extensions.
    Extension,
}

/// Flags of a mask.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags {
    /// The tick box for sub-folders; `None` = not told.
    pub subfolders: Option<bool>,
    /// The list; `None` = not told.
    pub list: Option<List>,
    /// Masks of file names inside the path; empty = every file.
    pub area: Vec<String>,
    /// The machine that the mask was written for.
    pub machine: Machine,
}

impl Flags {
    /// Flags from words with commas between them.
    ///
    /// # Errors
    ///
    /// The word that is no flag, with the ones that are.
    pub fn parse(words: &str) -> Result<Self, String> {
        let mut flags = Self::default();
        for word in words.split(',').map(str::trim).filter(|w| !w.is_empty()) {
            match word.split_once('=') {
                Some(("area", mask)) if !mask.is_empty() => flags.area.push(mask.to_owned()),
                Some(("drive", letter)) if is_drive(letter) => flags.machine.drive = letter.chars().next(),
                Some(("account", "system")) => flags.machine.system_account = true,
                None if word == "subfolders" => flags.subfolders = Some(true),
                None if word == "no-subfolders" => flags.subfolders = Some(false),
                None if word == "folder" => flags.list = Some(List::Folder),
                None if word == "file" => flags.list = Some(List::File),
                None if word == "process" => flags.list = Some(List::Process),
                None if word == "extension" => flags.list = Some(List::Extension),
                _ => {
                    return Err(format!(
                        "{word} is no flag; flags are subfolders, no-subfolders, folder, file, process, extension, area=MASK, drive=LETTER, account=system"
                    ));
                }
            }
        }
        Ok(flags)
    }
}

fn is_drive(text: &str) -> bool {
    let letters = text.strip_suffix(':').unwrap_or(text);
    matches!(letters.as_bytes(), [letter] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_flags() {
        let flags = Flags::parse("subfolders, area=*.log,area=*.txt, drive=D:").unwrap();
        assert_eq!(flags.subfolders, Some(true));
        assert_eq!(flags.area, ["*.log", "*.txt"]);
        assert_eq!(flags.machine.drive, Some('D'));
        for wrong in ["sub", "area=", "drive=CD", "account=me", "folder=1"] {
            assert!(Flags::parse(wrong).is_err(), "{wrong}");
        }
    }
}
