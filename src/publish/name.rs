//! What registries allow in names and tags (the OCI distribution
//! specification, "Pulling manifests").

use super::PublishError;

/// The longest tag, in bytes.
const LONGEST_TAG: usize = 128;

/// How many digits of a fingerprint its tag carries.
const FINGERPRINT_DIGITS: usize = 40;

/// Checks one part of a repository's name: runs of `[a-z0-9]` with `.`, `_`,
/// `__` or any number of `-` between them. The error says what is wrong.
pub(super) fn path_part(part: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part of it is empty".to_owned());
    }
    if let Some(odd) = part
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-'))
    {
        return Err(format!("`{odd}` is not allowed"));
    }
    let separators: Vec<&str> = part
        .split(|c: char| c.is_ascii_alphanumeric())
        .filter(|separator| !separator.is_empty())
        .collect();
    let ends = |c: char| !c.is_ascii_alphanumeric();
    if part.starts_with(ends) || part.ends_with(ends) {
        return Err("it has to begin and end with a letter or digit".to_owned());
    }
    match separators
        .into_iter()
        .find(|separator| !matches!(*separator, "." | "_" | "__") && separator.contains(['.', '_']))
    {
        Some(separator) => Err(format!("`{separator}` is not allowed")),
        None => Ok(()),
    }
}

/// The name of a component's repository: lower-cased, since registries know no
/// capitals.
pub(super) fn repository_name(component_name: &str) -> Result<String, PublishError> {
    let name = component_name.to_ascii_lowercase();
    match path_part(&name) {
        Ok(()) => Ok(name),
        Err(reason) => Err(PublishError::Name {
            name: component_name.to_owned(),
            reason,
        }),
    }
}

/// Whether `text` can be a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub(super) fn is_tag(text: &str) -> bool {
    text.len() <= LONGEST_TAG
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// The tag of a fingerprint (`sha256:` and hex digits, or the digits alone), or
/// none where it is too short or not hex.
pub(super) fn fingerprint_tag(fingerprint: &str) -> Option<String> {
    let digits = fingerprint.strip_prefix("sha256:").unwrap_or(fingerprint);
    let hex = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let head = digits.get(..FINGERPRINT_DIGITS).filter(|_| hex)?;
    Some(format!("pelato-{head}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_grammar_of_registries() {
        for good in ["a", "7", "a.b", "a_b", "a__b", "a-b", "a---b", "a1.b-2_c"] {
            assert_eq!(path_part(good), Ok(()), "{good}");
        }
        for bad in [
            "", "-a", "a-", ".a", "a.", "_a", "a..b", "a___b", "a._b", "a-_b", "a b", "A", "é", "a/b",
        ] {
            assert!(path_part(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_follow_the_grammar_of_registries() {
        assert!(is_tag("1.0.0") && is_tag("_x") && is_tag(&"x".repeat(128)));
        assert!(!is_tag("") && !is_tag(".1") && !is_tag("1.0.0+build") && !is_tag(&"x".repeat(129)));
    }

    #[test]
    fn a_fingerprint_has_its_tag() {
        let digits = "0123456789abcdef".repeat(4);
        let tag = format!("pelato-{}", &digits[..40]);
        assert_eq!(fingerprint_tag(&digits).as_ref(), Some(&tag));
        assert_eq!(fingerprint_tag(&format!("sha256:{digits}")), Some(tag));
        assert_eq!(fingerprint_tag("sha256:abc"), None);
        assert_eq!(fingerprint_tag(&"é".repeat(40)), None);
    }
}
