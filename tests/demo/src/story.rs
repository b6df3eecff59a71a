//! The steps of the demo, in their order.

use std::path::Path;

use anyhow::{Context as _, bail};
use pelato::forge::ForgeKind;
use serde_json::Value;

use crate::follow::follow;
use crate::forge::{FakeForge, Push};
use crate::place::{Kind, Place};
use crate::readings::Readings;
use crate::repository::{Pushed, Repository};
use crate::runner::{Output, Runner};
use crate::show::Show;

const NAME: &str = "demo/temperature";
const SECRET: &str = "the-hook-s-secret";
const TOKEN: &str = "the-forge-s-token";

/// Where the example's last task publishes.
const SUBJECT: &str = "living_room_warm_data";

/// What is changed: from 20 °C to 10 °C.
const FILTER: &str = "tasks/filter.go";
const WARM: &str = "const warm = 293.15";
const COOL: &str = "const warm = 283.15";

const SOFA: &str = r#"{"sensor": "sofa", "celsius": 21.5}"#;
const DOOR: &str = r#"{"sensor": "door", "celsius": 15.0}"#;

/// Tells the whole story. What it starts ends with it, however it ends.
pub(crate) async fn tell(show: &mut Show, output: &Output, kind: Kind) -> anyhow::Result<()> {
    let place = Place::start(show, kind).await?;
    let forge = FakeForge::start().await;
    forge.add_repository(NAME, TOKEN);
    show.fact(
        "forge",
        format!(
            "{}: speaks Gitea's API, keeps the statuses",
            forge.api(ForgeKind::Gitea)
        ),
    );

    show.step("A repository with the example, and a runner that serves it");
    let folder = place.folder().join("demo");
    std::fs::create_dir(&folder)?;
    let repository = Repository::new(&folder)?;
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/temperature");
    for (taken, instead) in repository.fill(&example)? {
        show.fact(
            "port",
            format!("{taken} is taken on this machine; the demo's copy of the example listens on {instead}"),
        );
    }
    let configuration = configuration(&place, &forge, &repository);
    std::fs::write(folder.join("runner.yaml"), &configuration)?;
    show.quote(&configuration);
    let variables = [("DEMO_HOOK_SECRET", SECRET), ("DEMO_FORGE_TOKEN", TOKEN)];
    let log = place.folder().join("logs/runner.log");
    let runner = Runner::start(&folder, &variables, output, &log).await?;
    show.fact("runner", format!("pelato serve, listening on {}", runner.url()));

    show.step("The first push: both tasks are new");
    let parts = Parts {
        forge: &forge,
        repository: &repository,
        runner: &runner,
    };
    let first = parts.push_and_follow(show, "Two tasks: convert, filter").await?;
    let changes = changes(&first);
    if changes != [("celsius_to_kelvin_conversion", "new"), ("kelvin_filter", "new")] {
        bail!("both tasks were to be new, not {changes:?}");
    }

    show.step("Two readings: 21.5 °C goes through, 15 °C does not");
    let address = first["tasks"][0]["targets"][0]["address"].as_str();
    let address = address.context("the run does not say where the first task listens")?;
    let mut readings = Readings::new(place.listen(SUBJECT).await?, SUBJECT, address);
    readings.send(show, SOFA).await?;
    readings.comes_out(show, "294.65").await?;
    readings.send(show, DOOR).await?;
    readings.nothing_comes_out(show).await?;

    show.step("The second push: one line of the filter is another");
    repository.edit(FILTER, WARM, COOL)?;
    show.quote(&repository.difference()?);
    let second = parts.push_and_follow(show, "Let cooler readings through").await?;
    let changes = self::changes(&second);
    if changes
        != [
            ("celsius_to_kelvin_conversion", "unchanged"),
            ("kelvin_filter", "changed"),
        ]
    {
        bail!("only the filter was to be changed, not {changes:?}");
    }

    show.step("15 °C again: now it goes through");
    readings.send(show, DOOR).await?;
    readings.comes_out(show, "288.15").await?;

    show.step("Everything is stopped and removed");
    drop(runner);
    let kept = place.kept();
    drop(place);
    show.fact("kept", kept);
    Ok(())
}

/// Who takes part in a push.
struct Parts<'a> {
    forge: &'a FakeForge,
    repository: &'a Repository,
    runner: &'a Runner,
}

impl Parts<'_> {
    /// A real `git push`, then the delivery as the forge would send it, then the
    /// run to its end.
    async fn push_and_follow(&self, show: &Show, message: &str) -> anyhow::Result<Value> {
        let Pushed { before, after, output } = self.repository.push(message)?;
        println!("     git push origin main");
        show.quote(&output);
        let push = Push {
            repository: NAME,
            branch: "main",
            before: &before,
            after: &after,
            message,
        };
        let delivery = self.forge.push(ForgeKind::Gitea, &push).signed(SECRET);
        let (status, answer) = delivery.send(self.runner.url()).await;
        show.fact("delivery", "POST /webhooks/gitea, signed");
        for (name, value) in delivery.headers() {
            if ["X-Gitea-Event", "X-Gitea-Delivery", "X-Gitea-Signature"].contains(&name.as_str()) {
                show.quote(&format!("{name}: {value}"));
            }
        }
        show.quote(&format!("refs/heads/main of {NAME}: {before:.8} → {after:.8}"));
        show.fact("answer", format!("{status} {answer}"));
        let run = answer["run"]
            .as_str()
            .with_context(|| format!("the delivery was answered {status}, without a run"))?;
        show.fact("run", format!("{}/runs/{run}", self.runner.url()));
        follow(self.runner, self.forge, NAME, &after, run).await
    }
}

/// The tasks of a run and what the plan said of each, in the order of their names.
fn changes(run: &Value) -> Vec<(&str, &str)> {
    let tasks = run["tasks"].as_array().into_iter().flatten();
    let mut changes: Vec<_> = tasks
        .map(|task| {
            (
                task["component_name"].as_str().unwrap_or_default(),
                task["change"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    changes.sort_unstable();
    changes
}

fn configuration(place: &Place, forge: &FakeForge, repository: &Repository) -> String {
    let (api, url) = (forge.api(ForgeKind::Gitea), repository.url());
    format!(
        "\
listen: 127.0.0.1:0
reconcile: off
data: ./var
{}repositories:
  - name: {NAME}
    forge: gitea
    url: {url}
    api: {api}
    webhook_secret: {{ env: DEMO_HOOK_SECRET }}
    token: {{ env: DEMO_FORGE_TOKEN }}
    branches: {{ main: production }}
environments:
  production:
{}",
        place.builder(),
        place.environment()
    )
}
