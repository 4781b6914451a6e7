//! What people call a file of that name. Asked last and only to say more: the content was not known, and the code of the
//! refusal stays that of the content.

use super::{LINUX, LISTS, Look};
use crate::finding::NOT_AN_EXPORT;

const fn called(looks: &'static str, instead: &'static str) -> Look {
    Look::new(NOT_AN_EXPORT, looks, instead)
}

const WHOLE: &str = "Export the lists one by one instead: for managed computers from the policy in the console, for one computer from the program itself, for servers of the KSWS family with kavshell export settings.xml";
const POLICY: &str =
    "Export the whole policy from the console (.klp), or run the collector on the Administration Server";

/// A whole name, or an ending with its dot; compared without case.
const NAMES: &[(&str, Look)] = &[
    (
        "kesl.ini",
        called(
            "The content is not known; by its name this is kesl.ini, which says how Kaspersky Endpoint Security for Linux starts, not what it protects",
            LINUX,
        ),
    ),
    (
        "agreements.ini",
        called(
            "The content is not known; by its name this is agreements.ini, which says which agreements were accepted",
            LINUX,
        ),
    ),
    (
        "autoinstall.ini",
        called("The content is not known; by its name this holds answers for an installation", LINUX),
    ),
    (
        "appsettings.xml",
        called(
            "The content is not known; by its name this is the inner settings store of Kaspersky Endpoint Security for Linux, whose layout is not known",
            LINUX,
        ),
    ),
    (
        "lightagent.conf",
        called(
            "The content is not known; by its name these are service settings of a Light Agent, whose format is not known",
            "From version 6 the Linux Light Agent is Kaspersky Endpoint Security for Linux: kesl-control --export-settings --file export.ini; for version 5 a sample would help the project",
        ),
    ),
    (
        "scanserver.conf",
        called(
            "The content is not known; by its name these are service settings of a protection server, whose format is not known",
            LISTS,
        ),
    ),
    (
        "klnagent.conf",
        called(
            "The content is not known; by its name this is the configuration of the Network Agent, which holds no protection settings",
            LINUX,
        ),
    ),
    (
        ".cfg",
        called(
            "The content is not known; a .cfg file holds the whole configuration of a Kaspersky product in a form that only the product reads",
            WHOLE,
        ),
    ),
    (
        ".dat",
        called(
            "The content is not known; a .dat list of Kaspersky Endpoint Security is in a form that only the product reads",
            "Import the .dat list in the Administration Console and export it from there as XML",
        ),
    ),
    (
        ".klp",
        called(
            "The content is not known; a .klp file is a policy of Security Center, but this one does not begin like one",
            POLICY,
        ),
    ),
    (
        ".klprof",
        called(
            "The content is not known; a .klprof file is a policy profile of Security Center in a form that only the product reads",
            POLICY,
        ),
    ),
    (
        ".klt",
        called(
            "The content is not known; a .klt file is a task of Security Center in a form that only the product reads",
            POLICY,
        ),
    ),
    (
        ".key",
        called(
            "The content is not known; by its name this is a licence key, which holds no settings",
            "Keep the key to yourself; export the lists or the policy from the product",
        ),
    ),
    (
        ".evt",
        called(
            "The content is not known; by its name this is an event log, which says what happened, not what is set",
            LISTS,
        ),
    ),
    (
        ".etl",
        called(
            "The content is not known; by its name this is a trace, which says what happened, not what is set",
            LISTS,
        ),
    ),
    (
        ".log",
        called(
            "The content is not known; by its name this is a log, which says what happened, not what is set",
            LISTS,
        ),
    ),
    (
        ".wfw",
        called(
            "The content is not known; by its name this is an export of Windows Firewall, in a form that only Windows reads",
            LISTS,
        ),
    ),
    (
        ".sbl",
        called("The content is not known; by its name this may come from a Symantec product", super::OTHERS),
    ),
];

pub(super) fn look(name: &str) -> Option<&'static Look> {
    let name = name.to_lowercase();
    NAMES
        .iter()
        .find(|(known, _)| if known.starts_with('.') { name.ends_with(known) } else { name == *known })
        .map(|(_, look)| look)
}

#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Look> {
    NAMES.iter().map(|(_, look)| look)
}
