//! What is said of names, and of the other values of keys.

use crate::{GOOD, found, said};

#[test]
fn values_that_are_refused() {
    let with = |from: &str, to: &str| said("value", &GOOD.replace(from, to));
    insta::assert_snapshot!(said("value", GOOD.replace("Thermo", "\"a\\tb\"")), @r#"
    error: `project_name` cannot be this
     --> workflow.yaml:1:15
      |
    1 | project_name: "a\tb"
      |               ^^^^^^ U+0009 cannot stand in it
      |
      = help: write `ab`
    "#);
    insta::assert_snapshot!(with("component_name: filter", "component_name: warm filter"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: warm filter
       |                     ^^^^^^^^^^^ a space cannot stand in it
       |
       = help: write `warm_filter`
    ");
    insta::assert_snapshot!(with("component_name: filter", "component_name: a___b"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: a___b
       |                     ^^^^^ a registry refuses `___` in a name
       |
       = help: write `a_b`
    ");
    insta::assert_snapshot!(with("component_name: filter", "component_name: -filter-"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: -filter-
       |                     ^^^^^^^^ it must begin and end with a letter or a digit
       |
       = help: write `filter`
    ");
    insta::assert_snapshot!(with("    version: 1.0.0\n  - name", "    version: v1.0\n  - name"), @"
    error: `version` cannot be this
     --> workflow.yaml:9:14
      |
    9 |     version: v1.0
      |              ^^^^ a version is three numbers, `1.0.0`
      |
      = help: write `1.0.0`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room kelvin"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room kelvin
       |                   ^^^^^^^^^^^ a space cannot stand in a subject
       |
       = help: write `room_kelvin`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room.>.x"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room.>.x
       |                   ^^^^^^^^ `>` only stands at the end
       |
       = help: write `room.*.x`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room..k*"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room..k*
       |                   ^^^^^^^^ there is nothing between two dots, or at an end
       |
       = help: write `room.k`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: $SYS.x"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: $SYS.x
       |                   ^^^^^^ NATS keeps such subjects for itself
       |
       = help: write `SYS.x`
    ");
    insta::assert_snapshot!(with("dest_topic: room.warm", "dest_topic: room.*"), @"
    error: `dest_topic` cannot be this
      --> workflow.yaml:15:17
       |
    15 |     dest_topic: room.*
       |                 ^^^^^^ `*` only stands where a task listens
       |
       = help: for example `living_room.kelvin`
    ");
    insta::assert_snapshot!(with("code: b.go", "code: ../b.go"), @"
    error: `code` cannot be this
      --> workflow.yaml:12:11
       |
    12 |     code: ../b.go
       |           ^^^^^^^ it must stay below `tasks/`: no `..`, no `.`, no empty part
       |
       = help: write `b.go`
    ");
    insta::assert_snapshot!(with("dest_topic: room.kelvin", "dest_topic: room.kelvin\n    address: localhost:8000"), @"
    error: `address` cannot be this
     --> workflow.yaml:8:14
      |
    8 |     address: localhost:8000
      |              ^^^^^^^^^^^^^^ an address is `ip:port`, `0.0.0.0:8000`
      |
      = help: write `127.0.0.1:8000`
    ");
    insta::assert_snapshot!(with("dest_topic: room.kelvin", "dest_topic: room.kelvin\n    address: { edge: 8000, clod: 0.0.0.0:1 }"), @"
    error: `address` says nothing of the target `cloud`
     --> workflow.yaml:8:14
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it has an entry for each target
      |
      = help: add `cloud: ip:port`

    error: `address` cannot be this
     --> workflow.yaml:8:22
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |                      ^^^^ an address is `ip:port`, `0.0.0.0:8000`
      |
      = help: write `0.0.0.0:8000`

    error: `clod` is none of this task's targets
     --> workflow.yaml:8:28
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |                            ^^^^ unknown target
      |
      = help: it runs on: edge, cloud
    ");
}

/// What is said of a value that a key of the last task has, in a line.
fn row(key: &str, value: &str) -> String {
    let quoted = serde_json::to_string(value).unwrap();
    let (before, after) = match GOOD.rfind(&format!(" {key}: ")) {
        Some(at) => (&GOOD[..=at], GOOD[at..].split_once('\n').unwrap().1),
        None => ("", ""),
    };
    let text = match before {
        "" => stores(key, &quoted),
        before => format!("{before}{key}: {quoted}\n{after}"),
    };
    let found = found(text.as_bytes());
    let values = found.items.iter().filter(|item| item.rule == "value");
    let said: Vec<String> = values
        .map(|item| format!("{}: {}; {}", item.title, item.label, item.help.as_deref().unwrap()))
        .collect();
    let shown: String = value.escape_debug().take(20).collect();
    format!("\"{shown}\"  {}", said.join(" | "))
}

/// A task for a table, and one for a bucket, with this value.
fn stores(key: &str, value: &str) -> String {
    let value_of = |of: &str, right: &str| if of == key { value.to_owned() } else { right.to_owned() };
    format!(
        "project_name: Thermo\ntasks:\n\
         - {{name: a, type: nats_to_sql, code: a.go, targets: [edge], source_topic: a, component_name: a, version: 1.0.0, table: {}, key_column: {}}}\n\
         - {{name: b, type: nats_to_nats_kv, code: kv.go, targets: [edge], source_topic: a, component_name: b, version: 1.0.0, bucket: {}}}\n",
        value_of("table", "readings"),
        value_of("key_column", "sensor"),
        value_of("bucket", "readings"),
    )
}

fn rows(key: &str, values: &[&str]) -> String {
    let rows: Vec<String> = values.iter().map(|value| row(key, value)).collect();
    rows.join("\n")
}

#[test]
fn names_for_people() {
    let long = "x".repeat(201);
    insta::assert_snapshot!(rows("name", &["", "  ", &long, "a\u{202e}b", "a\nb", "\u{7}"]), @r#"
    ""  `name` cannot be this: it is empty; for example `Temp data conversion`
    "  "  `name` cannot be this: it is empty; for example `Temp data conversion`
    "xxxxxxxxxxxxxxxxxxxx"  `name` cannot be this: 200 characters are the most; for example `Temp data conversion`
    "a\u{202e}b"  `name` cannot be this: U+202E cannot stand in it; write `ab`
    "a\nb"  `name` cannot be this: U+000A cannot stand in it; write `ab`
    "\u{7}"  `name` cannot be this: U+0007 cannot stand in it; for example `Temp data conversion`
    "#);
}

#[test]
fn names_for_machines() {
    let long = "x".repeat(101);
    insta::assert_snapshot!(rows("component_name", &["", &long, "a/b", "_a", "a_-b", "è"]), @r#"
    ""  `component_name` cannot be this: it is empty; for example `celsius_to_kelvin`
    "xxxxxxxxxxxxxxxxxxxx"  `component_name` cannot be this: it has 101 characters, 100 are the most; for example `celsius_to_kelvin`
    "a/b"  `component_name` cannot be this: `/` cannot stand in it; write `a_b`
    "_a"  `component_name` cannot be this: it must begin and end with a letter or a digit; write `a`
    "a_-b"  `component_name` cannot be this: a registry refuses `_-` in a name; write `a_b`
    "è"  `component_name` cannot be this: `è` cannot stand in it; for example `celsius_to_kelvin`
    "#);
    insta::assert_snapshot!(rows("version", &["", "1", "1.0.0-rc1", "latest", "1.0.1234567890"]), @r#"
    ""  `version` cannot be this: a version is three numbers, `1.0.0`; for example `1.0.0`
    "1"  `version` cannot be this: a version is three numbers, `1.0.0`; write `1.0.0`
    "1.0.0-rc1"  `version` cannot be this: a version is three numbers, `1.0.0`; write `1.0.0`
    "latest"  `version` cannot be this: a version is three numbers, `1.0.0`; for example `1.0.0`
    "1.0.1234567890"  `version` cannot be this: a version is three numbers, `1.0.0`; for example `1.0.0`
    "#);
}

#[test]
fn subjects() {
    let long = "x".repeat(256);
    insta::assert_snapshot!(rows("source_topic", &["", &long, "a b", "a,b", "a|b", "a.b*", "a.>b", "_INBOX.a", "a\tb", ".a"]), @r#"
    ""  `source_topic` cannot be this: it is empty; for example `sensors.*`
    "xxxxxxxxxxxxxxxxxxxx"  `source_topic` cannot be this: it has 256 bytes, 255 are the most; for example `sensors.*`
    "a b"  `source_topic` cannot be this: a space cannot stand in a subject; write `a_b`
    "a,b"  `source_topic` cannot be this: `,` cannot stand in a subject; write `a_b`
    "a|b"  `source_topic` cannot be this: `|` cannot stand in a subject; write `a_b`
    "a.b*"  `source_topic` cannot be this: `*` and `>` stand alone between dots, not as `b*`; write `a.b`
    "a.>b"  `source_topic` cannot be this: `*` and `>` stand alone between dots, not as `>b`; write `a.b`
    "_INBOX.a"  `source_topic` cannot be this: NATS keeps such subjects for itself; write `a`
    "a\tb"  `source_topic` cannot be this: U+0009 cannot stand in a subject; write `a_b`
    ".a"  `source_topic` cannot be this: there is nothing between two dots, or at an end; write `a`
    "#);
    insta::assert_snapshot!(rows("dest_topic", &["a.*", "a.>", "*a"]), @r#"
    "a.*"  `dest_topic` cannot be this: `*` only stands where a task listens; for example `living_room.kelvin`
    "a.>"  `dest_topic` cannot be this: `>` only stands where a task listens; for example `living_room.kelvin`
    "*a"  `dest_topic` cannot be this: `*` and `>` stand alone between dots, not as `*a`; write `a`
    "#);
}

#[test]
fn tables_columns_and_buckets() {
    let long = "x".repeat(64);
    insta::assert_snapshot!(rows("table", &["", ".", "home.", "a.b.c", "a;b", &long]), @r#"
    ""  `table` cannot be this: a name is empty; for example `readings`
    "."  `table` cannot be this: a name is empty; for example `readings`
    "home."  `table` cannot be this: a name is empty; for example `readings`
    "a.b.c"  `table` cannot be this: `.` cannot stand in a name; for example `readings`
    "a;b"  `table` cannot be this: `;` cannot stand in a name; write `a_b`
    "xxxxxxxxxxxxxxxxxxxx"  `table` cannot be this: a name has 64 bytes, 63 are the most; for example `readings`
    "#);
    insta::assert_snapshot!(rows("key_column", &["", "a.b", "a b", &long]), @r#"
    ""  `key_column` cannot be this: a name is empty; for example `sensor`
    "a.b"  `key_column` cannot be this: `.` cannot stand in a name; write `a_b`
    "a b"  `key_column` cannot be this: a space cannot stand in a name; write `a_b`
    "xxxxxxxxxxxxxxxxxxxx"  `key_column` cannot be this: a name has 64 bytes, 63 are the most; for example `sensor`
    "#);
    insta::assert_snapshot!(rows("bucket", &["", "a.b", "-a"]), @r#"
    ""  `bucket` cannot be this: it is empty; for example `edge`
    "a.b"  `bucket` cannot be this: `.` cannot stand in it; write `a_b`
    "-a"  `bucket` cannot be this: it must begin and end with a letter or a digit; write `a`
    "#);
}

#[test]
fn paths_of_code() {
    let long = format!("{}.go", "x".repeat(253));
    insta::assert_snapshot!(rows("code", &["", &long, "a\u{1}.go", "a\\b.go", "/a.go", "-a.go", "a//b.go", "./a.go"]), @r#"
    ""  `code` cannot be this: it is empty; for example `convert.go`
    "xxxxxxxxxxxxxxxxxxxx"  `code` cannot be this: it has 256 bytes, 255 are the most; for example `convert.go`
    "a\u{1}.go"  `code` cannot be this: U+0001 cannot stand in a file's name; for example `convert.go`
    "a\\b.go"  `code` cannot be this: `\` cannot stand in a file's name; write `a/b.go`
    "/a.go"  `code` cannot be this: it is a path below `tasks/`; write `a.go`
    "-a.go"  `code` cannot be this: it is a path below `tasks/`; for example `convert.go`
    "a//b.go"  `code` cannot be this: it must stay below `tasks/`: no `..`, no `.`, no empty part; for example `convert.go`
    "./a.go"  `code` cannot be this: it must stay below `tasks/`: no `..`, no `.`, no empty part; write `a.go`
    "#);
}

#[test]
fn addresses() {
    let with = |address: &str| {
        let line = format!("dest_topic: room.kelvin\n    address: {address}");
        said("value", GOOD.replace("dest_topic: room.kelvin", &line))
    };
    insta::assert_snapshot!(with("0.0.0.0:0"), @"
    error: `address` cannot be this
     --> workflow.yaml:8:14
      |
    8 |     address: 0.0.0.0:0
      |              ^^^^^^^^^ port 0 is no port to call
      |
      = help: for example `0.0.0.0:8000`
    ");
    insta::assert_snapshot!(with("example.org:80"), @"
    error: `address` cannot be this
     --> workflow.yaml:8:14
      |
    8 |     address: example.org:80
      |              ^^^^^^^^^^^^^^ an address is `ip:port`, `0.0.0.0:8000`
      |
      = help: for example `0.0.0.0:8000`
    ");
}

#[test]
fn an_address_for_each_target() {
    let with = |address: &str| {
        GOOD.replace(
            "dest_topic: room.kelvin",
            &format!("dest_topic: room.kelvin\n    address: {address}"),
        )
    };
    insta::assert_snapshot!(said("type", with("{ [edge]: 0.0.0.0:1, edge: 0.0.0.0:1, cloud: [0.0.0.0:2] }")), @"
    error: `address` is a map of target to `ip:port`
     --> workflow.yaml:8:16
      |
    8 |     address: { [edge]: 0.0.0.0:1, edge: 0.0.0.0:1, cloud: [0.0.0.0:2] }
      |                ^^^^^^ this is not
      |
      = help: write a line for each target, `edge: 0.0.0.0:8000`

    error: `address` is a map of target to `ip:port`
     --> workflow.yaml:8:52
      |
    8 |     address: { [edge]: 0.0.0.0:1, edge: 0.0.0.0:1, cloud: [0.0.0.0:2] }
      |                                                    ^^^^^ this is not
      |
      = help: write a line for each target, `edge: 0.0.0.0:8000`
    ");
    insta::assert_snapshot!(said("duplicate-key", with("{ edge: 0.0.0.0:1, cloud: 0.0.0.0:1, edge: 0.0.0.0:2 }")), @"
    error: `edge` is given twice in `address`
     --> workflow.yaml:8:51
      |
    8 |     address: { edge: 0.0.0.0:1, cloud: 0.0.0.0:1, edge: 0.0.0.0:2 }
      |                ---- the first one                 ^^^^ the second one
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(said("type", with("[0.0.0.0:1]")), @"
    error: `address` must be a single value
     --> workflow.yaml:8:14
      |
    8 |     address: [0.0.0.0:1]
      |              ^^^^^^^^^^^ this is a list
      |
      = help: write it behind the key: `address: 0.0.0.0:8000`
    ");
}
