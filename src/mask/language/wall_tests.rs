//! The wall: one line for each thing that the rules say. A line is language, mask, flags, path, and the answer in the narrowest
//! and in the widest reading: `y` takes, `n` does not; `-` means that the mask is not read.

use super::super::{Flags, Language, Side, System, parse};

/// The answer in one reading.
fn answer(language: Language, mask: &str, flags: &Flags, side: Side, path: &str) -> &'static str {
    match parse(language, mask, flags, side) {
        Err(_) => "-",
        Ok(read) if read.set.contains(path) => "y",
        Ok(_) => "n",
    }
}

#[test]
fn every_line_of_the_wall() {
    let mut lines = 0;
    for line in WALL.lines().filter(|l| !l.is_empty()) {
        let cells: Vec<&str> = line.split(" ; ").map(str::trim).collect();
        let [id, mask, flags, path, answers] = cells[..] else { panic!("{line}") };
        let language = Language::from_id(id).unwrap();
        let flags = Flags::parse(flags.trim_matches('.')).unwrap();
        let path = match (path.contains(['/', '\\']), language.system()) {
            (true, _) => path.to_owned(),
            (false, System::Windows) => format!(r"C:\any\{path}"),
            (false, _) => format!("/any/{path}"),
        };
        let found = [Side::Source, Side::Target].map(|side| answer(language, mask, &flags, side, &path));
        assert_eq!(found.join(" "), answers, "{line}");
        lines += 1;
    }
    assert!(lines > 200, "{lines}");
}

