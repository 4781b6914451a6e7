//! The matchers that judge the engine are judged themselves: by the examples of the rules, and by lines of our own.

mod common;
mod draw;
mod examples;
mod oracle;

use draw::{Dice, cases};
use oracle::{LANGUAGES, Mask, Verdict, matches};

#[test]
fn the_matchers_give_the_answers_of_the_examples() {
    let mut wrong = Vec::new();
    let examples = examples::all();
    for e in &examples {
        for wide in [false, true].into_iter().filter(|w| e.wide.is_none_or(|only| only == *w)) {
            let verdict = matches(&e.language, &e.mask, &e.flags, wide, &e.path);
            if verdict != e.verdict {
                wrong.push(format!("line {} wide {wide}: {} {}: {verdict:?}", e.at, e.mask, e.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} examples", examples.len());
}

/// Language, mask, flags, path; then the verdicts, narrow and wide: yes, no, invalid.
const LINES: &str = r"
kes ; C:\dir\* ; subfolders ; C:\dir\a\b ; n ; y
kes ; C:\dir\*.* ; ; C:\dir\README ; y ; y
kes ; C:\dir\ ; ; C:\dir\a\b ; n ; y
kes ; C:\dir ; subfolders ; C:\dir\a ; n ; n
kes ; dir\*.exe ; ; C:\a\DIR\b.EXE ; y ; y
kes ; %ProgramFiles%\a ; ; %PROGRAMFILES%\A ; y ; y
kes ; %ProgramFiles%\a ; ; C:\Program Files\a ; n ; n
kes ; *.exe ; ; %windir%\a.exe ; y ; y
kes ; *.exe ; ; \\srv\data\a.exe ; y ; y
kes ; Ä? ; ; C:\äß ; y ; y
kes ; C:\a\..\b ; ; C:\b ; i ; i
kes ; C:\a\\b ; ; C:\b ; i ; i
kes10 ; di?\x ; ; C:\dir\x ; i ; i
kes10 ; C:\** ; ; C:\dir\x ; i ; i
ksws ; dir\*\ ; ; C:\dir\a\x ; i ; i
ksws ; C:\dir\*.exe ; subfolders ; C:\dir\a\b\c.exe ; y ; y
ksws-process ; a.exe ; ; C:\a.exe ; i ; i
local-list ; C:\a\ ; ; C:\a\b\c ; n ; y
local-list ; a.exe ; ; C:\a\b\a.exe ; y ; y
local-list ; C:\a\**\b ; ; C:\a\c\b ; i ; i
ksws ; C:\a\*\b ; ; C:\a\c\b ; i ; i
kesl ; /a/ ; ; /a/b ; y ; y
kesl ; /a/ ; ; /a ; n ; n
kesl ; / ; ; /a/b ; y ; y
kesl ; /a ; area=*.log ; /a/b/c.log ; y ; y
kesl ; /a ; area=*.log ; /a/b/c.txt ; n ; n
kesl ; /a*/ ; ; /a/b ; i ; i
kesl ; /a[b] ; ; /ab ; i ; i
kesl-mount ; /dir ; ; /dir ; y ; y
kesl-mount ; /dir ; ; /dir/a ; n ; n
def-path ; C:\a\ ; ; C:\a ; n ; n
def-path ; C:\a\*.txt ; ; C:\a\b.txt\c ; n ; y
def-path ; C:\a\*\:{PathType:file} ; ; C:\a\b\c ; n ; y
def-path ; C:\a\:{PathType:folder} ; ; C:\a\b\c ; y ; y
def-path ; C:\a\:{PathType:folder} ; ; C:\a ; n ; n
def-path ; a.txt ; ; C:\a.txt ; i ; i
def-path ; C:\a** ; ; C:\a ; i ; i
def-process ; C:\a\* ; ; C:\a\b\c.exe ; n ; n
mde-linux ; /var/* ; ; /var/a/b ; y ; y
mde-linux ; /var/log ; file ; /var/log/a ; n ; n
mde-linux ; /var/log ; folder ; /var/log/a ; y ; y
mde-linux ; log ; extension ; /a/x.log ; y ; y
mde-macos ; /Var/log ; ; /var/log/a ; n ; y
sentinelone ; dir\x ; file ; D:\dir\x ; y ; y
sentinelone ; dir\x ; file ; D:\a\dir\x ; n ; n
sentinelone ; C:\a*\x ; file ; C:\ab\c\x ; n ; y
sentinelone ; \Device\HarddiskVolume*\a ; file ; D:\a ; y ; y
sophos ; C:\App\ ; ; C:\App\a\b ; y ; y
sophos ; C:\App ; ; C:\App\a\b ; n ; n
sophos ; c:\a? ; ; C:\a ; y ; y
sophos ; *. ; ; a.b ; n ; n
sophos ; dir\x ; ; C:\dir\x ; i ; i
crowdstrike ; **\a.exe ; ; C:\a.exe ; n ; y
crowdstrike ; C:\a ; ; C:\a ; i ; i
clam-exclude ; ^/a$ ; ; /a/b/c ; y ; y
clam-exclude ; ^/a/ ; ; /a ; y ; y
clam-exclude ; ^/$ ; ; /a ; n ; n
clam-exclude ; (a|) ; ; /a ; i ; i
clam-exclude ; a{2} ; ; /aa ; i ; i
clam-exclude ; [[:alpha:]] ; ; /aa ; i ; i
clam-onaccess ; /a/ ; ; /a/b ; i ; i
clam-onaccess ; /a ; ; /a ; n ; n
";

#[test]
fn each_language_by_lines_of_our_own() {
    for line in LINES.lines().filter(|l| !l.is_empty()) {
        let cells: Vec<&str> = line.split(';').map(str::trim).collect();
        let [language, mask, flags, path, narrow, widest] = cells[..] else { panic!("{line}") };
        let flags: Vec<&str> = flags.split(',').filter(|f| !f.is_empty()).collect();
        for (wide, expected) in [(false, narrow), (true, widest)] {
            let verdict = matches(language, mask, &flags, wide, path);
            let expected = match expected {
                "y" => Verdict::Yes,
                "n" => Verdict::No,
                _ => Verdict::Invalid,
            };
            assert_eq!(
                verdict,
                expected,
                "{line}, wide {wide}: {:?}",
                Mask::read(language, mask, &flags, wide)
            );
        }
    }
}

/// The narrow reading takes nothing that the wide one leaves; both accept the same masks.
#[test]
fn the_narrow_reading_lies_in_the_wide_one() {
    let each = cases(200_000) / LANGUAGES.len() / 8;
    let (mut pairs, mut taken) = (0, 0);
    for (language, system) in LANGUAGES {
        let mut dice = Dice::new(language);
        for _ in 0..each {
            let mask = draw::mask(language, system, &mut dice);
            let flags = draw::flags(language, &mut dice);
            let read = |wide| Mask::read(language, &mask, &flags, wide);
            let (narrow, wide) = match (read(false), read(true)) {
                (None, None) => continue,
                (Some(narrow), Some(wide)) => (narrow, wide),
                _ => panic!("{language} {mask} {flags:?}: accepted in one reading"),
            };
            for _ in 0..8 {
                let path = draw::path(language, &mask, system, &mut dice);
                let (least, most) = (narrow.takes(&path), wide.takes(&path));
                assert!(most || !least, "{language} {mask} {flags:?}: {path}");
                pairs += 1;
                taken += usize::from(least);
            }
        }
    }
    eprintln!("{pairs} pairs, {taken} taken");
}
