//! CrowdStrike Falcon, machine-learning and sensor-visibility exclusions on Windows.
//!
//! | rule | certainty |
//! |---|---|
//! | no drive letter, no device, no separator at the start: begins with the root folder of every volume | T |
//! | `*` any run in one name; `**` any run, separators too | T |
//! | `App\*` files of the folder, `App\**` everything below | T |
//! | `**\app.exe` anywhere | T: narrow in some folder, wide at the root, too |
//! | `?` | not established: do not write |
//! | letters do not distinguish case | T |
//! | whether shares are volumes | not established: wide they are |

use super::super::set::{PathSet, Tail, Token};
use super::super::variables::Machine;
use super::super::windows::{self, Meaning, Root, Wildcards};
use super::super::{MaskError, System, invalid, not_established};
use super::Read;

const SHARES: &str = "whether an exclusion without a drive also holds on shares is not established";
const ROOT: &str = "whether ** at the beginning also takes files of the root folder is not established";

const WILDCARDS: Wildcards = Wildcards { star: Meaning::InName, stars: Meaning::Crosses, question: true };

/// Reads a mask.
pub(super) fn parse(text: &str, read: &mut Read) -> Result<PathSet, MaskError> {
    let mask = windows::split(text, Machine::default())?;
    if mask.root != Root::None {
        return Err(invalid("a mask begins with the root folder, without drive, device or variable"));
    }
    if text.contains('?') {
        return Err(not_established("what ? means is not established"));
    }
    if mask.ends_with_separator {
        return Err(not_established("what a separator at the end means is not established"));
    }
    let drive = windows::root_tokens(&Root::AnyDrive, false);
    let volume = if read.open(SHARES, false, true) {
        let share = vec![Token::Sep, Token::Sep, Token::Run, Token::Sep, Token::Run];
        vec![Token::Alt(Box::new([drive, share]))]
    } else {
        drive
    };
    let mut tokens = volume;
    tokens.push(Token::Sep);
    let mut names = mask.names.as_slice();
    if let [first, rest @ ..] = names
        && first == "**"
        && !rest.is_empty()
        && read.open(ROOT, false, true)
    {
        tokens.push(Token::Levels);
        names = rest;
    }
    windows::names_tokens(names, WILDCARDS, &mut tokens);
    Ok(PathSet::one(System::Windows, tokens, Tail::Exact))
}
