//! Words that people and consoles write into lists, in the languages the product speaks: headings, yes and no, allow and block, directions.
//! A value that is not in the table has no meaning until the user gives it one.

use super::role::Role;

/// What a value of a column with few different values can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Word of the recipe.
    pub word: &'static str,
    /// For people.
    pub label: &'static str,
    /// How it is written in lists, lower case.
    pub written: &'static [&'static str],
}

const fn meaning(word: &'static str, label: &'static str, written: &'static [&'static str]) -> Meaning {
    Meaning { word, label, written }
}

#[rustfmt::skip]
const ON: Meaning = meaning(
    "on",
    "yes",
    &["1", "on", "yes", "true", "enabled", "enable", "active", "x", "+", "✓", "✔", "да", "вкл", "вкл.", "включено", "включен", "включён",
        "включена", "истина", "активно", "активен", "ja", "ein", "an", "wahr", "aktiv", "aktiviert", "oui", "vrai", "actif",
        "activé", "activée", "sí", "si", "verdadero", "activado", "habilitado", "sì", "vero", "attivo", "abilitato", "sim",
        "verdadeiro", "ativado", "tak", "włączone", "evet"],
);
#[rustfmt::skip]
const OFF: Meaning = meaning(
    "off",
    "no",
    &["0", "off", "no", "false", "disabled", "disable", "inactive", "-", "–", "нет", "выкл", "выкл.", "выключено", "выключен",
        "отключено", "отключен", "ложь", "неактивно", "nein", "aus", "falsch", "inaktiv", "deaktiviert", "non", "faux",
        "inactif", "désactivé", "falso", "desactivado", "deshabilitado", "inattivo", "disabilitato", "não", "desativado",
        "nie", "wyłączone", "hayır"],
);
const SWITCH: &[Meaning] = &[ON, OFF];

#[rustfmt::skip]
const ACTION: &[Meaning] = &[
    meaning(
        "allow",
        "allow",
        &["allow", "allowed", "permit", "accept", "разрешить", "разрешено", "разрешать", "zulassen", "erlauben", "autoriser",
            "permitir", "consenti", "consentire", "pozwól", "zezwól"],
    ),
    meaning(
        "block",
        "block",
        &["block", "blocked", "deny", "denied", "drop", "reject", "запретить", "запрещено", "запрещать", "блокировать",
            "blockieren", "verbieten", "ablehnen", "bloquer", "refuser", "bloquear", "denegar", "blocca", "bloccare",
            "zablokuj", "blokuj"],
    ),
    meaning(
        "by-application",
        "as the rules of the application say",
        &["by application rules", "by application rule", "по правилам программы", "по правилам приложения"],
    ),
];

#[rustfmt::skip]
const DIRECTION: &[Meaning] = &[
    meaning(
        "in",
        "incoming",
        &["in", "incoming", "inbound", "ingress", "входящее", "входящие", "входящий", "eingehend", "entrant", "entrante",
            "entrada", "in entrata", "przychodzące"],
    ),
    meaning(
        "out",
        "outgoing",
        &["out", "outgoing", "outbound", "egress", "исходящее", "исходящие", "исходящий", "ausgehend", "sortant", "saliente",
            "saída", "in uscita", "wychodzące"],
    ),
    meaning(
        "both",
        "both ways",
        &["both", "any", "inout", "in/out", "incoming/outgoing", "inbound/outbound", "incomingoutgoing", "входящее/исходящее",
            "входящее / исходящее", "eingehend/ausgehend", "entrant/sortant"],
    ),
    meaning(
        "in-packets",
        "incoming packets",
        &["inpacket", "incomingpacket", "incoming (packet)", "inbound (packet)", "входящее (пакет)", "eingehend (paket)"],
    ),
    meaning(
        "out-packets",
        "outgoing packets",
        &["outpacket", "outgoingpacket", "outgoing (packet)", "outbound (packet)", "исходящее (пакет)", "ausgehend (paket)"],
    ),
    meaning("both-packets", "packets both ways", &["inoutpacket", "incomingoutgoingpacket"]),
];

/// Components by the words of the recipe. How a choice of components is written in an export is not established, so only
/// "all" is known; the user gives every other value its meaning.
#[rustfmt::skip]
const COMPONENTS: &[Meaning] = &[
    meaning("all", "every component", &["*", "all", "any", "все", "любые", "alle", "tous", "todos", "tutti", "alle komponenten", "beliebig"]),
    meaning("on-access", "real-time protection of files", &[]),
    meaning("on-demand", "scans", &[]),
    meaning("behaviour", "behaviour detection", &[]),
    meaning("network", "network protection", &[]),
];

