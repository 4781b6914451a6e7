//! `crosswalk mask`: how one mask lies to another, with the paths that show it.

use clap::Args;
use crosswalk::finding;
use crosswalk::mask::{Asked, Flags, Language, NoAnswer, Relation, ask, visible};
use serde_json::json;

use super::{Outcome, Stop, output};

/// Two masks: the left as a source, in its narrowest reading, the right as a target, in its widest.
#[derive(Args)]
pub(crate) struct Call {
    /// Language of the left mask, such as kes, ksws, kesl, local-list
    #[arg(value_name = "LANGUAGE")]
    left_language: String,
    /// The left mask
    #[arg(value_name = "MASK", allow_hyphen_values = true)]
    left: String,
    /// Language of the right mask, such as def-path, mde-linux, clam-exclude, sophos
    #[arg(value_name = "LANGUAGE")]
    right_language: String,
    /// The right mask
    #[arg(value_name = "MASK", allow_hyphen_values = true)]
    right: String,
    /// Flags of the left mask: subfolders, no-subfolders, folder, file, process, extension, area=MASK, drive=LETTER, account=system
    #[arg(long, value_name = "F")]
    left_flags: Vec<String>,
    /// Flags of the right mask
    #[arg(long, value_name = "F")]
    right_flags: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Answers the question.
pub(crate) fn mask(call: &Call) -> Result<Outcome, Stop> {
    let (left_flags, right_flags) = (flags(&call.left_flags)?, flags(&call.right_flags)?);
    let left = Asked { language: language(&call.left_language)?, text: &call.left, flags: &left_flags };
    let right = Asked { language: language(&call.right_language)?, text: &call.right, flags: &right_flags };
    let (compared, uncertain) = ask(&left, &right).map_err(|no| match no {
        NoAnswer::TooComplex => Stop::Usage(format!("{}: {}", finding::TOO_COMPLEX, no.reason())),
        no => Stop::Usage(no.reason()),
    })?;
    let uncertain = (!uncertain.is_empty()).then(|| uncertain.join("; "));
    if call.json {
        return output::print(&output::json(&json!({
            "relation": compared.relation.word(),
            "only_left": compared.only_left,
            "only_right": compared.only_right,
            "both": compared.both,
            "uncertain": uncertain,
        })));
    }
    let mut text = match compared.relation {
        Relation::Equal => "equal: both take the same paths\n",
        Relation::Inside => "inside: the right takes every path of the left, and more\n",
        Relation::Contains => "contains: the left takes every path of the right, and more\n",
        Relation::Overlap => "overlap: each takes paths that the other does not take\n",
        Relation::Disjoint => "disjoint: no path is in both\n",
    }
    .to_owned();
    for (label, path) in [
        ("only left ", &compared.only_left),
        ("only right", &compared.only_right),
        ("both      ", &compared.both),
        ("uncertain ", &uncertain),
    ] {
        if let Some(path) = path {
            text.push_str(&format!("  {label}  {}\n", visible(path)));
        }
    }
    output::print(&text)
}

fn flags(words: &[String]) -> Result<Flags, Stop> {
    Flags::parse(&words.join(",")).map_err(Stop::Usage)
}

fn language(id: &str) -> Result<Language, Stop> {
    Language::from_id(id).ok_or_else(|| {
        let known: Vec<&str> = Language::ALL.iter().map(|l| l.id()).collect();
        Stop::Usage(format!("{id} is no mask language; these are: {}", known.join(", ")))
    })
}
