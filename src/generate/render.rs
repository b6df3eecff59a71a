//! A task through its template, up to what the builder compiles.

use serde::Serialize;

use crate::golang::{GO_MOD, GO_SUM};
use crate::source::ProjectFiles;
use crate::workflow::{TASKS, Task};

use super::{GenerateError, Inputs, Sources, Template, Templates, author};

/// Where a project has its world.
pub(super) const WIT: &str = "wit/world.wit";

/// All that a Go file of a template can name. Whatever else were in here, a
/// change of it would mean another build.
#[derive(Serialize)]
struct Context<'a> {
    component_name: &'a str,
}

/// The Go project of `task`. The same task, file and template give the same
/// bytes.
pub fn render(task: &Task, project: &ProjectFiles, templates: &Templates) -> Result<Sources, GenerateError> {
    let template = template_of(task, templates)?;
    let code = format!("{TASKS}/{}", task.code);
    plain(&code)?;
    let context = Context {
        component_name: &task.component_name,
    };
    let mut files = template.project(&context).map_err(|wrong| at_template(task, wrong))?;
    let template_mod = files.get(GO_MOD).map(|text| String::from_utf8_lossy(text));
    let author = author::take(&project.files, &code, &template_mod.unwrap_or_default());
    let author = author.ok_or_else(|| GenerateError::NoCode {
        component_name: task.component_name.clone(),
        file: code.clone(),
    })?;
    author.names.values().try_for_each(|name| plain(name))?;
    let clash = author.clash.as_ref();
    for (path, content) in author.files {
        if files.contains_key(&path) || path == WIT || clash == Some(&path) {
            return Err(GenerateError::Name {
                what: "an embedded file",
                name: path,
                reason: "the generated project has a file of that name",
            });
        }
        files.insert(path, content);
    }
    files.extend(author.go_mod.map(|text| (GO_MOD.to_owned(), text.into_bytes())));
    if let Some(sums) = author.go_sum {
        let all = files.entry(GO_SUM.to_owned()).or_default();
        all.extend_from_slice(&sums);
    }
    files.insert(WIT.into(), template.wit().into());
    Ok(Sources {
        component_name: task.component_name.clone(),
        files,
        wit: template.wit().to_owned(),
        world: template.spec().world.clone(),
        code,
        author_files: author.names,
        author_module: author.module,
        author_go_mod: author.required_by,
        signatures: template.spec().signatures.clone(),
        inputs: Inputs {
            code: author.digest,
            template: template.digest().to_owned(),
        },
    })
}

/// A path stands in comments and directives.
fn plain(path: &str) -> Result<(), GenerateError> {
    if path.contains(|c: char| c.is_control()) {
        return Err(GenerateError::Name {
            what: "code",
            name: path.strip_prefix("tasks/").unwrap_or(path).to_owned(),
            reason: "it holds a control character",
        });
    }
    Ok(())
}

pub(super) fn template_of<'t>(task: &Task, templates: &'t Templates) -> Result<&'t Template, GenerateError> {
    templates.get(&task.template).ok_or_else(|| GenerateError::NoTemplate {
        component_name: task.component_name.clone(),
        template: task.template.clone(),
    })
}

pub(super) fn at_template(task: &Task, (file, reason): (String, String)) -> GenerateError {
    GenerateError::Template {
        component_name: task.component_name.clone(),
        template: task.template.clone(),
        file,
        reason,
    }
}

#[cfg(test)]
mod tests;
