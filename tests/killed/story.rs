//! The story: pushes, and a runner that is killed again and again while it works on them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::timeout;

use crate::points::{POINTS, Point};
use crate::process::Process;
use crate::tasks::Tasks;
use crate::tiny_task::docker::{remove_volume, volumes_of};
use crate::world::{NAME, Store, World};

/// How many manifests of before an application keeps, and that which runs.
const KEPT: usize = 21;
/// Another number gives other pushes and other instants.
const SEED: u64 = 0x5eed_2026;
/// The answer to a status is held right after the status is there; where there was none to
/// hold, nothing comes.
const SOON: Duration = Duration::from_secs(1);

/// What is known of each application: what its code added, the oldest first, and how often
/// it has begun to run.
type Pasts = BTreeMap<String, (Vec<String>, usize)>;

pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) random: fastrand::Rng,
    tasks: Tasks,
    pasts: Pasts,
    /// How often an application began to run that is not there any more.
    gone: BTreeMap<String, usize>,
    kills: BTreeMap<String, usize>,
    faults: Vec<String>,
    /// What a run takes of late: from its beginning, and from a restart.
    takes: [Duration; 2],
}

impl Story {
    pub(crate) async fn begin(store: Store, builder: &'static str, seed: u64) -> (Self, Process) {
        let world = World::set(store, builder).await;
        let runner = world.program.start().await;
        let mut story = Self {
            world,
            random: fastrand::Rng::with_seed(seed),
            tasks: Tasks::first(),
            pasts: BTreeMap::new(),
            gone: BTreeMap::new(),
            kills: BTreeMap::new(),
            faults: Vec::new(),
            takes: [Duration::ZERO; 2],
        };
        let nothing = story.tasks.clone();
        let begun = Instant::now();
        let run = story.world.push(&runner, &nothing, &nothing).await;
        let over = story.world.over(&runner, &run).await;
        story.takes = [begun.elapsed() / 2; 2];
        story.check(&runner, &over, None).await;
        assert_eq!(
            story.faults,
            Vec::<String>::new(),
            "{}",
            story.world.log_of(&runner, &run).await
        );
        (story, runner)
    }

    pub(crate) fn killed(&self) -> usize {
        self.kills.values().sum()
    }

    /// What the next push changes: known code is found again, and costs no build.
    fn next(&mut self, is_built: bool) -> Tasks {
        let mut tasks = self.tasks.clone();
        let adds = match is_built {
            true => format!("new {}", self.world.accepted.len()),
            false => self.another(&tasks.ask),
        };
        match self.random.usize(0..4) {
            0 => tasks.turn = adds,
            1 => tasks.ask = adds,
            2 => {
                tasks.ask = adds;
                tasks.turn = self.another(&tasks.turn);
            }
            _ => {
                tasks.turn = adds;
                // It comes, gets another name, or goes.
                tasks.third = match &tasks.third {
                    None => Some(("warm".to_owned(), "known".to_owned())),
                    Some((name, _)) if name == "warm" => Some(("hot".to_owned(), "known".to_owned())),
                    Some(_) => None,
                };
            }
        }
        tasks
    }

    fn another(&mut self, adds: &str) -> String {
        let known = (0..3).map(|number| format!("known {number}"));
        let others: Vec<String> = known.filter(|known| known != adds).collect();
        others[self.random.usize(..others.len())].clone()
    }

