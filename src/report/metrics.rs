//! `metrics.yaml`, in the form of the original PELATO.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// How long the parts of one run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Tasks of the run.
    pub tasks: usize,
    /// Generating.
    pub generate: Duration,
    /// Making the build image.
    pub image: Duration,
    /// Building and publishing.
    pub build: Duration,
    /// Deploying.
    pub deploy: Duration,
    /// All of it.
    pub total: Duration,
}

/// Why a run is not in `metrics.yaml`.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The file holds something else. It is left alone.
    #[error("{path} is not a list of runs ({reason}); move it away, nothing was written")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// The disk.
    #[error("cannot write {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

#[derive(Default, Deserialize, Serialize)]
struct File {
    runs: Vec<serde_yaml::Value>,
}

#[derive(Serialize)]
struct Run {
    n_task: usize,
    code_gen: Generate,
    build: Build,
    deploy: Deploy,
    time_total: f64,
}

#[derive(Serialize)]
struct Generate {
    gen_time: f64,
}

#[derive(Serialize)]
struct Build {
    image_build_time: f64,
    components_build_time: f64,
}

#[derive(Serialize)]
struct Deploy {
    image_build_time: f64,
    components_deploy_time: f64,
}

/// Appends a run to the file at `path`, which is made when it is not there. What
/// is there already stays as it is read; a failure changes nothing.
pub fn append(path: &Path, metrics: &Metrics) -> Result<(), MetricsError> {
    let io = |error: std::io::Error| MetricsError::Io {
        path: path.to_owned(),
        error,
    };
    let not_ours = |error: serde_yaml::Error| MetricsError::NotOurs {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let mut file: File = match fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => File::default(),
        Ok(text) => serde_yaml::from_str(&text).map_err(not_ours)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => File::default(),
        Err(error) => return Err(io(error)),
    };
    let run = Run {
        n_task: metrics.tasks,
        code_gen: Generate {
            gen_time: seconds(metrics.generate),
        },
        build: Build {
            image_build_time: seconds(metrics.image),
            components_build_time: seconds(metrics.build),
        },
        deploy: Deploy {
            // The original deploys from a container of its own; nothing here does.
            image_build_time: 0.0,
            components_deploy_time: seconds(metrics.deploy),
        },
        time_total: seconds(metrics.total),
    };
    file.runs.push(serde_yaml::to_value(run).map_err(not_ours)?);
    let text = serde_yaml::to_string(&file).map_err(not_ours)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut beside = NamedTempFile::new_in(folder).map_err(io)?;
    beside.write_all(text.as_bytes()).map_err(io)?;
    beside.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}

/// Seconds with three decimals.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_appended_in_the_original_s_form() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("metrics.yaml");
        fs::write(&path, "runs:\n- n_task: 3\n  time_total: 71.5\n").unwrap();
        let metrics = Metrics {
            tasks: 2,
            generate: Duration::from_micros(3_456),
            build: Duration::from_millis(812),
            deploy: Duration::from_millis(2_500),
            total: Duration::from_micros(3_316_789),
            ..Metrics::default()
        };
        append(&path, &metrics).unwrap();
        insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @"
        runs:
        - n_task: 3
          time_total: 71.5
        - n_task: 2
          code_gen:
            gen_time: 0.003
          build:
            image_build_time: 0.0
            components_build_time: 0.812
          deploy:
            image_build_time: 0.0
            components_deploy_time: 2.5
          time_total: 3.317
        ");
    }

    #[test]
    fn another_file_of_that_name_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("metrics.yaml");
        fs::write(&path, "- something else\n").unwrap();
        let error = append(&path, &Metrics::default()).unwrap_err().to_string();
        assert!(error.contains("not a list of runs"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "- something else\n");
    }
}
