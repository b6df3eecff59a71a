//! YAML that is read, and YAML that is refused.

use super::*;

fn read(text: &str) -> Option<Node> {
    parse("test.yaml", text, Limits::default()).unwrap()
}

fn refused(text: &str, limits: Limits) -> String {
    parse("test.yaml", text, limits).unwrap_err().render(false)
}

#[test]
fn spans_are_bytes_of_the_text_whatever_its_characters() {
    let text = "\u{feff}città: \"così\" # è\r\nb: [x, ü]\r\n";
    let root = read(text).unwrap();
    let Value::Mapping(entries) = &root.value else {
        panic!("{root:?}")
    };
    let shown: Vec<&str> = entries
        .iter()
        .flat_map(|(key, value)| [&text[key.span.clone()], &text[value.span.clone()]])
        .collect();
    assert_eq!(shown, ["città", "\"così\"", "b", "[x, ü]"]);
}

#[test]
fn an_empty_document_is_nothing() {
    assert_eq!(read(""), None);
    assert_eq!(read("# only a comment\n"), None);
}

#[test]
fn what_is_not_yaml_is_shown_in_place() {
    insta::assert_snapshot!(refused("a: [1, 2\nb: 3\n", Limits::default()), @"
    error: this is not YAML: illegal placement of ':' indicator
     --> test.yaml:2:2
      |
    2 | b: 3
      |  ^ here
      |
      = help: look at quotes, brackets and indentation from here upwards; a text with `: ` or ` #` in it belongs into quotes
    ");
}

#[test]
fn an_alias_bomb_meets_the_limit_of_values() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
    }
    assert!(refused(&bomb, Limits::default()).contains("too many values"));
}

#[test]
fn deep_nesting_a_giant_value_and_a_giant_file_meet_their_limits() {
    let limits = Limits {
        bytes: 1000,
        scalar: 100,
        ..Limits::default()
    };
    assert!(refused(&"- ".repeat(100), limits).contains("too deep"));
    assert!(refused(&"[".repeat(900), limits).contains("too deep"));
    assert!(refused(&format!("a: {}", "x".repeat(200)), limits).contains("a value has 200 bytes"));
    assert!(refused(&" ".repeat(2000), limits).contains("2000 bytes"));
}
