//! What can be wrong with a task that goes through a template.

use thiserror::Error;

/// A task that cannot be generated.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// Its template is not there.
    #[error("{component_name}: there is no template {template}; `pelato templates` lists them")]
    NoTemplate {
        /// The task.
        component_name: String,
        /// What its `type:` says.
        template: String,
    },
    /// Its code is not in the project.
    #[error("{component_name}: there is no file {file}; put it there, or correct `code:`")]
    NoCode {
        /// The task.
        component_name: String,
        /// The file, relative to the project's folder.
        file: String,
    },
    /// It has no address on a target.
    #[error("{component_name}: `address` says nothing of the target {target}; add a line for it")]
    NoAddress {
        /// The task.
        component_name: String,
        /// The target.
        target: String,
    },
    /// A name that cannot be written into a path, a comment or an application.
    #[error("{what} {name:?} cannot be used: {reason}")]
    Name {
        /// `component_name`, `target` or `code`.
        what: &'static str,
        /// As the workflow has it.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// Its template does not give what it should. It is the template's author
    /// who can mend it.
    #[error("{component_name}: template {template}: {file}: {reason}")]
    Template {
        /// The task.
        component_name: String,
        /// Its template.
        template: String,
        /// The file of the template.
        file: String,
        /// What is wrong.
        reason: String,
    },
}
