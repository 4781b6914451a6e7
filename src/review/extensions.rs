//! Extensions that malware uses: programs, scripts, what holds or starts them, and archives. Partly from Microsoft's page on
//! common mistakes with exclusions (learn.microsoft.com), partly from what Windows and Linux run.

/// Extensions for both systems, without their dot.
pub(super) const EXTENSIONS: &[&str] = &[
    "exe", "dll", "com", "scr", "sys", "drv", "ocx", "cpl", "msi", "msp", "msix", "bin", // programs
    "ps1", "psm1", "bat", "cmd", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "py", "pl", "sh", "jar",
    "java", // scripts
    "ko", "ko.gz", "so", "elf", "run", "deb", "rpm", // programs of Linux
    "lnk", "url", "inf", "reg", "job", "chm", // what starts something
    "docm", "xlsm", "pptm", "xlam", "doc", "xls", "pdf", // documents that hold programs
    "zip", "7z", "rar", "tar", "gz", "cab", "iso", "img", "vhd", "vhdx", // archives and images
    "tmp", "fla", "gif", "jpg", "jpeg", "png", // temporary files and pictures, which hold anything
];

/// Where an extension is looked for, with all below: folders of the system drive of Windows.
pub(super) const WINDOWS: &[&str] = &[
    "",
    "Users",
    "Windows",
    r"Windows\System32",
    r"Windows\Temp",
    "Program Files",
    "Program Files (x86)",
    "ProgramData",
    "Temp",
];

/// The same for Linux.
pub(super) const LINUX: &[&str] =
    &["/usr", "/home", "/tmp", "/var/tmp", "/etc", "/opt", "/var", "/bin", "/root"];
