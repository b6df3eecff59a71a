//! Digests of what consists of several parts.

use sha2::{Digest as _, Sha256};

/// A SHA-256 over a sequence of parts. Each part's length goes in before it, so
/// that a byte which moves from one part to the next changes the digest.
#[derive(Default)]
pub(super) struct Digest(Sha256);

impl Digest {
    /// Adds a part.
    pub(super) fn part(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds named parts, in the order of `parts`.
    pub(super) fn named<N: AsRef<str>, B: AsRef<[u8]>>(self, parts: impl IntoIterator<Item = (N, B)>) -> Self {
        parts
            .into_iter()
            .fold(self, |digest, (name, bytes)| digest.part(name.as_ref()).part(bytes))
    }

    /// 64 hex digits.
    pub(super) fn hex(self) -> String {
        hex::encode(self.0.finalize())
    }

    /// The first 12 hex digits, for names that people read.
    pub(super) fn short(self) -> String {
        let mut hex = self.hex();
        hex.truncate(12);
        hex
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_moves_to_the_next_part_changes_the_digest() {
        let one = Digest::default().part("ab").part("c").hex();
        let other = Digest::default().part("a").part("bc").hex();
        assert_ne!(one, other);
    }
}
