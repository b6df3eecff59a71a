//! The author's lines that a failure names: a compiler's, and those of cases.

use super::command::Place;

/// Lines that belong to the complaint above them, at most.
const MORE: usize = 30;

/// A complaint about a line of the author's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) place: Place,
    pub(super) message: String,
}

/// The complaints in a failure's text. Go's name files from the project's folder, cases
/// from the top of the repository; here all of them are from the top. What a task printed
/// stands behind `| ` there, so that it complains about no file.
pub(super) fn complaints(project: &str, text: &str) -> Vec<Complaint> {
    let mut found: Vec<(Complaint, usize)> = Vec::new();
    for line in text.lines() {
        match (complaint(project, line), found.last_mut()) {
            (Some(complaint), _) => found.push((complaint, 0)),
            (None, Some((last, more))) if *more < MORE => {
                *more += 1;
                last.message.push('\n');
                last.message.push_str(line);
            }
            _ => {}
        }
    }
    let trimmed = found.into_iter().map(|(mut complaint, _)| {
        complaint.message.truncate(complaint.message.trim_end().len());
        complaint
    });
    trimmed.collect()
}

/// `tasks/convert.go:3:6: undefined: x`
fn complaint(project: &str, line: &str) -> Option<Complaint> {
    let (path, rest) = line.split_once(':')?;
    let below = match project {
        "." => None,
        folder => Some(format!("{folder}/")),
    };
    let file = match &below {
        None => path.to_owned(),
        Some(below) if path.strip_prefix(below.as_str()).is_some_and(is_of_a_project) => path.to_owned(),
        Some(below) => format!("{below}{path}"),
    };
    let within = below
        .as_deref()
        .map_or(Some(file.as_str()), |below| file.strip_prefix(below))?;
    if !is_of_a_project(within) {
        return None;
    }
    let (number, rest) = rest.split_once(':')?;
    let line = number.parse().ok()?;
    let (column, message) = match rest.split_once(':').map(|(number, rest)| (number.parse(), rest)) {
        Some((Ok(column), rest)) => (Some(column), rest),
        _ => (None, rest),
    };
    Some(Complaint {
        place: Place {
            file,
            line: Some(line),
            column,
        },
        message: message.trim_start().to_owned(),
    })
}

/// Whether it is a file that authors write.
fn is_of_a_project(path: &str) -> bool {
    let known = [".go", ".yaml", ".yml", "/go.mod"];
    path.starts_with("tasks/") && known.iter().any(|end| path.ends_with(end)) && !path.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(project: &str, text: &str) -> Vec<String> {
        let found = complaints(project, text).into_iter();
        found
            .map(|Complaint { place, message }| {
                let column = place.column.map(|column| format!(":{column}")).unwrap_or_default();
                format!("{}:{}{column}: {message}", place.file, place.line.unwrap())
            })
            .collect()
    }

    #[test]
    fn a_compiler_s_lines_are_the_author_s() {
        let said = "`convert` does not compile:\ntasks/convert.go:3:6: not enough arguments\n\thave ()\n\twant (string)\n\
                    tasks/convert.go:9: x: y\ngen/convert/main.go:1:1: the template's own";
        assert_eq!(
            shown("edge/thermo", said),
            [
                "edge/thermo/tasks/convert.go:3:6: not enough arguments\n\thave ()\n\twant (string)",
                "edge/thermo/tasks/convert.go:9: x: y\ngen/convert/main.go:1:1: the template's own",
            ]
        );
    }

    #[test]
    fn cases_are_where_they_stand_and_what_a_task_prints_is_nowhere() {
        let said = "a/tasks/c.test.yaml:4: warm: expected `1`, found `2`\n- 1\n+ 2\n| tasks/c.go:1:1: not really\n\n\
                    a/tasks/c.test.yaml:7: case 2: failed";
        assert_eq!(
            shown("a", said),
            [
                "a/tasks/c.test.yaml:4: warm: expected `1`, found `2`\n- 1\n+ 2\n| tasks/c.go:1:1: not really",
                "a/tasks/c.test.yaml:7: case 2: failed",
            ]
        );
        assert_eq!(
            shown(".", "tasks/c.test.yaml:4: warm: no"),
            ["tasks/c.test.yaml:4: warm: no"]
        );
        assert_eq!(shown("tasks", "tasks/c.go:4:1: no"), ["tasks/tasks/c.go:4:1: no"]);
    }

    #[test]
    fn other_texts_complain_about_nothing() {
        for text in [
            "",
            "the registry does not answer: a:1: b",
            "tasks/x.go",
            "tasks/x.go:first: y",
            "tasks/../../etc/x.go:1:1: y",
            "/tasks/x.go:1:1: y",
        ] {
            assert_eq!(shown(".", text), [""; 0], "{text}");
        }
    }
}
