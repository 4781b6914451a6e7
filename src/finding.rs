//! Findings and refusals, with stable codes. The whole catalogue is the table [`CATALOGUE`]; `docs/findings.md`
//! is generated from it.

use serde::Serialize;

use crate::text;

/// How much a finding should worry the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it before importing anything.
    Warning,
    /// Something was not read or not written.
    Error,
}

impl Severity {
    /// The word of the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name of the input.
    pub input: String,
    /// Physical line, 1-based; 0 when the finding is about the whole file.
    pub line: u32,
}

/// Something a person should know. Sensitive data stands last in `message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code, `CW` and four digits.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub origin: Place,
    /// What was found.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// An input that is not read, with the place and a way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable code.
    pub code: &'static str,
    /// Name of the input.
    pub input: String,
    /// Physical line, 1-based; 0 when unknown.
    pub line: u32,
    /// Column in characters, 1-based; 0 when unknown.
    pub column: u32,
    /// What it looks like and why it is refused.
    pub message: String,
    /// What to export instead.
    pub hint: String,
}

impl Refusal {
    /// A refusal that names no place yet; the intake adds the input's name.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            input: String::new(),
            line: 0,
            column: 0,
            message: text::owned(message),
            hint: text::owned(hint),
        }
    }

    /// The same refusal at a line and column.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.line = line;
        self.column = column;
        self
    }

    /// The same thing as a finding of severity *error*, for a report.
    pub fn finding(&self) -> Finding {
        let place = if self.line > 0 {
            format!("line {}, column {}: {}", self.line, self.column, self.message)
        } else {
            self.message.clone()
        };
        Finding {
            code: self.code,
            severity: Severity::Error,
            origin: Place { input: self.input.clone(), line: self.line },
            message: place,
            hint: self.hint.clone(),
        }
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $code;)*
        /// Every code with its one-line meaning, in order.
        pub const CATALOGUE: &[(&str, &str)] = &[$(($code, $title),)*];
    };
}