/// What the values of a column can mean; none when its values speak for themselves.
pub const fn meanings(role: Role) -> &'static [Meaning] {
    match role {
        Role::Enabled | Role::Subfolders | Role::OpenedFiles | Role::Children | Role::Logging => SWITCH,
        Role::Action => ACTION,
        Role::Direction => DIRECTION,
        Role::Components => COMPONENTS,
        _ => &[],
    }
}

/// The meaning of a value, by the table.
pub fn meaning_of(role: Role, value: &str) -> Option<&'static str> {
    let lower = value.trim().to_lowercase();
    meanings(role).iter().find(|m| m.written.contains(&lower.as_str())).map(|m| m.word)
}

/// Headings and field names, lower case without punctuation, with what such a column says.
#[rustfmt::skip]
const HEADINGS: &[(Role, &[&str])] = &[
    (
        Role::Path,
        &["path", "file", "folder", "object", "file or folder", "file or folder name", "object path", "mask", "file mask",
            "exclusion", "full path", "location", "simagepath", "imagepath", "application", "executable", "program path",
            "application path", "путь", "файл", "папка", "объект", "файл или папка", "маска", "исключение", "программа",
            "приложение", "pfad", "datei", "ordner", "objekt", "datei oder ordner", "maske", "chemin", "fichier", "dossier",
            "objet", "masque", "fichier ou dossier", "ruta", "archivo", "carpeta", "objeto", "percorso", "oggetto", "cartella",
            "caminho", "arquivo", "pasta", "ścieżka", "plik"],
    ),
    (
        Role::Subfolders,
        &["subfolders", "include subfolders", "sub folders", "recursive", "вложенные папки", "включая вложенные папки",
            "unterordner", "einschließlich unterordner", "sous dossiers", "subcarpetas", "sottocartelle", "subpastas"],
    ),
    (
        Role::Threat,
        &["threat", "threat name", "object name", "detected object", "verdict", "detection", "имя объекта", "название угрозы",
            "угроза", "имя угрозы", "вердикт", "objektname", "bedrohung", "name der bedrohung", "menace", "nom de l objet",
            "amenaza", "nombre del objeto", "minaccia", "nome oggetto", "ameaça", "nome do objeto"],
    ),
    (
        Role::Hash,
        &["hash", "file hash", "object hash", "sha256", "sha 256", "sha1", "md5", "checksum", "хеш", "хэш", "хеш файла",
            "хеш объекта", "dateihash", "hachage"],
    ),
    (Role::Process, &["process", "by process", "процесс", "prozess", "processus", "proceso", "processo"]),
    (
        Role::Components,
        &["components", "protection components", "component", "usage scope", "компоненты", "компоненты защиты",
            "область применения", "komponenten", "schutzkomponenten", "composants", "componentes", "componenti"],
    ),
    (
        Role::Enabled,
        &["enabled", "benabled", "active", "state", "status", "on", "use", "включено", "состояние", "статус", "активно",
            "aktiv", "status der regel", "zustand", "état", "etat", "statut", "activé", "estado", "stato", "rulestate"],
    ),
    (
        Role::Comment,
        &["comment", "comments", "description", "note", "notes", "remark", "scomment", "комментарий", "комментарии",
            "описание", "примечание", "kommentar", "beschreibung", "bemerkung", "commentaire", "remarque", "comentario",
            "descripción", "commento", "descrizione", "comentário", "descrição", "komentarz"],
    ),
    (
        Role::Name,
        &["name", "rule", "rule name", "title", "имя", "название", "правило", "имя правила", "название правила", "bezeichnung",
            "regel", "regelname", "nom", "règle", "nombre", "regla", "nome", "regola", "regra"],
    ),
    (
        Role::Order,
        &["order", "priority", "position", "no", "nr", "#", "number", "приоритет", "номер", "№", "priorität", "priorité",
            "prioridad"],
    ),
    (
        Role::Action,
        &["action", "access", "accessflag", "decision", "действие", "доступ", "aktion", "zugriff", "accès", "acción", "acceso",
            "azione", "accesso", "ação"],
    ),
    (Role::Direction, &["direction", "направление", "richtung", "sens", "dirección", "direzione", "direção"]),
    (Role::Protocol, &["protocol", "протокол", "protokoll", "protocole", "protocolo", "protocollo"]),
    (
        Role::LocalPorts,
        &["local port", "local ports", "localports", "localport", "локальный порт", "локальные порты", "lokaler port",
            "lokale ports", "port local", "ports locaux", "puerto local"],
    ),
    (
        Role::RemotePorts,
        &["remote port", "remote ports", "remoteports", "remoteport", "port", "ports", "удаленный порт", "удалённый порт",
            "удаленные порты", "удалённые порты", "порт", "порты", "port distant", "ports distants",
            "puerto remoto"],
    ),
    (
        Role::LocalAddress,
        &["local address", "local addresses", "localaddress", "local ip", "локальный адрес", "локальные адреса",
            "lokale adresse", "adresse locale", "dirección local"],
    ),
    (
        Role::RemoteAddress,
        &["remote address", "remote addresses", "remoteaddress", "remote ip", "ip", "ip address", "address", "addresses",
            "удаленный адрес", "удалённый адрес", "удаленные адреса", "удалённые адреса", "ip адрес", "адрес",
            "remote adresse", "adresse", "adresse distante", "dirección remota", "indirizzo", "endereço"],
    ),
    (Role::IcmpType, &["icmp type", "icmptype", "тип icmp"]),
    (Role::IcmpCode, &["icmp code", "icmpcode", "код icmp"]),
    (
        Role::Logging,
        &["log", "logging", "log events", "report", "logattempts", "записывать в отчет", "протоколировать", "журнал"],
    ),
    (
        Role::Url,
        &["url", "web address", "web addresses", "website", "site", "domain", "веб адрес", "веб адреса", "адрес сайта", "сайт",
            "домен", "webadresse", "adresse web", "dirección web", "indirizzo web"],
    ),
    (
        Role::Device,
        &["device", "device id", "deviceid", "hardware id", "hwid", "serial", "serial number", "device mask", "устройство",
            "идентификатор устройства", "ид устройства", "серийный номер", "gerät", "geräte id", "périphérique",
            "dispositivo"],
    ),
    (
        Role::User,
        &["user", "users", "group", "users and groups", "пользователь", "пользователи", "benutzer", "utilisateur",
            "utilisateurs", "usuario", "usuarios", "utente"],
    ),
    (
        Role::Children,
        &["child processes", "include child processes", "applytodescendants", "дочерние процессы"],
    ),
    (Role::OpenedFiles, &["do not scan opened files", "не проверять открываемые файлы", "ntriggers"]),
];

