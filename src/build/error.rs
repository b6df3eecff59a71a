//! Why a task was not built.

use std::time::Duration;

use thiserror::Error;

/// Why a task was not built. [`Self::is_the_tasks`] tells the author's mistakes
/// from the platform's faults.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BuildError {
    /// Go's own complaint, with the author's file and lines in it.
    #[error("`{component_name}` does not compile:\n{output}")]
    Compile {
        /// The task's `component_name`.
        component_name: String,
        /// What the compiler printed, one line each; the first one names file and line.
        output: String,
    },
    /// A module that cannot be had.
    #[error("the modules of `{component_name}` could not be fetched:\n{output}")]
    Modules {
        /// The task's `component_name`.
        component_name: String,
        /// What Go printed.
        output: String,
    },
    /// Sources that may not go into a build.
    #[error("the sources of `{component_name}` cannot be built: {reason}")]
    Sources {
        /// The task's `component_name`.
        component_name: String,
        /// What is wrong with them.
        reason: String,
    },
    /// It took too long.
    #[error(
        "building `{component_name}` took longer than {} s and was stopped; \
         look for giant constants or generated code in it", .limit.as_secs()
    )]
    TimedOut {
        /// The task's `component_name`.
        component_name: String,
        /// The limit of one step.
        limit: Duration,
    },
    /// It took too much memory.
    #[error(
        "building `{component_name}` took more than the {} MiB of memory that a build may have; \
         look for giant constants, embedded files or generated code in it", .limit >> 20
    )]
    OutOfMemory {
        /// The task's `component_name`.
        component_name: String,
        /// Bytes.
        limit: u64,
    },
    /// It started too many processes.
    #[error(
        "building `{component_name}` took more than the {limit} processes and threads that a build may have; \
         look for generated code in it"
    )]
    TooManyProcesses {
        /// The task's `component_name`.
        component_name: String,
        /// Processes and threads.
        limit: i64,
    },
    /// It filled the disk.
    #[error(
        "building `{component_name}` took more of the disk than the {} MiB that its repository's cache may have; \
         look for modules that are larger than what is used of them", .limit >> 20
    )]
    CacheTooLarge {
        /// The task's `component_name`.
        component_name: String,
        /// Bytes.
        limit: u64,
    },
    /// It never stopped talking.
    #[error("building `{component_name}` printed more than {} MiB and was stopped", .limit >> 20)]
    TooMuchOutput {
        /// The task's `component_name`.
        component_name: String,
        /// Bytes, whether kept or not.
        limit: usize,
    },
    /// What came out is too big to be taken.
    #[error("the module of `{component_name}` is larger than the {} MiB that are taken; embed less in it", .limit >> 20)]
    ModuleTooLarge {
        /// The task's `component_name`.
        component_name: String,
        /// Bytes.
        limit: u64,
    },
    /// More functions than a host makes room for.
    #[error(
        "the module needs {elements} table elements, but a wasmCloud host gives it {limit}; \
         import fewer packages (net/http is the usual reason)"
    )]
    TableTooLarge {
        /// What the module asks for.
        elements: u64,
        /// What a host gives.
        limit: u64,
    },
    /// More memory at the start than a host gives.
    #[error(
        "the module starts with {} MiB of memory, but a wasmCloud host gives it {} MiB; \
         make its global variables smaller", .bytes.div_ceil(1 << 20), .limit >> 20
    )]
    MemoryTooLarge {
        /// What the module asks for, in bytes.
        bytes: u64,
        /// What a host gives, in bytes.
        limit: u64,
    },
    /// The module does not fit its world: a fault of the template, not of the task.
    #[error("the module does not become a component of the world `{world}`: {reason}; this is a fault of the template")]
    Componentize {
        /// The WIT world.
        world: String,
        /// What wit-component says.
        reason: String,
    },
    /// The run was cancelled.
    #[error("building `{component_name}` was cancelled")]
    Cancelled {
        /// The task's `component_name`.
        component_name: String,
    },
    /// No way to build anything.
    #[error(
        "there is nothing to build with: {docker}; {go}.\n\
         Install Docker and start it, or install Go {oldest} or later (https://go.dev/dl) and use `--builder local`"
    )]
    NoBuilder {
        /// Why Docker is not it.
        docker: String,
        /// Why the machine's Go is not it.
        go: String,
        /// The oldest Go that will do.
        oldest: String,
    },
    /// The Docker engine does not answer.
    #[error(
        "no Docker engine answers at {address}: {reason}.\n\
         Install Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local`"
    )]
    DockerUnreachable {
        /// Where it was looked for.
        address: String,
        /// What happened there.
        reason: String,
    },
    /// The build image could not be made.
    #[error("the build image {tag} could not be made of {base}: {reason}{hint}")]
    Image {
        /// The image's name.
        tag: String,
        /// The base it begins with.
        base: String,
        /// What the engine says, with the end of its output.
        reason: String,
        /// What to do, with what leads up to it, or nothing.
        hint: String,
    },
    /// The engine answered something else than what was asked for.
    #[error("the Docker engine could not {doing}: {reason}")]
    Engine {
        /// What was being done.
        doing: String,
        /// The engine's answer.
        reason: String,
        /// It gave none: the connection broke off, or it is gone.
        away: bool,
    },
    /// The local builder has no Go to build with.
    #[error("{found}; install Go {oldest} or later (https://go.dev/dl), or build in Docker: `--builder docker`")]
    Go {
        /// What was found instead.
        found: String,
        /// The oldest Go that will do.
        oldest: String,
    },
    /// The disk or a process failed the local builder.
    #[error("could not {doing}: {reason}")]
    Machine {
        /// What was being done.
        doing: String,
        /// The system's answer.
        reason: String,
    },
}

