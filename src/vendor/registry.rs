//! Values of the Windows registry, and the three forms in which an administrator brings them to machines: `Registry.pol` of a
//! group policy object, LGPO text, and a `.reg` file (reference: defender, 5.2, 5.4, 5.5).
//!
//! | form | who loads it | evidence |
//! |---|---|---|
//! | [`pol`] | `LGPO.exe /m`, or the folder of a group policy object | CONFIRMED by three real files |
//! | [`lgpo`] | `LGPO.exe /t` | DOCUMENTED, one public file |
//! | [`reg`] | `regedit.exe`, `reg.exe import` | DOCUMENTED |
//!
//! All keys are below `HKEY_LOCAL_MACHINE`, written without it. The three forms of one list hold the same values in the same order.

/// What a value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// REG_DWORD.
    Dword(u32),
    /// REG_SZ.
    Text(String),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its key below `HKEY_LOCAL_MACHINE`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub data: Data,
}
