//! A project to begin with: a task of a template, with the template's own example.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::workflow::KeyKind;

use super::{Template, quote};

/// What a new project is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// For people.
    pub project_name: String,
    /// The task's name for people.
    pub name: String,
    /// Names the task, its file and its cases.
    pub component_name: String,
    /// Host-type labels.
    pub targets: Vec<String>,
    /// Values of the template's keys.
    pub keys: BTreeMap<String, String>,
}

impl Draft {
    /// A task of `template` as its example has it. Without an example a key that a task
    /// must have gets a value of its kind.
    pub fn of(template: &Template) -> Self {
        let example = template.example();
        let mut keys = example.keys;
        for key in &template.spec().keys {
            if key.required && !keys.contains_key(&key.name) {
                let value = match key.kind {
                    KeyKind::Subject => key.name.replace('_', "."),
                    KeyKind::Address => "0.0.0.0:8000".to_owned(),
                    KeyKind::Name | KeyKind::Table | KeyKind::Column => key.name.clone(),
                };
                keys.insert(key.name.clone(), value);
            }
        }
        Self {
            project_name: "My project".to_owned(),
            component_name: component_name(&example.name),
            name: example.name,
            targets: vec!["edge".to_owned()],
            keys,
        }
    }

    /// Gives the task another component_name, and a name for people that goes with it.
    pub fn call(&mut self, component_name: &str) {
        if self.component_name == component_name {
            return;
        }
        component_name.clone_into(&mut self.component_name);
        let words = component_name.replace(['_', '-'], " ");
        let mut letters = words.trim().chars();
        if let Some(first) = letters.next() {
            self.name = first.to_uppercase().chain(letters).collect();
        }
    }

    /// The task as `workflow.yaml` has it: a list of one.
    pub fn task(&self, template: &Template) -> String {
        let mut lines = vec![
            ("name", scalar(&self.name)),
            ("type", scalar(&template.spec().name)),
            ("code", scalar(&format!("{}.go", self.component_name))),
            ("component_name", scalar(&self.component_name)),
            ("version", "1.0.0".to_owned()),
        ];
        let targets: Vec<String> = self.targets.iter().map(|target| scalar(target)).collect();
        lines.push(("targets", format!("[{}]", targets.join(", "))));
        let known = template.spec().keys.iter().map(|key| key.name.as_str());
        let others = self.keys.keys().map(String::as_str);
        let others = others.filter(|name| !template.spec().keys.iter().any(|key| key.name == *name));
        for name in known.chain(others) {
            if let Some(value) = self.keys.get(name) {
                lines.push((name, scalar(value)));
            }
        }
        let mut text = String::new();
        for (index, (key, value)) in lines.iter().enumerate() {
            let begin = if index == 0 { "  - " } else { "    " };
            // Writing to a String does not fail.
            let _ = writeln!(text, "{begin}{key}: {value}");
        }
        text
    }

    /// The project's files.
    pub fn files(&self, template: &Template) -> BTreeMap<String, Vec<u8>> {
        let example = template.example();
        let workflow = format!(
            "project_name: {}\ntasks:\n{}",
            scalar(&self.project_name),
            self.task(template)
        );
        let task = format!("tasks/{}", self.component_name);
        let mut files = BTreeMap::from([
            ("workflow.yaml".to_owned(), workflow.into_bytes()),
            (format!("{task}.go"), example.code.into_bytes()),
            (".gitignore".to_owned(), b"gen/\n.env\n".to_vec()),
            (
                ".env.template".to_owned(),
                include_bytes!("../../.env.template").to_vec(),
            ),
        ]);
        if let Some(cases) = example.cases {
            files.insert(format!("{task}.test.yaml"), cases.into_bytes());
        }
        files
    }
}

/// A name for people as one for machines: `Celsius to kelvin` is `celsius_to_kelvin`.
fn component_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match words.is_empty() {
        true => "task".to_owned(),
        false => words.join("_"),
    }
}

/// A text as a scalar, in quotes where a bare one could be read as something else.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let words = text.split(' ').all(|word| !word.is_empty() && word.chars().all(plain));
    let other =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    match words && !other && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => text.to_owned(),
        false => quote::yaml(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Templates;

    #[test]
    fn a_name_for_people_becomes_one_for_machines() {
        assert_eq!(component_name("Celsius to kelvin"), "celsius_to_kelvin");
        assert_eq!(component_name("  Größe (2)"), "gr_e_2");
        assert_eq!(component_name("…"), "task");
    }

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        let quoted = [
            "",
            "12",
            "true",
            "a: b",
            "a #b",
            " a",
            "readings.>",
            "*",
            "No",
            "- a",
            "0.0.0.0:8000",
        ];
        for text in quoted {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
        for text in ["edge", "Only what is warm", "readings.kelvin"] {
            assert_eq!(scalar(text), text);
        }
    }

    #[test]
    fn a_task_has_the_keys_in_their_order() {
        let templates = Templates::builtin().unwrap();
        let template = templates.get("nats_to_nats_kv").unwrap();
        insta::assert_snapshot!(Draft::of(template).task(template), @r#"
        - name: Last readings
          type: nats_to_nats_kv
          code: last_readings.go
          component_name: last_readings
          version: 1.0.0
          targets: [edge]
          source_topic: "readings.>"
          bucket: last_readings
        "#);
    }
}
