//! `--format json`

use serde::Serialize;

use super::{all, count};
use crate::document::{Diagnostic, Diagnostics, Place, Places, Severity};
use crate::pipeline::Examined;

/// What was found, as `docs/reference/check.md` has it.
#[derive(Serialize)]
pub(super) struct CheckedJson<'e> {
    success: bool,
    projects: Vec<ProjectJson<'e>>,
    errors: usize,
    warnings: usize,
    notes: usize,
    diagnostics: Vec<DiagnosticJson<'e>>,
}

#[derive(Serialize)]
struct ProjectJson<'e> {
    project: &'e str,
    file: &'e str,
    success: bool,
    /// None where the workflow cannot be read.
    tasks: Option<usize>,
}

/// A finding.
#[derive(Serialize)]
pub(in crate::cli) struct DiagnosticJson<'e> {
    severity: &'static str,
    rule: &'static str,
    #[serde(flatten)]
    place: PlaceJson<'e>,
    message: &'e str,
    label: &'e str,
    help: Option<&'e str>,
    related: Vec<RelatedJson<'e>>,
}

#[derive(Serialize)]
struct RelatedJson<'e> {
    #[serde(flatten)]
    place: PlaceJson<'e>,
    message: &'e str,
}

#[derive(Serialize)]
struct PlaceJson<'e> {
    file: &'e str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// The document.
pub(super) fn document(examined: &[Examined]) -> CheckedJson<'_> {
    CheckedJson {
        success: examined.iter().all(Examined::is_right),
        projects: examined.iter().map(project).collect(),
        errors: count(examined, Severity::Error),
        warnings: count(examined, Severity::Warning),
        notes: count(examined, Severity::Note),
        diagnostics: all(examined).flat_map(DiagnosticJson::of).collect(),
    }
}

fn project(examined: &Examined) -> ProjectJson<'_> {
    ProjectJson {
        project: &examined.project,
        file: &examined.file,
        success: examined.is_right(),
        tasks: examined.workflow.as_ref().map(|workflow| workflow.tasks.len()),
    }
}

impl<'e> DiagnosticJson<'e> {
    /// Those of one file.
    pub(in crate::cli) fn of(diagnostics: &'e Diagnostics) -> Vec<Self> {
        let places = diagnostics.places();
        let file = diagnostics.file.as_str();
        diagnostics
            .items
            .iter()
            .map(|item| diagnostic(item, file, &places))
            .collect()
    }
}

fn diagnostic<'e>(item: &'e Diagnostic, file: &'e str, places: &Places<'_>) -> DiagnosticJson<'e> {
    let related = item.related.iter().map(|related| RelatedJson {
        place: place(file, places.place(&related.span)),
        message: &related.label,
    });
    DiagnosticJson {
        severity: item.severity.name(),
        rule: item.rule,
        place: place(file, places.place(&item.span)),
        message: &item.title,
        label: &item.label,
        help: item.help.as_deref(),
        related: related.collect(),
    }
}

fn place(file: &str, place: Place) -> PlaceJson<'_> {
    PlaceJson {
        file,
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}
