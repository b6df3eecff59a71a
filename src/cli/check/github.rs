//! `--format github`: workflow commands, which an Action shows as annotations.

use crate::cli::actions::{data, property};
use crate::document::{Diagnostic, Diagnostics, Place, Severity};

/// A line for each finding of a file.
pub(in crate::cli) fn annotations(diagnostics: &Diagnostics) -> Vec<String> {
    let places = diagnostics.places();
    let items = diagnostics.items.iter();
    items
        .map(|item| annotation(item, &diagnostics.file, &places.place(&item.span)))
        .collect()
}

fn annotation(item: &Diagnostic, file: &str, place: &Place) -> String {
    let command = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    // Columns mean something only within one line there.
    let columns = match place.line == place.end_line {
        true => format!(",col={},endColumn={}", place.column, place.end_column),
        false => String::new(),
    };
    let mut message = format!("{}: {}", item.title, item.label);
    if let Some(help) = &item.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!(
        "::{command} file={},line={},endLine={}{columns},title={}::{}",
        property(file),
        place.line,
        place.end_line,
        property(item.rule),
        data(&message),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Findings;

    #[test]
    fn nothing_in_a_file_ends_a_command_or_begins_another() {
        let text = "key: x\nother: |\n  y\n  z\n";
        let mut findings = Findings::default();
        findings.error(
            "value",
            &(5..6),
            "100% wrong,\r\n::error::x",
            "a: b, c",
            "write\n::debug::",
        );
        findings.note("alias", &(0..3), "a name", "older", "");
        findings.warning("type", &(14..23), "long", "this", "");
        let shown = annotations(&findings.of("a,b:c/100%/workflow.yaml", text));
        assert_eq!(
            shown,
            [
                "::notice file=a%2Cb%3Ac/100%25/workflow.yaml,line=1,endLine=1,col=1,endColumn=4,title=alias::a name: older",
                "::error file=a%2Cb%3Ac/100%25/workflow.yaml,line=1,endLine=1,col=6,endColumn=7,title=value::100%25 wrong,%0D%0A::error::x: a: b, c%0Ahelp: write%0A::debug::",
                "::warning file=a%2Cb%3Ac/100%25/workflow.yaml,line=2,endLine=4,title=type::long: this",
            ]
        );
    }
}
