//! "Did you mean …?"

/// The one of `known` that `written` was most likely meant to be.
pub fn closest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A word of eight letters may differ in two: enough for a slip, too little
    // for another word.
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["component_name", "code", "targets"];
        assert_eq!(closest("componentname", known), Some("component_name"));
        assert_eq!(closest("tragets", known), Some("targets"));
        assert_eq!(closest("schedule", known), None);
    }
}
