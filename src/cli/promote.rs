//! `pelato promote`

use std::io::{IsTerminal as _, stdin};
use std::path::Path;

use serde::Serialize;

use super::CommandError;
use super::args::{Folder, Promote};
use super::folder::{Opened, open, templates};
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::{Wanted, conclude_as};
use super::table::table;
use crate::config::{Environment, Flags, Variables, read_environments};
use crate::deploy::Earlier;
use crate::pipeline::{self, Outcome, Promoted, PromotedTarget, Promotion};
use crate::services::Services;
use crate::source::{Limits, read_revision};

#[derive(Serialize)]
struct PromotionJson<'p> {
    from: &'p str,
    to: &'p str,
    tasks: Vec<TaskJson<'p>>,
    left_alone: &'p [String],
}

#[derive(Serialize)]
struct TaskJson<'p> {
    project: &'p str,
    component_name: &'p str,
    promote: bool,
    commit: &'p str,
    digest: &'p str,
    reference: &'p str,
    targets: Vec<TargetJson<'p>>,
}

#[derive(Serialize)]
struct TargetJson<'p> {
    name: &'p str,
    promote: bool,
    from: Option<SideJson>,
    to: Option<SideJson>,
    version: &'p str,
    differs: &'p [String],
}

#[derive(Serialize)]
struct SideJson {
    version: String,
    digest: String,
    commit: Option<String>,
}

/// Shows what differs, and takes it over.
pub(super) async fn run(command: &Promote, printer: &Printer) -> Result<bool, CommandError> {
    let folder = Folder {
        dir: command.project.clone(),
        templates: command.templates.clone(),
    };
    let opened = open(&folder, &Flags::default())?;
    let (from, to) = both(command, &opened)?;
    let reporter = printer.reporter_of_all(&[&from, &to]);
    let (request, cancel) = (opened.request(), interrupted());
    let read = |commit: &str| {
        let read = read_revision(&opened.dir, &opened.origin.top, commit, &Limits::default());
        read.map(|revision| revision.projects)
    };
    let promotion = pipeline::promotion(&request, &command.tasks, (&from, &to), read).await?;
    if command.dry_run && command.json {
        printer.json(&json(&promotion, command));
        return Ok(true);
    }
    let text = shown(&promotion, command);
    match command.dry_run {
        true => printer.bytes(text.as_bytes()).map_err(CommandError::Output)?,
        false => printer.say(text.trim_end()),
    }
    if command.dry_run {
        return Ok(true);
    }
    let is_nothing = !promotion.tasks.iter().any(Promoted::is_change);
    if !is_nothing && !agreed(command, printer).await? {
        printer.say("nothing was promoted");
        return Ok(false);
    }
    let outcome: Outcome = pipeline::promote(&promotion, request.run, (&from, &to), &reporter, &cancel).await?;
    let wanted = Wanted {
        require_hosts: command.require_hosts,
        json: command.json,
    };
    Ok(conclude_as(&outcome, &opened, wanted, printer))
}

/// The parts of both environments. Nothing of them builds.
fn both(command: &Promote, opened: &Opened) -> Result<(Services, Services), CommandError> {
    let path = &command.config;
    if command.from == command.to {
        return Err(CommandError::Usage(format!(
            "`{}` cannot be promoted to itself; name another environment with --to",
            command.from
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        CommandError::Usage(format!(
            "cannot read {}: {error}; name the file that declares both environments with --config",
            path.display()
        ))
    })?;
    let base = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let variables = Variables::read(&opened.dir)?;
    let names = [command.from.as_str(), command.to.as_str()];
    let mut found = read_environments(&path.display().to_string(), &text, base, &variables, &names)?;
    let mut services = |name: &str| -> Result<Services, CommandError> {
        let environment: Environment = found
            .remove(name)
            .ok_or_else(|| CommandError::Usage(format!("no environment is called `{name}`")))?;
        let services = Services::new(environment, opened.services.building().clone())?;
        Ok(match &opened.settings.templates {
            Some(dir) => services.with_templates(templates(dir)?),
            None => services,
        })
    };
    Ok((services(&command.from)?, services(&command.to)?))
}

/// Asks whoever sits at a terminal; a job has said what it wants.
async fn agreed(command: &Promote, printer: &Printer) -> Result<bool, CommandError> {
    if command.yes || !stdin().is_terminal() {
        return Ok(true);
    }
    printer.ask(&format!("promote this to {}? [y/N]", command.to));
    let read = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        stdin().read_line(&mut answer).map(|_| answer)
    });
    let answer = match read.await {
        Ok(Ok(answer)) => answer,
        // A terminal that is gone agrees to nothing.
        _ => String::new(),
    };
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A table of what is there and here, and below it what is configured otherwise.
fn shown(promotion: &Promotion, command: &Promote) -> String {
    if promotion.tasks.is_empty() {
        return format!("nothing of this project is deployed in {}\n", command.from);
    }
    let rows: Vec<Vec<String>> = promotion
        .tasks
        .iter()
        .flat_map(|task| task.targets.iter().map(|target| row(task, target)))
        .collect();
    let (from, to) = (command.from.to_uppercase(), command.to.to_uppercase());
    let mut text = table(&["TASK", "TARGET", &from, "DIGEST", &to, "DIGEST", ""], &rows);
    for task in &promotion.tasks {
        for target in &task.targets {
            for line in &target.differs {
                text.push_str(&format!("{} on {}: {line}\n", task.component_name, target.name));
            }
        }
    }
    for name in &promotion.left_alone {
        text.push_str(&format!("{name}: only in {}, left alone\n", command.to));
    }
    text
}

fn row(task: &Promoted, target: &PromotedTarget) -> Vec<String> {
    let version = |side: &Option<Earlier>| side.as_ref().map_or("-", |one| one.version()).to_owned();
    let digest = |side: &Option<Earlier>| {
        side.as_ref()
            .map_or("-".to_owned(), |one| short(digest_of(one.image())))
    };
    vec![
        task.component_name.clone(),
        target.name.clone(),
        version(&target.here),
        digest(&target.here),
        version(&target.there),
        digest(&target.there),
        match (target.is_change(), &target.there) {
            (false, _) => "the same",
            (true, None) => "new",
            (true, Some(there)) if digest_of(there.image()) == task.digest => "other configuration",
            (true, Some(_)) => "other code",
        }
        .to_owned(),
    ]
}

fn digest_of(image: &str) -> &str {
    image.rsplit_once('@').map_or("", |(_, digest)| digest)
}

fn short(digest: &str) -> String {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.chars().take(12).collect()
}

fn json<'p>(promotion: &'p Promotion, command: &'p Promote) -> PromotionJson<'p> {
    let side = |one: &Earlier| SideJson {
        version: one.version().to_owned(),
        digest: digest_of(one.image()).to_owned(),
        commit: one.commit(),
    };
    let target = |target: &'p PromotedTarget| TargetJson {
        name: &target.name,
        promote: target.is_change(),
        from: target.here.as_ref().map(side),
        to: target.there.as_ref().map(side),
        version: &target.version,
        differs: &target.differs,
    };
    let task = |task: &'p Promoted| TaskJson {
        project: &task.project,
        component_name: &task.component_name,
        promote: task.is_change(),
        commit: &task.commit,
        digest: &task.digest,
        reference: &task.to,
        targets: task.targets.iter().map(target).collect(),
    };
    PromotionJson {
        from: &command.from,
        to: &command.to,
        tasks: promotion.tasks.iter().map(task).collect(),
        left_alone: &promotion.left_alone,
    }
}
