//! `docs/how-to/action.md` says what `action/action.yml` takes and gives.

use std::fs;
use std::path::Path;

use serde_yaml::Value;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(path)).unwrap()
}

fn action() -> Value {
    serde_yaml::from_str(&read("action/action.yml")).unwrap()
}

/// The rows of the table behind a comment, their first cells as they are.
fn rows(page: &str, mark: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("<!-- {mark} -->")).unwrap();
    let (table, _) = rest.split_once("<!-- end -->").unwrap();
    let rows = table.trim().lines().skip(2);
    rows.map(|row| {
        row.trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().replace('`', ""))
            .collect()
    })
    .collect()
}

/// The same of action.yml: names, defaults where there are any, descriptions.
fn declared(kind: &str) -> Vec<Vec<String>> {
    let action = action();
    let all = action[kind].as_mapping().unwrap().iter();
    all.map(|(name, value)| {
        let text = |key: &str| value[key].as_str().unwrap_or_default().replace('`', "");
        let mut row = vec![name.as_str().unwrap().to_owned()];
        if kind == "inputs" {
            row.push(text("default"));
        }
        row.push(text("description"));
        row
    })
    .collect()
}

#[test]
fn the_page_has_the_inputs_and_outputs_of_the_action() {
    let page = read("docs/how-to/action.md");
    assert_eq!(rows(&page, "inputs"), declared("inputs"));
    assert_eq!(rows(&page, "outputs"), declared("outputs"));
}

#[test]
fn the_action_fetches_the_release_that_it_is_of() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(action()["inputs"]["version"]["default"], version);
    for path in [
        "docs/how-to/action.md",
        "examples/temperature/.github/workflows/pelato.yml",
    ] {
        let text = read(path);
        let uses: Vec<&str> = text.split("pelato-project/pelato/action@v").skip(1).collect();
        assert!(!uses.is_empty(), "{path}");
        for used in uses {
            let used = used.split(|c: char| c.is_whitespace() || c == '`').next().unwrap();
            assert_eq!(used, version, "{path}");
        }
    }
}

/// The inputs that workflows give to the Action, in a text with workflows in it.
fn given(text: &str) -> Vec<String> {
    let (mut given, mut steps) = (Vec::new(), Vec::new());
    let workflow: Value = serde_yaml::from_str(text).unwrap();
    for (_, job) in workflow["jobs"].as_mapping().unwrap() {
        steps.extend(job["steps"].as_sequence().unwrap());
    }
    for step in steps {
        let ours = step["uses"]
            .as_str()
            .is_some_and(|uses| uses.starts_with("pelato-project/"));
        if let (true, Some(with)) = (ours, step["with"].as_mapping()) {
            given.extend(with.keys().map(|key| key.as_str().unwrap().to_owned()));
        }
    }
    given
}

#[test]
fn what_is_written_to_be_copied_gives_inputs_that_there_are() {
    let page = read("docs/how-to/action.md");
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (six_lines, _) = rest.split_once("```").unwrap();
    assert_eq!(given(six_lines), ["registry", "nats"]);
    let inputs: Vec<String> = declared("inputs")
        .into_iter()
        .map(|mut row| row.swap_remove(0))
        .collect();
    let example = read("examples/temperature/.github/workflows/pelato.yml");
    for text in [six_lines, &example] {
        let unknown: Vec<String> = given(text).into_iter().filter(|name| !inputs.contains(name)).collect();
        assert_eq!(unknown, [""; 0]);
    }
}
