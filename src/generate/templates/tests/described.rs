//! Each thing that can be wrong with a `template.yaml`, and with the parts it names.

use super::*;

/// What is said of a description in which `from` stands as `to`, a line for each finding.
fn rows(edits: &[(&str, &str)]) -> String {
    let rows = edits.iter().map(|(from, to)| {
        let error = Templates::with(&edited("small/template.yaml", from, to)).unwrap_err();
        let items = error.diagnostics().into_iter().flat_map(|one| &one.items);
        let said: Vec<String> = items
            .map(|item| {
                let help = item.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
                format!("{}: {}, {}{help}", item.rule, item.title, item.label)
            })
            .collect();
        format!("{}\n  {}", to.lines().next().unwrap_or_default(), said.join("\n  "))
    });
    rows.collect::<Vec<_>>().join("\n")
}

const NOTE: &str = "name: note, kind: name";

#[test]
fn what_a_key_can_be_called() {
    let long = format!("name: {}, kind: name", "x".repeat(61));
    insta::assert_snapshot!(rows(&[
        (NOTE, "name: Note, kind: name"),
        (NOTE, "name: 2nd, kind: name"),
        (NOTE, &long),
        (NOTE, "name: version, kind: name"),
        (NOTE, "name: instances, kind: name"),
        (NOTE, "name: placement, kind: name"),
        (NOTE, "name: target, kind: name"),
        (NOTE, "name: each, kind: name"),
        (NOTE, "name: mode, kind: name"),
        (NOTE, "name: address, kind: name"),
        (NOTE, "name: place, kind: address"),
        (NOTE, "name: dest_topic, kind: name"),
        (NOTE, "name: note, kind: text"),
        (NOTE, "name: note, kind: colum"),
    ]), @"
    name: Note, kind: name
      value: a key cannot be `Note`, its name is small letters, digits and `_`, and begins with a letter
    name: 2nd, kind: name
      value: a key cannot be `2nd`, its name is small letters, digits and `_`, and begins with a letter
    name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, kind: name
      value: a key cannot be `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`, its name is small letters, digits and `_`, and begins with a letter
    name: version, kind: name
      value: a key cannot be `version`, every task has that key already
    name: instances, kind: name
      value: a key cannot be `instances`, every task has that key already
    name: placement, kind: name
      value: a key cannot be `placement`, every task has that key already
    name: target, kind: name
      value: a key cannot be `target`, that name means something else in wadm.yaml
    name: each, kind: name
      value: a key cannot be `each`, that name means something else in wadm.yaml
    name: mode, kind: name
      value: a key cannot be `mode`, another key has that name
    name: address, kind: name
      value: a key cannot be `address`, where a task listens has `kind: address`
    name: place, kind: address
      value: a key cannot be `place`, where a task listens is called `address`
    name: dest_topic, kind: name
      value: a key cannot be `dest_topic`, it is a subject, `kind: subject`
    name: note, kind: text
      value: there is no kind `text`, unknown kind; there are: subject, address, name, table, column
    name: note, kind: colum
      value: there is no kind `colum`, unknown kind; did you mean `column`?
    ");
}

#[test]
fn what_a_key_is_when_it_is_left_out() {
    insta::assert_snapshot!(rows(&[
        ("required: true", "required: true, default: readings"),
        ("default: fast", "default: a b"),
        ("default: fast", "default: [fast]"),
        ("required: true", "required: []"),
    ]), @"
    required: true, default: readings
      value: what is required has no default, a default; take one of them out
    default: a b
      value: `mode` cannot be this, a space cannot stand in it
    default: [fast]
      type: `default` must be a single value, this is a list; write it behind `default:`, on the same line
    required: []
      type: `required` is true or false, this is neither
    ");
}

#[test]
fn lists_and_texts() {
    let many = format!("aliases: [{}]", "a, ".repeat(65));
    insta::assert_snapshot!(rows(&[
        ("signatures: [func exec_task(arg string) string]", "signatures: []"),
        ("signatures: [func exec_task(arg string) string]", "signatures: func"),
        ("aliases: [tiny]", "aliases: [[tiny]]"),
        ("aliases: [tiny]", "aliases: [a b]"),
        ("aliases: [tiny]", &many),
        ("subscribes: false", "subscribes: [no]"),
        ("shared: [part, abi]", "shared: [part, part]"),
        ("shared: [part, abi]", "shared: [network]"),
    ]), @"
    signatures: []
      value: `signatures` has at least one, an empty list
    signatures: func
      type: `signatures` must be a list, this is a single value; write `[a, b]`
    aliases: [[tiny]]
      type: `aliases` is a list of texts, this is a list
    aliases: [a b]
      value: an alias cannot be this, letters, digits, `-` and `_`
    aliases: [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, ]
      value: `aliases` has 65 entries, 64 are the most
    subscribes: [no]
      type: `subscribes` is true or false, this is neither
    shared: [part, part]
      value: `shared` names `part` twice, the second one; remove one of them
    shared: [network]
      value: there is no shared part `network`, it is missing; there are: abi, config, json, keyvalue, logging, messaging, part, post, postgres, relay, task, web
    ");
    let keys = SPEC.split_once("keys:").unwrap().1;
    let more = "\n  - { name: bucket, kind: name, doc: d }".repeat(65);
    insta::assert_snapshot!(rows(&[(keys, " none\n"), (keys, &more)]), @"
    none
     type: `keys` must be a list, this is a single value; begin each with `- name:`, or write `keys: []`

     value: a template has at most 64 keys, these are more
    ");
}

#[test]
fn the_example() {
    let keys = "keys:\n";
    insta::assert_snapshot!(rows(&[
        (keys, "example: { bucket: a b }\nkeys:\n"),
        (keys, "example: { bucket: [a] }\nkeys:\n"),
        (keys, "example: { name: Keep }\nkeys:\n"),
        (keys, "example: Keep\nkeys:\n"),
    ]), @"
    example: { bucket: a b }
      value: `bucket` cannot be this, a space cannot stand in it
    example: { bucket: [a] }
      type: `bucket` must be a single value, this is a list
    example: { name: Keep }
      missing-key: `bucket` is missing in `example`, it belongs to this one; add `bucket:`
    example: Keep
      type: `example` must be a map of keys, this is a single value; write `key: value` lines
    ");
}

#[test]
fn a_description_that_is_none() {
    insta::assert_snapshot!(said("empty", &with("small/template.yaml", "# later\n")), @"
    error: the description is empty
     --> templates/small/template.yaml:1:1
      |
    1 | # later
      | ^ nothing is here
      |
      = help: it has at least name, doc, signatures, world, subscribes and keys
    ");
    insta::assert_snapshot!(said("type", &with("small/template.yaml", "- small\n")), @"
    error: a template must be a map of keys
     --> templates/small/template.yaml:1:1
      |
    1 | - small
      | ^^^^^^^ this is a list
      |
      = help: write `key: value` lines
    ");
    insta::assert_snapshot!(said("value", &edited("small/template.yaml", "name: small", "name: smal")), @"
    error: a template has its folder's name
     --> templates/small/template.yaml:1:7
      |
    1 | name: smal
      |       ^^^^ the folder's is `small`
      |
      = help: make them the same
    ");
}

#[test]
fn a_part_that_the_template_has_itself() {
    let files = with("small/skeleton/internal/part/own.go", "package part\n");
    insta::assert_snapshot!(said("value", &files), @"
    error: `part` is a package of the template's own too
     --> templates/small/template.yaml:6:10
      |
    6 | shared: [part, abi]
      |          ^^^^ it stands in skeleton/internal/part/
      |
      = help: rename one of the two
    ");
}

#[test]
fn files_that_are_too_large_or_rendered_where_nothing_is() {
    let large = "x\n".repeat(200_000);
    let all = [
        with("small/wadm.yaml", &large),
        with("shared/part/package.wit", &large),
        with("shared/part/part.go.hbs", "package part\n"),
    ];
    let said: Vec<String> = all.iter().map(error).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    error: templates/small/wadm.yaml: it has 400000 bytes, 262144 are the most
    error: templates/shared/part/package.wit: a file of WIT has 262144 bytes at most

    error: there is no shared part `part`
     --> templates/small/template.yaml:6:10
      |
    6 | shared: [part, abi]
      |          ^^^^ it is missing
      |
      = help: there are: abi, config, json, keyvalue, logging, messaging, post, postgres, relay, task, web
    error: templates/shared/part/part.go.hbs: what is shared is copied, never rendered

    error: there is no shared part `part`
     --> templates/small/template.yaml:6:10
      |
    6 | shared: [part, abi]
      |          ^^^^ it is missing
      |
      = help: there are: abi, config, json, keyvalue, logging, messaging, post, postgres, relay, task, web
    ");
}
