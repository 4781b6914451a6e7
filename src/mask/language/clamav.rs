//! ClamAV: `clam-exclude`, a stated subset of extended regular expressions, and `clam-onaccess`, literal folders.
//!
//! | rule | certainty |
//! |---|---|
//! | searched in the bytes of the path; `^` and `$` are its ends | C, TESTED |
//! | a folder that matches is skipped with all it holds | TESTED |
//! | an expression that ends with `/` also takes the path without it | TESTED |
//! | not parsed by clamd: an empty branch of a group, a range that begins with `-` | TESTED: not read |
//! | the subset: literals, `\` before a sign, `.`, `[…]` and `[^…]` of ASCII, `* + ?`, `( \| )`; `^` and `$` only at the ends of a branch | ours |
//! | outside: `{}`, classes such as `[:alpha:]`, back-references, empty branches beside anchors | ours: not read |
//! | a path is compared by its first 512 bytes | TESTED, not modelled: writers keep below |
//! | `clam-onaccess`: a folder without a slash at its end, with all below; not a file | C, TESTED |

use super::super::linux;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::spell::{self, Spelling};
use super::super::{MaskError, System, invalid, not_established};

/// Deepest nesting of groups.
const DEEPEST: usize = 32;

/// Most parts of an expression that may match nothing at all.
const MOST_OPTIONAL: usize = 24;

/// A piece of an expression.
#[derive(Clone, Debug)]
enum Item {
    Start,
    End,
    Token(Token),
    Group(Vec<Vec<Item>>),
}

/// Reads an `ExcludePath`.
pub(super) fn exclude(text: &str) -> Result<PathSet, MaskError> {
    linux::plain(text)?;
    let mut parser = Parser { rest: text, depth: 0 };
    let mut branches = parser.branches()?;
    if !parser.rest.is_empty() {
        return Err(outside("a closing bracket without an opening one"));
    }
    if branches.iter().any(Vec::is_empty) {
        return Err(outside("an empty expression"));
    }
    if text.ends_with('/') && !text.ends_with("\\/") {
        let [branch] = branches.as_slice() else {
            return Err(outside("several branches with a slash at the end"));
        };
        // clamd puts a slash behind the path when the expression ends with one.
        let mut without = branch.clone();
        without.pop();
        without.push(Item::End);
        if without.iter().any(|item| !matches!(item, Item::Start | Item::End)) {
            branches.push(without);
        }
    }
    let mut patterns = Vec::with_capacity(branches.len());
    for branch in branches {
        let tokens = anchored(branch)?;
        // The empty path is no folder, so nothing lies below it.
        if tokens.iter().all(may_be_empty) && tokens.first() != Some(&Token::Cross) {
            if tokens.len() > MOST_OPTIONAL {
                return Err(outside("an expression of nothing but optional parts"));
            }
            patterns.extend(not_empty(&tokens).into_iter().map(|t| Pattern::new(t, Tail::Tree)));
            continue;
        }
        patterns.push(Pattern::new(tokens, Tail::Tree));
    }
    Ok(PathSet::new(System::Linux, patterns))
}

fn outside(what: &str) -> MaskError {
    not_established(&format!("{what} is outside the subset of regular expressions that is read"))
}

/// Reads an `OnAccessExcludePath`.
pub(super) fn on_access(text: &str) -> Result<PathSet, MaskError> {
    let (_, ends) = linux::split(text)?;
    if ends {
        return Err(invalid("the folder is written without a slash at its end"));
    }
    Ok(PathSet::one(System::Linux, linux::literal(text).collect(), Tail::Below))
}

/// Tokens for a whole path: what may stand before and after is added where there is no anchor.
fn anchored(branch: Vec<Item>) -> Result<Vec<Token>, MaskError> {
    let starts = has(branch.first(), &|i| matches!(i, Item::Start));
    let ends = has(branch.last(), &|i| matches!(i, Item::End));
    let last = branch.len().saturating_sub(1);
    let mut tokens = Vec::new();
    if !starts {
        tokens.push(Token::Cross);
    }
    for (at, item) in branch.into_iter().enumerate() {
        let (first, last) = (at == 0, at == last);
        match item {
            Item::Start if first => {}
            Item::End if last => {}
            Item::Start | Item::End => return Err(outside("an anchor inside an expression")),
            Item::Token(token) => tokens.push(token),
            Item::Group(inner) => tokens.push(group(inner, first && starts, last && ends)?),
        }
    }
    if !ends {
        tokens.push(Token::Cross);
    }
    Ok(tokens)
}

