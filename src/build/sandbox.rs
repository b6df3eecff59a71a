//! What a lane is, and what anything in it may see and take.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use bollard::exec::CreateExecOptions;
use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, ResourcesUlimits};

use super::Limits;
use super::step::Step;

/// The label that names a container's run.
pub(super) const RUN: &str = "pelato.run";
/// The label that names who started it, where somebody is named: a runner, for as long as
/// its process lives.
pub(super) const OWNER: &str = "pelato.runner";
/// The label that names the tasks that it is for.
const TASK: &str = "pelato.task";
/// Nobody: no account in the image has this number. Who a step runs as.
const USER: &str = "65532:65532";
/// Nobody else: what keeps a lane alive. A step may neither end nor trace it, so
/// nothing of a task lives on in it.
const KEEPER: &str = "65533:65533";
/// Files of a temporary folder. Memory counts them too; this is said sooner.
const NODES: u32 = 200_000;
/// How many processes that is at most.
const KEEPERS: i64 = 4;
/// What a step may take beyond its time, until its own clock ends it.
const GRACE: Duration = Duration::from_secs(30);

/// What a lane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Fetching modules: the only one with a network, and nothing is compiled in it.
    Fetch,
    /// Compiling, without a network.
    Compile,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Compile => "compile",
        }
    }
}

/// What all lanes of one kind have in common during a run.
#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    /// The run they belong to.
    pub(super) run: String,
    /// Who runs it.
    pub(super) owner: Option<String>,
    /// The tasks that go through them.
    pub(super) tasks: String,
    /// What they are for.
    pub(super) kind: Kind,
    /// The image.
    pub(super) image: String,
    /// The volume at `/cache`.
    pub(super) volume: String,
    /// What may be taken in them.
    pub(super) limits: Limits,
}

