//! `5m`, `90d`: a number and a unit.

use std::time::Duration;

/// Reads a duration; none when it is no number with one of `s m h d`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.char_indices().next_back()?.0);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

/// Reads a size in bytes: `1024`, `25MiB`, `10GiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        assert_eq!(duration("5m"), Some(Duration::from_secs(300)));
        assert_eq!(duration("90d"), Some(Duration::from_secs(7_776_000)));
        assert_eq!(size("25MiB"), Some(26_214_400));
        assert_eq!(size("10 GiB"), Some(10_737_418_240));
        for bad in ["", "m", "5", "5w", "-5m", "1.5h", "é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
