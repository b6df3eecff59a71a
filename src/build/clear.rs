//! What a killed process left of compiling with this machine's Go.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A killed process is gone at once, and its children may have begun another one meanwhile.
const ROUNDS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Ends what still compiles below `folder` ([`super::Options::temporary`]) and removes the
/// folder. Whoever calls it knows that nobody who began that is alive: Go's compilers do
/// not end with who started them. It blocks; how many processes there were.
///
/// # Errors
/// Where the folder cannot be removed.
pub fn clear_away(folder: &Path) -> io::Result<usize> {
    // As Go was told it.
    let Ok(folder) = fs::canonicalize(folder) else {
        return Ok(0);
    };
    let mut ended = 0;
    for _ in 0..ROUNDS {
        let found = compiling_below(&folder);
        if found.is_empty() {
            break;
        }
        ended += found.len();
        for process in found {
            // One that is gone by now is what is wanted.
            let _ = kill_process(process, Signal::KILL);
        }
        sleep(PAUSE);
    }
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(ended),
    }
}

/// The processes whose temporary folder is below `folder`. Where the system does not tell,
/// none: they end by themselves.
fn compiling_below(folder: &Path) -> Vec<Pid> {
    let own = std::process::id();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let below = |process: &i32| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| {
            let place = variable.strip_prefix(b"TMPDIR=");
            place.is_some_and(|place| Path::new(std::ffi::OsStr::from_bytes(place)).starts_with(folder))
        })
    };
    let others = processes.filter(|process| u32::try_from(*process) != Ok(own));
    others.filter(below).filter_map(Pid::from_raw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn what_compiles_below_a_folder_ends_with_it_and_nothing_else_does() {
        let place = tempfile::tempdir().unwrap();
        let (dead, alive) = (place.path().join("dead"), place.path().join("dead-or-alive"));
        let sleeping = |folder: &Path| {
            fs::create_dir(folder).unwrap();
            let mut command = Command::new("sleep");
            command.arg("600").env_clear().env("PATH", "/usr/bin:/bin");
            command.env("TMPDIR", folder.canonicalize().unwrap().join("pelato-build-1"));
            command.stdin(Stdio::null()).spawn().unwrap()
        };
        let (mut left, mut other) = (sleeping(&dead), sleeping(&alive));
        // It is a child of this test, so that it stays a zombie until it is waited for.
        let waits = std::thread::spawn(move || left.wait().unwrap());
        assert!(clear_away(&dead).unwrap() >= 1);
        assert!(!waits.join().unwrap().success());
        assert!(!dead.exists());
        assert!(other.try_wait().unwrap().is_none() && alive.exists());
        other.kill().unwrap();
        other.wait().unwrap();
        assert_eq!(clear_away(&dead).unwrap(), 0, "there is nothing any more");
    }
}
