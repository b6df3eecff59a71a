//! This machine's Go.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::BuildError;
use super::recipe::OLDEST_GO;

/// How long Go may take to say its version.
const ANSWER: Duration = Duration::from_secs(20);

/// A Go that is recent enough.
pub(super) struct Go {
    /// The program itself: past any wrapper on the `PATH`, which might want an
    /// environment that a build does not have.
    pub(super) path: PathBuf,
    /// `go1.26.8`.
    pub(super) version: String,
}

impl Go {
    /// Asks `program` who it is.
    pub(super) async fn find(program: &Path) -> Result<Self, BuildError> {
        let asking = Command::new(program)
            .args(["env", "GOVERSION", "GOROOT"])
            .env("GOTOOLCHAIN", "local")
            .env_remove("GOFLAGS")
            // Not where a go.mod might have a say.
            .current_dir(env::temp_dir())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let answer = match tokio::time::timeout(ANSWER, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(unusable(format!("there is no `{}` to run", program.display())));
            }
            Ok(Err(error)) => return Err(unusable(format!("`go` does not run: {error}"))),
            Err(_) => return Err(unusable("`go env` does not come to an end")),
        };
        let text = String::from_utf8_lossy(&answer.stdout);
        let mut lines = text.lines().map(str::trim);
        let (Some(version), Some(root)) = (lines.next(), lines.next()) else {
            let said = String::from_utf8_lossy(&answer.stderr);
            return Err(unusable(format!("`go env` fails: {}", said.trim())));
        };
        if number(version).is_some_and(|found| found < OLDEST_GO) {
            return Err(unusable(format!("this machine's Go is {version}")));
        }
        Ok(Self {
            path: Path::new(root)
                .join("bin")
                .join(format!("go{}", env::consts::EXE_SUFFIX)),
            version: version.split_whitespace().next().unwrap_or(version).to_owned(),
        })
    }
}

fn unusable(found: impl Into<String>) -> BuildError {
    BuildError::Go {
        found: found.into(),
        oldest: oldest(),
    }
}

/// The oldest Go that will do, as people write it.
pub(super) fn oldest() -> String {
    format!("{}.{}", OLDEST_GO.0, OLDEST_GO.1)
}

/// `go1.26.8`, `go1.27rc1` as numbers; none for one that was built by hand.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("go")?.split('.');
    let digits = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    Some((digits(parts.next()?)?, digits(parts.next()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_go_prints_them() {
        assert_eq!(number("go1.26.8"), Some((1, 26)));
        assert_eq!(number("go1.27rc1"), Some((1, 27)));
        assert_eq!(number("go1.9"), Some((1, 9)));
        assert_eq!(number("devel go1.27-0123456"), None);
    }

    #[test]
    fn an_unusable_go_says_both_ways_out() {
        insta::assert_snapshot!(
            unusable("this machine's Go is go1.19.8"),
            @"this machine's Go is go1.19.8; install Go 1.26 or later (https://go.dev/dl), or build in Docker: `--builder docker`"
        );
    }
}
