//! `commands.md`: what clap knows of each command.

use clap::{Arg, Command};
use pelato::cli::{self, Exit};
use pelato::config::VARIABLES;
use regex::Regex;

use super::table::hold;
use super::{cell, prose};

/// An argument, as its help has it.
pub(super) struct Described {
    /// `--nats <NATS>`, `[DIR]`.
    pub(super) shown: String,
    says: String,
    default: Option<String>,
    /// What counts where it is not given.
    pub(super) variables: Vec<String>,
}

impl Described {
    /// What our derive cannot know stands in the help: `[env: NAME] [default: value]`.
    fn of(argument: &Arg) -> Self {
        let mut says = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let mut take = |what: &str| {
            let note = Regex::new(&format!(r"\s*\[{what}: ([^\]]+)\]")).unwrap();
            let found = note.captures(&says).map(|found| found[1].to_owned());
            says = note.replace_all(&says, "").into_owned();
            found
        };
        let name = Regex::new("[A-Z][A-Z_]+").unwrap();
        let variables = take("env").unwrap_or_default();
        let in_help = take("default");
        let takes_a_value = argument.get_action().takes_values();
        let of_clap = argument.get_default_values().first().filter(|_| takes_a_value);
        let values = argument.get_possible_values();
        if takes_a_value && !values.is_empty() {
            let all: Vec<String> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
            says += &format!(": {}", all.join(", "));
        }
        Self {
            shown: shown(argument),
            says,
            default: of_clap.map(|value| value.to_string_lossy().into_owned()).or(in_help),
            variables: name
                .find_iter(&variables)
                .map(|found| found.as_str().to_owned())
                .collect(),
        }
    }

    fn row(&self) -> String {
        let variables: Vec<String> = self.variables.iter().map(|name| format!("`{name}`")).collect();
        format!(
            "| `{}` | {} | {} | {} |\n",
            self.shown,
            cell(&self.says),
            self.default
                .as_ref()
                .map_or(String::new(), |default| format!("`{default}`")),
            variables.join(", "),
        )
    }
}

/// The name and its value, without clap's brackets for what may be left out.
fn shown(argument: &Arg) -> String {
    let value = |name: &str| match argument.get_num_args() {
        Some(number) if number.min_values() == 0 => format!("[=<{name}>]"),
        _ => format!(" <{name}>"),
    };
    let names = argument.get_value_names().unwrap_or_default();
    match argument.get_long() {
        None => argument.to_string(),
        Some(long) if argument.get_action().takes_values() => {
            let name = names.first().map_or(long.to_uppercase(), ToString::to_string);
            format!("--{long}{}", value(&name))
        }
        Some(long) => format!("--{long}"),
    }
}

/// Every command that is not hidden, those within others too, by its words.
pub(super) fn commands() -> Vec<(String, Command)> {
    let mut program = cli::command();
    program.build();
    let mut all = Vec::new();
    let mut next = vec![(String::new(), program)];
    while let Some((before, command)) = next.pop() {
        let words = format!("{before}{}", command.get_name());
        let below = command
            .get_subcommands()
            .filter(|below| !below.is_hide_set() && below.get_name() != "help");
        let mut below: Vec<_> = below.map(|below| (format!("{words} "), below.clone())).collect();
        below.reverse();
        next.extend(below);
        all.push((words, command));
    }
    all
}

pub(super) fn arguments(command: &Command) -> Vec<Described> {
    let ours = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str()));
    ours.map(Described::of).collect()
}

#[test]
fn the_commands_are_documented() {
    let mut page = String::new();
    for (words, mut command) in commands().into_iter().skip(1) {
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace("\n       ", "\n");
        let about = command.get_about().expect("a command says what it does");
        page += &format!("\n## `{words}`\n\n{}.\n", prose(&about.to_string()));
        if let Some(more) = command.get_after_help() {
            page += &format!("{}\n", prose(&more.to_string()));
        }
        page += &format!("\n```text\n{usage}\n```\n");
        let arguments = arguments(&command);
        if !arguments.is_empty() {
            page += "\n| argument | | default | variable |\n| --- | --- | --- | --- |\n";
            page.extend(arguments.iter().map(Described::row));
        }
    }
    page.push('\n');
    hold("commands.md", "commands", &page);
}

#[test]
fn the_exit_codes_are_documented() {
    let rows = Exit::ALL.map(|exit| format!("| {} | {} |\n", exit.code(), exit.means()));
    hold(
        "commands.md",
        "exit codes",
        &format!("| exit code | |\n| --- | --- |\n{}", rows.concat()),
    );
}

/// What the help of a flag says of its variable is what the variables' own table says.
#[test]
fn flags_and_variables_agree() {
    let mut seen = 0;
    for (words, command) in commands() {
        for argument in arguments(&command) {
            for name in &argument.variables {
                seen += 1;
                let known = VARIABLES.iter().find(|variable| variable.name == name);
                let known = known.unwrap_or_else(|| panic!("{words} {}: nobody reads {name}", argument.shown));
                // The address of NATS is put together from several.
                if argument.variables.len() == 1 {
                    assert_eq!(
                        argument.default.as_deref(),
                        known.default.filter(|_| argument.default.is_some()),
                        "{words} {}",
                        argument.shown
                    );
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
