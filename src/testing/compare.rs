//! What came of a case, held against what was expected.

use serde_json::Value;

use super::difference::difference;
use super::{Expect, boundary, same};
use crate::report::counted;

/// What a task did with an input: the bytes that it published, none where it
/// filtered the input out; or why it failed.
pub(super) type Came<'c> = Result<Option<&'c [u8]>, &'c str>;

/// How many bytes of a short value stand in a line.
const SHORT: usize = 60;

/// What is not as expected: a line, and below it the difference where it is longer
/// than that. None where all is well.
pub(super) fn failure(expect: &Expect, came: Came<'_>) -> Option<String> {
    match (expect, came) {
        (Expect::Error(part), Err(error)) if error.contains(part.as_str()) => None,
        (Expect::Error(part), Err(error)) => Some(format!(
            "the error is another one\n{}",
            difference(&format!("… {part} …"), error)
        )),
        (_, Err(error)) => Some(error.to_owned()),
        (Expect::Error(part), Ok(output)) => Some(format!("expected the error `{part}`, found {}", found(output))),
        (Expect::Nothing, Ok(None)) => None,
        (Expect::Nothing, Ok(output)) => Some(format!("expected nothing, found {}", found(output))),
        (_, Ok(None)) => Some("the function returned nothing, so nothing is published".to_owned()),
        (Expect::Exactly(bytes), Ok(Some(output))) => exactly(bytes, output),
        (Expect::File(bytes), Ok(Some(output))) => match bytes.strip_suffix(b"\n") {
            Some(without) if without == output => None,
            _ => exactly(bytes, output),
        },
        (Expect::Json(value), Ok(Some(output))) => same_json(value, output),
    }
}

fn exactly(expected: &[u8], output: &[u8]) -> Option<String> {
    if expected == output {
        return None;
    }
    let (Ok(expected), Ok(output)) = (std::str::from_utf8(expected), std::str::from_utf8(output)) else {
        return Some(binary(expected, output));
    };
    if expected.strip_suffix('\n') == Some(output) {
        return Some(
            "expected a line break at the end, found none; in YAML, `|-` is a text without it, `|` one with it".into(),
        );
    }
    if output.strip_suffix('\n') == Some(expected) {
        return Some("found a line break at the end, expected none".into());
    }
    Some(lines("the result is another one", expected, output))
}

fn same_json(expected: &Value, output: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Value>(output) {
        Ok(value) if same::equal(expected, &value) => None,
        Ok(value) => Some(lines(
            "the JSON is another one",
            &same::shown(expected, None),
            &same::shown(&value, Some(expected)),
        )),
        Err(error) => Some(format!("expected JSON, found {}: {error}", found(Some(output)))),
    }
}

/// Two short values in a line, longer ones as a difference below it.
fn lines(what: &str, expected: &str, found: &str) -> String {
    let short = |text: &str| text.len() <= SHORT && !text.contains(char::is_control);
    match short(expected) && short(found) {
        true => format!("expected `{expected}`, found `{found}`"),
        false => format!("{what}\n{}", difference(expected, found)),
    }
}

/// The first byte that differs, where bytes are no text.
fn binary(expected: &[u8], output: &[u8]) -> String {
    let at = expected.iter().zip(output).position(|(one, other)| one != other);
    let at = at.unwrap_or(expected.len().min(output.len()));
    let near = |bytes: &[u8]| hex::encode(&bytes[at..bytes.len().min(at + 16)]);
    format!(
        "the bytes are others from byte {at} on\n- {} ({})\n+ {} ({})",
        near(expected),
        counted(expected.len(), "byte"),
        near(output),
        counted(output.len(), "byte")
    )
}

/// A result in a few words.
fn found(output: Option<&[u8]>) -> String {
    let Some(output) = output else {
        return "nothing".to_owned();
    };
    match std::str::from_utf8(output) {
        Ok(text) if text.len() <= SHORT => format!("`{}`", text.escape_debug()),
        Ok(text) => format!("`{}…`", text[..boundary(text, SHORT)].escape_debug()),
        Err(_) => format!("{} bytes that are no text", output.len()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(expect: &Expect, came: Came<'_>) -> String {
        failure(expect, came).unwrap_or_else(|| "ok".to_owned())
    }

    #[test]
    fn text_is_compared_byte_by_byte() {
        let expect = Expect::Exactly(b"21 C\n".to_vec());
        let results: Vec<String> = [&b"21 C\n"[..], b"21 C", b"21 C\n\n", b"22 C\n", b"\xff"]
            .iter()
            .map(|output| shown(&expect, Ok(Some(output))))
            .collect();
        insta::assert_snapshot!(results.join("\n---\n"), @"
        ok
        ---
        expected a line break at the end, found none; in YAML, `|-` is a text without it, `|` one with it
        ---
        found a line break at the end, expected none
        ---
        the result is another one
        - 21 C
        + 22 C
        ---
        the bytes are others from byte 0 on
        - 323120430a (5 bytes)
        + ff (1 byte)
        ");
        assert_eq!(shown(&Expect::File(b"21 C\n".to_vec()), Ok(Some(b"21 C"))), "ok");
        assert_eq!(shown(&Expect::File(b"21 C\n".to_vec()), Ok(Some(b"21 C\n"))), "ok");
        assert_eq!(
            shown(&Expect::Exactly(b"21".to_vec()), Ok(Some(b"22"))),
            "expected `21`, found `22`"
        );
    }

    #[test]
    fn json_is_compared_as_json() {
        let expect = Expect::Json(json!({"unit": "K", "kelvin": 296.0, "of": [1, 2]}));
        let results: Vec<String> = [
            r#"{"kelvin":296,"of":[1.0,2],"unit":"K"}"#,
            r#"{"kelvin":295,"of":[1.0,2],"unit":"K"}"#,
            "296 K",
        ]
        .iter()
        .map(|output| shown(&expect, Ok(Some(output.as_bytes()))))
        .collect();
        insta::assert_snapshot!(results.join("\n---\n"), @r#"
        ok
        ---
        the JSON is another one
          {
        -   "kelvin": 296.0,
        +   "kelvin": 295,
            "of": [
              1,
        ---
        expected JSON, found `296 K`: trailing characters at line 1 column 5
        "#);
    }

    #[test]
    fn errors_and_nothing() {
        let results = [
            shown(
                &Expect::Error("no temperature".into()),
                Err("task failed: no temperature in `x`"),
            ),
            shown(
                &Expect::Error("no temperature".into()),
                Err("task failed: panic: index out of range"),
            ),
            shown(&Expect::Error("no temperature".into()), Ok(Some(b"21"))),
            shown(&Expect::Error("no temperature".into()), Ok(None)),
            shown(&Expect::Nothing, Ok(None)),
            shown(&Expect::Nothing, Ok(Some("è\n".repeat(50).as_bytes()))),
            shown(&Expect::Nothing, Err("task failed: panic: no good")),
            shown(&Expect::Exactly(b"1".to_vec()), Ok(None)),
        ];
        insta::assert_snapshot!(results.join("\n---\n"), @r"
        ok
        ---
        the error is another one
        - … no temperature …
        + task failed: panic: index out of range
        ---
        expected the error `no temperature`, found `21`
        ---
        expected the error `no temperature`, found nothing
        ---
        ok
        ---
        expected nothing, found `è\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\nè\n…`
        ---
        task failed: panic: no good
        ---
        the function returned nothing, so nothing is published
        ");
    }
}
