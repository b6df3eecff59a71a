//! A task through its template, up to what the builder compiles.

use serde::Serialize;

use crate::source::ProjectFiles;
use crate::workflow::Task;

use super::digest::Digest;
use super::{GenerateError, Inputs, Sources, Template, Templates};

/// The author's file in the generated project. Its own name may be one that Go
/// leaves out of a build, as `x_test.go` and `x_linux.go`.
const CODE: &str = "task.go";
const WIT: &str = "wit/world.wit";

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
    let author_file = format!("tasks/{}", task.code);
    if author_file.contains(|c: char| c.is_control()) {
        return Err(GenerateError::Name {
            what: "code",
            name: task.code.clone(),
            reason: "it holds a control character",
        });
    }
    let code = project.get(&author_file).ok_or_else(|| GenerateError::NoCode {
        component_name: task.component_name.clone(),
        file: author_file.clone(),
    })?;
    let context = Context {
        component_name: &task.component_name,
    };
    let mut files = template.project(&context).map_err(|wrong| at_template(task, wrong))?;
    files.insert(CODE.into(), with_line(&author_file, code));
    files.insert(WIT.into(), template.wit().into());
    Ok(Sources {
        component_name: task.component_name.clone(),
        files,
        wit: template.wit().to_owned(),
        world: template.spec().world.clone(),
        author_file,
        signatures: template.spec().signatures.clone(),
        inputs: Inputs {
            code: Digest::default().part(code).hex(),
            template: template.digest().to_owned(),
        },
    })
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

/// The author's file behind a directive that makes the compiler and panics name
/// it, with line and column as in the author's editor.
fn with_line(author_file: &str, code: &[u8]) -> Vec<u8> {
    // Go takes a byte order mark at the very beginning only.
    let code = code.strip_prefix(b"\xef\xbb\xbf").unwrap_or(code);
    let mut content = format!("//line {author_file}:1:1\n").into_bytes();
    content.extend_from_slice(code);
    content
}

#[cfg(test)]
mod tests;
