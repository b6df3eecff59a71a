//! The lattice and the registry go away while the runner serves, and come back.

use super::{NAME, PATIENCE, Stage};

impl Stage {
    /// Waits until a run is put off, with a reason that says so.
    async fn put_off(&self, run: &str, reason: &str) {
        let waiting = async {
            loop {
                let found = self.run(run).await;
                let said = found["reason"].as_str().unwrap_or_default();
                if found["state"] == "queued" && said.contains(reason) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("{reason}: {:#}\n{}", self.run(run).await, self.log(run).await);
        }
    }

    /// Waits until `/readyz` says that this part is away, and no other one.
    async fn seen_away(&self, name: &str) {
        let seen = async {
            while self.away().await != [name] {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, seen).await.is_err() {
            panic!("{name} is away, and these are said to be: {:?}", self.away().await);
        }
    }

    /// What of the platform is away, as `/readyz` says.
    async fn away(&self) -> Vec<String> {
        let url = format!("{}/readyz", self.runner.url());
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let readiness: serde_json::Value = answer.json().await.unwrap();
        let parts = readiness["platform"].as_array().unwrap().iter();
        let away = parts.filter(|part| part["ok"] == false);
        away.map(|part| part["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The commit ends well, and said nothing else in between.
    async fn ends_well(&self, commit: &str, run: &str) {
        let (state, description) = self.settled(commit).await;
        assert_eq!(state, "success", "{description}\n{}", self.log(run).await);
        let statuses = self.forge.statuses(NAME, commit);
        let bad: Vec<_> = statuses
            .iter()
            .filter(|status| status.state != "pending" && status.state != "success")
            .collect();
        assert!(bad.is_empty(), "{bad:#?}");
    }
}

#[tokio::test]
async fn what_is_pushed_while_a_part_of_the_lattice_is_away_runs_when_it_is_back() {
    let stage = Stage::of_its_own().await;
    let (commit, run) = stage.push("first").await;
    stage.ends_well(&commit, &run).await;
    for (degrees, part, reason, name) in [
        (293, "nats", "NATS does not answer", "lattice"),
        (294, "wadm", "wadm does not answer", "lattice"),
        (295, "registry", "the registry 127.0.0.1:", "registry"),
    ] {
        stage.lattice.kill(part).unwrap();
        let (from, to) = (format!("{degrees}.15"), format!("{}.15", degrees + 1));
        stage.repository.edit("tasks/filter.go", &from, &to);
        let (commit, run) = stage.push(part).await;
        stage.put_off(&run, reason).await;
        stage.seen_away(name).await;
        stage.lattice.start_again(part).await.unwrap();
        stage.ends_well(&commit, &run).await;
        assert_eq!(stage.post(25.0).await, r#"{"sensor":"kitchen","kelvin":298.15}"#);
    }

    // NATS goes in the middle of a roll: what was taken down comes up again.
    stage.repository.edit("tasks/filter.go", "296.15", "299.15");
    let (commit, run) = stage.push("halfway").await;
    let begun = async {
        while !stage.log(&run).await.contains("kelvin_filter: | kelvin_filter-") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.unwrap();
    stage.lattice.kill("nats").unwrap();
    stage.put_off(&run, "NATS does not answer").await;
    stage.lattice.start_again("nats").await.unwrap();
    stage.ends_well(&commit, &run).await;
    assert_eq!(stage.runner.stop().await, Some(0));
}