/// Sequences that say the same, but for nothing at all.
fn not_empty(tokens: &[Token]) -> Vec<Vec<Token>> {
    let mut all = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        let starts: Vec<Vec<Token>> = match token {
            Token::Run => vec![vec![Token::Set(Box::new([(1, 0x2E), (0x30, 0xFF)])), Token::Run]],
            Token::Cross => vec![vec![Token::Set(Box::new([(1, 0xFF)])), Token::Cross]],
            Token::Levels => vec![vec![Token::Cross, Token::Sep]],
            Token::Alt(branches) => branches.iter().flat_map(|b| not_empty(b)).collect(),
            Token::Repeat(inner) => {
                not_empty(inner).into_iter().map(|start| [start, vec![token.clone()]].concat()).collect()
            }
            one => vec![vec![one.clone()]],
        };
        all.extend(starts.into_iter().map(|start| [start, rest.to_vec()].concat()));
        // What stands behind a token is the start only where that token may be left out.
        if !may_be_empty(token) {
            break;
        }
    }
    all
}

fn may_be_empty(token: &Token) -> bool {
    match token {
        Token::Run | Token::Cross | Token::Levels | Token::Repeat(_) => true,
        Token::Alt(branches) => branches.iter().any(|b| b.iter().all(may_be_empty)),
        Token::Unit(_) | Token::Sep | Token::One | Token::Set(_) => false,
    }
}

/// A group at the start or end of a branch, where anchors may stand in it.
fn group(branches: Vec<Vec<Item>>, starts: bool, ends: bool) -> Result<Token, MaskError> {
    let mut all = Vec::with_capacity(branches.len());
    for mut branch in branches {
        let mut tokens = Vec::new();
        let start = matches!(branch.first(), Some(Item::Start));
        let end = matches!(branch.last(), Some(Item::End));
        if start && !starts || end && !ends {
            return Err(outside("an anchor inside an expression"));
        }
        if start {
            branch.remove(0);
        } else if starts {
            tokens.push(Token::Cross);
        }
        if end {
            branch.pop();
        }
        for item in branch {
            match item {
                Item::Token(token) => tokens.push(token),
                Item::Group(inner) => tokens.push(group(inner, false, false)?),
                Item::Start | Item::End => return Err(outside("an anchor inside an expression")),
            }
        }
        if ends && !end {
            tokens.push(Token::Cross);
        }
        all.push(tokens);
    }
    Ok(Token::Alt(all.into()))
}

/// Whether an item is an anchor, or a group with a branch that begins or ends with it.
fn has(item: Option<&Item>, anchor: &impl Fn(&Item) -> bool) -> bool {
    match item {
        Some(Item::Group(branches)) => {
            branches.iter().any(|b| b.first().is_some_and(anchor) || b.last().is_some_and(anchor))
        }
        Some(item) => anchor(item),
        None => false,
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn branches(&mut self) -> Result<Vec<Vec<Item>>, MaskError> {
        let mut branches = vec![Vec::new()];
        while !self.rest.is_empty() && !self.rest.starts_with(')') {
            if self.rest.starts_with('|') {
                self.next();
                branches.push(Vec::new());
                continue;
            }
            let items = self.item()?;
            let quantifier = self.rest.chars().next().filter(|c| "*+?".contains(*c));
            let items = match quantifier {
                Some(quantifier) => {
                    self.next();
                    if self.rest.starts_with(['*', '+', '?', '{']) {
                        return Err(outside("one quantifier after another"));
                    }
                    quantified(items, quantifier)?
                }
                None => items,
            };
            if let Some(branch) = branches.last_mut() {
                branch.extend(items);
            }
        }
        Ok(branches)
    }

    /// One character, class, anchor or group. A letter outside ASCII is several bytes.
    fn item(&mut self) -> Result<Vec<Item>, MaskError> {
        let one = |token| Ok(vec![Item::Token(token)]);
        match self.next() {
            Some('^') => Ok(vec![Item::Start]),
            Some('$') => Ok(vec![Item::End]),
            Some('.') => one(Token::Set(Box::new([(1, 0xFF)]))),
            Some('[') => one(self.class()?),
            Some('(') => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(outside("deeply nested groups"));
                }
                let branches = self.branches()?;
                self.depth -= 1;
                if branches.iter().any(Vec::is_empty) {
                    return Err(outside("an empty branch of a group"));
                }
                if self.next() != Some(')') {
                    return Err(invalid("an opening bracket without a closing one"));
                }
                Ok(vec![Item::Group(branches)])
            }
            Some('\\') => match self.next() {
                Some(sign) if "^$.[]*+?(){}|\\".contains(sign) => {
                    Ok(linux::literal(sign.encode_utf8(&mut [0; 4])).map(Item::Token).collect())
                }
                Some(_) => Err(outside("a backslash before what is not special")),
                None => Err(invalid("a backslash at the end")),
            },
            Some('{' | '}') => Err(outside("a counted repetition")),
            Some('*' | '+' | '?') => Err(invalid("a quantifier with nothing before it")),
            Some(letter) => Ok(linux::literal(letter.encode_utf8(&mut [0; 4])).map(Item::Token).collect()),
            None => Ok(Vec::new()),
        }
    }

    /// `[…]` after its opening bracket: ASCII only, a backslash is a character like any other.
    fn class(&mut self) -> Result<Token, MaskError> {
        let negated = self.rest.starts_with('^');
        if negated {
            self.next();
        }
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        loop {
            // clamd does not parse a `-` that neither begins nor ends the class, nor a range that begins with one.
            let dash = self.rest.strip_prefix('-');
            if dash.is_some_and(|after| {
                !after.starts_with(']') && (!ranges.is_empty() || after.starts_with('-'))
            }) {
                return Err(outside("a - in the middle of a class"));
            }
            let low = match self.next() {
                Some(']') if !ranges.is_empty() => break,
                Some('[') if self.rest.starts_with([':', '.', '=']) => return Err(outside("a named class")),
                Some(c) if c.is_ascii() => u32::from(c),
                Some(_) => return Err(outside("a class with letters outside ASCII")),
                None => return Err(invalid("a class without its closing bracket")),
            };
            let range = self.rest.strip_prefix('-').is_some_and(|after| !after.starts_with(']'));
            if low == u32::from(']') && range {
                return Err(outside("a range that begins with a bracket"));
            }
            let mut ahead = self.rest.chars();
            let high = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(high)) if high != ']' => {
                    self.next();
                    self.next();
                    if !high.is_ascii() || high == '[' || u32::from(high) < low {
                        return Err(outside("this range in a class"));
                    }
                    u32::from(high)
                }
                _ => low,
            };
            ranges.push((low, high));
        }
        ranges.sort_unstable();
        if !negated {
            return Ok(Token::Set(ranges.into()));
        }
        let mut left = Vec::new();
        let mut at = 1;
        for (low, high) in ranges {
            if low > at {
                left.push((at, low - 1));
            }
            at = at.max(high + 1);
        }
        left.push((at, 0xFF));
        Ok(Token::Set(left.into()))
    }
}