const WALL: &str = r"
kes ; *.bin ; . ; C:\a\b\begin.bin ; y y
kes ; *.bin ; . ; \\host\share\begin.BIN ; y y
kes ; *.bin ; . ; %ProgramFiles%\x\begin.bin ; y y
kes ; *.bin ; . ; C:\.bin ; y y
kes ; ??.bin ; . ; C:\gear\ab.bin ; y y
kes ; ??.bin ; . ; C:\gear\pqr.bin ; n n
kes ; *.bi? ; . ; C:\a\k.bin ; y y
kes ; *.bi? ; . ; C:\a\k.bi ; n n
kes ; probe ; . ; D:\k\m\probe ; y y
kes ; probe ; . ; D:\k\m\probe.doc ; n n
kes ; C:\Vault\*.bin ; . ; C:\Vault\a.bin ; y y
kes ; C:\Vault\*.bin ; . ; C:\Vault\deep\a.bin ; n n
kes ; C:\Vault\*.bin ; subfolders ; C:\Vault\deep\a.bin ; n y
kes ; c:/vault/*.BIN ; . ; C:\Vault\a.bin ; y y
kes ; C:\**\*.bin ; . ; C:\a\b\c.bin ; y y
kes ; C:\**\*.bin ; . ; C:\c.bin ; n n
kes ; C:\*\*.doc ; . ; C:\a\k.doc ; y y
kes ; C:\*\*.doc ; . ; C:\a\b\k.doc ; n n
kes ; C:\Vault\ ; no-subfolders ; C:\Vault\a.doc ; y y
kes ; C:\Vault\ ; no-subfolders ; C:\Vault\deep\a.doc ; n n
kes ; C:\Vault\ ; subfolders ; C:\Vault\deep\a.doc ; y y
kes ; C:\Vault\ ; . ; C:\Vault\deep\a.doc ; n y
kes ; C:\Vault\ ; subfolders ; C:\Vault ; n n
kes ; C:\Vault\* ; . ; C:\Vault\a ; y y
kes ; C:\Vault\* ; . ; C:\Vault\deep\a ; n y
kes ; C:\Vault\*.* ; . ; C:\Vault\a ; y y
kes ; C:\Vault\*.* ; no-subfolders ; C:\Vault\deep\a ; n n
kes ; C:\Vault\** ; . ; C:\Vault\deep\a ; y y
kes ; C:\Vault ; . ; C:\Vault ; y y
kes ; C:\Vault ; . ; C:\Vault\a ; n n
kes ; C:\Vault ; folder,subfolders ; C:\Vault\a\b ; y y
kes ; **\Shelf\** ; . ; D:\k\Shelf\m\n.doc ; y y
kes ; Shelf\*.bin ; . ; D:\k\Shelf\n.bin ; y y
kes ; Shelf\ ; subfolders ; D:\k\Shelf\m\n.bin ; y y
kes ; ** ; . ; D:\k ; y y
kes ; a**b ; . ; C:\k\axb ; y y
kes ; a**b ; . ; C:\a\b ; n n
kes ; *.* ; . ; C:\a\k ; n y
kes ; %windir%\a ; . ; %SystemRoot%\A ; y y
kes ; %windir%\a ; drive=D ; D:\Windows\a ; y y
kes ; %windir%\a ; . ; C:\Windows\a ; n n
kes ; %APPDATA%\a ; account=system ; %SystemRoot%\System32\config\systemprofile\AppData\Roaming\a ; y y
kes ; %TEMP%\a ; account=system ; %SystemRoot%\Temp\a ; n n
kes ; %TEMP%\a ; drive=C ; C:\Windows\Temp\a ; n n
kes ; C:\straße ; . ; C:\STRAßE ; y y
kes ; C:\straße ; . ; C:\STRASSE ; n n
kes ; C:\Öl ; . ; c:\öL ; y y
kes ; ?:\Vault\ ; . ; C:\Vault\a ; - -
kes ; C:\a|b ; . ; C:\a ; - -
kes ; C:\a<b ; . ; C:\a ; - -
kes ; C:\a\..\b ; . ; C:\b ; - -
kes ; C:\a\\b ; . ; C:\a\b ; - -
kes ; C:\%x%\a ; . ; C:\x\a ; - -
kes ; %%a ; . ; C:\%%a ; - -
kes ; C:Vault ; . ; C:\Vault ; - -
kes10 ; Vault\probe ; . ; C:\a\Vault\probe ; y y
kes10 ; Vault\*.bin ; . ; E:\Vault\a.bin ; y y
kes10 ; C:\Vault\probe ; . ; C:\Vault\probe ; y y
kes10 ; C:\Vault\Room*\leaf.bin ; . ; C:\Vault\Room1\leaf.bin ; y y
kes10 ; C:\Vault\Room???\leaf.bin ; . ; C:\Vault\Room12\leaf.bin ; n n
kes10 ; C:\Vault\ ; subfolders ; C:\Vault\a\b.doc ; y y
kes10 ; C:\Vault\ ; no-subfolders ; C:\Vault\a\b.doc ; n n
kes10 ; Va*t\probe ; . ; C:\Vault\probe ; - -
kes10 ; C:\**\probe ; . ; C:\Vault\probe ; - -
ksws ; *.bin ; . ; C:\a\b\k.bin ; y y
ksws ; probe ; . ; C:\a\b\probe ; y y
ksws ; C:\Vault\*.bin ; . ; C:\Vault\a.bin ; y y
ksws ; C:\Vault\*.bin ; . ; C:\Vault\deep\a.bin ; n y
ksws ; C:\Vault\*.bin ; no-subfolders ; C:\Vault\deep\a.bin ; n y
ksws ; C:\Vault\*.bin ; subfolders ; C:\Vault\deep\a.bin ; y y
ksws ; Vault\probe*.* ; . ; C:\scratch\Vault\probe2.bin ; y y
ksws ; Vault\probe*.* ; . ; C:\scratch\Vault\deep\probe2.bin ; n y
ksws ; C:\Vault\ ; . ; C:\Vault\k.raw ; y y
ksws ; C:\Vault\ ; . ; C:\Vault\deep\k.raw ; n y
ksws ; C:\Vault\ ; subfolders ; C:\Vault\deep\k.raw ; y y
ksws ; Vault\ ; subfolders ; D:\a\Vault\deep\k.raw ; y y
ksws ; Vault\* ; . ; D:\a\Vault\k.raw ; y y
ksws ; C:\Va*t\k.raw ; . ; C:\Va\u\t\k.raw ; n y
ksws ; Vault\*\ ; . ; C:\Vault\a\b ; - -
ksws ; C:\Vault\*\a ; . ; C:\Vault\b\a ; - -
ksws ; C:\**\a ; . ; C:\Vault\a ; - -
ksws-process ; c:\Room1\Sh?\lea?.bin ; . ; c:\Room1\ShA\leaf.bin ; y y
ksws-process ; c:\Room1\*\any_leaf.bin ; . ; c:\Room1\k\any_leaf.bin ; y y
ksws-process ; c:\Room1\*\any_leaf.bin ; . ; c:\Room1\k\l\any_leaf.bin ; n y
ksws-process ; any_leaf.bin ; . ; c:\any_leaf.bin ; - -
kesl ; /Vault/*/leaf ; . ; /Vault/a/leaf ; y y
kesl ; /Vault/*/leaf ; . ; /Vault/a/b/leaf ; n n
kesl ; /Vault/*/leaf ; . ; /Vault/a/leaf/b ; n n
kesl ; /Vault/**/leaf ; . ; /Vault/a/b/leaf ; y y
kesl ; /Vault/**/leaf ; . ; /Vault/leaf ; n n
kesl ; /Vault/**/**/leaf ; . ; /Vault/a/b/leaf ; - -
kesl ; /Vault/*** ; . ; /Vault/a ; - -
kesl ; /Vault/le?f ; . ; /Vault/leaf ; y y
kesl ; /Vault/le?f ; . ; /Vault/leäf ; y y
kesl ; /Vault/le?f ; . ; /Vault/leaaf ; n n
kesl ; /Vault/leaf ; . ; /Vault/LEAF ; n n
kesl ; /pool ; . ; /pool/a/b.doc ; y y
kesl ; /pool ; . ; /pool ; y y
kesl ; /pool ; . ; /pool2 ; n n
kesl ; /pool ; folder ; /pool ; n n
kesl ; /pool ; file ; /pool/a ; n n
kesl ; /pool/ ; . ; /pool ; n n
kesl ; /pool/ ; . ; /pool/a ; y y
kesl ; /pool/* ; . ; /pool/a/b ; n n
kesl ; /pool/** ; . ; /pool/a/b ; y y
kesl ; / ; . ; /a ; y y
kesl ; /pool ; area=*.doc ; /pool/a/b.doc ; y y
kesl ; /pool ; area=*.doc ; /pool/a/b.raw ; n n
kesl ; /pool ; area=*.doc,area=*.raw ; /pool/b.raw ; y y
kesl ; / ; area=*.doc ; /b.doc ; y y
kesl ; /pool/* ; area=*.doc ; /pool/b.doc ; - -
kesl ; Mounted:NFS ; . ; /a ; n n
kesl ; Somewhere ; . ; /a ; - -
kesl ; /pool/*/ ; . ; /pool/a/b ; - -
kesl ; /pool/[ab] ; . ; /pool/a ; - -
kesl ; /pool//a ; . ; /pool/a ; - -
kesl ; /pool/../a ; . ; /a ; - -
kesl-mount ; /Vault/* ; . ; /Vault ; n n
kesl-mount ; /Vault/* ; . ; /Vault/a ; y y
kesl-mount ; /Vault/* ; . ; /Vault/a/b ; n n
kesl-mount ; /Vault/** ; . ; /Vault/a/b ; y y
kesl-mount ; /Vault/** ; . ; /Vault ; n n
kesl-mount ; /Vault ; . ; /Vault/a ; n n
kesl-area ; *.doc ; . ; minutes.doc ; y y
kesl-area ; *.DOC ; . ; minutes.doc ; n n
kesl-area ; *_our_leaf_??.html ; . ; 1999_our_leaf_07.html ; y y
kesl-area ; *_our_leaf_??.html ; . ; 1999_our_leaf_7.html ; n n
kesl-area ; a**b ; . ; axb ; y y
kesl-area ; a/b ; . ; b ; - -
local-list ; d:\workshop\ ; . ; d:\workshop\k.c ; y y
local-list ; d:\workshop\ ; . ; d:\workshop\a\k.c ; n y
local-list ; d:\workshop\ ; subfolders ; d:\workshop\a\k.c ; y y
local-list ; d:\workshop ; . ; d:\workshop\k.c ; n n
local-list ; d:\workshop ; . ; d:\workshop ; y y
local-list ; *.raw ; . ; d:\a\b.raw ; y y
local-list ; d:\**\a ; . ; d:\b\a ; - -
def-path ; C:\Ledger\*.doc ; . ; C:\Ledger\minutes.doc ; y y
def-path ; C:\Ledger\*.doc ; . ; C:\Ledger\deep\minutes.doc ; n n
def-path ; C:\Ledger\*.doc ; . ; C:\Ledger\old.doc\a ; n y
def-path ; C:\Ledger\*.doc\:{PathType:file} ; . ; C:\Ledger\old.doc\a ; n n
def-path ; C:\Ledger\*.doc\:{PathType:folder} ; . ; C:\Ledger\old.doc\a ; y y
def-path ; C:\Ledger\*.doc\:{PathType:folder} ; . ; C:\Ledger\old.doc ; n n
def-path ; C:\Ledger\* ; . ; C:\Ledger\deep\a ; n y
def-path ; C:\Ledger\*\:{PathType:file} ; . ; C:\Ledger\deep\a ; n y
def-path ; C:\Ledger\a\:{ScanTrigger:OnAccess} ; . ; C:\Ledger\a\b ; y y
def-path ; C:\Ledger\a\:{pathtype:file} ; . ; C:\Ledger\a ; - -
def-path ; C:\place\*\Stock ; . ; C:\place\Cellar\Stock\a\b.doc ; y y
def-path ; C:\place\*\Stock ; . ; C:\place\k\m\Stock\b.doc ; n n
def-path ; C:\Host\*\*\Spare ; . ; C:\Host\First\Barred\Spare\k.old ; y y
def-path ; C:\Ledger\our?.arc ; . ; C:\Ledger\our1.arc ; y y
def-path ; C:\Ledger\our?.arc ; . ; C:\Ledger\our12.arc ; n n
def-path ; C:\place\room0?\Stock ; . ; C:\place\room01\Stock\f.doc ; y y
def-path ; c:\stock\*\noted\day* ; . ; c:\stock\last\noted\day1.doc ; y y
def-path ; c:\stock\*\noted\day* ; . ; c:\stock\last\noted\deep\day1.doc ; n n
def-path ; c:\probe\trial ; . ; c:\probe\trial\a\b.doc ; y y
def-path ; c:\probe\trial ; . ; c:\probe\trial ; y y
def-path ; c:\probe\trial ; folder ; c:\probe\trial ; n n
def-path ; c:\probe\trial ; file ; c:\probe\trial\a ; n n
def-path ; c:\probe\trial\ ; . ; c:\probe\trial ; n n
def-path ; c:\trial\trial.probe ; . ; c:\trial\another.probe ; n n
def-path ; %ALLUSERSPROFILE%\OwnJournals ; drive=C ; C:\ProgramData\OwnJournals\Shelf1\leaf1.doc ; y y
def-path ; %PROGRAMFILES%\Borealis*\v?\bin\borealis.bin ; drive=C ; c:\Program Files\Borealis Works\v1\bin\borealis.bin ; y y
def-path ; %LOCALAPPDATA%\a ; . ; %windir%\system32\config\systemprofile\appdata\local\a ; y y
def-path ; \\host\share\a ; . ; \\HOST\SHARE\A\b ; y y
def-path ; C: ; . ; C:\a ; y y
def-path ; ?:\Stock ; . ; D:\Stock\k.doc ; - -
def-path ; C:\*\*\*\*\*\*\*\k.jnl ; . ; C:\1\2\3\4\5\6\7\k.jnl ; - -
def-path ; C:\*\*\*\*\*\k.jnl ; . ; C:\1\2\3\4\5\k.jnl ; y y
def-path ; C:\**\k.jnl ; . ; C:\1\k.jnl ; - -
def-path ; k.jnl ; . ; C:\k.jnl ; - -
def-path ; C:\a|b ; . ; C:\a ; - -
def-ext ; .probe ; . ; D:\any\k.probe ; y y
def-ext ; probe ; . ; D:\any\k.probe ; y y
def-ext ; probe ; . ; D:\any\k.probes ; n n
def-ext ; pr?be ; . ; D:\any\k.probe ; - -
def-process ; probe.bin ; . ; d:\inner\leaves\probe.bin ; y y
def-process ; pro?e.bin ; . ; c:\trial\probe.bin ; - -
def-process ; c:\probe\trial\* ; . ; c:\probe\trial\handy.bin ; y y
def-process ; c:\probe\daemon.bin ; . ; d:\daemon.bin ; n n
def-process ; C:\*\*\OurDaemon.bin ; . ; C:\OurShelf1\OurShelf2\OurDaemon.bin ; y y
def-process ; C:\*\*\OurDaemon.bin ; . ; C:\OurShelf1\OurDaemon.bin ; n n
def-process ; C:\OurShelf\OurDaemon??.bin ; . ; C:\OurShelf\OurDaemon42.bin ; y y
mde-linux ; /srv/*/swap ; . ; /srv/pqr/swap/k ; y y
mde-linux ; /srv/*/swap ; . ; /srv/pqr/jnl/k ; n n
mde-linux ; /srv/*/swap ; . ; /srv/a/b/swap/k ; n n
mde-linux ; /srv/*/swap ; file ; /srv/pqr/swap/k ; n n
mde-linux ; /srv/*/swap ; folder ; /srv/pqr/swap ; n n
mde-linux ; /srv/*/ ; . ; /srv/pqr/k ; y y
mde-linux ; /srv/*/ ; . ; /srv/k.jnl ; n n
mde-linux ; /srv/* ; . ; /srv/a/b ; y y
mde-linux ; /srv/jnl* ; . ; /srv/jnl1/b ; y y
mde-linux ; /srv/jnl/ ; . ; /srv/jnl/a/b.jnl ; y y
mde-linux ; leaf?.jnl ; . ; leaf1.jnl ; y y
mde-linux ; leaf?.jnl ; . ; leaf123.jnl ; n n
mde-linux ; d?g ; process ; dog ; y y
mde-linux ; .jnl ; extension ; /srv/a.jnl ; y y
mde-linux ; jnl ; extension ; /srv/a.JNL ; n n
mde-linux ; /srv/**/a ; . ; /srv/b/a ; - -
mde-macos ; /srv/*/ ; . ; /srv/k.jnl ; y y
mde-macos ; /srv/*/swap ; . ; /srv/stu/swap/k ; y y
mde-macos ; /srv/Öl ; . ; /SRV/öl ; n y
mac-path ; /Depot/Öl ; . ; /Depot/Öl ; y y
mac-path ; /Depot/Öl ; . ; /depot/öL ; n y
mac-path ; /Depot/k ; . ; /Depot/k/a ; n y
mac-path ; /Depot/k ; subfolders ; /Depot/k/a/b ; y y
mac-path ; /Depot/k ; subfolders ; /Depot/k ; y y
mac-path ; /Depot/k ; no-subfolders ; /Depot/k/a ; n y
mac-path ; /Depot/k ; no-subfolders ; /Depot/k/a/b ; n n
mac-path ; /Depot/k/ ; . ; /Depot/k/a ; y y
mac-path ; /Depot/k/ ; . ; /Depot/k/a/b ; n y
mac-path ; /Depot/k/ ; . ; /Depot/k ; n n
mac-path ; /Depot/k/ ; subfolders ; /Depot/k/a/b ; y y
mac-path ; /Depot/k/ ; no-subfolders ; /Depot/k/a/b ; n n
mac-path ; /Depot/*.k ; . ; /Depot/a.k ; - -
mac-path ; /Depot/k? ; . ; /Depot/ka ; - -
mac-path ; ~/k ; . ; /k ; - -
mac-path ; k ; . ; /a/k ; - -
sentinelone ; sums.bin ; file ; D:\k\m\sums.bin ; y y
sentinelone ; C:\sums.bin ; file ; C:\sums.bin ; y y
sentinelone ; C:\sums.bin ; file ; D:\sums.bin ; n n
sentinelone ; C:\Suite\ ; folder ; C:\Suite\deep\k.bin ; n n
sentinelone ; C:\Suite\ ; subfolders ; C:\Suite\deep\k.bin ; y y
sentinelone ; C:\Suite\ ; . ; C:\Suite\deep\k.bin ; n y
sentinelone ; C:\Suite\*.bin ; . ; C:\Suite\deep\k.bin ; n y
sentinelone ; C:\People\*\Store\Moving\ ; folder ; C:\People\Ann\Store\Moving\k.lib ; y y
sentinelone ; C:\Suite\K.BIN ; file ; c:\suite\k.bin ; y y
sentinelone ; Suite\k.bin ; . ; E:\Suite\k.bin ; y y
sentinelone ; \Device\HarddiskVolume*\Suite\ ; subfolders ; E:\Suite\k.bin ; y y
sentinelone ; %TEMP%\a ; . ; C:\a ; - -
sophos ; c:\oak\**\elm ; . ; c:\oak\elm ; y y
sophos ; c:\oak\**\elm ; . ; c:\oak\very\many\elm ; y y
sophos ; **.elm ; . ; c:\oak\my.elm ; y y
sophos ; **\elm ; . ; c:\oak\elm ; y y
sophos ; **\elm ; . ; c:\elm ; y y
sophos ; c:\oak\** ; . ; c:\oak\many\elm ; y y
sophos ; c:\oak\a**b ; . ; c:\oak\axxb ; y y
sophos ; c:\oak\a**b ; . ; c:\oak\ax\xb ; n n
sophos ; c:\oak\a** ; . ; c:\oak\ax\xb ; n y
sophos ; c:\oak\*.doc ; . ; c:\oak\deep\a.doc ; n n
sophos ; c:\oak\*.* ; . ; c:\oak\a ; n y
sophos ; c:\oak\ ; . ; c:\oak\deep\a.doc ; y y
sophos ; c:\oak ; . ; c:\oak\a ; n n
sophos ; *. ; . ; NOTICE ; y y
sophos ; *. ; . ; NOTICE.doc ; n n
sophos ; oak. ; . ; oak ; y y
sophos ; oa? ; . ; oa ; y y
sophos ; C:/oak/elm.doc ; . ; C:\oak\elm.doc ; y y
sophos ; oak\elm ; . ; C:\oak\elm ; - -
crowdstrike ; Program Files (x86)\OurGoods\* ; . ; C:\Program Files (x86)\OurGoods\a.bin ; y y
crowdstrike ; Program Files (x86)\OurGoods\* ; . ; C:\Program Files (x86)\OurGoods\deep\a.bin ; n n
crowdstrike ; Program Files (x86)\OurGoods\** ; . ; C:\Program Files (x86)\OurGoods\deep\a.bin ; y y
crowdstrike ; OurGoods\a.bin ; . ; \\host\share\OurGoods\a.bin ; n y
crowdstrike ; **\StartMe.bin ; . ; D:\k\m\StartMe.bin ; y y
crowdstrike ; **\StartMe.bin ; . ; D:\StartMe.bin ; n y
crowdstrike ; People\*\Table\StartMe.bin ; . ; C:\People\ann\k\Table\StartMe.bin ; n n
crowdstrike ; C:\OurGoods\a.bin ; . ; C:\OurGoods\a.bin ; - -
crowdstrike ; OurGoods\? ; . ; C:\OurGoods\a ; - -
clam-exclude ; ^/sys/ ; . ; /sys/1/mem ; y y
clam-exclude ; ^/sys/ ; . ; /sys ; y y
clam-exclude ; ^/sys/. ; . ; /sys ; n n
clam-exclude ; ^/sys/ ; . ; /house/sys/k ; n n
clam-exclude ; \.jnl$ ; . ; /srv/jnl/k.jnl ; y y
clam-exclude ; \.jnl$ ; . ; /srv/old.jnl/k ; y y
clam-exclude ; ^/srv/[^/]*\.jnl$ ; . ; /srv/a/k.jnl ; n n
clam-exclude ; ^/(a|b)+(/|$) ; . ; /ab/c ; y y
clam-exclude ; ^/k[ -.0-~]$ ; . ; /kä ; n n
clam-exclude ; ^/k..$ ; . ; /kä ; y y
clam-exclude ; a{2} ; . ; /aa ; - -
clam-exclude ; ^/k(x|) ; . ; /kx ; - -
clam-exclude ; ^/k[--x] ; . ; /kx ; - -
clam-exclude ; ^/k[-x] ; . ; /k- ; y y
clam-exclude ; ^/k[x-] ; . ; /k- ; y y
clam-exclude ; ^/k[+-x-z] ; . ; /kx ; - -
clam-exclude ; k) ; . ; /k) ; - -
clam-exclude ; k[ä] ; . ; /kä ; - -
clam-exclude ; [[:digit:]] ; . ; /1 ; - -
clam-onaccess ; /house/guest ; . ; /house/guest/a/b ; y y
clam-onaccess ; /house/guest ; . ; /house/guest2/a ; n n
clam-onaccess ; /house/guest ; . ; /house/guest ; n n
clam-onaccess ; /house/guest/ ; . ; /house/guest/a ; - -
";
