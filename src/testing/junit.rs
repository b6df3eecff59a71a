//! Results in the XML that CI servers read.

use std::fmt::Write as _;
use std::time::Duration;

use super::{CaseResult, TaskResult};

/// A JUnit document: a `testsuite` for each task, a `testcase` for each case. A
/// task without cases that ran has one `testcase` with an `error`.
pub fn junit(results: &[TaskResult]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, failures, errors, time) = results.iter().fold((0, 0, 0, Duration::ZERO), |sum, task| {
        let (tests, failures, errors, time) = counts(task);
        (sum.0 + tests, sum.1 + failures, sum.2 + errors, sum.3 + time)
    });
    // Writing to a text does not fail.
    let _ = writeln!(
        xml,
        "<testsuites name=\"pelato\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{}\">",
        seconds(time)
    );
    for task in results {
        suite(&mut xml, task);
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Tests, failures, errors, time.
fn counts(task: &TaskResult) -> (usize, usize, usize, Duration) {
    match &task.cases {
        Err(_) => (1, 0, 1, Duration::ZERO),
        Ok(cases) => {
            let failures = cases.iter().filter(|case| !case.passed()).count();
            (cases.len(), failures, 0, cases.iter().map(|case| case.took).sum())
        }
    }
}

fn suite(xml: &mut String, task: &TaskResult) {
    let (tests, failures, errors, time) = counts(task);
    let name = match task.project.as_str() {
        "." => task.component_name.clone(),
        project => format!("{project}/{}", task.component_name),
    };
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"{}\">",
        attribute(&name),
        seconds(time)
    );
    match &task.cases {
        Ok(cases) => {
            for case in cases {
                testcase(xml, &name, task, case);
            }
        }
        Err(untested) => {
            let _ = writeln!(
                xml,
                "    <testcase name=\"build\" classname=\"{}\" file=\"{}\" time=\"0.000\">\n      \
                 <error message=\"{}\">{}</error>\n    </testcase>",
                attribute(&name),
                attribute(&task.file),
                attribute(&untested.brief),
                text(&untested.reason)
            );
        }
    }
    xml.push_str("  </testsuite>\n");
}

fn testcase(xml: &mut String, class: &str, task: &TaskResult, case: &CaseResult) {
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        attribute(&case.name),
        attribute(class),
        attribute(&task.file),
        case.line,
        seconds(case.took)
    );
    let _ = match &case.failure {
        None => writeln!(xml, "{head}/>"),
        Some(failure) => writeln!(
            xml,
            "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
            attribute(failure.lines().next().unwrap_or_default()),
            text(&format!("{}\n{}", task.place(case), case.shown()))
        ),
    };
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// Text between tags. Characters that XML 1.0 cannot hold at all are spelled out:
/// one of them, and the whole document is refused.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            // Both spellings are read as a line break.
            '\r' => escaped.push_str("&#13;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A value in quotes: a reader turns line breaks in it into spaces unless they are
/// written so.
fn attribute(value: &str) -> String {
    text(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Untested;

    #[test]
    fn a_document_that_ci_servers_read() {
        let case = |name: &str, failure: Option<&str>| CaseResult {
            name: name.into(),
            line: 3,
            took: Duration::from_micros(2500),
            failure: failure.map(str::to_owned),
            log: vec!["a \u{1b}[31mred\u{1b}[0m line\u{0}".into()],
        };
        let task = |name: &str, cases| TaskResult {
            project: ".".into(),
            component_name: name.into(),
            file: format!("tasks/{name}.test.yaml"),
            cases,
        };
        let results = [
            task(
                "convert",
                Ok(vec![
                    case("warm", None),
                    case("<\"cold\" & so>", Some("expected `1`\n- 1\n+ ]]>")),
                ]),
            ),
            task(
                "broken",
                Err(Untested {
                    brief: "tasks/broken.go:4:9: undefined: x".into(),
                    reason: "`broken` does not compile:\ntasks/broken.go:4:9: undefined: x".into(),
                }),
            ),
        ];
        insta::assert_snapshot!(junit(&results), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="pelato" tests="3" failures="1" errors="1" time="0.005">
          <testsuite name="convert" tests="2" failures="1" errors="0" skipped="0" time="0.005">
            <testcase name="warm" classname="convert" file="tasks/convert.test.yaml" line="3" time="0.003"/>
            <testcase name="&lt;&quot;cold&quot; &amp; so&gt;" classname="convert" file="tasks/convert.test.yaml" line="3" time="0.003">
              <failure message="expected `1`">tasks/convert.test.yaml:3
        expected `1`
        - 1
        + ]]&gt;
        | a \u{1b}[31mred\u{1b}[0m line\u{0}</failure>
            </testcase>
          </testsuite>
          <testsuite name="broken" tests="1" failures="0" errors="1" skipped="0" time="0.000">
            <testcase name="build" classname="broken" file="tasks/broken.test.yaml" time="0.000">
              <error message="tasks/broken.go:4:9: undefined: x">`broken` does not compile:
        tasks/broken.go:4:9: undefined: x</error>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn no_character_breaks_the_document() {
        let all: String = ('\0'..='\u{fff}').chain(['\u{fffe}', '\u{1f600}']).collect();
        let escaped = attribute(&all);
        assert!(
            escaped
                .chars()
                .all(|c| !c.is_control() && !matches!(c, '<' | '"' | '\u{fffe}'))
        );
    }
}
