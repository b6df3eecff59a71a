//! Where somebody follows a page: a home and a folder of their own, and `pelato` in PATH.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pelato::build::Options;
use rustix::process::{Pid, Signal};
use tempfile::TempDir;

use super::page::{Page, Step, What, root};
use super::script::{missing, outputs, script};
use super::with::With;

/// A page that takes longer than this hangs.
const HANGS: Duration = Duration::from_secs(400);
/// What is taken over of the surroundings: Go's own variables, and the way out.
const TAKEN: [&str; 7] = [
    "GO",
    "HTTP",
    "HTTPS",
    "NO_PROXY",
    "SSL_CERT",
    "CARGO_HOME",
    "RUSTUP_HOME",
];

/// Everything that is started on it ends with it.
pub(crate) struct Desk {
    folder: TempDir,
    variables: BTreeMap<String, String>,
    /// An address of a page's examples, and what stands there instead.
    names: Vec<(String, String)>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["home", "tmp", "bin", "here"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_pelato"), folder.path().join("bin/pelato")).unwrap();
        let path = |part: &str| folder.path().join(part).display().to_string();
        let who = "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n";
        std::fs::write(folder.path().join("home/.gitconfig"), who).unwrap();
        let mut variables: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, _)| TAKEN.iter().any(|taken| name.to_uppercase().starts_with(taken)))
            .collect();
        let cache = Options::from_variables(|name| std::env::var(name).ok()).cache;
        variables.extend(
            [
                ("HOME", path("home")),
                ("TMPDIR", path("tmp")),
                ("PATH", format!("{}:{}", path("bin"), std::env::var("PATH").unwrap())),
                ("LANG", "C.UTF-8".to_owned()),
                ("PELATO_BUILDER", "local".to_owned()),
                ("PELATO_CACHE", cache.display().to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Self {
            folder,
            variables,
            names: Vec::new(),
        }
    }

    /// The same with a variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with something in the place of an address of the examples.
    pub(crate) fn calling(mut self, example: &str, address: &str) -> Self {
        self.names.push((example.to_owned(), address.to_owned()));
        self
    }

    /// The folder in which a page is followed.
    pub(crate) fn here(&self) -> std::path::PathBuf {
        self.folder.path().join("here")
    }

    /// Puts the files that a page asks for into the folder.
    pub(crate) fn lay(&self, with: With) {
        let parts: &[&str] = match with {
            With::Checkout => &[
                ".env.template",
                "action",
                "docker",
                "examples",
                "packaging",
                "templates",
            ],
            With::Example => &["examples/temperature/."],
            With::Lattice | With::Registry | With::Nats | With::Gitea => &[],
        };
        for part in parts {
            let from = root().join(part);
            if from.exists() {
                let copied = Command::new("cp").arg("-r").arg(&from).arg(self.here()).status();
                assert!(copied.unwrap().success());
            }
        }
    }

    /// Follows a page. What went wrong, with the page's line and what was printed.
    pub(crate) fn follow(&self, page: &Page) -> Result<(), String> {
        let text = script(&page.steps, |text| self.say(text));
        let (file, log) = (self.folder.path().join("page.sh"), self.folder.path().join("page.log"));
        std::fs::write(&file, text).unwrap();
        let output = std::fs::File::create(&log).unwrap();
        let mut bash = Command::new("bash")
            .arg(&file)
            .current_dir(self.here())
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let ended = loop {
            if let Some(status) = bash.try_wait().unwrap() {
                break Some(status);
            }
            if begun.elapsed() > HANGS {
                break None;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        self.end_all();
        let _ = bash.wait();
        let all = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
        let printed = outputs(&all, page.steps.len());
        let at = |step: &Step| format!("{}:{}", page.path.display(), step.line);
        let mut last = "";
        for (step, printed) in page.steps.iter().zip(&printed) {
            if let What::Shows { text } = &step.what {
                let text = self.say(text);
                if let Some(line) = missing(&text, last) {
                    return Err(format!("{}: `{line}` is not shown by\n{last}", at(step)));
                }
            } else if !printed.trim().is_empty() || matches!(step.what, What::Call { .. }) {
                last = printed;
            }
        }
        match (ended, page.steps.get(printed.len().saturating_sub(1))) {
            (Some(status), _) if status.success() => Ok(()),
            (ended, Some(step)) => {
                let how = ended.map_or("it hangs".to_owned(), |status| status.to_string());
                Err(format!("{}: {how}\n{}", at(step), printed.last().unwrap_or(&"")))
            }
            (ended, None) => Err(format!("{}: {ended:?}\n{all}", page.path.display())),
        }
    }

    fn say(&self, text: &str) -> String {
        let mut said = text.to_owned();
        for (example, address) in &self.names {
            said = said.replace(example, address);
        }
        said
    }

    /// Whoever has this home or was started with a file of this folder, whatever became of
    /// its parents: a local host has an empty environment.
    fn end_all(&self) {
        let folder = self.folder.path().display().to_string();
        for entry in Path::new("/proc").read_dir().unwrap().flatten() {
            let Ok(id) = entry.file_name().to_string_lossy().parse::<i32>() else {
                continue;
            };
            let has = |file: &str| {
                let text = std::fs::read(entry.path().join(file)).unwrap_or_default();
                text.windows(folder.len()).any(|part| part == folder.as_bytes())
            };
            let is_ours = has("environ") || has("cmdline");
            if let Some(id) = Pid::from_raw(id).filter(|_| is_ours) {
                let _ = rustix::process::kill_process(id, Signal::KILL);
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.end_all();
    }
}