/// The part of a heading that is compared: lower case, marks as blanks, of a path the last name.
fn plain(heading: &str) -> String {
    let last = heading.rsplit(['/', '\\']).find(|part| !part.is_empty() && *part != "*").unwrap_or(heading);
    let lower = last.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '#' || c == '№'))
        .filter(|w| !w.is_empty())
        .collect();
    words.join(" ")
}

/// What a column of that heading says, and whether the heading is just that word.
pub fn of_heading(heading: &str) -> Option<(Role, bool)> {
    let heading = plain(heading);
    let exact = HEADINGS.iter().find(|(_, words)| words.contains(&heading.as_str()));
    if let Some((role, _)) = exact {
        return Some((*role, true));
    }
    // The longest known phrase inside the heading decides.
    let padded = format!(" {heading} ");
    let inside = HEADINGS.iter().flat_map(|(role, words)| words.iter().map(move |word| (role, word)));
    inside
        .filter(|(_, word)| word.chars().count() > 3 && padded.contains(&format!(" {word} ")))
        .max_by_key(|(_, word)| word.len())
        .map(|(role, _)| (*role, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_several_languages() {
        for (heading, expected) in [
            ("File or folder", Some((Role::Path, true))),
            ("Путь", Some((Role::Path, true))),
            ("sImagePath", Some((Role::Path, true))),
            ("Object name", Some((Role::Threat, true))),
            ("Remote port(s)", Some((Role::RemotePorts, false))),
            ("Data/RemotePorts/*", Some((Role::RemotePorts, true))),
            ("Rule status", Some((Role::Enabled, false))),
            ("Локальные порты", Some((Role::LocalPorts, true))),
            ("AppIdEx", None),
            ("D:\\Data\\", None),
        ] {
            assert_eq!(of_heading(heading), expected, "{heading}");
        }
    }

    #[test]
    fn a_word_means_one_thing_in_a_column() {
        for info in super::super::role::ROLES {
            let mut seen = Vec::new();
            for meaning in meanings(info.role) {
                for word in meaning.written {
                    assert_eq!(*word, word.to_lowercase());
                    assert!(!seen.contains(word), "{word}");
                    seen.push(word);
                }
            }
        }
        let mut seen = Vec::new();
        for (role, words) in HEADINGS {
            for word in *words {
                assert_eq!(*word, plain(word), "{role:?}");
                assert!(seen.iter().all(|(_, known)| *known != word), "{word}");
                seen.push((role, word));
            }
        }
    }

    #[test]
    fn values_are_compared_without_case_and_blanks() {
        assert_eq!(meaning_of(Role::Enabled, " Да "), Some("on"));
        assert_eq!(meaning_of(Role::Action, "DENY"), Some("block"));
        assert_eq!(meaning_of(Role::Enabled, "maybe"), None);
        assert_eq!(meaning_of(Role::Path, "yes"), None);
    }
}
