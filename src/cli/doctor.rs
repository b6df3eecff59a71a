//! `pelato doctor`

use serde::Serialize;

use super::CommandError;
use super::args::Doctor;
use super::folder::open_any;
use super::printer::Printer;
use crate::config::Flags;
use crate::doctor::{Finding, Health, Project, examine};
use crate::pipeline;
use crate::report::{Reporter, counted};

/// What the whole comes to.
#[derive(Serialize)]
struct Examined {
    healthy: bool,
    findings: Vec<Finding>,
}

/// Looks at everything that work here depends on. A success where nothing is wrong.
pub(super) async fn run(command: &Doctor, printer: &Printer) -> Result<bool, CommandError> {
    let flags = Flags {
        builder: command.builder.clone(),
        ..command.place.flags()
    };
    let opened = open_any(&command.folder, &flags)?;
    printer.hide_those_of(&opened.services);
    let project = match opened.projects.is_empty() {
        true => Project::None,
        // What it would print, `pelato check` prints.
        false => Project::Read(pipeline::check(
            &opened.request(),
            &opened.services,
            &Reporter::default(),
        )),
    };
    let findings = examine(&project, &opened.services).await;
    let wrong = findings
        .iter()
        .filter(|finding| finding.health == Health::Wrong)
        .count();
    for finding in &findings {
        printer.strange(&line(finding));
    }
    printer.say(&match wrong {
        0 => "done: nothing is missing".to_owned(),
        _ => format!("failed: {} to mend", counted(wrong, "thing")),
    });
    if command.json {
        printer.json(&Examined {
            healthy: wrong == 0,
            findings,
        });
    }
    Ok(wrong == 0)
}

/// A finding as people read it; what is wrong stands out.
fn line(finding: &Finding) -> String {
    let mark = match finding.health {
        Health::Ok => "ok   ",
        Health::Note => "note ",
        Health::Wrong => "WRONG",
    };
    let text = finding.text.replace('\n', "\n                   ");
    format!("{:>10}  {mark}  {text}", finding.part)
}
