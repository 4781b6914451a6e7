//! The question of `crosswalk mask`: how does one mask, as a source, lie to another, as a target?

use super::{Comparison, Flags, Language, MaskError, Parsed, Relation, Side, TooComplex, compare, parse};

/// A mask with its language and flags.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Its language.
    pub language: Language,
    /// Its text.
    pub text: &'a str,
    /// What stands beside it.
    pub flags: &'a Flags,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The left mask is not read.
    Left(MaskError),
    /// The right mask is not read.
    Right(MaskError),
    /// The languages are of different systems.
    Systems,
    /// The masks would take too long.
    TooComplex,
}

impl NoAnswer {
    /// The reason in plain words.
    pub fn reason(&self) -> String {
        let side = |side: &str, error: &MaskError| match error {
            MaskError::Invalid(why) => format!("the {side} mask is not accepted by its product: {why}"),
            MaskError::NotEstablished(why) => format!("what the {side} mask means is not established: {why}"),
        };
        match self {
            Self::Left(error) => side("left", error),
            Self::Right(error) => side("right", error),
            Self::Systems => "the two languages are of different systems".to_owned(),
            Self::TooComplex => {
                "the two masks would take too long to compare; masks with fewer wildcards can be compared"
                    .to_owned()
            }
        }
    }
}

const CONDITIONS: &str = "one of the entries holds under a condition only";
const VARIABLE: &str =
    "a variable is compared with a drive, and where it points is not told; it counts as another place";

/// Compares a source, read in its narrowest sense, with a target, read in its widest.
///
/// # Errors
///
/// See [`NoAnswer`].
pub fn ask(left: &Asked<'_>, right: &Asked<'_>) -> Result<(Comparison, Vec<&'static str>), NoAnswer> {
    if left.language.system() != right.language.system() {
        return Err(NoAnswer::Systems);
    }
    let source = parse(left.language, left.text, left.flags, Side::Source).map_err(NoAnswer::Left)?;
    let target = parse(right.language, right.text, right.flags, Side::Target).map_err(NoAnswer::Right)?;
    let mut compared = compare(&source.set, &target.set).map_err(|TooComplex| NoAnswer::TooComplex)?;
    let mut uncertain = source.uncertain.clone();
    uncertain.extend(&target.uncertain);
    if source.conditions != target.conditions {
        compared.relation = conditional(compared.relation, &source, &target);
        uncertain.push(CONDITIONS);
    }
    let apart = |a: &Parsed, b: &Parsed| a.set.has_atom() && b.set.has_place();
    if apart(&source, &target) || apart(&target, &source) {
        uncertain.push(VARIABLE);
    }
    uncertain.sort_unstable();
    uncertain.dedup();
    Ok((compared, uncertain))
}

/// Conditions narrow: a side that has them takes its paths only some of the time.
fn conditional(relation: Relation, left: &Parsed, right: &Parsed) -> Relation {
    match (relation, left.conditions.is_empty(), right.conditions.is_empty()) {
        (Relation::Disjoint, ..) => Relation::Disjoint,
        (Relation::Equal | Relation::Contains, true, false) => Relation::Contains,
        (Relation::Equal | Relation::Inside, false, true) => Relation::Inside,
        _ => Relation::Overlap,
    }
}
