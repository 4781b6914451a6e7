//! Scripts: what stands between `# ---- Data` and the next such line is data, and nothing but data: variables with lists of single-quoted
//! literals. PowerShell's own rule for such literals: any of five marks opens one, two of them inside stand for the second.

use super::rules::{self, WindowsRule};
use super::{Obeyed, Wrong};

const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}'];

/// A word of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// `$ExclusionPath`.
    Variable(String),
    /// A single-quoted literal.
    Text(String),
    /// A bare word or number.
    Word(String),
    /// `@(`, `@{`, `)`, `}`, `=`, `,`, `;`, `[`, `]`.
    Mark(&'static str),
    LineEnd,
}

/// The words of a text that is data.
pub fn tokens(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let marks = ["@(", "@{", ")", "}", "=", ",", ";", "[]", "[", "]"];
        if c == '\n' {
            out.push(Token::LineEnd);
            rest = &rest[1..];
        } else if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if c == '#' {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if QUOTES.contains(&c) {
            let (value, left) = literal(rest)?;
            out.push(Token::Text(value));
            rest = left;
        } else if let Some(mark) = marks.iter().find(|m| rest.starts_with(**m)) {
            out.push(Token::Mark(mark));
            rest = &rest[mark.len()..];
        } else {
            let variable = rest.strip_prefix('$');
            let body = variable.unwrap_or(rest);
            let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-'));
            let (word, left) = body.split_at(end.unwrap_or(body.len()));
            if word.is_empty() {
                return Err(format!("no data: {}", rest.chars().take(40).collect::<String>()));
            }
            let word = word.to_owned();
            out.push(if variable.is_some() { Token::Variable(word) } else { Token::Word(word) });
            rest = left;
        }
    }
    Ok(out)
}

fn literal(text: &str) -> Result<(String, &str), Wrong> {
    let mut chars = text.chars();
    chars.next();
    let mut out = String::new();
    loop {
        let c = chars.next().ok_or("a literal that does not end")?;
        if !QUOTES.contains(&c) {
            out.push(c);
            continue;
        }
        let mut ahead = chars.clone();
        match ahead.next() {
            Some(second) if QUOTES.contains(&second) => {
                out.push(second);
                chars = ahead;
            }
            _ => return Ok((out, chars.as_str())),
        }
    }
}

/// A value of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// A number, or `$true` and `$false`.
    Word(String),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
}

/// The assignments of the data, in order.
pub fn data(script: &str) -> Result<Vec<(String, Value)>, Wrong> {
    let lines: Vec<&str> = script.split('\n').collect();
    let begins = |line: &str, what: &str| line.starts_with(what);
    let start = lines.iter().position(|l| begins(l, "# ---- Data")).ok_or("no data")?;
    let end = lines[start + 1..].iter().position(|l| begins(l, "# ----")).ok_or("no end of the data")?;
    let text = lines[start + 1..start + 1 + end].join("\n");
    let all = tokens(&text)?;
    let mut at = Cursor { all: &all, at: 0 };
    let mut out: Vec<(String, Value)> = Vec::new();
    loop {
        at.skip_lines();
        let Some(token) = at.peek() else { break };
        if *token == Token::Mark("[") {
            at.kind()?;
            continue;
        }
        let Token::Variable(name) = token.clone() else { return Err(format!("no assignment: {token:?}")) };
        at.at += 1;
        at.expect("=")?;
        let mut value = at.value()?;
        if at.peek() == Some(&Token::Mark("[")) {
            at.expect("[")?;
            let (index, list) = (at.next()?, value);
            at.expect("]")?;
            match (index, list) {
                (Token::Word(zero), Value::List(all)) if zero == "0" && all.len() == 1 => {
                    value = all[0].clone()
                }
                other => return Err(format!("no first of a list: {other:?}")),
            }
        }
        if out.iter().any(|(n, _)| n.eq_ignore_ascii_case(&name)) {
            return Err(format!("${name} is set twice"));
        }
        out.push((name, value));
    }
    Ok(out)
}

