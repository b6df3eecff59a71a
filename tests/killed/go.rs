//! A `go` that can be held before and after it compiles: a script around the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) struct Go {
    folder: PathBuf,
}

/// While this lives, a compilation is held, or is to be.
pub(crate) struct HeldGo {
    file: PathBuf,
    here: PathBuf,
}

impl Go {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("go"))
            .find(|go| go.is_file())
            .expect("Go is on the PATH: run scripts/setup.sh");
        let (real, root) = (real.display(), folder.join("go-that-waits"));
        let folder = root.join("bin");
        fs::create_dir_all(&folder).unwrap();
        let (root, at) = (root.display(), folder.display());
        // Pelato asks for the root, and calls what is in its `bin`.
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = env ] && {{ {real} env GOVERSION; echo {root}; exit; }}\n\
             [ \"$1\" = build ] || exec {real} \"$@\"\n\
             hold() {{ mv {at}/$1 {at}/$1.here 2>/dev/null || return; while [ -e {at}/$1.here ]; do sleep 0.02; done; }}\n\
             hold before\n{real} \"$@\"\ncode=$?\nhold after\nexit $code\n"
        );
        fs::write(folder.join("go"), script).unwrap();
        fs::set_permissions(folder.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    /// `PATH` with this one before the real one.
    pub(crate) fn path(&self) -> String {
        format!("{}:{}", self.folder.display(), std::env::var("PATH").unwrap())
    }

    /// Holds the next compilation, `before` or `after` it.
    pub(crate) fn hold(&self, when: &str) -> HeldGo {
        let file = self.folder.join(when);
        fs::write(&file, "").unwrap();
        HeldGo {
            here: self.folder.join(format!("{when}.here")),
            file,
        }
    }
}

impl HeldGo {
    /// Waits until one is held.
    pub(crate) async fn came(&self) -> bool {
        while !self.here.exists() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }
}

impl Drop for HeldGo {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_file(&self.here);
    }
}
