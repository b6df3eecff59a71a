//! Stories of what a template's texts may hold.

use super::*;

fn found(text: &str) -> Vec<String> {
    let names = Names {
        calls: true,
        values: ["topic", "bucket", "providers.sql"].map(str::to_owned).into(),
    };
    let mut findings = Findings::default();
    check(text, &names, &mut findings);
    let found = findings.of("wadm.yaml", text);
    found
        .items
        .iter()
        .map(|item| format!("{:?} {}", &text[item.span.clone()], item.title))
        .collect()
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
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|text| format!("{text}: {}", found(text).join("; ")))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r##"
    {{topik}}: "topik" nothing is called `topik` here
    {{#if bukket}}{{/if}}: "bukket" nothing is called `bukket` here
    {{config "a" b=topik}}: "topik" nothing is called `topik` here
    {{config topic}}: "topic" `config` begins with its kind
    {{text a=topic}}: "a" `a=` is not taken here
    {{#each topic}}x{{/each}}: "#each topic" this block is not taken; "/each" this block is not taken
    {{#with topic}}: "#with topic" this block is not taken
    {{> partial}}: ">" this is not taken in an expression
    {{#*inline "a"}}{{/inline}}: "*" this is not taken in an expression; "/inline" this block is not taken
    {{{topic}}}: "{topic" values are always quoted
    {{&topic}}: "&topic" values are always quoted
    {{{{raw}}}} {{{{/raw}}}}: "{{raw" values are always quoted; "{{/raw" values are always quoted
    {{lookup topic 1}}: "lookup" nothing is called `lookup` here; "topic" an expression has more than it can
    {{log topic}}: "log" nothing is called `log` here; "topic" an expression has more than it can
    {{../topic}}: "." this is not taken in an expression
    {{@root.topic}}: "@" this is not taken in an expression
    {{topic.[0]}}: "[" this is not taken in an expression
    {{'a'}}: "'" this is not taken in an expression
    \{{topic}}: "\\{{" `\{{` is not taken
    {{!-- {{#each topic}} --}}: "{{" a comment cannot have an expression in it
    {{topic: "{{" an expression has no end
    {{}}: "" an expression is empty
    {{#if topic}}: "if" `if` has no end
    {{/if}}: "if" this ends a block that was not begun
    {{#if topic}}{{/unless}}: "unless" this ends a block that was not begun
    {{else}}: "else" `else` stands in no block
    {{topic topic}}: "topic" an expression has more than it can
    {{text (text topic}}: "(" a `(` has no end
    {{config "a" b="}}"}}: "\"" this is not taken in an expression
    {{text}}: "text" `text` is called with nothing
    "##);
}

#[test]
fn what_is_nested_or_long_has_an_end() {
    let deep = format!("{}{}", "{{#if topic}}".repeat(20), "{{/if}}".repeat(20));
    assert!(found(&deep).contains(&"\"if\" too many blocks within blocks".to_owned()));
    let calls = format!("{{{{text {}{}}}}}", "(text ".repeat(50), ")".repeat(50));
    assert!(
        found(&calls)[0].ends_with("too many calls within calls"),
        "{:?}",
        found(&calls)
    );
    let long = format!("{{{{text {}}}}}", "topic ".repeat(500));
    assert_eq!(found(&long), ["\"t\" an expression is too long"]);
    assert!(!found(&"{{#if topic}}".repeat(100_000)).is_empty());
}