struct Cursor<'t> {
    all: &'t [Token],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<&Token> {
        self.all.get(self.at)
    }

    fn skip_lines(&mut self) {
        while self.peek() == Some(&Token::LineEnd) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Result<Token, Wrong> {
        let token = self.peek().cloned().ok_or("the data ends early")?;
        self.at += 1;
        Ok(token)
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Wrong> {
        match self.next()? {
            Token::Mark(found) if found == mark => Ok(()),
            other => Err(format!("{mark} was expected, not {other:?}")),
        }
    }

    /// `[string[]]`, `[ordered]`.
    fn kind(&mut self) -> Result<(), Wrong> {
        self.expect("[")?;
        loop {
            match self.next()? {
                Token::Mark("]") => return Ok(()),
                Token::Word(_) | Token::Mark("[]") => {}
                other => return Err(format!("no type: {other:?}")),
            }
        }
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        if self.peek() == Some(&Token::Mark("[")) {
            self.kind()?;
        }
        match self.next()? {
            Token::Text(text) => Ok(Value::Text(text)),
            Token::Word(word) => Ok(Value::Word(word)),
            Token::Variable(word) if ["true", "false", "null"].contains(&word.as_str()) => {
                Ok(Value::Word(word))
            }
            Token::Mark("@(") => {
                let mut out = Vec::new();
                loop {
                    while matches!(self.peek(), Some(Token::LineEnd | Token::Mark("," | ";"))) {
                        self.at += 1;
                    }
                    if self.peek() == Some(&Token::Mark(")")) {
                        self.at += 1;
                        return Ok(Value::List(out));
                    }
                    out.push(self.value()?);
                }
            }
            Token::Mark("@{") => {
                let mut out: Vec<(String, Value)> = Vec::new();
                loop {
                    while matches!(self.peek(), Some(Token::LineEnd | Token::Mark(";"))) {
                        self.at += 1;
                    }
                    let name = match self.next()? {
                        Token::Mark("}") => return Ok(Value::Table(out)),
                        Token::Word(name) | Token::Text(name) => name,
                        other => return Err(format!("no name: {other:?}")),
                    };
                    self.expect("=")?;
                    let value = self.value()?;
                    // Names of a table do not distinguish case.
                    if out.iter().any(|(n, _)| n.eq_ignore_ascii_case(&name)) {
                        return Err(format!("{name} stands twice"));
                    }
                    out.push((name, value));
                }
            }
            other => Err(format!("no value: {other:?}")),
        }
    }
}

/// What a script would ask for.
pub fn obeyed(script: &str) -> Result<Obeyed, Wrong> {
    let mut out = Obeyed::default();
    let data = data(script)?;
    let group = data.iter().find(|(name, _)| name == "Group").map(|(_, v)| v.clone());
    for (name, value) in data {
        let value = match (name.as_str(), value) {
            ("Setting", Value::Table(all)) => {
                for (name, value) in all {
                    let Value::Word(number) = value else { return Err(format!("{name} is {value:?}")) };
                    out.set(&name, number.parse().map_err(|_| format!("{name} is {number}"))?)?;
                }
                continue;
            }
            ("Rules", Value::List(all)) => {
                for one in all {
                    let Value::Table(fields) = one else { return Err(format!("no rule: {one:?}")) };
                    let mut rule = rule(&fields)?;
                    if let Some(Value::Text(group)) = &group {
                        rule.group = group.clone();
                    }
                    out.rules.push(rule);
                }
                // Each is made by one call, for all profiles and switched on.
                let call = "$parameters = @{ Group = $Group; Enabled = 'True'; Profile = 'Any'; PolicyStore = $Store }";
                if !script.contains(call) || script.matches("New-NetFirewallRule @parameters").count() != 1 {
                    return Err("how the rules are added is not known".to_owned());
                }
                continue;
            }
            ("DefaultActions", Value::List(all)) => {
                // Each is set to block, for all profiles.
                let call = "foreach ($name in $DefaultActions) { Set-DefaultAction $name ($ProfileNames -join ',') 'Block' }";
                if !script.contains(call) || !script.contains("$ProfileNames = 'Domain', 'Private', 'Public'")
                {
                    return Err("how default actions are set is not known".to_owned());
                }
                for one in all {
                    let Value::Text(name) = one else { return Err(format!("no default: {one:?}")) };
                    for profile in ["domain", "private", "public"] {
                        out.defaults.set(profile, &name, 1)?;
                    }
                }
                continue;
            }
            ("Group", Value::Text(_)) => continue,
            (_, value) => value,
        };
        let Some(list) = out.exclusions.list(&name) else {
            return Err(format!("nobody knows ${name}: {value:?}"));
        };
        let Value::List(values) = value else { return Err(format!("${name} is no list: {value:?}")) };
        for value in values {
            let Value::Text(text) = value else { return Err(format!("{name} holds {value:?}")) };
            list.push(text);
        }
    }
    Ok(out)
}

/// A rule by the parameters of `New-NetFirewallRule`; what it leaves out has the defaults of the cmdlet.
fn rule(fields: &[(String, Value)]) -> Result<WindowsRule, Wrong> {
    let mut rule = WindowsRule::blank();
    for (name, value) in fields {
        let text = || match value {
            Value::Text(text) => Ok(text.as_str()),
            other => Err(format!("{name} is {other:?}")),
        };
        let all = || match value {
            Value::List(all) if !all.is_empty() => all
                .iter()
                .map(|v| match v {
                    Value::Text(text) => Ok(text.as_str()),
                    other => Err(format!("{name} holds {other:?}")),
                })
                .collect::<Result<Vec<_>, _>>(),
            other => Err(format!("{name} is {other:?}")),
        };
        match name.as_str() {
            "DisplayName" => rule.name = text()?.to_owned(),
            "Name" => rule.id = text()?.to_owned(),
            "Description" => rule.description = text()?.to_owned(),
            "Direction" => {
                rule.inbound = match text()? {
                    "Inbound" => true,
                    "Outbound" => false,
                    other => return Err(format!("direction {other}")),
                }
            }
            "Action" => {
                rule.allow = match text()? {
                    "Allow" => true,
                    "Block" => false,
                    other => return Err(format!("action {other}")),
                }
            }
            "Protocol" => {
                rule.protocol = match text()? {
                    "Any" => None,
                    "TCP" => Some(6),
                    "UDP" => Some(17),
                    "ICMPv4" => Some(1),
                    "ICMPv6" => Some(58),
                    number => Some(number.parse().map_err(|_| format!("protocol {number}"))?),
                }
            }
            "LocalPort" => rule.local_ports = each(&all()?, rules::port)?,
            "RemotePort" => rule.remote_ports = each(&all()?, rules::port)?,
            "LocalAddress" => rule.local = each(&all()?, rules::address)?,
            "RemoteAddress" => rule.remote = each(&all()?, rules::address)?,
            "IcmpType" => rule.icmp = each(&all()?, |t| rules::icmp(t, true))?,
            "Program" => rule.program = Some(rules::program(text()?)?),
            other => return Err(format!("nobody knows -{other} of a rule")),
        }
    }
    if rule.id.is_empty() {
        return Err("a rule without an id".to_owned());
    }
    rule.check()
}

fn each<T>(all: &[&str], read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    all.iter().map(|text| read(text)).collect()
}
