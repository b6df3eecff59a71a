//! `pelato test`

use std::time::Instant;

use serde::Serialize;

use super::CommandError;
use super::actions::Told;
use super::args::Test;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use crate::config::Flags;
use crate::pipeline;
use crate::report::counted;
use crate::testing::{TaskResult, junit};

#[derive(Serialize)]
struct TestedJson<'t> {
    success: bool,
    tasks: Vec<TaskJson<'t>>,
    cases: usize,
    passed: usize,
    failed: usize,
    seconds: f64,
}

#[derive(Serialize)]
struct TaskJson<'t> {
    project: &'t str,
    component_name: &'t str,
    file: &'t str,
    success: bool,
    error: Option<&'t str>,
    cases: Vec<CaseJson<'t>>,
}

#[derive(Serialize)]
struct CaseJson<'t> {
    name: &'t str,
    line: usize,
    success: bool,
    seconds: f64,
    failure: Option<&'t str>,
    log: &'t [String],
}

/// Runs the cases of a folder's tasks.
pub(super) async fn run(command: &Test, printer: &Printer) -> Result<bool, CommandError> {
    let begun = Instant::now();
    let flags = Flags {
        builder: command.builder.clone(),
        ..Flags::default()
    };
    let opened = open(&command.folder, &flags)?;
    let filter = command.filter.as_deref().unwrap_or_default();
    let (request, reporter) = (opened.request(), printer.reporter(&opened.services));
    let tested = pipeline::test(&request, filter, &opened.services, &reporter, &interrupted()).await?;
    for task in &tested.tasks {
        show(task, printer);
    }
    printer.tell(&Told::of_tested(&tested.tasks));
    let success = tested.tasks.iter().all(TaskResult::passed);
    let (passed, failed) = counts(&tested.tasks);
    if command.json {
        printer.json(&TestedJson {
            success,
            tasks: tested.tasks.iter().map(json).collect(),
            cases: passed + failed,
            passed,
            failed,
            seconds: begun.elapsed().as_secs_f64(),
        });
    }
    if let Some(path) = &command.junit {
        std::fs::write(path, junit(&tested.tasks))
            .map_err(|error| CommandError::Usage(format!("cannot write {}: {error}", path.display())))?;
    }
    printer.say(&match (tested.tasks.is_empty(), tested.all) {
        (true, 0) => "there are no cases: write some beside a task, `tasks/<name>.test.yaml`".to_owned(),
        (true, all) => format!(
            "no case, and no task, has `{filter}` in its name; there are {}",
            counted(all, "case")
        ),
        (false, _) => summary(&tested.tasks, passed, failed),
    });
    Ok(success)
}

/// Cases that passed and that failed.
fn counts(tasks: &[TaskResult]) -> (usize, usize) {
    let cases = || tasks.iter().flat_map(TaskResult::ran);
    let passed = cases().filter(|case| case.passed()).count();
    (passed, cases().count() - passed)
}

fn summary(tasks: &[TaskResult], passed: usize, failed: usize) -> String {
    let broken = tasks.iter().filter(|task| task.cases.is_err()).count();
    let broken = match broken {
        0 => String::new(),
        broken => format!("; {} could not be tested", counted(broken, "task")),
    };
    format!(
        "{}, {}: {passed} passed, {failed} failed{broken}",
        counted(tasks.len(), "task"),
        counted(passed + failed, "case")
    )
}

fn show(task: &TaskResult, printer: &Printer) {
    printer.say(&format!("{}: {}", task.component_name, task.file));
    match &task.cases {
        Err(untested) => printer.strange(&indented(&untested.reason, "  ")),
        Ok(cases) => {
            for case in cases {
                let state = if case.passed() { "ok    " } else { "FAILED" };
                let took = case.took.as_secs_f64() * 1e3;
                printer.strange(&format!("  {state}  {} ({took:.1} ms)", case.name));
                if !case.passed() {
                    let shown = format!("{}\n{}", task.place(case), case.shown());
                    printer.strange(&indented(&shown, "          "));
                }
            }
        }
    }
}

fn indented(text: &str, by: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{by}{line}")).collect();
    lines.join("\n")
}

fn json(task: &TaskResult) -> TaskJson<'_> {
    let cases = task.ran().iter().map(|case| CaseJson {
        name: &case.name,
        line: case.line,
        success: case.passed(),
        seconds: case.took.as_secs_f64(),
        failure: case.failure.as_deref(),
        log: &case.log,
    });
    TaskJson {
        project: &task.project,
        component_name: &task.component_name,
        file: &task.file,
        success: task.passed(),
        error: task.cases.as_ref().err().map(|untested| untested.reason.as_str()),
        cases: cases.collect(),
    }
}
