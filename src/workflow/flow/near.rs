//! Subjects that are almost the same.
//!
//! Two are, when they differ only in case or in what stands between words, or when one
//! word has one letter more, less, changed or swapped. That word has five letters or
//! more and no digit differs: `room_a` and `room_b`, or `step1` and `step2`, are meant
//! as they are.

use std::collections::HashMap;

/// A word in which a letter may differ.
const SHORTEST_WORD: usize = 5;
/// Longer subjects are not compared: each of its letters is an entry here.
const LONGEST: usize = 80;

/// Subjects, found by others that are almost the same.
#[derive(Default)]
pub(super) struct Near<'t> {
    by_key: HashMap<String, Vec<(&'t str, usize)>>,
}

impl<'t> Near<'t> {
    /// Adds a subject under a number.
    pub(super) fn add(&mut self, subject: &'t str, number: usize) {
        for key in keys(subject) {
            self.by_key.entry(key).or_default().push((subject, number));
        }
    }

    /// The number of the first one that is almost `subject`.
    pub(super) fn closest(&self, subject: &str) -> Option<usize> {
        let found = keys(subject)
            .filter_map(|key| self.by_key.get(&key))
            .flat_map(|candidates| candidates.iter().take(100))
            .filter(|(other, _)| almost(subject, other));
        found.map(|(_, number)| *number).min()
    }
}

/// Whether it is looked at. What a wildcard is almost the same as, nobody can say.
fn is_compared(subject: &str) -> bool {
    subject.len() <= LONGEST && !subject.contains(['*', '>'])
}

/// What two subjects that are almost the same have one of in common.
fn keys(subject: &str) -> impl Iterator<Item = String> {
    let compared = is_compared(subject);
    let squashed = compared
        .then(|| squashed(subject))
        .filter(|text| text.len() >= SHORTEST_WORD);
    let lower = subject.to_lowercase();
    let without: Vec<String> = match compared {
        false => Vec::new(),
        true => letters_of_words(&lower)
            .map(|(at, letter)| [&lower[..at], &lower[at + letter.len_utf8()..]].concat())
            .chain([lower.clone()])
            .collect(),
    };
    squashed.map(|text| format!(" {text}")).into_iter().chain(without)
}

/// The letters of words in which one may differ, and where they stand.
fn letters_of_words(text: &str) -> impl Iterator<Item = (usize, char)> {
    words(text)
        .filter(|(_, word)| word.chars().count() + 1 >= SHORTEST_WORD)
        .flat_map(|(start, word)| word.char_indices().map(move |(at, letter)| (start + at, letter)))
        .filter(|(_, letter)| letter.is_alphabetic())
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
        .filter(|(_, word)| !word.is_empty())
}

fn squashed(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn almost(one: &str, other: &str) -> bool {
    if one == other || !is_compared(one) || !is_compared(other) {
        return false;
    }
    let letters = squashed(one);
    if letters == squashed(other) {
        return letters.len() >= SHORTEST_WORD;
    }
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let mut differing = None;
    let (mut left, mut right) = (words(&one), words(&other));
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (Some((_, left)), Some((_, right))) if left == right => {}
            (Some((_, left)), Some((_, right))) if differing.is_none() => differing = Some((left, right)),
            _ => return false,
        }
    }
    differing.is_some_and(|(left, right)| {
        let digits = |word: &str| word.chars().filter(|c| c.is_numeric()).collect::<String>();
        left.chars().count().min(right.chars().count()) >= SHORTEST_WORD
            && digits(left) == digits(right)
            && strsim::damerau_levenshtein(left, right) == 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: &str, other: &str) -> bool {
        let mut all = Near::default();
        all.add(other, 7);
        let found = all.closest(one) == Some(7);
        assert_eq!(found, almost(one, other), "{one} {other}");
        found
    }

    #[test]
    fn slips_are_near_and_names_that_are_meant_are_not() {
        for (one, other) in [
            ("living_room_kelvin_data", "living_room_kelvn_data"),
            ("living_room.kelvin", "living_room.kevlin"),
            ("readings", "reading"),
            ("livingroom.kelvin", "livingroom.kelvjn"),
            ("living-room", "living_room"),
            ("living.room", "Living_Room"),
            ("città.dati", "cittá.dati"),
        ] {
            assert!(near(one, other) && near(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("room_a", "room_b"),
            ("step1", "step2"),
            ("sensor_0001", "sensor_0002"),
            ("sensor1", "sensor11"),
            ("temp_in", "temp_on"),
            ("kelvin", "celsius"),
            ("kelvin", "kelvin.warm"),
            ("living_room_kelvin", "living_rom_kelvn"),
            ("a.b", "ab"),
            ("kelvin.*", "kelvn.*"),
            ("same", "same"),
        ] {
            assert!(!near(one, other) && !near(other, one), "{one} {other}");
        }
    }
}
