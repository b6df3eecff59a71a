//! A page as one script: what it sets, and where it goes, carries from fence to fence.

use regex::Regex;

use super::page::{Step, What};

/// Printed before the output of each step.
fn mark(index: usize) -> String {
    format!("@@ step {index} @@")
}

/// The script of a page, for `bash`.
pub(crate) fn script(steps: &[Step], say: impl Fn(&str) -> String) -> String {
    let mut script = "set -eu -o pipefail\nexec 2>&1\n".to_owned();
    for (index, step) in steps.iter().enumerate() {
        script += &format!("printf '\\n%s\\n' '{}'\n", mark(index));
        match &step.what {
            What::File { path, text } => {
                let (path, text) = (say(path), say(text));
                script +=
                    &format!("mkdir -p -- \"$(dirname -- '{path}')\"\ncat > '{path}' <<'@@ end @@'\n{text}@@ end @@\n");
            }
            What::Call { commands, exits: 0 } => script += &say(commands),
            What::Call { commands, exits } => {
                script += &format!(
                    "code=0\n{{\n{}}} || code=$?\n[ \"$code\" = {exits} ] || {{ echo \"it ended with $code\"; exit 1; }}\n",
                    say(commands)
                );
            }
            What::Start { commands, until } => {
                // What it says goes into a file of its own, and is shown up to there. It has
                // an input that never ends, as a terminal has.
                script += &format!(
                    "log=$(mktemp)\n(\n{}) >\"$log\" 2>&1 < <(exec sleep 1000) &\nstarted=$!\n\
                     until grep -qF -- '{}' \"$log\"; do\n\
                     \tkill -0 \"$started\" 2>/dev/null || {{ cat \"$log\"; echo 'it ended'; exit 1; }}\n\
                     \tsleep 0.05\ndone\ncat \"$log\"\n",
                    say(commands),
                    say(until)
                );
            }
            What::Shows { .. } | What::Skip { .. } => {}
        }
    }
    script + &format!("printf '\\n%s\\n' '{}'\n", mark(steps.len()))
}

/// What each step printed; those that it did not come to are missing.
pub(crate) fn outputs(all: &str, steps: usize) -> Vec<&str> {
    let mut rest = all;
    let mut outputs = Vec::new();
    for index in 0..=steps {
        let Some((before, after)) = rest.split_once(&mark(index)) else {
            outputs.push(rest);
            return outputs;
        };
        if index > 0 {
            outputs.push(before);
        }
        rest = after;
    }
    outputs
}

/// The first line of `shown` that `output` does not have, in this order. `…` stands for
/// anything within a line.
pub(crate) fn missing<'a>(shown: &'a str, output: &str) -> Option<&'a str> {
    let mut lines = output.lines().map(str::trim_end);
    shown.lines().filter(|line| !line.trim().is_empty()).find(|wanted| {
        let parts: Vec<_> = wanted.trim().split('…').map(regex::escape).collect();
        let wanted = Regex::new(&format!(r"^\s*{}$", parts.join(".*"))).unwrap();
        !lines.any(|line| wanted.is_match(line))
    })
}
