//! How many of something, for people.

/// `1 task`, `2 tasks`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_one() {
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "task")),
            ["0 tasks", "1 task", "2 tasks"]
        );
    }
}
