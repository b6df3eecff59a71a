//! What a step writes: how large the cache is, and the module.

/// What a step writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// Bytes of the cache after it.
    pub(super) cache: u64,
    /// The module, where there is one and it came whole.
    pub(super) core: Option<Vec<u8>>,
}

impl Made {
    /// Takes apart `core <bytes> <KiB of cache>` or `cache <KiB>`, a line end, the module.
    /// None where it begins otherwise.
    pub(super) fn of(mut stdout: Vec<u8>) -> Option<Self> {
        let end = stdout.iter().take(64).position(|byte| *byte == b'\n')?;
        let header = std::str::from_utf8(&stdout[..end]).ok()?;
        let words: Vec<&str> = header.split_whitespace().collect();
        let (bytes, kib) = match words[..] {
            ["core", bytes, kib] => (Some(bytes.parse::<usize>().ok()?), kib),
            ["cache", kib] => (None, kib),
            _ => return None,
        };
        let cache = kib.parse::<u64>().ok()?.saturating_mul(1024);
        let core = bytes.and_then(|bytes| Some(stdout.split_off(end + 1)).filter(|core| core.len() == bytes));
        Some(Self { cache, core })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_taken_whole_or_not_at_all() {
        let made = |text: &str| Made::of(text.as_bytes().to_vec());
        let core = |core: &str| Some(core.as_bytes().to_vec());
        assert_eq!(
            made("core 3 2\nabc"),
            Some(Made {
                cache: 2048,
                core: core("abc")
            })
        );
        for incomplete in ["core 3 2\nab", "core 3 2\nabcd", "cache 2\n", "cache 2\nabc"] {
            assert_eq!(
                made(incomplete),
                Some(Made {
                    cache: 2048,
                    core: None
                }),
                "{incomplete:?}"
            );
        }
        for broken in [
            "",
            "core x 2\nabc",
            "core 3\nabc",
            "core 3 2 1\nabc",
            "abc\nabc",
            "no line",
        ] {
            assert_eq!(made(broken), None, "{broken:?}");
        }
    }
}
