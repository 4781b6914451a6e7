//! The languages, one file for each family of products that share their rules. Each file opens with its rules as a
//! table, marks as in the references, and ends with its wall of cases.

mod clamav;
mod crowdstrike;
mod defender;
mod kes;
mod kesl;
mod ksws;
mod mac;
mod mde;
mod sentinelone;
mod sophos;
#[cfg(test)]
mod wall_tests;

use super::flags::{Flags, List};
use super::set::{Pattern, Token};
use super::spell::Spelling;
use super::{Language, MaskError, Parsed, Side, invalid};

/// What a mask means; the reading is the narrowest for a source and the widest for a target.
pub(super) fn parse(language: Language, text: &str, flags: &Flags, side: Side) -> Result<Parsed, MaskError> {
    allowed(language, flags)?;
    let mut read = Read { wide: side == Side::Target, uncertain: Vec::new(), conditions: Vec::new() };
    let set = match language {
        Language::Kes => kes::parse(kes::Dialect::Kes, text, flags, &mut read),
        Language::Kes10 => kes::parse(kes::Dialect::Kes10, text, flags, &mut read),
        Language::LocalList => kes::parse(kes::Dialect::LocalList, text, flags, &mut read),
        Language::Ksws => ksws::objects(text, flags, &mut read),
        Language::KswsProcess => ksws::process(text, flags, &mut read),
        Language::Kesl => kesl::path(text, flags),
        Language::KeslArea => kesl::area(text),
        Language::KeslMount => kesl::mount(text),
        Language::MacPath => mac::parse(text, flags, &mut read),
        Language::DefPath => defender::path(text, flags, &mut read),
        Language::DefExt => defender::extension(text),
        Language::DefProcess => defender::process(text, flags, &mut read),
        Language::MdeLinux => mde::parse(mde::Kind::Linux, text, flags, &mut read),
        Language::MdeMacos => mde::parse(mde::Kind::MacOs, text, flags, &mut read),
        Language::SentinelOne => sentinelone::parse(text, flags, &mut read),
        Language::Sophos => sophos::parse(text, flags, &mut read),
        Language::CrowdStrike => crowdstrike::parse(text, &mut read),
        Language::ClamExclude => clamav::exclude(text),
        Language::ClamOnAccess => clamav::on_access(text),
    }?;
    read.uncertain.sort_unstable();
    read.uncertain.dedup();
    Ok(Parsed { set, uncertain: read.uncertain, conditions: read.conditions })
}

/// Flags that a language has.
fn allowed(language: Language, flags: &Flags) -> Result<(), MaskError> {
    use Language as L;
    let lists: &[List] = match language {
        L::MdeLinux | L::MdeMacos => &[List::Folder, List::File, List::Process, List::Extension],
        L::SentinelOne | L::Kes | L::Kes10 | L::LocalList | L::Kesl | L::DefPath => {
            &[List::Folder, List::File]
        }
        _ => &[],
    };
    let subfolders =
        matches!(language, L::Kes | L::Kes10 | L::Ksws | L::LocalList | L::MacPath | L::SentinelOne);
    let odd = match flags {
        f if f.subfolders.is_some() && !subfolders => "a tick box for sub-folders",
        f if f.list.is_some_and(|list| !lists.contains(&list)) => "a list of that kind",
        f if !f.area.is_empty() && language != L::Kesl => "file masks beside the path",
        _ => return Ok(()),
    };
    Err(invalid(&format!("{} has no such flag: {odd}", language.id())))
}

/// A reading at work.
pub(super) struct Read {
    /// The widest reading is wanted, else the narrowest.
    pub(super) wide: bool,
    /// Why the two readings differ.
    pub(super) uncertain: Vec<&'static str>,
    /// Conditions beside the path.
    pub(super) conditions: Vec<String>,
}

impl Read {
    /// Notes why the readings differ, and gives the one that is wanted.
    fn open<T>(&mut self, why: &'static str, narrow: T, wide: T) -> T {
        self.uncertain.push(why);
        if self.wide { wide } else { narrow }
    }

    /// Notes that a rule is not settled although both readings are the same.
    fn note(&mut self, why: &'static str) {
        self.uncertain.push(why);
    }
}

/// A name in any folder.
fn anywhere(name: Vec<Token>) -> Vec<Token> {
    [Token::Cross, Token::Sep].into_iter().chain(name).collect()
}

/// The same tokens, but the files right in that folder.
fn files_in(mut tokens: Vec<Token>) -> Pattern {
    tokens.extend([Token::Sep, Token::Run]);
    Pattern::new(tokens, super::set::Tail::Exact)
}

/// Spellings of a pattern in a language, each a proposal. Languages that are sources only have none.
pub(super) fn print(language: Language, pattern: &Pattern) -> Vec<Spelling> {
    match language {
        Language::DefPath => defender::print_path(pattern),
        Language::DefExt => defender::print_extension(pattern).into_iter().collect(),
        Language::DefProcess => defender::print_process(pattern),
        Language::MdeLinux => mde::print(mde::Kind::Linux, pattern),
        Language::MdeMacos => mde::print(mde::Kind::MacOs, pattern),
        Language::ClamExclude => clamav::print(pattern).into_iter().collect(),
        Language::ClamOnAccess => clamav::print_on_access(pattern).into_iter().collect(),
        Language::Sophos => sophos::print(pattern),
        Language::CrowdStrike => crowdstrike::print(pattern),
        Language::SentinelOne => sentinelone::print(pattern),
        _ => Vec::new(),
    }
}
