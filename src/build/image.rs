//! The image in which tasks are compiled.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::pin::pin;

use bollard::errors::Error as EngineError;
use bollard::query_parameters::BuildImageOptionsBuilder;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::archive;
use super::error::chain;
use super::line::plain;
use super::{BuildError, Options};
use crate::report::{Reporter, Stage};

/// What the image is built from. It comes with the program, so that an installed
/// one needs no checkout.
const CONTEXT: [(&str, &str); 5] = [
    ("Dockerfile", include_str!("../../docker/build.Dockerfile")),
    ("build/keep.sh", include_str!("../../docker/build/keep.sh")),
    ("build/step.sh", include_str!("../../docker/build/step.sh")),
    ("build/warm/go.mod", include_str!("../../docker/build/warm/go.mod")),
    ("build/warm/main.go", include_str!("../../docker/build/warm/main.go")),
];

/// How much of the engine's output an error repeats.
const LAST_LINES: usize = 12;

/// What an image is made of, and its name.
#[derive(Clone, Debug)]
pub(super) struct Image {
    files: Vec<(String, String)>,
    base: String,
    /// `pelato-build:<digest of all of it>`.
    pub(super) tag: String,
}

impl Image {
    /// The image that comes with the program, on the operator's base.
    pub(super) fn embedded(options: &Options) -> Self {
        let files = CONTEXT.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        Self::of(files, options.go_image.clone())
    }

    fn of(files: Vec<(String, String)>, base: String) -> Self {
        let mut hash = Sha256::new();
        for part in files.iter().flat_map(|(path, text)| [path, text]).chain([&base]) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let tag = format!("pelato-build:{}", hex::encode(&hash.finalize()[..8]));
        Self { files, base, tag }
    }

    /// The version of Go in it, `go1.26.8`, or none where it is not built yet.
    pub(super) async fn toolchain(&self, engine: &bollard::Docker) -> Result<Option<String>, BuildError> {
        match engine.inspect_image(&self.tag).await {
            Ok(image) => {
                let environment = image.config.and_then(|config| config.env).unwrap_or_default();
                let version = environment
                    .iter()
                    .find_map(|variable| variable.strip_prefix("GOLANG_VERSION="));
                let version = version.map(|version| Some(format!("go{version}")));
                version.ok_or_else(|| {
                    BuildError::unexpected(
                        format!("read GOLANG_VERSION from the image {}", self.tag),
                        "it is not set",
                    )
                })
            }
            Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(BuildError::engine(format!("look for the image {}", self.tag), &error)),
        }
    }

    /// Builds it, the engine's lines going to the run's log.
    pub(super) async fn build(&self, engine: &bollard::Docker, reporter: &Reporter) -> Result<(), BuildError> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        let context =
            archive::tar(files).map_err(|error| BuildError::machine("pack the build image's files", error))?;
        let options = BuildImageOptionsBuilder::default()
            .t(&self.tag)
            .dockerfile("Dockerfile")
            .buildargs(&HashMap::from([("GO_IMAGE", self.base.as_str())]))
            // What is compiled in it comes with the base.
            .networkmode("none")
            .rm(true)
            .forcerm(true)
            .build();
        let mut lines = pin!(engine.build_image(options, None, Some(bollard::body_full(context.into()))));
        let mut said = Said::default();
        while let Some(item) = lines.next().await {
            let info = item.map_err(|error| self.failed(&reason(error), &said))?;
            if let Some(error) = info.error_detail {
                return Err(self.failed(&error.message.unwrap_or_default(), &said));
            }
            let text = info.stream.or(info.status).unwrap_or_default();
            let lines = text.lines().map(|line| plain(line.as_bytes()));
            for line in lines.filter(|line| !line.trim().is_empty()) {
                reporter.line(None, Stage::Build, line.clone());
                said.push(line);
            }
        }
        Ok(())
    }

    fn failed(&self, reason: &str, said: &Said) -> BuildError {
        let hint = if said.past_the_base {
            let last: Vec<_> = said.last.iter().map(String::as_str).collect();
            format!("\n{}", last.join("\n"))
        } else {
            ".\nName a Go image that can be pulled in PELATO_GO_IMAGE (in a checkout, scripts/setup-docker.sh makes one), \
             or build with this machine's Go: `--builder local`"
                .to_owned()
        };
        BuildError::Image {
            tag: self.tag.clone(),
            base: self.base.clone(),
            reason: plain(reason.trim().as_bytes()),
            hint,
        }
    }
}

/// What the engine printed.
#[derive(Default)]
struct Said {
    last: VecDeque<String>,
    /// Whether it has the base: `ARG` and `FROM` are the first two steps.
    past_the_base: bool,
}

impl Said {
    fn push(&mut self, line: String) {
        self.past_the_base |= line.starts_with("Step 3/");
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }
}

fn reason(error: EngineError) -> String {
    match error {
        EngineError::DockerStreamError { error } => error,
        EngineError::DockerResponseServerError { message, .. } => message,
        other => chain(&other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(dockerfile: &str, base: &str) -> Image {
        Image::of(vec![("Dockerfile".to_owned(), dockerfile.to_owned())], base.to_owned())
    }

    #[test]
    fn an_edited_file_or_another_base_is_another_tag() {
        let tag = image("FROM a", "golang:1.26").tag;
        assert_eq!(tag, image("FROM a", "golang:1.26").tag);
        assert_ne!(tag, image("FROM a\n", "golang:1.26").tag);
        assert_ne!(tag, image("FROM a", "golang:1.27").tag);
    }

    #[test]
    fn nothing_is_pulled_but_the_base() {
        for (path, text) in CONTEXT {
            assert!(
                !text.contains("\n# syntax=") && !text.starts_with("# syntax="),
                "{path}"
            );
        }
        let froms: Vec<_> = CONTEXT[0].1.lines().filter(|line| line.starts_with("FROM")).collect();
        assert_eq!(froms, ["FROM ${GO_IMAGE}"]);
    }
}
