//! The state folder of a local host: who may look into it, and what is where.

use std::fs::{self, DirBuilder, File, Metadata, Permissions, TryLockError};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::deploy::DeployError;
use crate::premises::Premises;

/// The longest path that a socket's address has room for on every system.
const LONGEST_SOCKET: usize = 100;

/// What a file is called before it is whole.
const NEW: &str = ".new-";

/// Its user's alone.
const MODE: u32 = 0o700;

/// The state folder of one host.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// A way to the socket that is short enough, for as long as this value lives.
pub(super) struct Socket {
    pub(super) path: PathBuf,
    _folder: Option<File>,
}

impl Folder {
    /// The folder at `path`, made where it is not there, and closed to others.
    pub(super) fn open(path: &Path) -> Result<Self, DeployError> {
        let folder = Self(path.to_owned());
        let made = DirBuilder::new().recursive(true).mode(MODE).create(path);
        let closed = made.and_then(|()| fs::set_permissions(path, Permissions::from_mode(MODE)));
        match closed {
            Ok(()) => Ok(folder),
            Err(error) => Err(folder.failed(&error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the host says what happens.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("host.log")
    }

    /// What tasks keep in key-value buckets.
    pub(super) fn buckets(&self) -> PathBuf {
        self.0.join("buckets")
    }

    pub(super) fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    pub(super) fn applications(&self) -> PathBuf {
        self.0.join("applications")
    }

    pub(super) fn components(&self) -> PathBuf {
        self.0.join("components")
    }

    /// Whether anything is to run here.
    pub(super) fn is_used(&self) -> bool {
        let mut entries = fs::read_dir(self.applications()).into_iter().flatten().flatten();
        entries.any(|entry| entry.path().extension().is_some_and(|extension| extension == "json"))
    }

    pub(super) fn socket(&self) -> Result<Socket, DeployError> {
        let path = self.0.join("host.sock");
        if path.as_os_str().as_bytes().len() <= LONGEST_SOCKET {
            return Ok(Socket { path, _folder: None });
        }
        let folder = File::open(&self.0).map_err(|error| self.failed(&error))?;
        let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        match short.exists() {
            true => Ok(Socket {
                path: short.join("host.sock"),
                _folder: Some(folder),
            }),
            false => Err(self.failed(&"its path is too long for a socket")),
        }
    }

    /// The lock that a host holds while it lives; none where another one has it.
    pub(super) fn host_lock(&self) -> Result<Option<File>, DeployError> {
        self.lock("host.lock")
    }

    /// The lock that a client holds while it starts or replaces a host.
    pub(super) fn start_lock(&self) -> Result<Option<File>, DeployError> {
        self.lock("start.lock")
    }

    /// The lock that all clients hold while they hand something over.
    pub(super) fn clients_lock(&self) -> PathBuf {
        self.0.join("clients.lock")
    }

    /// Removes what a host that was killed had not written to its end. For the host alone.
    pub(super) fn clear(&self) {
        for folder in [self.applications(), self.components()] {
            Premises::remove(&folder, |name| name.starts_with(NEW));
        }
    }

    /// The process that holds the host's lock, as it wrote it there.
    pub(super) fn host_process(&self) -> Option<i32> {
        fs::read_to_string(self.0.join("host.lock")).ok()?.trim().parse().ok()
    }

    /// Whether the folder is still the one in which `lock` was taken.
    pub(super) fn is_there(&self, lock: &File) -> bool {
        let number = |data: io::Result<Metadata>| data.ok().map(|data| data.ino());
        let there = number(fs::metadata(self.0.join("host.lock")));
        there.is_some() && there == number(lock.metadata())
    }

    fn lock(&self, name: &str) -> Result<Option<File>, DeployError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(self.0.join(name))
            .map_err(|error| self.failed(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(&error)),
        }
    }

    pub(super) fn failed(&self, reason: &dyn std::fmt::Display) -> DeployError {
        DeployError::LocalFolder {
            path: self.0.clone(),
            reason: reason.to_string(),
        }
    }
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::with_prefix_in(NEW, folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
