//! `pelato check` in each of its formats, and `pelato schema`.

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::command::{ECHO, Project, Task};

/// Two projects: one that is right but for an older name, one with a task twice.
fn projects() -> Project {
    let project = Project::of("acme/thermo");
    let task = |name: &str| Task {
        code: "convert.go".into(),
        ..Task::processor(name, &["edge"])
    };
    for (folder, tasks) in [
        ("attic", vec![task("convert")]),
        ("città", vec![task("convert"), task("convert")]),
    ] {
        project.write(&format!("{folder}/tasks/convert.go"), ECHO);
        project.workflow(&tasks);
        let from = project.path().join("workflow.yaml");
        let text = std::fs::read_to_string(&from).unwrap();
        let old = text.replacen("targets: [edge]", "target: edge", 1);
        assert_ne!(old, text);
        std::fs::remove_file(from).unwrap();
        project.write(&format!("{folder}/workflow.yaml"), &old);
    }
    project
}

#[tokio::test]
async fn everything_is_said_to_people_of_right_and_of_wrong_projects() {
    let project = projects();
    let ended = project.pelato(&["check"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.said, @"
    note: `target` is an older name
     --> attic/workflow.yaml:6:5
      |
    6 |     target: edge
      |     ^^^^^^ read as `targets: [edge]`
      |
      = help: write `targets: [edge]`

    note: `target` is an older name
     --> città/workflow.yaml:6:5
      |
    6 |     target: edge
      |     ^^^^^^ read as `targets: [edge]`
      |
      = help: write `targets: [edge]`

    error: two tasks have the component_name `convert`
      --> città/workflow.yaml:17:21
       |
    17 |     component_name: convert
       |                     ^^^^^^^ the second one
       |
      ::: città/workflow.yaml:9:21
       |
     9 |     component_name: convert
       |                     ------- the first one
       |
       = help: give each task a name of its own
    ");
    let right = project.pelato(&["check", "attic"]).await;
    assert_eq!((right.code, right.stdout.as_str()), (Some(0), ""));
    assert_eq!(right.last(), "done: 1 task is right, 1 note");
}

#[tokio::test]
async fn as_json() {
    let project = projects();
    let ended = project.pelato(&["check", "--json"]).await;
    assert_eq!((ended.code, ended.said.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stdout, @r#"
    {
      "success": false,
      "projects": [
        {
          "project": "attic",
          "file": "attic/workflow.yaml",
          "success": true,
          "tasks": 1
        },
        {
          "project": "città",
          "file": "città/workflow.yaml",
          "success": false,
          "tasks": null
        }
      ],
      "errors": 1,
      "warnings": 0,
      "notes": 2,
      "diagnostics": [
        {
          "severity": "note",
          "rule": "alias",
          "file": "attic/workflow.yaml",
          "line": 6,
          "column": 5,
          "end_line": 6,
          "end_column": 11,
          "message": "`target` is an older name",
          "label": "read as `targets: [edge]`",
          "help": "write `targets: [edge]`",
          "related": []
        },
        {
          "severity": "note",
          "rule": "alias",
          "file": "città/workflow.yaml",
          "line": 6,
          "column": 5,
          "end_line": 6,
          "end_column": 11,
          "message": "`target` is an older name",
          "label": "read as `targets: [edge]`",
          "help": "write `targets: [edge]`",
          "related": []
        },
        {
          "severity": "error",
          "rule": "duplicate-component",
          "file": "città/workflow.yaml",
          "line": 17,
          "column": 21,
          "end_line": 17,
          "end_column": 28,
          "message": "two tasks have the component_name `convert`",
          "label": "the second one",
          "help": "give each task a name of its own",
          "related": [
            {
              "file": "città/workflow.yaml",
              "line": 9,
              "column": 21,
              "end_line": 9,
              "end_column": 28,
              "message": "the first one"
            }
          ]
        }
      ]
    }
    "#);
    let same = project.pelato(&["check", "--format", "json"]).await;
    assert_eq!(same.stdout, ended.stdout);
    let both = project.pelato(&["check", "--format", "json", "--json"]).await;
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}

#[tokio::test]
async fn as_annotations_of_an_action() {
    let project = projects();
    let ended = project.pelato(&["check", "--format", "github"]).await;
    assert_eq!((ended.code, ended.said.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stdout, @"
    ::notice file=attic/workflow.yaml,line=6,endLine=6,col=5,endColumn=11,title=alias::`target` is an older name: read as `targets: [edge]`%0Ahelp: write `targets: [edge]`
    ::notice file=città/workflow.yaml,line=6,endLine=6,col=5,endColumn=11,title=alias::`target` is an older name: read as `targets: [edge]`%0Ahelp: write `targets: [edge]`
    ::error file=città/workflow.yaml,line=17,endLine=17,col=21,endColumn=28,title=duplicate-component::two tasks have the component_name `convert`: the second one%0Ahelp: give each task a name of its own
    ");
}

#[tokio::test]
async fn as_sarif_that_its_own_schema_takes() {
    let project = projects();
    let ended = project.pelato(&["check", "--format", "sarif"]).await;
    assert_eq!((ended.code, ended.said.as_str()), (Some(2), ""));
    let mut log: Value = serde_json::from_str(&ended.stdout).unwrap();

    let mut compiler = Compiler::new();
    let schema = serde_json::from_str(include_str!("../data/sarif/sarif-2.1.0.json")).unwrap();
    compiler.add_resource("sarif.json", schema).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile("sarif.json", &mut schemas).unwrap();
    schemas.validate(&log, index).unwrap();

    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [
        {
          "columnKind": "unicodeCodePoints",
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "the top of the repository"
              }
            }
          },
          "results": [
            {
              "level": "note",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "attic/workflow.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 11,
                      "endLine": 6,
                      "startColumn": 5,
                      "startLine": 6
                    }
                  }
                }
              ],
              "message": {
                "text": "`target` is an older name: read as `targets: [edge]` (write `targets: [edge]`)"
              },
              "ruleId": "alias",
              "ruleIndex": 1
            },
            {
              "level": "note",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "citt%C3%A0/workflow.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 11,
                      "endLine": 6,
                      "startColumn": 5,
                      "startLine": 6
                    }
                  }
                }
              ],
              "message": {
                "text": "`target` is an older name: read as `targets: [edge]` (write `targets: [edge]`)"
              },
              "ruleId": "alias",
              "ruleIndex": 1
            },
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "citt%C3%A0/workflow.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 28,
                      "endLine": 17,
                      "startColumn": 21,
                      "startLine": 17
                    }
                  }
                }
              ],
              "message": {
                "text": "two tasks have the component_name `convert`: the second one (give each task a name of its own)"
              },
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "the first one"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "citt%C3%A0/workflow.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 28,
                      "endLine": 9,
                      "startColumn": 21,
                      "startLine": 9
                    }
                  }
                }
              ],
              "ruleId": "duplicate-component",
              "ruleIndex": 9
            }
          ],
          "tool": {
            "driver": {
              "name": "pelato",
              "rules": null,
              "semanticVersion": "0.1.0"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "#);
}

#[tokio::test]
async fn the_schema_goes_to_stdout_without_a_project() {
    let project = Project::of("acme/thermo");
    let ended = project.pelato(&["schema"]).await;
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""));
    let schema: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
}

/// Of `check`'s environment: it may be another one that the task is for.
#[tokio::test]
async fn targets_in_reserve_are_warned_of_where_no_agent_is_known() {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge", "cloud"])]);
    let workflow = std::fs::read_to_string(project.path().join("workflow.yaml")).unwrap();
    project.write("workflow.yaml", &format!("{workflow}    placement: prefer\n"));
    let ended = project.pelato(&["check"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.said, @"
    warning: `convert` could not be deployed to the environment `default`
      --> workflow.yaml:11:16
       |
    11 |     placement: prefer
       |                ^^^^^^ no agent says which target takes messages there
       |
       = help: set PELATO_AGENT=true where `pelato agent` runs, or `agent: true` for the environment in runner.yaml

    done: 1 task is right, 1 warning
    ");
    let project = project.with("PELATO_AGENT", "true");
    let ended = project.pelato(&["check"]).await;
    assert_eq!(ended.last(), "done: 1 task is right");
}
