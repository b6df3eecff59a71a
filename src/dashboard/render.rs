//! The three pages.

use askama::Template;
use time::OffsetDateTime;

use super::view::{Row, Tab, TaskView, rows, tabs, tasks};
use crate::queue::{Filter, Page, Run};

/// The one stylesheet.
pub(crate) const STYLE: &str = include_str!("style.css");
/// A peeled tomato.
pub(crate) const ICON: &str = include_str!("icon.svg");

#[derive(Template)]
#[template(path = "runs.html", config = "src/dashboard/askama.toml")]
struct RunsPage {
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    repository: Option<String>,
    older: Option<String>,
    refresh: bool,
    filtered: bool,
}

#[derive(Template)]
#[template(path = "run.html", config = "src/dashboard/askama.toml")]
struct RunPage<'a> {
    run: &'a Run,
    row: Row,
    tasks: Vec<TaskView<'a>>,
    log: &'a str,
    refresh: bool,
}

#[derive(Template)]
#[template(path = "problem.html", config = "src/dashboard/askama.toml")]
struct ProblemPage<'a> {
    status: u16,
    text: &'a str,
    refresh: bool,
}

/// The list of runs.
pub(crate) fn runs(page: &Page, filter: &Filter, now: OffsetDateTime) -> Result<String, askama::Error> {
    let older = page
        .next
        .as_ref()
        .map(|next| super::view::address(filter, filter.state, Some(next)));
    RunsPage {
        tabs: tabs(filter),
        rows: rows(&page.runs, now),
        repository: filter.repository.clone(),
        older,
        refresh: page.runs.iter().any(|run| !run.state.is_final()),
        filtered: filter.repository.is_some() || filter.state.is_some() || filter.after.is_some(),
    }
    .render()
}

/// One run with its tasks and the end of its log.
pub(crate) fn run(run: &Run, log: &str, now: OffsetDateTime) -> Result<String, askama::Error> {
    let refresh = !run.state.is_final();
    RunPage {
        run,
        row: Row::new(run, now),
        tasks: tasks(run),
        log,
        refresh,
    }
    .render()
}

/// What is shown when something cannot be.
pub(crate) fn problem(status: u16, text: &str) -> Result<String, askama::Error> {
    ProblemPage {
        status,
        text,
        refresh: false,
    }
    .render()
}

#[cfg(test)]
mod tests;