catalogue! {
    /// Empty file.
    EMPTY = "CW0001", "The file is empty";
    /// Too large.
    TOO_LARGE = "CW0002", "The file is larger than 256 MiB";
    /// Binary file.
    BINARY = "CW0003", "The file is binary";
    /// Bytes that no accepted encoding explains.
    ENCODING = "CW0004", "The bytes are not valid text in the encoding the file announces";
    /// XML that is not well-formed.
    ILL_FORMED = "CW0005", "The XML is not well-formed";
    /// A document type declaration.
    DOCTYPE = "CW0006", "The XML has a document type declaration";
    /// Nesting too deep.
    TOO_DEEP = "CW0007", "The document is nested more than 256 levels deep, or by longer names than any export has";
    /// Nothing that a reader knows.
    UNKNOWN_FORMAT = "CW0008", "The file is no export that Crosswalk reads";
    /// A known file that is no export.
    NOT_AN_EXPORT = "CW0009", "The file is from Kaspersky but is not an export that can be converted";
    /// The watch said stop.
    CANCELLED = "CW0010", "Reading was cancelled";
    /// A line without meaning.
    BAD_LINE = "CW0011", "A line could not be read; it is in the ledger, word for word";
    /// A repeated key.
    REPEATED = "CW0012", "A key stands twice; both are in the ledger";
    /// Too many settings for one file.
    TOO_MANY = "CW0013", "The file holds more settings than can be numbered";
    /// JSON that is not well-formed.
    JSON_ILL_FORMED = "CW0014", "The JSON is not well-formed";
    /// An export of somebody else's product.
    OTHER_VENDOR = "CW0015", "The file comes from another vendor's product";
    /// A program, an archive, a document and the like.
    OTHER_FILE = "CW0016", "The file is of a kind that holds no settings export";
    /// A ZIP without a directory.
    ARCHIVE_BROKEN = "CW0017", "The archive is damaged or empty";
    /// A limit of archives.
    ARCHIVE_LIMIT = "CW0018", "The archive holds more than is unpacked";
    /// A name that leads elsewhere.
    ENTRY_NAME = "CW0019", "The name of an entry of an archive is not accepted";
    /// Encryption, unusual methods.
    ENTRY_PACKED = "CW0020", "An entry of an archive is encrypted or packed in an unusual way";
    /// Other bytes than announced.
    ENTRY_BROKEN = "CW0021", "An entry of an archive is not what the archive announces";
    /// An archive that is not opened.
    NOT_UNPACKED = "CW0022", "The file is an archive that is not opened here";
    /// Links, devices.
    NOT_A_FILE = "CW0023", "The entry is no file";
    /// Nothing to read in a policy file.
    NO_STRINGS = "CW0024", "The binary file of Security Center holds no readable text";

    /// A question that the bytes leave open.
    QUESTION = "CW0100", "The file does not say something that the conversion needs";
    /// An unusual version.
    VERSION_UNSEEN = "CW0101", "No export of this version was seen by the project";
    /// Task scopes that a command ignores.
    SCAN_FILE_SCOPES = "CW0102", "Scopes of Scan_File are ignored by the command that scans a file";
    /// Possible shipped defaults.
    MAYBE_DEFAULTS = "CW0103", "Some rows may be defaults that the product shipped";
    /// The export may be partial.
    PARTIAL_LIST = "CW0104", "The file may hold only part of what is in force";
    /// A row that excludes everything.
    EXCLUDES_ALL = "CW0105", "A row excludes everything";
    /// A secret was withheld.
    SECRET = "CW0106", "A value looks like a secret and was not read";
    /// Comments in the file.
    COMMENTS = "CW0107", "The file holds comments that are no settings";
    /// Names differ in a way that matters.
    MISSPELT = "CW0108", "A key is spelt in a way that the vendor's pages do not have";

    /// Masks made to be slow.
    TOO_COMPLEX = "CW0109", "Masks with so many wildcards take too long to compare";
    /// A form that nobody has shown.
    BEST_EFFORT = "CW0110", "No file of this form was seen by the project; it is read on a best-effort basis";
    /// The source acts on nothing.
    REPORTS_ONLY = "CW0111", "The source only reports threats; the target acts on them";
    /// Tasks in a group of another name.
    STRAY_TASK = "CW0112", "A task stands in a group that Crosswalk does not know";

    /// Policies of more than one product.
    SEVERAL_PRODUCTS = "CW0120", "The file holds policies of several products";
    /// More than one policy.
    SEVERAL_POLICIES = "CW0121", "The file holds several policies";
    /// Settings of Security Center.
    KSC_INVENTORY = "CW0122", "Settings of Security Center are listed and not converted";
    /// Only policies, no settings.
    KSC_NO_SETTINGS = "CW0123", "The file names policies and holds no settings";
    /// Profiles could not be read.
    KSC_PROFILES_MISSING = "CW0124", "Profiles of a policy could not be read from the server";
    /// A policy that is not in force.
    KSC_NOT_ACTIVE = "CW0125", "A policy is not active";
    /// Hidden files and what systems leave behind.
    LEFT_OUT = "CW0130", "A file that is no export was left out";
    /// Characters that are not seen.
    UNSEEN = "CW0131", "A character cannot be seen, or turns the text around it";
    /// Strings of a policy file.
    INVENTORY = "CW0132", "The strings of a binary file are listed; this is no converted policy";
    /// Limits of the search for strings.
    INVENTORY_LIMIT = "CW0133", "Not everything in the binary file was searched";

    /// Columns to confirm.
    COLUMNS_OPEN = "CW0140", "A list waits until you confirm what its columns mean";
    /// A recipe for another list.
    RECIPE_REFUSED = "CW0141", "A recipe does not fit this list, so it was not applied";
    /// A mapping that nobody confirmed, or that lacks something.
    RECIPE_DRAFT = "CW0142", "A recipe is a draft, or lacks something, so it was not applied";
    /// A legacy code page.
    CODE_PAGE = "CW0143", "The text is in an old code page; which one is a guess";
    /// A spreadsheet changed values.
    SPREADSHEET = "CW0144", "A value looks as if a spreadsheet had changed it";

    /// Wrong platform for the route.
    PLATFORM = "CW0200", "The policy and the route are for different systems";
    /// A default of the target that is weaker.
    WEAKER_DEFAULT = "CW0201", "The target's own default protects less than the source did";
    /// The route was never tried on a live system.
    NOT_TRIED = "CW0202", "This combination has not been tried on a live system by the project";
    /// Nothing to write.
    NOTHING_WRITTEN = "CW0203", "Nothing could be written for this target";
    /// Tamper protection and like.
    BEFORE_IMPORT = "CW0204", "Something to check before the import";
    /// File mark and its documentation.
    FILE_MARK = "CW0205", "What the file mark of Defender does to a folder of the same name is described in two ways";

    /// Rules without an order.
    REWRITTEN = "CW0210", "Ordered rules were rewritten for a target whose rules have no order";
    /// What else decides about traffic.
    OTHER_RULES = "CW0211", "The rules stand beside those that the target has already, and hold while its firewall is on";
    /// Lists without an order among them.
    SEVERAL_LISTS = "CW0212", "The input holds several lists of firewall rules, and nothing says which comes first";
    /// More than one policy, or more than one rule in it, was never seen.
    RULES_IN_GRAPH = "CW0213", "No sample shows how a second firewall rule of a policy refers to the template";
    /// A file that is there already.
    MERGE = "CW0214", "A configuration of this product that is already in use has to be merged with what is written";
    /// The same value twice.
    INDICATOR_TWICE = "CW0215", "The same file or address is both allowed and blocked";
    /// More than a tenant holds.
    INDICATOR_LIMIT = "CW0216", "More indicators than a tenant holds";

    /// Not what the target's tool prints.
    NO_STATE = "CW0221", "What was pasted is not the state that the target's tool prints; nothing was compared";
    /// What a machine has beside what is written.
    EXISTING = "CW0222", "What is written was compared with what a machine has";
    /// Something else is set there.
    IN_CONFLICT = "CW0223", "A machine has another value for a setting that is written";

    /// Inside another entry.
    INSIDE = "CW0300", "An exclusion lies inside another one that reaches as far";
    /// Twice the same.
    TWICE = "CW0301", "The same exclusion stands twice";
    /// Once on, once off.
    ON_AND_OFF = "CW0302", "The same exclusion is once in force and once switched off";
    /// A scope that an exclusion swallows.
    NEVER_SCANNED = "CW0303", "A scan scope lies inside an exclusion of its task, so it is never scanned";
    /// A place that should be scanned.
    BROAD_PLACE = "CW0304", "An exclusion takes every file of a place that should be scanned";
    /// Programs, scripts, archives anywhere.
    BROAD_EXTENSION = "CW0305", "An exclusion takes every file of an extension that malware uses";
    /// A folder that users can write to.
    USER_WRITABLE = "CW0306", "An exclusion takes every file of a folder that users can write to";
    /// Interpreters and the like.
    SCRIPT_HOST = "CW0307", "A trusted or excluded program runs whatever it is given";

    /// Written as it was.
    SAME = "CW1000", "The target says the same";
    /// Part of another row.
    PART_OF = "CW1001", "Another row already writes this";
    /// The target does it by itself.
    TARGET_DEFAULT = "CW1002", "The target's documented default already does this";
    /// A switch of a list.
    SWITCH = "CW1003", "The rows of the list carry this";
    /// Switched off.
    OFF = "CW1004", "Switched off in the source";
    /// The target does it by itself.
    AUTOMATIC = "CW1005", "The target excludes this by itself";
    /// Real-time only into a list for all scans.
    REALTIME_TO_ALL = "CW1010", "Excluded from real-time scanning only; the target has one list for all scans";
    /// On-demand only into a list for all scans.
    ONDEMAND_TO_ALL = "CW1011", "Excluded from some scans only; the target has one list for all scans";
    /// Folders whose name matches.
    FOLDERS_TOO = "CW1012", "The target also skips folders whose name matches, with all they hold";
    /// Process exclusion of Defender.
    PROCESS_WIDER = "CW1013", "A process exclusion also takes the process out of network protection and attack surface reduction";
    /// Sub-folders are covered to a depth.
    ONE_LEVEL = "CW1014", "The target's masks cover one folder, or folders to a certain depth, not all below";
    /// Components the target cannot tell apart.
    PARTS_TO_ALL = "CW1015", "Excluded from some components only; the target has one list for all of them";
    /// Real-time only, and folders of that name.
    REALTIME_MASK_TO_ALL = "CW1016", "Excluded from real-time scanning only; the target skips it in all scans, and folders of that name with all they hold";
    /// Some scans only, and folders of that name.
    ONDEMAND_MASK_TO_ALL = "CW1017", "Excluded from some scans only; the target skips it in all scans, and folders of that name with all they hold";
    /// Folders only.
    FOLDER_ONLY = "CW1018", "The target's list takes folders that exist when it starts; a file of that path, or a folder made later, is still scanned";
    /// The target's masks say less.
    MASK_NARROWER = "CW1019", "The target's masks cannot say the same; what is written takes less";
    /// Waits for an answer.
    WAITS = "CW1020", "Waits for an answer";
    /// May be a shipped default row.
    WAITS_DEFAULT = "CW1021", "May be a row that the product shipped; waits for an answer";
    /// The target's masks say more.
    MASK_WIDER = "CW1022", "The target's masks cannot say the same; what could be written takes more";
    /// Columns to confirm.
    WAITS_COLUMNS = "CW1023", "Waits until you confirm what the columns of the list mean";
    /// Cloud protection off.
    CLOUD_OFF = "CW1024", "The source stays away from its vendor's cloud; the target detects less without its own";
    /// A scan takes more.
    SCOPE_WIDER = "CW1025", "The target scans more than the task did";
    /// Process exclusion of Defender on Linux.
    PROCESS_AND_FILES = "CW1026", "The target leaves the program alone, too, not only the files that it opens, and in scans on demand as well";
    /// A daily scan.
    QUICK_ONLY = "CW1027", "The target's daily scan may be a quick one";
    /// Letter case on macOS.
    CASE = "CW1028", "The same path; whether the target tells capital from small letters there is not established";
    /// Allowed file.
    ALLOWED_FILE = "CW1029", "An indicator that allows a file does more than leave it unscanned";
    /// Wildcards in a form the target may read otherwise.
    MASK_BY_HAND = "CW1030", "The mask cannot be carried over exactly";
    /// Excludes everything.
    ALL_BY_HAND = "CW1031", "The row excludes everything; nothing converts that silently";
    /// Keyword paths.
    KEYWORD = "CW1032", "A keyword in place of a path has no counterpart";
    /// Variables.
    VARIABLE = "CW1033", "The variable may resolve differently under the target";
    /// Inferred grammar.
    NOT_ESTABLISHED = "CW1034", "What this setting means is not established";
    /// A character that the target cannot hold.
    CHARACTER = "CW1035", "The value holds a character that the target cannot carry";
    /// A narrowing condition is lost.
    CONDITION = "CW1036", "The rule has a condition that the target cannot express";
    /// Set by hand.
    SET_BY_HAND = "CW1037", "A person sets this in the target";
    /// Part of the rule is withheld or unread.
    RULE_INCOMPLETE = "CW1038", "A part of the rule was not read, so the rule is not written";
    /// Mount points.
    MOUNT_POINT = "CW1039", "A mount-point exclusion is not the same as a folder exclusion";
    /// Nothing like it.
    NO_COUNTERPART = "CW1040", "The target has nothing like it";
    /// Threat names.
    THREAT_NAMES = "CW1041", "Threat names differ between vendors";
    /// Firewall.
    NO_FIREWALL = "CW1042", "The target is no firewall";
    /// Another route can.
    OTHER_ROUTE = "CW1043", "Another route of this product can carry it, this one has no proven place for it";
    /// A firewall carries firewall rules alone.
    FIREWALL_ONLY = "CW1044", "The target is a firewall; another route carries this";
    /// Default actions of a firewall.
    DEFAULT_ACTION = "CW1045", "The target says this by what it does with traffic that no rule is for, and other rules there go before it";
    /// Ordered rules.
    RULE_ORDER = "CW1046", "Rules of the source are ordered, those of the target are not";
    /// Allowed address.
    ALLOWED_ADDRESS = "CW1047", "An indicator that allows an address does so on every machine of the tenant";
    /// Blocked address.
    BLOCKS_LESS = "CW1048", "An indicator may block less than the source's rule did";
    /// Nearest to trust in behaviour.
    TRUST_NEAREST = "CW1049", "The target has no equal to trust in what a program does; what comes nearest is wider in one way and narrower in another";
    /// User dropped it.
    DROPPED = "CW1050", "Dropped by decision";
    /// Metadata.
    METADATA = "CW1060", "Describes the file, carries no setting";
    /// Secret.
    WITHHELD = "CW1061", "Looks like a secret";
    /// Unknown setting.
    UNREAD = "CW1062", "Crosswalk does not know this setting";
}

/// The one-line meaning of a code.
pub fn meaning(code: &str) -> &'static str {
    CATALOGUE.iter().find(|(c, _)| *c == code).map_or("", |(_, title)| title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CATALOGUE.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
