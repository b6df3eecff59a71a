//! Inputs with what a shell would obey.

use super::runner::{Runner, WORKFLOW, commit, example};

/// Each input in turn holds this; `$OUT` has a file where anything of it was obeyed.
const EVIL: &str =
    r#"x"; touch "$OUT/a"; $(touch "$OUT/b") `touch "$OUT/c"` | touch "$OUT/d" && touch "$OUT/e" #' > "$OUT/f""#;

/// The inputs of action.yml.
fn inputs() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/action/action.yml")).unwrap();
    let action: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let inputs = action["inputs"].as_mapping().unwrap();
    inputs.keys().map(|key| key.as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_in_an_input_is_obeyed() {
    let runner = Runner::new();
    let repository = example("");
    let lines = EVIL.replace('\'', "''");
    let mut workflow =
        "on: push\njobs:\n  hostile:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n"
            .to_owned();
    for input in inputs() {
        for more in ["", "\\n::error::obeyed\\n::set-output name=x::y"] {
            // The second has lines of its own.
            let value = match more {
                "" => format!("'{lines}'"),
                more => format!("\"{}{more}\"", EVIL.replace('"', "\\\"")),
            };
            let mut with = vec![
                ("command", "plan".to_owned()),
                ("binary", env!("CARGO_BIN_EXE_pelato").to_owned()),
                // A plan that asks nobody.
                ("since", "HEAD".to_owned()),
                ("releases", "http://127.0.0.1:1".to_owned()),
                ("cache", "false".to_owned()),
            ];
            if ["version", "releases"].contains(&input.as_str()) {
                with.retain(|(name, _)| *name != "binary");
            }
            with.retain(|(name, _)| *name != input);
            with.push((&input, value));
            let with: String = with
                .iter()
                .map(|(name, value)| format!("          {name}: {value}\n"))
                .collect();
            workflow.push_str(&format!(
                "      - continue-on-error: true\n        uses: pelato-project/pelato/action@v0.1.0\n        with:\n{with}"
            ));
        }
    }
    repository.write(WORKFLOW, &workflow);
    commit(&repository);

    let ran = runner.run(&repository, "push", &[]);
    assert!(ran.success, "the job goes on");
    assert_eq!(runner.all_out(), [""; 0]);
    let taken = ran.annotations();
    assert!(
        taken.iter().all(|taken| taken.starts_with("::error title=Pelato::")),
        "{taken:#?}"
    );
    assert!(!ran.log.contains("::set-output:: x"));
    // Each of them was wrong in some way, and said to be.
    assert!(ran.log.contains("the input `command` is `x\"; touch"));
    assert!(ran.log.contains("the input `project` is `x\"; touch"));
    assert!(ran.log.contains("the input `version` is `x\"; touch"));
    assert!(ran.log.contains("the input `releases` is `x\"; touch"));
    assert!(ran.log.contains("the input `binary` is `x\"; touch"));
    assert!(ran.log.contains("the input `annotate` is `x\"; touch"));
}
