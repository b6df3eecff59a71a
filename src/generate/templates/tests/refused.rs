//! Templates that are wrong, and what is said of them.

use super::*;

#[test]
fn a_missing_file_is_named_and_so_are_all_others() {
    let mut files = small();
    files.files.remove("small/world.wit");
    files.files.remove("small/skeleton/go.mod");
    insta::assert_snapshot!(error(&files), @"
    error: templates/small/world.wit: this file is missing: every template has it

    error: templates/small/skeleton/go.mod: this file is missing: every template has it
    ");
}

#[test]
fn a_description_is_read_like_a_workflow() {
    let text = "name: smal\nalias: [a]\nsignatures: [func main()]\nworld: small\nsubscribes: maybe\nkeys:\n- {name: bucket, kind: nam, doc: d}\n- {name: image, kind: name, doc: d}\n- {name: where, kind: address, doc: d}\n- {name: s, kind: subject, default: a.*, required: yes, doc: d}\n";
    insta::assert_snapshot!(error(&with("small/template.yaml", text)), @"
    error: `doc` is missing in a template
     --> templates/small/template.yaml:1:1
      |
    1 | name: smal
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `doc:`

    error: a template has its folder's name
     --> templates/small/template.yaml:1:7
      |
    1 | name: smal
      |       ^^^^ the folder's is `small`
      |
      = help: make them the same

    error: `alias` is not a key of a template
     --> templates/small/template.yaml:2:1
      |
    2 | alias: [a]
      | ^^^^^ unknown key
      |
      = help: a template may have: aliases, doc, example, keys, name, shared, signatures, subscribes, summary, world

    error: this is no signature of exec_task
     --> templates/small/template.yaml:3:14
      |
    3 | signatures: [func main()]
      |              ^^^^^^^^^^^ the author's function
      |
      = help: for example `func exec_task(arg string) string`

    error: `subscribes` is true or false
     --> templates/small/template.yaml:5:13
      |
    5 | subscribes: maybe
      |             ^^^^^ this is neither

    error: there is no kind `nam`
     --> templates/small/template.yaml:7:24
      |
    7 | - {name: bucket, kind: nam, doc: d}
      |                        ^^^ unknown kind
      |
      = help: did you mean `name`?

    error: a key cannot be `image`
     --> templates/small/template.yaml:8:10
      |
    8 | - {name: image, kind: name, doc: d}
      |          ^^^^^ that name means something else in wadm.yaml

    error: a key cannot be `where`
     --> templates/small/template.yaml:9:10
      |
    9 | - {name: where, kind: address, doc: d}
      |          ^^^^^ where a task listens is called `address`

    error: `s` cannot be this
      --> templates/small/template.yaml:10:37
       |
    10 | - {name: s, kind: subject, default: a.*, required: yes, doc: d}
       |                                     ^^^ `*` only stands where a task listens

    error: `required` is true or false
      --> templates/small/template.yaml:10:52
       |
    10 | - {name: s, kind: subject, default: a.*, required: yes, doc: d}
       |                                                    ^^^ this is neither
    ");
}

#[test]
fn a_variable_that_nobody_knows_is_shown_where_it_stands() {
    let mut files = edited("small/wadm.yaml", "mode=mode note=note", "mode=mod{{#if note}}");
    files.files.insert(
        "small/skeleton/main.go.hbs".into(),
        b"package main\n\nvar name = {{component_name}}\nvar target = {{target}}\n".to_vec(),
    );
    insta::assert_snapshot!(error(&files), @r#"
    error: nothing is called `target` here
     --> templates/small/skeleton/main.go.hbs:4:16
      |
    4 | var target = {{target}}
      |                ^^^^^^ unknown name
      |
      = help: there are: component_name

    error: this is not taken in an expression
      --> templates/small/wadm.yaml:12:51
       |
    12 |           - {{config "task" bucket=bucket mode=mod{{#if note}}}}
       |                                                   ^ unknown sign
       |
       = help: a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    "#);
}

#[test]
fn what_could_write_a_value_raw_or_go_on_for_ever_is_refused() {
    for text in ["{{{application}}}", "{{#each bucket}}x{{/each}}", "{{> wadm.yaml}}"] {
        assert!(
            error(&with("small/wadm.yaml", text)).contains("small/wadm.yaml:1:"),
            "{text}"
        );
    }
    // A recursion that would end the process, were it parsed.
    let deep = format!("{{{{{}x", "text (".repeat(200_000));
    assert!(error(&with("small/wadm.yaml", &deep)).contains("262144 are the most"));
    let deep = format!("{{{{{}x", "text (\n".repeat(30_000));
    assert!(error(&with("small/wadm.yaml", &deep)).contains("an expression has no end"));
    let deep = "{{#if note}}".repeat(1_000);
    assert!(error(&with("small/wadm.yaml", &deep)).contains("a line has more than 4000 bytes"));
    let deep = "{{#if note}}\n".repeat(20_000);
    assert!(error(&with("small/wadm.yaml", &deep)).contains("too many blocks within blocks"));
}

#[test]
fn no_file_lands_where_it_must_not() {
    let all = [
        "small/skeleton/../../x.go",
        "small/skeleton//x.go",
        "small/skeleton/.git/config",
        "small/skeleton/task.go",
        "small/skeleton/wit/world.wit",
        "small/skeleton/wadm-edge.yaml",
        "small/skeleton/run.sh.hbs",
        "small/skeleton/main.go",
        "shared/part/../../x.go",
        "shared/abi/more.go",
        "shared/Up/more.go",
        "small/skeleton/internal/part/own.go",
        ".hidden/template.yaml",
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|path| error(&with(path, "x")).lines().next().unwrap().to_owned())
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    error: templates/small/skeleton/../../x.go: a file's path has letters, digits and `. _ - +` between its slashes, begins none of its parts with a dot, and has 200 bytes at most
    error: templates/small/skeleton//x.go: a file's path has letters, digits and `. _ - +` between its slashes, begins none of its parts with a dot, and has 200 bytes at most
    error: templates/small/skeleton/.git/config: a file's path has letters, digits and `. _ - +` between its slashes, begins none of its parts with a dot, and has 200 bytes at most
    error: templates/small/skeleton/task.go: the author's file takes that place
    error: templates/small/skeleton/wit/world.wit: the world's WIT takes that place
    error: templates/small/skeleton/wadm-edge.yaml: a manifest takes that place
    error: templates/small/skeleton/run.sh.hbs: only Go files can be rendered, ….go.hbs
    error: templates/small/skeleton/main.go.hbs: there is the same file without .hbs too: keep one of them
    error: templates/shared/part/../../x.go: a file's path has letters, digits and `. _ - +` between its slashes, and begins none of its parts with a dot
    error: templates/shared/abi: Pelato has a shared part of that name: rename yours
    error: templates/shared/Up/: a shared part is a Go package: small letters, digits and `_`
    error: `part` is a package of the template's own too
    error: templates/.hidden: a template's folder is named with letters, digits, `-` and `_`
    ");
}

#[test]
fn a_world_that_is_wrong_is_shown_in_its_file() {
    insta::assert_snapshot!(error(&edited("small/template.yaml", "world: small", "world: smal")), @"
    error: world.wit has no world `smal`
     --> templates/small/template.yaml:5:8
      |
    5 | world: smal
      |        ^^^^ this world is missing
      |
      = help: did you mean `small`?
    ");
    insta::assert_snapshot!(error(&edited("small/world.wit", "part/keep", "part/kep")), @"
    error: this is not WIT: interface not found in package
     --> templates/small/world.wit:4:22
      |
    4 |   import pelato:part/kep;
      |                      ^^^ here
    ");
    insta::assert_snapshot!(error(&edited("small/world.wit", "import", "improt")), @"
    error: this is not WIT: expected `import`, `export`, `include`, `use`, or type definition, found an identifier
     --> templates/small/world.wit:4:3
      |
    4 |   improt pelato:part/keep;
      |   ^^^^^^ here
    ");
    insta::assert_snapshot!(error(&edited("shared/part/package.wit", "interface keep {}", "interface keep {")), @"
    error: this is not WIT: expected `world`, `interface` or `use`, found eof
     --> templates/shared/part/package.wit:4:1
      |
    4 |
      | ^ here
    ");
    insta::assert_snapshot!(error(&edited("small/template.yaml", "[part, abi]", "[prat, abi]")), @"
    error: there is no shared part `prat`
     --> templates/small/template.yaml:6:10
      |
    6 | shared: [prat, abi]
      |          ^^^^ it is missing
      |
      = help: did you mean `part`?
    ");
}

#[test]
fn a_manifest_that_is_no_application_of_ours_is_shown_as_it_comes_out() {
    let wadm = WADM
        .replace("{{application}}", "{{component_name}}")
        .replace("type: component", "type: service")
        .replace("host-type: {{target}}", "host-type: cloud")
        .replace(
            "{{config \"task\" bucket=bucket mode=mode note=note}}",
            "{ name: theirs, properties: { a: b } }",
        );
    insta::assert_snapshot!(error(&with("small/wadm.yaml", &wadm)), @r#"
    error: metadata.name: it has to be {{application}}
     --> templates/small/wadm.yaml, rendered with sample values:4:9
      |
    4 |   name: "sample_task"
      |         ^^^^^^^^^^^^^ here

    error: spec.components: it has 0 parts of type `component`, and should have one
     --> templates/small/wadm.yaml, rendered with sample values:6:3
      |
    6 |   components:
      |   ^^^^^^^^^^ here

    error: spec.components.0.type: it is `component` or `capability`
     --> templates/small/wadm.yaml, rendered with sample values:8:13
      |
    8 |       type: service
      |             ^^^^^^^ here

    error: spec.components.0.properties.config.0.name: a config belongs to its application: write `{{config "kind" key=value}}`
      --> templates/small/wadm.yaml, rendered with sample values:12:21
       |
    12 |           - { name: theirs, properties: { a: b } }
       |                     ^^^^^^ here

    error: spec.components.0.traits.0.properties.spread.0.requirements.host-type: a part runs on {{target}}, and nowhere else
      --> templates/small/wadm.yaml, rendered with sample values:20:30
       |
    20 |                   host-type: cloud
       |                              ^^^^^ here
    "#);
    let password = edited(
        "small/wadm.yaml",
        "{{config \"task\" bucket=bucket mode=mode note=note}}",
        "{ name: pelato-sql-other-edge-0123456789ab }",
    );
    insta::assert_snapshot!(error(&password), @"
    error: spec.components.0.properties.config.0.name: the way to a database belongs to one application: write `{{sql}}`
      --> templates/small/wadm.yaml, rendered with sample values:12:21
       |
    12 |           - { name: pelato-sql-other-edge-0123456789ab }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
    ");
    insta::assert_snapshot!(error(&edited("small/wadm.yaml", "image: {{image}}", "image: evil.example.org/x:1")), @"
    error: spec.components.0.properties.image: the component is what was built, {{image}}
      --> templates/small/wadm.yaml, rendered with sample values:10:16
       |
    10 |         image: evil.example.org/x:1
       |                ^^^^^^^^^^^^^^^^^^^^ here
    ");
    insta::assert_snapshot!(error(&edited("small/wadm.yaml", "kind: Application", "kind: [")), @"
    error: this is not YAML: invalid indentation
     --> templates/small/wadm.yaml, rendered with sample values:3:1
      |
    3 | metadata:
      | ^ here
      |
      = help: look at quotes, brackets and indentation from here upwards; a text with `: ` or ` #` in it belongs into quotes
    ");
    // Only without the keys that may be left out.
    let wadm = WADM.replace(
        "    - name: store",
        "{{#if note}}\n    - name: store\n{{else}}\n    - title: store\n{{/if}}",
    );
    insta::assert_snapshot!(error(&with("small/wadm.yaml", &wadm)), @"
    error: spec.components.0.name: a part has a name
     --> templates/small/wadm.yaml, rendered with sample values:7:7
      |
    7 |     - title: store
      |       ^^^^^ something is missing below this
    ");
}

#[test]
fn a_text_that_is_none_is_refused() {
    let mut files = small();
    files
        .files
        .insert("small/template.yaml".into(), b"name: small\n# \xff\n".to_vec());
    insta::assert_snapshot!(error(&files), @"
    error: this is not UTF-8 text
     --> templates/small/template.yaml:2:3
      |
    2 | # �
      |   ^ from here on
      |
      = help: save the file as UTF-8
    ");
}

#[test]
fn a_name_that_is_taken_is_refused_and_both_are_named() {
    let mut files = edited("small/template.yaml", "[tiny]", "[producer_nats, tiny]");
    for (path, content) in small().files {
        let content = String::from_utf8(content).unwrap().replace("name: small", "name: tiny");
        if let Some(rest) = path.strip_prefix("small/") {
            files
                .files
                .insert(format!("tiny/{rest}"), content.replace("[tiny]", "[]").into_bytes());
        }
    }
    insta::assert_snapshot!(error(&files), @"
    error: templates/small: `http_producer_nats`, which comes with Pelato, is called `producer_nats` too: rename yours

    error: templates/tiny: the template in templates/small is called `tiny` too: rename yours
    ");
}
