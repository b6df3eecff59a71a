//! Where the programs of the parts are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The folder that `scripts/setup-lattice.sh` filled for this checkout.
///
/// The script is asked, so that only one place knows how the folder is named.
pub fn folder() -> anyhow::Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../scripts/setup-lattice.sh");
    let output = Command::new(&script)
        .arg("--print")
        .output()
        .with_context(|| format!("cannot run {}", script.display()))?;
    if !output.status.success() {
        bail!(
            "the lattice for tests cannot start: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim_end()))
}