impl BuildError {
    /// Whether the task itself is at fault (a failure), and not what surrounds it
    /// (an error, worth another try).
    pub fn is_the_tasks(&self) -> bool {
        matches!(
            self,
            Self::Compile { .. }
                | Self::Modules { .. }
                | Self::Sources { .. }
                | Self::TimedOut { .. }
                | Self::OutOfMemory { .. }
                | Self::TooManyProcesses { .. }
                | Self::CacheTooLarge { .. }
                | Self::TooMuchOutput { .. }
                | Self::ModuleTooLarge { .. }
                | Self::TableTooLarge { .. }
                | Self::MemoryTooLarge { .. }
                | Self::Componentize { .. }
        )
    }

    /// Whether the same may go through later: the engine is away, or went away halfway, or
    /// cannot reach where its images are from.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoBuilder { .. } => true,
            // Waiting gives nobody a right.
            Self::DockerUnreachable { reason, .. } => !reason.contains("ermission denied"),
            Self::Engine { away, .. } => *away,
            Self::Image { reason, .. } => AWAY.iter().any(|word| reason.contains(word)),
            _ => false,
        }
    }

    /// The one line of it that says most: for a commit status, a list.
    pub fn summary(&self) -> String {
        let text = self.to_string();
        let line = match self {
            Self::Compile { output, .. } | Self::Modules { output, .. } => output.lines().next(),
            _ => text.lines().next(),
        };
        line.unwrap_or_default().to_owned()
    }

    /// The engine failed at something that was being done.
    pub(super) fn engine(doing: impl Into<String>, error: &bollard::errors::Error) -> Self {
        Self::Engine {
            doing: doing.into(),
            reason: chain(error),
            away: !is_answer(error),
        }
    }

    /// The engine did what it was told, and what came of it is not what should have.
    pub(super) fn unexpected(doing: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Engine {
            doing: doing.into(),
            reason: reason.into(),
            away: false,
        }
    }

    /// The system's answer to something that was being done.
    pub(super) fn machine(doing: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::Machine {
            doing: doing.into(),
            reason: reason.to_string(),
        }
    }
}

/// What an engine says when the registry of its images is away, busy or not well.
const AWAY: [&str; 7] = [
    "toomanyrequests",
    "i/o timeout",
    "TLS handshake timeout",
    "connection refused",
    "connection reset",
    "Temporary failure in name resolution",
    "503 Service Unavailable",
];

/// Whether the engine itself said it.
fn is_answer(error: &bollard::errors::Error) -> bool {
    use bollard::errors::Error;
    matches!(
        error,
        Error::DockerResponseServerError { .. }
            | Error::DockerStreamError { .. }
            | Error::DockerContainerWaitError { .. }
            | Error::JsonDataError { .. }
    )
}

/// An error with what caused it, since the outer one often says only "client error".
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let cause = inner.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = inner.source();
    }
    text
}
