//! What counts as a name of git or of a forge. Everything from a payload passes
//! here before anything else sees it.

/// `owner/name` as forges spell it: letters, digits, `-`, `_` and `.`, 255 bytes
/// at most, no part `.` or `..`.
pub(super) fn is_repository(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else {
        return false;
    };
    text.len() <= 255 && is_part(owner) && is_part(name)
}

fn is_part(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The commit of nothing, which stands for a ref that is not there.
pub(super) fn is_zero(commit: &str) -> bool {
    commit.bytes().all(|byte| byte == b'0')
}

/// A full ref name as `git check-ref-format` accepts it, 1,024 bytes at most, and
/// without characters that change how the text around them is shown.
pub(super) fn is_ref(text: &str) -> bool {
    text.len() <= 1024
        && text.starts_with("refs/")
        && text.split('/').count() >= 3
        && text
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
        && !text.ends_with('.')
        && !text.contains("..")
        && !text.contains("@{")
        && !text.chars().any(|c| " ~^:?*[\\".contains(c) || is_hidden(c))
}

/// A delivery's id: forges send a UUID; we take any short printable word.
pub(super) fn is_delivery_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

/// The name of an event, such as `push` or `workflow_run`.
pub(super) fn is_event(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Control characters, and those that turn the writing direction or have no
/// width: a name made with them reads as another one.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The first line of a commit's message, for people: 120 characters at most,
/// nothing hidden in it. None when nothing is left.
pub fn title(message: &str) -> Option<String> {
    let line: String = message
        .trim_start()
        .lines()
        .next()?
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(120)
        .collect();
    let line = line.trim().to_owned();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::{is_commit, is_delivery_id, is_ref, is_repository, title};

    #[test]
    fn refs_are_what_git_accepts() {
        for good in [
            "refs/heads/main",
            "refs/heads/feature/a-b",
            "refs/tags/v1.0",
            "refs/heads/è",
        ] {
            assert!(is_ref(good), "{good}");
        }
        let long = format!("refs/heads/{}", "a".repeat(2000));
        let bad = [
            "",
            "main",
            "refs/heads",
            "refs/heads/",
            "refs//heads/x",
            "/refs/heads/x",
            "refs/heads/../x",
            "refs/heads/.x",
            "refs/heads/x.lock",
            "refs/heads/x.",
            "refs/heads/a b",
            "refs/heads/a~1",
            "refs/heads/a^",
            "refs/heads/a:b",
            "refs/heads/a\\b",
            "refs/heads/a?",
            "refs/heads/a*",
            "refs/heads/[a",
            "refs/heads/@{1}",
            "refs/heads/a\0",
            "refs/heads/a\n",
            "refs/heads/\u{1b}[31m",
            "refs/heads/\u{202e}niam",
            "refs/heads/ma\u{200b}in",
            &long,
        ];
        for bad in bad {
            assert!(!is_ref(bad), "{bad:?}");
        }
    }

    #[test]
    fn repositories_have_an_owner_and_a_name() {
        assert!(is_repository("acme/thermo"));
        assert!(is_repository("a-b.c/d_e"));
        for bad in [
            "", "thermo", "a/b/c", "/b", "a/", "../b", "a/..", "a/b c", "a/b\0", "à/b",
        ] {
            assert!(!is_repository(bad), "{bad:?}");
        }
    }

    #[test]
    fn commits_are_digits_of_a_known_length() {
        assert!(is_commit(&"a1".repeat(20)));
        assert!(is_commit(&"a1".repeat(32)));
        for bad in [
            "",
            "HEAD",
            "--upload-pack=x",
            &"A1".repeat(20),
            &"a1".repeat(21),
            &"g1".repeat(20),
        ] {
            assert!(!is_commit(bad), "{bad:?}");
        }
    }

    #[test]
    fn delivery_ids_are_short_words() {
        assert!(is_delivery_id("02b1018c-83d1-4b42-8429-b638d02c1a55"));
        assert!(!is_delivery_id(""));
        assert!(!is_delivery_id("a b"));
        assert!(!is_delivery_id(&"a".repeat(129)));
    }

    #[test]
    fn a_title_is_one_clean_line() {
        assert_eq!(
            title("Fix\u{1b}[31m it\u{202e}\n\nlong text").as_deref(),
            Some("Fix[31m it")
        );
        assert_eq!(title("\n \u{200b}\n"), None);
        assert_eq!(title(&"x".repeat(500)).map(|line| line.len()), Some(120));
    }
}