    /// Pushes, kills the runner at each of `points` in turn, and waits for the end. With
    /// `overtaken` another push comes as soon as the runner is back.
    pub(crate) async fn round(&mut self, mut runner: Process, points: &[Point], overtaken: bool) -> Process {
        let is_built = points.iter().any(|point| point.is_of_a_build()) || self.random.usize(0..8) == 0;
        let before = self.tasks.clone();
        let mut tasks = self.next(is_built);
        self.tasks = tasks.clone();
        let mut run = String::new();
        for (index, point) in points.iter().enumerate() {
            let random = self.takes[usize::from(index > 0)].mul_f64(self.random.f64());
            let mut waiting = self.world.prepare(*point, random);
            match index {
                0 => run = self.world.push(&runner, &tasks, &before).await,
                _ => runner = self.world.program.start().await,
            }
            let since = Instant::now();
            let over = async {
                let over = self.world.over(&runner, &run).await;
                // The forge is told after the end.
                if point.is_of_the_end() {
                    let commit = over["commit"].as_str().unwrap();
                    self.world.forge.until_settled(NAME, commit, "pelato").await;
                }
            };
            let came = tokio::select! {
                biased;
                came = waiting.came() => Some(came),
                () = over => None,
            };
            let came = match came {
                Some(came) => came,
                // The forge has the status before its answer is held: it may come yet.
                None if point.is_of_the_end() => timeout(SOON, waiting.came()).await.unwrap_or(false),
                None => false,
            };
            if !came {
                self.takes[usize::from(index > 0)] = since.elapsed();
            }
            runner.kill().await;
            drop(waiting);
            let name = match came {
                true => format!("{point:?}"),
                false => "after the end".to_owned(),
            };
            *self.kills.entry(name).or_default() += 1;
        }
        runner = self.world.program.start().await;
        let since = Instant::now();
        let mut between = None;
        if overtaken {
            between = Some(tasks.clone());
            let was = tasks;
            tasks = self.next(false);
            self.tasks = tasks.clone();
            let first = run;
            run = self.world.push(&runner, &tasks, &was).await;
            let over = self.world.over(&runner, &first).await;
            if !matches!(over["state"].as_str(), Some("success" | "superseded")) {
                self.faults.push(format!("{over}"));
            }
            let commit = over["commit"].as_str().unwrap();
            let faults = self.world.check_statuses(commit).await;
            self.faults.extend(faults);
        }
        let over = self.world.over(&runner, &run).await;
        if !overtaken {
            self.takes[1] = self.takes[1].mul_f64(0.7) + since.elapsed().mul_f64(0.3);
        }
        let faults = self.faults.len();
        self.check(&runner, &over, between.as_ref()).await;
        for fault in &self.faults[faults..] {
            println!("after {points:?}: {fault}\n{}", self.world.log_of(&runner, &run).await);
        }
        runner
    }

    /// All that has to be so when the latest push is over. `between` was pushed just before
    /// it, and may have been deployed or not, each task for itself.
    async fn check(&mut self, runner: &Process, over: &Value, between: Option<&Tasks>) {
        let world = &mut self.world;
        if over["state"] != "success" {
            self.faults.push(over.to_string());
        }
        self.faults.extend(world.check_answers(&self.tasks).await);
        self.faults
            .extend(world.check_statuses(over["commit"].as_str().unwrap()).await);
        self.faults.extend(world.check_leftovers(&[runner]).await);
        let pasts = match world.pasts(&self.tasks).await {
            Ok(pasts) => pasts,
            Err(fault) => return self.faults.push(fault),
        };
        let mut now = Pasts::new();
        for (application, past) in pasts {
            let begun = self.world.begun(&application);
            let may_be = self.may_be(&application, between);
            let is = may_be
                .iter()
                .find(|(whole, times)| is_kept_of(&past, whole) && *times == begun);
            match is {
                Some((whole, times)) => drop(now.insert(application, (whole.clone(), *times))),
                None => {
                    self.faults.push(format!(
                        "{application} began {begun} times, its past is {past:?}; it may be one of {may_be:?}"
                    ));
                    now.insert(application, (past, begun));
                }
            }
        }
        for (application, (_, times)) in std::mem::replace(&mut self.pasts, now) {
            if !self.pasts.contains_key(&application) {
                let times = times.max(self.world.begun(&application));
                self.gone.insert(application, times);
            }
        }
    }

