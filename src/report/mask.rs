//! Secrets, and what takes their place in whatever a run says.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::{Regex, RegexBuilder};
use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret was.
const HIDDEN: &str = "***";

/// What a set of secrets may take as an automaton, in bytes: some hundred keys.
const AUTOMATON: usize = 64 << 20;

/// Knows secrets, and finds them in text: as they are, and as addresses, JSON and base64
/// have them. Of a secret of several lines, each line is one. Cheap to clone.
#[derive(Clone, Default)]
pub struct Mask {
    forms: Option<Arc<Regex>>,
    /// The most bytes that a form has.
    longest: usize,
}

impl Mask {
    /// The shortest secret, and line of one, that is masked, in bytes. A shorter one is
    /// part of too many words: a `{` that stands alone in a key file would take every
    /// other `{` with it.
    pub const LEAST: usize = 6;

    /// A mask of `secrets`. Those shorter than [`Self::LEAST`] are left out.
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s SecretString>) -> Self {
        let mut forms = BTreeSet::new();
        let mut longest = 0;
        for secret in secrets {
            let secret = secret.expose_secret();
            let whole = std::iter::once(secret.trim());
            for part in whole.chain(secret.lines().map(str::trim)) {
                if part.len() < Self::LEAST || is_border(part) {
                    continue;
                }
                // A key of several lines is handed on in base64 as a whole.
                forms.extend(in_base64(part));
                if !part.contains('\n') {
                    forms.insert(as_written(part));
                    // `\u0041` for `A`, and three times `%C3` for what UTF-8 needs.
                    longest = longest.max(part.len() * 6);
                }
                longest = longest.max(part.len() * 2 + 4);
            }
        }
        if forms.is_empty() {
            return Self::default();
        }
        // The longer first: what is found at a place is the first that fits.
        let mut forms: Vec<String> = forms.into_iter().collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let forms = RegexBuilder::new(&forms.join("|")).size_limit(AUTOMATON).build();
        match forms {
            Ok(forms) => Self {
                forms: Some(Arc::new(forms)),
                longest,
            },
            // Better nothing than a secret: this one finds every text.
            Err(error) => {
                tracing::error!(%error, "the secrets are too long to be found in text: all text is masked");
                Self {
                    forms: Regex::new("(?s).+").ok().map(Arc::new),
                    longest,
                }
            }
        }
    }

    /// The text, with `***` for every secret that is whole in it.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.forms {
            Some(forms) => forms.replace_all(text, HIDDEN),
            None => Cow::Borrowed(text),
        }
    }

    /// How many bytes of a text that goes on may be handed out by themselves: whatever
    /// follows, no secret begins in them and ends behind. All of it where nothing is to
    /// be hidden; never more than the longest form of a secret, twice, is kept back.
    pub fn settled(&self, text: &str) -> usize {
        let Some(forms) = &self.forms else {
            return text.len();
        };
        let mut end = text.len().saturating_sub(self.longest.saturating_sub(1));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let across = |found: &regex::Match<'_>| found.start() < end && end < found.end();
        forms.find_iter(text).find(across).map_or(end, |found| found.start())
    }
}

impl fmt::Debug for Mask {
    /// The secrets stand in the automaton: it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// `-----BEGIN PRIVATE KEY-----` is no secret.
fn is_border(line: &str) -> bool {
    line.starts_with("-----") && line.ends_with("-----") && !line.contains('\n')
}

/// As it is, percent-encoded, escaped as JSON, or a mixture: who encodes decides which
/// characters need it.
fn as_written(secret: &str) -> String {
    let mut form = String::with_capacity(secret.len() * 24);
    let mut bytes = [0; 4];
    for character in secret.chars() {
        let encoded = character.encode_utf8(&mut bytes);
        // The escaped form first: half of it must not be left behind.
        form.push_str("(?:");
        if matches!(character, '"' | '\\' | '/') {
            let _ = write!(form, r"\\{}|", regex::escape(encoded));
        }
        if character == '\t' {
            form.push_str(r"\\t|");
        }
        if character == ' ' {
            form.push_str(r"\+|");
        }
        if character.len_utf16() == 1 {
            let _ = write!(form, r"\\u(?i:{:04x})|", u32::from(character));
        }
        for byte in encoded.bytes() {
            let _ = write!(form, "%(?i:{byte:02x})");
        }
        let _ = write!(form, "|{}", regex::escape(encoded));
        form.push(')');
    }
    form
}

/// What of its base64 is the same wherever it stands in a longer text, in both
/// alphabets: three bytes are four characters, so it begins at one of three places.
fn in_base64(secret: &str) -> Vec<String> {
    let mut forms = Vec::with_capacity(6);
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret.as_bytes());
        // A character has six bits: those that have a bit of a neighbour go.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            if let Some(own) = encoded.get(first..last) {
                forms.push(regex::escape(own));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests;