impl Sandbox {
    /// `pelato-<run>-<kind>-<6 random digits>`.
    pub(super) fn name(&self) -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let run: String = self
            .run
            .chars()
            .take(64)
            .map(|c| if allowed(c) { c } else { '-' })
            .collect();
        let random = RandomState::new().build_hasher().finish() & 0xff_ffff;
        format!("pelato-{run}-{}-{random:06x}", self.kind.name())
    }

    /// How long a lane lives when nobody removes it: its own clock, for the case that
    /// this process is killed. A run may take longer: a lane is given a task only while
    /// it has the time left, see [`Self::is_worn`].
    pub(super) fn life(&self) -> Duration {
        (self.limits.time + 2 * GRACE) * 3
    }

    /// Whether a lane of this age may end before its next task does.
    pub(super) fn is_worn(&self, age: Duration) -> bool {
        age + self.limits.time + 2 * GRACE > self.life()
    }

    /// A step, called as an exec of a lane: as nobody, under a clock of its own.
    pub(super) fn exec(&self, step: &Step<'_>) -> CreateExecOptions<String> {
        let seconds = (self.limits.time + GRACE).as_secs().to_string();
        CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(false),
            privileged: Some(false),
            user: Some(USER.to_owned()),
            working_dir: Some("/sources".to_owned()),
            env: Some(step.environment.clone()),
            cmd: Some(["pelato-step", self.kind.name(), &seconds].map(str::to_owned).into()),
            detach_keys: None,
        }
    }

    fn labels(&self) -> HashMap<String, String> {
        let named = [
            (RUN, Some(&self.run)),
            (TASK, Some(&self.tasks)),
            (OWNER, self.owner.as_ref()),
        ];
        let named = named
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
        named.collect()
    }

    /// What keeps a lane alive and looks after the room on its disk, `docker/build/keep.sh`.
    fn keeper(&self) -> Vec<String> {
        let Limits {
            cache, overrun, files, ..
        } = self.limits;
        let figures = [
            self.life().as_secs(),
            cache.saturating_add(overrun) >> 10,
            (overrun >> 10) / 4,
            files,
        ];
        let figures = figures.map(|figure| figure.to_string());
        std::iter::once("pelato-keep".to_owned()).chain(figures).collect()
    }

    /// The whole of what a lane may see and take.
    pub(super) fn body(&self) -> ContainerCreateBody {
        let Limits {
            memory,
            cores,
            pids,
            file,
            sources,
            ..
        } = self.limits;
        let network = self.kind == Kind::Fetch;
        let tmpfs = |size: u64| format!("rw,noexec,nosuid,nodev,size={size},nr_inodes={NODES},mode=1777");
        let bytes = i64::try_from(memory).unwrap_or(i64::MAX);
        let most = |name: &str, value: i64| ResourcesUlimits {
            name: Some(name.to_owned()),
            soft: Some(value),
            hard: Some(value),
        };
        ContainerCreateBody {
            image: Some(self.image.clone()),
            user: Some(KEEPER.to_owned()),
            hostname: Some("build".to_owned()),
            cmd: Some(self.keeper()),
            entrypoint: Some(Vec::new()),
            working_dir: Some("/sources".to_owned()),
            labels: Some(self.labels()),
            tty: Some(false),
            network_disabled: Some(!network),
            host_config: Some(HostConfig {
                network_mode: Some(if network { "bridge" } else { "none" }.to_owned()),
                ipc_mode: Some("none".to_owned()),
                readonly_rootfs: Some(true),
                cap_drop: Some(vec!["ALL".to_owned()]),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                memory: Some(bytes),
                // Equal to the memory: no swap on top of it.
                memory_swap: Some(bytes),
                nano_cpus: i64::try_from(cores)
                    .ok()
                    .map(|cores| cores.saturating_mul(1_000_000_000)),
                // What keeps the lane alive is none of the task's.
                pids_limit: Some(pids.saturating_add(KEEPERS)),
                ulimits: Some(vec![most("fsize", file), most("nofile", 4096), most("core", 0)]),
                tmpfs: Some(HashMap::from([
                    // Sources and, unpacked, not more than that.
                    ("/sources".to_owned(), tmpfs(sources.saturating_mul(2))),
                    ("/tmp".to_owned(), tmpfs(memory / 2)),
                ])),
                mounts: Some(vec![Mount {
                    typ: Some(MountType::VOLUME),
                    source: Some(self.volume.clone()),
                    target: Some("/cache".to_owned()),
                    ..Mount::default()
                }]),
                // Nobody reads the output of the one that waits.
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

/// The tasks of a run in one label: a forge's page of a thousand is no place for it.
pub(super) fn label<'t>(tasks: impl Iterator<Item = &'t str>) -> String {
    let mut text = String::new();
    for (index, task) in tasks.enumerate() {
        if text.len() + task.len() > 1024 {
            text.push_str(",…");
            break;
        }
        if index > 0 {
            text.push(',');
        }
        text.push_str(task);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandbox(run: &str, kind: Kind) -> Sandbox {
        Sandbox {
            run: run.to_owned(),
            owner: None,
            tasks: "double".to_owned(),
            kind,
            image: "pelato-build:0".to_owned(),
            volume: "pelato-cache-0".to_owned(),
            limits: Limits::default(),
        }
    }

    #[test]
    fn a_name_carries_run_and_kind() {
        let name = sandbox("01J9", Kind::Compile).name();
        let (stem, random) = name.rsplit_once('-').unwrap();
        assert_eq!(stem, "pelato-01J9-compile");
        assert_eq!(random.len(), 6);
    }

    #[test]
    fn a_name_is_one_that_the_engine_takes() {
        let name = sandbox(&"../run ü".repeat(400), Kind::Fetch).name();
        assert!(name.len() < 200);
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "{name}"
        );
    }

    #[test]
    fn lanes_of_one_run_do_not_collide() {
        let sandbox = sandbox("1", Kind::Compile);
        assert_ne!(sandbox.name(), sandbox.name());
    }

    #[test]
    fn only_fetching_has_a_network() {
        for (kind, network) in [(Kind::Fetch, "bridge"), (Kind::Compile, "none")] {
            let body = sandbox("1", kind).body();
            assert_eq!(body.network_disabled, Some(kind == Kind::Compile));
            assert_eq!(body.host_config.unwrap().network_mode.as_deref(), Some(network));
        }
    }

    #[test]
    fn a_lane_is_given_no_task_that_it_may_not_outlive() {
        let sandbox = sandbox("1", Kind::Compile);
        let life = sandbox.life();
        assert_eq!(life, Duration::from_secs(18 * 60));
        assert_eq!(
            sandbox.body().cmd.unwrap(),
            ["pelato-keep", "1080", "9437184", "262144", "1000000"]
        );
        let task = sandbox.limits.time + GRACE;
        assert!(!sandbox.is_worn(Duration::ZERO));
        assert!(!sandbox.is_worn(life / 2));
        assert!(sandbox.is_worn(life - task));
    }

    #[test]
    fn a_label_names_the_tasks_and_stays_short() {
        assert_eq!(label(["one", "two"].into_iter()), "one,two");
        let many: Vec<String> = (0..10_000).map(|n| format!("task{n}")).collect();
        assert!(label(many.iter().map(String::as_str)).len() < 1100);
    }
}
