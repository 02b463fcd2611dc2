//! Who may read and write a file: its owner alone as long as it is in the making, whoever is meant to afterwards.

use std::fs::{OpenOptions, Permissions};

/// How to make a new file that only its owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = usual();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// How to make a new file as every program does.
pub(crate) fn usual() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

/// `permissions` without what `limit` gives to nobody but the owner.
#[cfg(unix)]
pub(crate) fn narrowed(permissions: &Permissions, limit: &Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt;

    Permissions::from_mode(permissions.mode() & (limit.mode() | 0o700))
}

/// `permissions` as they are: who else may read a file is not in them here.
#[cfg(not(unix))]
pub(crate) fn narrowed(permissions: &Permissions, _limit: &Permissions) -> Permissions {
    permissions.clone()
}
