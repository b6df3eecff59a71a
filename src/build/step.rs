//! What one step of a task is, and what it may do.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, ResourcesUlimits};

use super::Limits;

/// The label that names a container's run.
pub(super) const RUN: &str = "pelato.run";
/// The label that names a container's task.
const TASK: &str = "pelato.task";
/// Nobody: no account in the image has this number.
const USER: &str = "65532:65532";

/// One step of one task.
pub(super) struct Step<'a> {
    /// The run it belongs to.
    pub(super) run: &'a str,
    /// `fetch` or `compile`.
    pub(super) name: &'a str,
    /// The image it runs in.
    pub(super) image: &'a str,
    /// What runs.
    pub(super) command: Vec<String>,
    /// `NAME=value`, beyond what the image sets.
    pub(super) environment: Vec<String>,
    /// The volume at `/cache`.
    pub(super) volume: &'a str,
    /// Whether there is any network but the loopback.
    pub(super) network: bool,
    /// What it may take.
    pub(super) limits: Limits,
    /// What it reads.
    pub(super) stdin: &'a [u8],
}

/// How a step ended by itself.
pub(super) struct Ended {
    /// Its exit code.
    pub(super) code: i64,
    /// What it made.
    pub(super) stdout: Vec<u8>,
    /// Whether the kernel stopped a process of it for want of memory.
    pub(super) out_of_memory: bool,
}

impl Step<'_> {
    /// `pelato-<run>-<component>-<step>-<6 random digits>`. The digits keep two
    /// projects of one run apart that name a component alike.
    pub(super) fn container_name(&self, component_name: &str) -> String {
        let part = |text: &str| -> String {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            text.chars()
                .take(64)
                .map(|c| if allowed(c) { c } else { '-' })
                .collect()
        };
        let random = RandomState::new().build_hasher().finish() & 0xff_ffff;
        format!(
            "pelato-{}-{}-{}-{random:06x}",
            part(self.run),
            part(component_name),
            self.name
        )
    }

    /// The whole of what the container may see and take.
    pub(super) fn body(&self, component_name: &str) -> ContainerCreateBody {
        let Limits {
            memory,
            cores,
            pids,
            file,
            ..
        } = self.limits;
        let memory = i64::try_from(memory).unwrap_or(i64::MAX);
        let most = |name: &str, value: i64| ResourcesUlimits {
            name: Some(name.to_owned()),
            soft: Some(value),
            hard: Some(value),
        };
        let tmpfs = |size: u64| format!("rw,noexec,nosuid,nodev,size={size},mode=1777");
        ContainerCreateBody {
            image: Some(self.image.to_owned()),
            user: Some(USER.to_owned()),
            hostname: Some("build".to_owned()),
            cmd: Some(self.command.clone()),
            entrypoint: Some(Vec::new()),
            env: Some(self.environment.clone()),
            working_dir: Some("/sources".to_owned()),
            labels: Some(HashMap::from([
                (RUN.to_owned(), self.run.to_owned()),
                (TASK.to_owned(), component_name.to_owned()),
            ])),
            open_stdin: Some(true),
            stdin_once: Some(true),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(false),
            network_disabled: Some(!self.network),
            host_config: Some(HostConfig {
                network_mode: Some(if self.network { "bridge" } else { "none" }.to_owned()),
                ipc_mode: Some("none".to_owned()),
                readonly_rootfs: Some(true),
                cap_drop: Some(vec!["ALL".to_owned()]),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                memory: Some(memory),
                // Equal to the memory: no swap on top of it.
                memory_swap: Some(memory),
                nano_cpus: i64::try_from(cores)
                    .ok()
                    .map(|cores| cores.saturating_mul(1_000_000_000)),
                pids_limit: Some(pids),
                ulimits: Some(vec![most("fsize", file), most("nofile", 4096), most("core", 0)]),
                tmpfs: Some(HashMap::from([
                    // Sources and, unpacked, not more than that.
                    ("/sources".to_owned(), tmpfs(self.limits.sources.saturating_mul(2))),
                    ("/tmp".to_owned(), tmpfs(self.limits.memory / 2)),
                ])),
                mounts: Some(vec![Mount {
                    typ: Some(MountType::VOLUME),
                    source: Some(self.volume.to_owned()),
                    target: Some("/cache".to_owned()),
                    ..Mount::default()
                }]),
                // The output is read by attaching; a copy on the engine's disk would grow.
                log_config: Some(HostConfigLogConfig {
                    typ: Some("none".to_owned()),
                    config: None,
                }),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step<'a>(run: &'a str, name: &'a str) -> Step<'a> {
        Step {
            run,
            name,
            image: "pelato-build:0",
            command: Vec::new(),
            environment: Vec::new(),
            volume: "pelato-cache-0",
            network: false,
            limits: Limits::default(),
            stdin: &[],
        }
    }

    #[test]
    fn a_name_carries_run_component_and_step() {
        let name = step("01J9", "compile").container_name("to_kelvin");
        let (stem, random) = name.rsplit_once('-').unwrap();
        assert_eq!(stem, "pelato-01J9-to_kelvin-compile");
        assert_eq!(random.len(), 6);
    }

    #[test]
    fn a_name_is_one_that_the_engine_takes() {
        let name = step("../run 1", "fetch").container_name(&"ü".repeat(4000));
        assert!(name.len() < 200);
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "{name}"
        );
    }

    #[test]
    fn equal_components_of_one_run_do_not_collide() {
        assert_ne!(
            step("1", "compile").container_name("t"),
            step("1", "compile").container_name("t")
        );
    }
}
