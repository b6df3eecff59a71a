//! Stories of what a template's texts may hold.

use super::*;
use crate::document::Diagnostics;

fn checked(text: &str) -> Diagnostics {
    let names = Names {
        calls: true,
        values: ["topic", "bucket", "providers.sql"].map(str::to_owned).into(),
    };
    let mut findings = Findings::default();
    check(text, &names, &mut findings);
    findings.of("wadm.yaml", text)
}

/// What stands where something is found, and what is said of it, in a line each.
fn found(text: &str) -> Vec<String> {
    let found = checked(text);
    let items = found.items.iter().map(|item| {
        let help = item.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        format!(
            "{:?} {}: {}, {}{help}",
            &text[item.span.clone()],
            item.rule,
            item.title,
            item.label
        )
    });
    items.collect()
}

fn said(rule: &str, text: &str) -> String {
    crate::document::tests::said(rule, [&checked(text)])
}

#[test]
fn what_the_templates_need_is_taken() {
    for text in [
        "no braces { at } all",
        "{{topic}} {{ topic }} {{~topic~}}",
        "{{! said }} {{!-- said { } --}}",
        "{{#if topic}}a{{else}}b{{/if}}{{#unless topic}}{{/unless}}",
        "{{#if topic}}{{else if bucket}}{{^}}{{/if}}",
        r#"{{config "nats" uri=providers.sql both=(text topic "|" (text bucket 1)) max="10"}}"#,
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn all_else_is_found_where_it_stands() {
    let all = [
        "{{topik}}",
        "{{#if bukket}}{{/if}}",
        r#"{{config "a" b=topik}}"#,
        r#"{{config topic}}"#,
        r#"{{text a=topic}}"#,
        "{{#each topic}}x{{/each}}",
        "{{#with topic}}",
        "{{> partial}}",
        "{{#*inline \"a\"}}{{/inline}}",
        "{{{topic}}}",
        "{{&topic}}",
        "{{{{raw}}}} {{{{/raw}}}}",
        "{{lookup topic 1}}",
        "{{log topic}}",
        "{{../topic}}",
        "{{@root.topic}}",
        "{{topic.[0]}}",
        "{{'a'}}",
        "\\{{topic}}",
        "{{!-- {{#each topic}} --}}",
        "{{topic",
        "{{}}",
        "{{#if topic}}",
        "{{/if}}",
        "{{#if topic}}{{/unless}}",
        "{{else}}",
        "{{topic topic}}",
        "{{text (text topic}}",
        "{{config \"a\" b=\"}}\"}}",
        "{{text}}",
        "{{else topic}}",
        "{{#if}}{{/if}}",
        "{{\"topic\"}}",
        "{{text (config \"a\")}}",
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|text| format!("{text}\n  {}", found(text).join("\n  ")))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r##"
    {{topik}}
      "topik" unknown-name: nothing is called `topik` here, unknown name; did you mean `topic`?
    {{#if bukket}}{{/if}}
      "bukket" unknown-name: nothing is called `bukket` here, unknown name; did you mean `bucket`?
    {{config "a" b=topik}}
      "topik" unknown-name: nothing is called `topik` here, unknown name; did you mean `topic`?
    {{config topic}}
      "topic" call: `config` begins with its kind, this is no quoted text; write `{{config "kind" key=value}}`
    {{text a=topic}}
      "a" call: `a=` is not taken here, only `config` takes keys
    {{#each topic}}x{{/each}}
      "#each topic" block: this block is not taken, unknown block; there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats
      "/each" block: this block is not taken, unknown block; there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats
    {{#with topic}}
      "#with topic" block: this block is not taken, unknown block; there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats
    {{> partial}}
      ">" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    {{#*inline "a"}}{{/inline}}
      "*" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
      "/inline" block: this block is not taken, unknown block; there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats
    {{{topic}}}
      "{topic" raw: values are always quoted, this would write one as it is; write {{value}}
    {{&topic}}
      "&topic" raw: values are always quoted, this would write one as it is; write {{value}}
    {{{{raw}}}} {{{{/raw}}}}
      "{{raw" raw: values are always quoted, this would write one as it is; write {{value}}
      "{{/raw" raw: values are always quoted, this would write one as it is; write {{value}}
    {{lookup topic 1}}
      "lookup" unknown-name: nothing is called `lookup` here, unknown name; there are: topic, bucket, providers.sql
      "topic" syntax: an expression has more than it can, nothing belongs here
    {{log topic}}
      "log" unknown-name: nothing is called `log` here, unknown name; there are: topic, bucket, providers.sql
      "topic" syntax: an expression has more than it can, nothing belongs here
    {{../topic}}
      "." syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    {{@root.topic}}
      "@" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    {{topic.[0]}}
      "[" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    {{'a'}}
      "'" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    \{{topic}}
      "\\{{" escape: `\{{` is not taken, this escapes an expression; write braces that stay as a value's text, or leave them out
    {{!-- {{#each topic}} --}}
      "{{" syntax: a comment cannot have an expression in it, this begins one
    {{topic
      "{{" syntax: an expression has no end, it begins here; end it with `}}`
    {{}}
      "" syntax: an expression is empty, nothing is named
    {{#if topic}}
      "if" syntax: `if` has no end, it begins here; end it with `{{/if}}`
    {{/if}}
      "if" syntax: this ends a block that was not begun, an end without a beginning
    {{#if topic}}{{/unless}}
      "unless" syntax: this ends a block that was not begun, an end without a beginning
    {{else}}
      "else" syntax: `else` stands in no block, there is no `if` before it
    {{topic topic}}
      "topic" syntax: an expression has more than it can, nothing belongs here
    {{text (text topic}}
      "(" syntax: a `(` has no end, it begins here
    {{config "a" b="}}"}}
      "\"" syntax: this is not taken in an expression, unknown sign; a value's name, `config` and `text`, texts in `"`, and `if`: nothing else is taken
    {{text}}
      "text" call: `text` is called with nothing, it has no parameters
    {{else topic}}
      "else topic" syntax: `else` stands in no block, there is no `if` before it
      "topic" syntax: `else` takes an `if` only, this is none
    {{#if}}{{/if}}
      "#if" syntax: a block asks for one value, its name is missing
    {{"topic"}}
      "\"topic\"" syntax: this is no name, a value or a call begins with its name
    {{text (config "a")}}
      "config" call: `config` stands alone, it is no part of another call; write it as `- {{config "kind" key=value}}`
    "##);
}

#[test]
fn each_rule_as_people_see_it() {
    insta::assert_snapshot!(said("block", "{{#each topic}}x{{/each}}"), @"
    error: this block is not taken
     --> wadm.yaml:1:3
      |
    1 | {{#each topic}}x{{/each}}
      |   ^^^^^^^^^^^ unknown block
      |
      = help: there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats

    error: this block is not taken
     --> wadm.yaml:1:19
      |
    1 | {{#each topic}}x{{/each}}
      |                   ^^^^^ unknown block
      |
      = help: there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats
    ");
    insta::assert_snapshot!(said("call", "config:\n  - {{config topic}}\n"), @r#"
    error: `config` begins with its kind
     --> wadm.yaml:2:14
      |
    2 |   - {{config topic}}
      |              ^^^^^ this is no quoted text
      |
      = help: write `{{config "kind" key=value}}`
    "#);
    insta::assert_snapshot!(said("escape", "name: \\{{topic}}\n"), @r"
    error: `\{{` is not taken
     --> wadm.yaml:1:7
      |
    1 | name: \{{topic}}
      |       ^^^ this escapes an expression
      |
      = help: write braces that stay as a value's text, or leave them out
    ");
    insta::assert_snapshot!(said("raw", "name: {{{topic}}}\n"), @"
    error: values are always quoted
     --> wadm.yaml:1:9
      |
    1 | name: {{{topic}}}
      |         ^^^^^^ this would write one as it is
      |
      = help: write {{value}}
    ");
    insta::assert_snapshot!(said("unknown-name", "name: {{stock}}\n"), @"
    error: nothing is called `stock` here
     --> wadm.yaml:1:9
      |
    1 | name: {{stock}}
      |         ^^^^^ unknown name
      |
      = help: there are: topic, bucket, providers.sql
    ");
}

#[test]
fn what_is_nested_or_long_has_an_end() {
    let deep = format!("{}{}", "{{#if topic}}".repeat(17), "{{/if}}".repeat(17));
    insta::assert_snapshot!(found(&deep).join("\n"), @r#""if" too-deep: too many blocks within blocks, 16 are the most"#);
    let calls = format!("{{{{text {}{}}}}}", "(text ".repeat(50), ")".repeat(50));
    insta::assert_snapshot!(found(&calls).join("\n"), @r#""(" too-deep: too many calls within calls, 16 are the most"#);
    let long = format!("{{{{text {}}}}}", "topic ".repeat(500));
    insta::assert_snapshot!(found(&long).join("\n"), @r#""t" too-large: an expression is too long, 1000 bytes are the most"#);
    assert!(!found(&"{{#if topic}}".repeat(100_000)).is_empty());
}
