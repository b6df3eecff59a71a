//! What the repository holds, and what has to run for it.

/// One that is asked over HTTP, one that takes messages, and one that comes and goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) ask: String,
    pub(crate) turn: String,
    pub(crate) third: Option<(String, String)>,
}

impl Tasks {
    pub(crate) fn first() -> Self {
        Self {
            ask: "known 0".to_owned(),
            turn: "known 0".to_owned(),
            third: None,
        }
    }

    pub(crate) fn workflow(&self, address: &str) -> String {
        let task = |name: &str, of: &str| {
            format!(
                "  - name: {name}\n    type: {of}\n    code: {name}.go\n    targets: [edge]\n    source_topic: {name}.in\n    \
                 dest_topic: {name}.out\n    component_name: {name}\n    version: 1.0.0\n"
            )
        };
        let mut text = format!(
            "project_name: Thermo\ntasks:\n{}    address: {address}\n{}",
            task("ask", "http_producer_nats"),
            task("turn", "processor_nats")
        );
        if let Some((name, _)) = &self.third {
            text.push_str(&task(name, "processor_nats"));
        }
        text
    }

    /// Each task's name and what its code adds to a message.
    pub(crate) fn all(&self) -> Vec<(&str, &str)> {
        let third = self.third.iter().map(|(name, adds)| (name.as_str(), adds.as_str()));
        let mut all: Vec<_> = [("ask", self.ask.as_str()), ("turn", self.turn.as_str())]
            .into_iter()
            .chain(third)
            .collect();
        all.sort_unstable();
        all
    }

    pub(crate) fn applications(&self) -> Vec<String> {
        self.all().iter().map(|(name, _)| format!("{name}-edge")).collect()
    }
}

/// Code that adds a word to each message.
pub(crate) fn code(adds: &str) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return arg + {adds:?} }}\n")
}
