//! Masks of the Linux and macOS products. A path begins with `/`; a name alone is a file of that name in some folder.

use super::glob::{Stars, Token, full, has_wildcard, is_odd, name_at, segment, segments, then};

/// What has to be taken, and by which pattern.
#[derive(Debug)]
enum Part {
    /// The path after its first slash.
    Whole(Vec<Token>),
    Name(Vec<Token>),
}

/// Takes what one of the parts takes and, if names are given, has one of these names.
#[derive(Debug)]
pub struct Mask {
    parts: Vec<Part>,
    names: Option<Vec<Vec<Token>>>,
    fold: bool,
}

/// The path, if there can be such a one.
pub fn path(text: &str) -> Option<&str> {
    split(text).filter(|(_, slash)| !slash).map(|_| text)
}

/// What follows the first slash.
pub fn letters(path: &str) -> Vec<char> {
    path[1..].chars().collect()
}

impl Mask {
    pub fn takes(&self, path: &str) -> bool {
        self.takes_letters(&letters(path))
    }

    /// The same for what [`letters`] gives.
    pub fn takes_letters(&self, text: &[char]) -> bool {
        let folded: Vec<char>;
        let text = if self.fold {
            folded = text.iter().map(|c| super::windows::folded(*c)).collect();
            &folded
        } else {
            text
        };
        let name = &text[name_at(text)..];
        let taken = self.parts.iter().any(|part| match part {
            Part::Whole(pattern) => full(pattern, text),
            Part::Name(pattern) => full(pattern, name),
        });
        taken && self.names.as_ref().is_none_or(|names| names.iter().any(|pattern| full(pattern, name)))
    }

    fn of(parts: Vec<Part>) -> Option<Self> {
        Some(Mask { parts, names: None, fold: false })
    }
}

fn folded(c: char) -> char {
    super::windows::folded(c)
}

/// What lies below a folder; `folder` is empty for `/`.
fn below(folder: Vec<Token>) -> Part {
    Part::Whole(then(folder, &[Token::Cross]))
}

pub fn read(language: &str, mask: &str, flags: &[&str], wide: bool) -> Option<Mask> {
    if mask.contains('\0') {
        return None;
    }
    match language {
        "kesl" => kesl(mask, flags),
        "kesl-area" => Mask::of(vec![Part::Name(area(mask)?)]),
        "kesl-mount" => mount(mask),
        "clam-onaccess" => on_access(mask),
        "mac-path" => mac(mask, flags, wide),
        "mde-linux" | "mde-macos" => mde(mask, flags, wide, language == "mde-macos"),
        other => panic!("{other} is no language of this system"),
    }
}

/// The segments of an absolute mask, and whether a slash stands at its end. `/` has no segments.
fn split(mask: &str) -> Option<(Vec<&str>, bool)> {
    let body = mask.strip_prefix('/')?;
    if body.is_empty() {
        return Some((Vec::new(), true));
    }
    let (body, slash) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
    let all: Vec<&str> = body.split('/').collect();
    (!all.iter().any(|s| is_odd(s))).then_some((all, slash))
}

/// Characters that a shell would read; what these products make of them nobody tells.
fn is_plain(mask: &str) -> bool {
    !mask.contains(['[', ']', '{', '}', '\\'])
}

const KESL: Stars = |n| match n {
    1 => Some(Token::Run),
    2 => Some(Token::Cross),
    _ => None,
};
const ONE_STAR: Stars = |n| (n == 1).then_some(Token::Run);

fn once(pattern: &[Token]) -> bool {
    pattern.iter().filter(|t| **t == Token::Cross).count() <= 1
}

/// A path without wildcards is the file, or the folder with everything below it.
fn kesl(mask: &str, flags: &[&str]) -> Option<Mask> {
    let (all, slash) = split(mask).filter(|_| is_plain(mask))?;
    let pattern = segments(&all, KESL).filter(|p| once(p))?;
    let areas: Vec<&str> = flags.iter().filter_map(|f| f.strip_prefix("area=")).collect();
    let narrowed = !areas.is_empty() && !areas.contains(&"*");
    let mut parts = Vec::new();
    let is_folder =
        !slash && all.last() == Some(&"**") && !all[..all.len() - 1].iter().any(|s| has_wildcard(s));
    if all.iter().any(|s| has_wildcard(s)) && !(is_folder && narrowed) {
        // What is inside a path with wildcards nobody tells.
        if slash || narrowed {
            return None;
        }
        parts.push(Part::Whole(pattern));
    } else if is_folder {
        parts.push(Part::Whole(pattern));
    } else {
        // The masks of an area speak of what is inside the path.
        if !slash && !narrowed {
            parts.push(Part::Whole(pattern.clone()));
        }
        parts.push(below(pattern));
    }
    let names: Vec<Vec<Token>> = areas.iter().map(|a| area(a)).collect::<Option<_>>()?;
    Some(Mask { parts, names: (!names.is_empty()).then_some(names), fold: false })
}