    /// The pasts that an application may have after these pushes: each change once.
    fn may_be(&self, application: &str, between: Option<&Tasks>) -> Vec<(Vec<String>, usize)> {
        let had = self.pasts.get(application).cloned();
        let had = had.unwrap_or_else(|| (Vec::new(), self.gone.get(application).copied().unwrap_or_default()));
        let then = |(mut past, times): (Vec<String>, usize), tasks: &Tasks| {
            let all = tasks.all();
            let wanted = all.iter().find(|(name, _)| format!("{name}-edge") == application);
            match wanted {
                // What is removed has no past.
                None => (Vec::new(), times),
                Some((_, adds)) if past.last().is_some_and(|last| last == adds) => (past, times),
                Some((_, adds)) => {
                    past.push((*adds).to_owned());
                    (past, times + 1)
                }
            }
        };
        let mut may_be = vec![then(had.clone(), &self.tasks)];
        if let Some(between) = between {
            let both = then(then(had, between), &self.tasks);
            // What the dead runner had handed over began after the next one looked: that one
            // took its place, and knows nothing of it.
            may_be.push((may_be[0].0.clone(), both.1));
            may_be.push(both);
        }
        may_be
    }

    /// Ends the runner, and fails with all that was wrong.
    pub(crate) async fn end(mut self, runner: Process) -> BTreeMap<String, usize> {
        let faults = self.world.check_store().await;
        self.faults.extend(faults);
        let accepted = self.world.accepted.clone();
        for (_, commit) in &accepted {
            self.faults.extend(self.world.check_statuses(commit).await);
        }
        assert_eq!(runner.stop().await, Some(0));
        self.faults.extend(self.world.check_leftovers(&[]).await);
        let volumes = volumes_of(&self.world.cache()).await;
        if volumes.len() != usize::from(self.world.builder == "docker") {
            self.faults.push(format!("the caches are {volumes:?}"));
        }
        for volume in volumes {
            // It is to stay, while its runner does.
            remove_volume(&volume).await;
        }
        assert!(
            self.faults.is_empty(),
            "{} faults:\n{}\n{:#?}",
            self.faults.len(),
            self.faults.join("\n"),
            self.kills
        );
        self.kills
    }
}

/// Whether `past` is what an application keeps of `whole`. What was overtaken was never
/// looked at, so nobody knows its version.
fn is_kept_of(past: &[String], whole: &[String]) -> bool {
    let whole = &whole[whole.len().saturating_sub(KEPT)..];
    let is_one = |(is, may_be): (&String, &String)| is == may_be || is.starts_with("unknown ");
    past.len() == whole.len() && past.iter().zip(whole).all(is_one)
}

/// Kills the runner at least `kills` times: at each of `points`, and at random instants, a
/// second time while it goes on after the first.
pub(crate) async fn tell(store: Store, builder: &'static str, points: &[Point], kills: usize, seed: u64) {
    println!("seed {seed:#x}");
    let begun = Instant::now();
    let (mut story, mut runner) = Story::begin(store, builder, seed).await;
    // What an attempt after the first comes through again.
    let again: Vec<Point> = points.iter().copied().filter(|point| point.comes_again()).collect();
    let mut round = 0;
    while story.killed() < kills {
        let first = points[round % points.len()];
        let second = match story.random.bool() {
            true => Point::Random,
            false => again[story.random.usize(..again.len())],
        };
        let overtaken = round % 9 == 8;
        runner = story.round(runner, &[first, second], overtaken).await;
        round += 1;
    }
    let killed = story.end(runner).await;
    let seconds = begun.elapsed().as_secs_f64();
    let count: usize = killed.values().sum();
    println!("{count} kills in {seconds:.0} s: {killed:#?}");
    let lacking: Vec<_> = points
        .iter()
        .filter(|point| !killed.contains_key(&format!("{point:?}")))
        .collect();
    assert!(lacking.is_empty(), "it was never killed at {lacking:?}");
    assert!(count >= kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_and_ten_kills_beside_a_registry() {
    tell(Store::Registry, "local", &POINTS, 110, SEED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eighty_kills_beside_a_layout_folder() {
    let points: Vec<Point> = POINTS.into_iter().filter(|point| !point.is_of_a_registry()).collect();
    tell(Store::Layout, "local", &points, 80, SEED + 1).await;
}

/// What is compiled in containers leaves none, and one volume: its repository's cache.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_beside_docker() {
    let points = [Point::Container, Point::Random, Point::BUILT];
    tell(Store::Layout, "docker", &points, 20, SEED + 2).await;
}
