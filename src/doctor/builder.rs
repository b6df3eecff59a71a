//! What can compile tasks: this machine's Go, or Docker.

use super::{Finding, Part};
use crate::build::{BuildError, Choice, Docker, Local};
use crate::services::BuildSettings;

pub(super) async fn examine(settings: &BuildSettings) -> Vec<Finding> {
    let (go, docker) = tokio::join!(
        Local::find(settings.options.clone()),
        Docker::connect(settings.options.clone()),
    );
    let go = go.map(|local| local.toolchain().to_owned());
    let docker = match docker {
        Ok(docker) => docker.image().await,
        Err(error) => Err(error),
    };
    let needed = |other_works: bool, by_name: bool| by_name || (settings.choice == Choice::Auto && !other_works);
    let go_is_needed = needed(docker.is_ok(), settings.choice == Choice::Local);
    let docker_is_needed = needed(go.is_ok(), settings.choice == Choice::Docker);
    vec![found_go(go, go_is_needed), found_docker(docker, docker_is_needed)]
}

fn found_go(go: Result<String, BuildError>, needed: bool) -> Finding {
    match go {
        Ok(version) => Finding::ok(Part::Go, version),
        Err(error) if needed => Finding::wrong(Part::Go, error),
        Err(error) => Finding::note(
            Part::Go,
            format!("{error} (tasks are compiled in Docker without it; `pelato dev` is quicker with it)"),
        ),
    }
}

/// `image` is the version of Go in the build image, none where it is not made yet.
fn found_docker(image: Result<Option<String>, BuildError>, needed: bool) -> Finding {
    match image {
        Ok(Some(version)) => Finding::ok(Part::Docker, format!("it answers; the build image has {version}")),
        Ok(None) => Finding::ok(
            Part::Docker,
            "it answers; the first build makes the build image, which takes a minute or two",
        ),
        Err(error) if needed => Finding::wrong(Part::Docker, error),
        Err(error) => Finding::note(
            Part::Docker,
            format!("{error} (tasks are compiled with this machine's Go without it)"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing() -> BuildError {
        BuildError::DockerUnreachable {
            address: "unix:///var/run/docker.sock".into(),
            reason: "No such file or directory".into(),
        }
    }

    #[test]
    fn what_is_not_needed_is_a_note() {
        use crate::doctor::Health;
        assert_eq!(found_docker(Err(missing()), true).health, Health::Wrong);
        assert_eq!(found_docker(Err(missing()), false).health, Health::Note);
        assert_eq!(found_docker(Ok(None), true).health, Health::Ok);
        assert_eq!(found_go(Ok("go1.26.8".into()), true).health, Health::Ok);
    }
}