/// A name, no path.
fn area(mask: &str) -> Option<Vec<Token>> {
    (!is_odd(mask) && is_plain(mask) && !mask.contains('/')).then_some(())?;
    // In a name several stars are one, as in a shell.
    segment(mask, |_| Some(Token::Run))
}

/// A mount point is named itself.
fn mount(mask: &str) -> Option<Mask> {
    let (all, slash) = split(mask).filter(|_| is_plain(mask))?;
    if slash && !all.is_empty() {
        return None;
    }
    Mask::of(vec![Part::Whole(segments(&all, KESL).filter(|p| once(p))?)])
}

/// A folder as it is written.
fn on_access(mask: &str) -> Option<Mask> {
    let (all, slash) = split(mask)?;
    if slash {
        return None;
    }
    let literal = all.join("/").chars().map(Token::Is).collect();
    Mask::of(vec![below(literal)])
}

/// A path that is written out. Nobody tells whether a folder takes the ones below it unless the list says so.
fn mac(mask: &str, flags: &[&str], wide: bool) -> Option<Mask> {
    let (all, slash) = split(mask)?;
    (!mask.contains(['*', '?', '[', ']', '{', '}', '\\', '~'])).then_some(())?;
    let text: String = all.join("/");
    let text: Vec<Token> = text.chars().map(|c| Token::Is(if wide { folded(c) } else { c })).collect();
    let deep = flags.contains(&"subfolders") || wide && !flags.contains(&"no-subfolders");
    let inside = if deep { below(text.clone()) } else { Part::Whole(then(text.clone(), &[Token::Run])) };
    let mut parts = Vec::new();
    if !slash {
        parts.push(Part::Whole(text));
    }
    if slash || deep || wide {
        parts.push(inside);
    }
    Some(Mask { parts, names: None, fold: wide })
}

fn mde(mask: &str, flags: &[&str], wide: bool, mac: bool) -> Option<Mask> {
    let flag = |name: &str| flags.contains(&name);
    // Whether names on macOS distinguish case nobody tells.
    let fold = mac && wide;
    let folded_mask: String = if fold { mask.chars().map(folded).collect() } else { mask.to_owned() };
    let mask = folded_mask.as_str();
    let parts = if flag("extension") {
        vec![extension(mask)?]
    } else if !mask.contains('/') {
        (!is_odd(mask) && !flag("folder")).then_some(())?;
        vec![Part::Name(segment(mask, ONE_STAR)?)]
    } else if flag("process") {
        let (all, slash) = split(mask)?;
        (!slash).then_some(())?;
        let mut pattern = segments(&all, ONE_STAR)?;
        if pattern.last() == Some(&Token::Run) {
            pattern.pop();
            pattern.push(Token::Cross);
        }
        vec![Part::Whole(pattern)]
    } else {
        mde_path(mask, flag("folder"), flag("file"), mac)?
    };
    Some(Mask { parts, names: None, fold })
}

fn mde_path(mask: &str, folder: bool, file: bool, mac: bool) -> Option<Vec<Part>> {
    let (mut all, slash) = split(mask)?;
    if slash && file {
        return None;
    }
    // On macOS `X/*/` is X with everything below it.
    if slash && mac && all.last() == Some(&"*") {
        all.pop();
    }
    let mut pattern = segments(&all, ONE_STAR)?;
    if slash {
        return Some(vec![below(pattern)]);
    }
    // A star at the end reaches everything below the folder in front of it.
    if pattern.last() == Some(&Token::Run) {
        pattern.pop();
        pattern.push(Token::Cross);
        return Some(vec![Part::Whole(pattern)]);
    }
    Some(match (folder, file) {
        (true, _) => vec![below(pattern)],
        (_, true) => vec![Part::Whole(pattern)],
        _ => vec![Part::Whole(pattern.clone()), below(pattern)],
    })
}

/// With or without its dot.
fn extension(mask: &str) -> Option<Part> {
    let ending = mask.strip_prefix('.').unwrap_or(mask);
    let dots = ending.starts_with('.') || ending.ends_with('.');
    (!ending.is_empty() && !dots && !ending.contains(['/', '*', '?'])).then_some(())?;
    let mut pattern = vec![Token::Run, Token::Is('.')];
    pattern.extend(ending.chars().map(Token::Is));
    Some(Part::Name(pattern))
}