/// A quantifier after a character, class or group without anchors.
fn quantified(mut items: Vec<Item>, quantifier: char) -> Result<Vec<Item>, MaskError> {
    let Some(last) = items.pop() else { return Err(invalid("a quantifier with nothing before it")) };
    // Only the last byte of a letter outside ASCII would be repeated.
    if !items.is_empty() {
        return Err(outside("a quantifier after a letter outside ASCII"));
    }
    let token = match last {
        Item::Token(token) => token,
        Item::Group(branches) => group(branches, false, false)?,
        Item::Start | Item::End => return Err(outside("a quantifier after an anchor")),
    };
    let any = Token::Set(Box::new([(1, 0xFF)]));
    let no_slash = Token::Set(Box::new([(1, 0x2E), (0x30, 0xFF)]));
    let levels = Token::Alt(Box::new([vec![Token::Cross, Token::Sep]]));
    let many = || match &token {
        token if *token == any => Token::Cross,
        token if *token == no_slash => Token::Run,
        token => Token::Repeat(Box::new([token.clone()])),
    };
    let tokens = match quantifier {
        '*' => vec![many()],
        '+' => vec![token.clone(), many()],
        _ if token == levels => vec![Token::Levels],
        _ => vec![Token::Alt(Box::new([vec![token.clone()], Vec::new()]))],
    };
    Ok(tokens.into_iter().map(Item::Token).collect())
}

/// One character, but only of ASCII: `[^/]` would be one byte, so `??` would take one letter of two bytes.
const ONE: &str = "[ -.0-~]";

/// A pattern as an expression.
pub(super) fn print(pattern: &Pattern) -> Option<Spelling> {
    let mut out = String::with_capacity(pattern.tokens.len() + 8);
    let tokens = match pattern.tokens.as_slice() {
        [Token::Cross, rest @ ..] if rest.first() == Some(&Token::Sep) => rest,
        tokens => {
            out.push('^');
            tokens
        }
    };
    let mut literal = Vec::new();
    for token in tokens {
        if let Token::Unit(unit) = token {
            let byte = u8::try_from(unit.unit).ok()?;
            if b"\\.[]{}()*+?^$|".contains(&byte) {
                literal.push(b'\\');
            }
            literal.push(byte);
            continue;
        }
        out.push_str(&String::from_utf8(std::mem::take(&mut literal)).ok()?);
        out.push_str(match token {
            Token::Sep => "/",
            Token::Run => "[^/]*",
            Token::Cross => ".*",
            Token::One => ONE,
            Token::Levels => "(.*/)?",
            _ => return None,
        });
    }
    out.push_str(&String::from_utf8(literal).ok()?);
    out.push_str(match pattern.tail {
        Tail::Exact => "$",
        Tail::Below => "/.",
        Tail::Tree => "(/|$)",
    });
    Some(Spelling::new(out, None))
}

/// A pattern as a folder of the on-access client.
pub(super) fn print_on_access(pattern: &Pattern) -> Option<Spelling> {
    let literal = pattern.tokens.iter().all(|t| matches!(t, Token::Unit(_) | Token::Sep));
    let text = spell::text(System::Linux, &pattern.tokens)?;
    (literal && pattern.tail != Tail::Exact).then(|| Spelling::new(text, None))
}
