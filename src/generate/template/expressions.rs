//! What may stand between `{{` and `}}` in a template.
//!
//! A template may be a stranger's, and the language of handlebars has loops, partials
//! that call themselves and a parser that recurses. None of that is let through to it:
//! values, `if`, `config` and `text` are all there is, so that what is written is never
//! longer than the template and its values. Every name is looked up here, in branches
//! that no rendering takes too.

mod words;

use self::words::{Word, Words};
use crate::document::{Findings, Span, closest};

/// What can be called.
const CALLS: [&str; 2] = ["config", "text"];
const BLOCKS: [&str; 2] = ["if", "unless"];
/// Blocks within blocks, and calls within calls.
const DEEPEST: usize = 16;
/// Bytes of one expression.
const LONGEST: usize = 1_000;

/// What a file of a template can name.
pub(super) struct Names {
    /// Whether `config` and `text` are there.
    pub(super) calls: bool,
    /// Names of values, `providers.messaging` among them.
    pub(super) values: Vec<String>,
}

/// Whether handlebars, or its helpers, take a word for something else than a value.
pub(super) fn is_taken(word: &str) -> bool {
    let theirs = [
        "this", "as", "else", "true", "false", "null", "with", "each", "lookup", "log", "raw", "eq", "ne", "gt", "gte",
        "lt", "lte", "and", "or", "not", "len",
    ];
    CALLS.contains(&word) || BLOCKS.contains(&word) || theirs.contains(&word)
}

/// Finds everything in `text` that is not let through. Nothing found: it can be given
/// to handlebars.
pub(super) fn check(text: &str, names: &Names, findings: &mut Findings) {
    let mut open: Vec<(&str, Span)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        if text[..start].ends_with('\\') {
            let span = start - 1..start + 2;
            let help = "write braces that stay as a value's text, or leave them out";
            findings.error(
                "escape",
                &span,
                "`\\{{` is not taken",
                "this escapes an expression",
                help,
            );
        }
        let inner = start + 2;
        if text[inner..].starts_with('!') {
            at = comment_end(text, inner);
            // Where a comment ends is handlebars' to say: nothing may hide in it.
            if let Some(hidden) = text[inner..at].find("{{") {
                let span = inner + hidden..inner + hidden + 2;
                findings.error(
                    "syntax",
                    &span,
                    "a comment cannot have an expression in it",
                    "this begins one",
                    "",
                );
            }
            continue;
        }
        let Some(length) = text[inner..].find("}}") else {
            findings.error(
                "syntax",
                &(start..inner),
                "an expression has no end",
                "it begins here",
                "end it with `}}`",
            );
            return;
        };
        at = inner + length + 2;
        // What `{{{value}}}` has left over.
        at += text[at..].starts_with('}') as usize;
        expression(text, inner..inner + length, names, &mut open, findings);
        if open.len() > DEEPEST {
            return;
        }
    }
    for (block, span) in open.into_iter().filter(|(block, _)| !block.is_empty()) {
        let help = format!("end it with `{{{{/{block}}}}}`");
        findings.error("syntax", &span, format!("`{block}` has no end"), "it begins here", help);
    }
}

fn comment_end(text: &str, inner: usize) -> usize {
    let end = |mark: &str| text[inner..].find(mark).map(|at| inner + at + mark.len());
    let long = text[inner..].starts_with("!--").then(|| end("--}}")).flatten();
    long.or_else(|| end("}}")).unwrap_or(text.len())
}

fn expression<'t>(text: &'t str, span: Span, names: &Names, open: &mut Vec<(&'t str, Span)>, findings: &mut Findings) {
    let body = text[span.clone()].trim_start_matches('~');
    if body.starts_with(['{', '&']) {
        let help = "write {{value}}";
        findings.error(
            "raw",
            &span,
            "values are always quoted",
            "this would write one as it is",
            help,
        );
        return;
    }
    if span.len() > LONGEST {
        let most = format!("{LONGEST} bytes are the most");
        findings.error(
            "too-large",
            &(span.start..span.start + 1),
            "an expression is too long",
            most,
            "",
        );
        return;
    }
    let mut words = match Words::of(text, span.clone(), findings) {
        Some(words) => words,
        None => return,
    };
    let head = words.next();
    match head.as_ref().map(|word| word.text) {
        None => findings.error("syntax", &span, "an expression is empty", "nothing is named", ""),
        Some(sigil @ ("#" | "/")) => {
            let Some(block) = words.next().filter(|word| BLOCKS.contains(&word.text)) else {
                let help = "there are `{{#if value}}` and `{{#unless value}}`, with `{{else}}`; nothing repeats";
                findings.error("block", &span, "this block is not taken", "unknown block", help);
                // Its end would only be said to be wrong too.
                if sigil == "#" {
                    open.push(("", span));
                } else {
                    open.pop();
                }
                return;
            };
            if sigil == "#" {
                if open.len() >= DEEPEST {
                    let most = format!("{DEEPEST} are the most");
                    findings.error("too-deep", &block.span, "too many blocks within blocks", most, "");
                }
                open.push((block.text, block.span));
                value(&mut words, names, findings, &span);
            } else if open
                .pop()
                .is_none_or(|(begun, _)| !begun.is_empty() && begun != block.text)
            {
                findings.error(
                    "syntax",
                    &block.span,
                    "this ends a block that was not begun",
                    "an end without a beginning",
                    "",
                );
            }
        }
        Some("else" | "^") => {
            if open.is_empty() {
                findings.error(
                    "syntax",
                    &span,
                    "`else` stands in no block",
                    "there is no `if` before it",
                    "",
                );
            }
            if let Some(chained) = words.next() {
                if BLOCKS.contains(&chained.text) {
                    value(&mut words, names, findings, &span);
                } else {
                    findings.error("syntax", &chained.span, "`else` takes an `if` only", "this is none", "");
                }
            }
        }
        Some(_) => {
            if let Some(head) = head {
                named(head, &mut words, names, findings, 0);
            }
        }
    }
    if let Some(left) = words.next() {
        findings.error(
            "syntax",
            &left.span,
            "an expression has more than it can",
            "nothing belongs here",
            "",
        );
    }
}

/// A value and nothing else.
fn value(words: &mut Words<'_>, names: &Names, findings: &mut Findings, whole: &Span) {
    match words.next() {
        Some(word) if word.is_name() => known(&word, names, findings),
        _ => findings.error("syntax", whole, "a block asks for one value", "its name is missing", ""),
    }
}

/// A call, or the name of a value.
fn named(head: Word<'_>, words: &mut Words<'_>, names: &Names, findings: &mut Findings, depth: usize) {
    if !head.is_name() {
        findings.error(
            "syntax",
            &head.span,
            "this is no name",
            "a value or a call begins with its name",
            "",
        );
        return;
    }
    if !CALLS.contains(&head.text) || !names.calls {
        known(&head, names, findings);
        return;
    }
    if head.text == "config" && depth > 0 {
        let help = "write it as `- {{config \"kind\" key=value}}`";
        findings.error(
            "call",
            &head.span,
            "`config` stands alone",
            "it is no part of another call",
            help,
        );
    }
    let mut parameters = 0;
    while let Some(word) = words.peek() {
        match word.text {
            ")" => break,
            "(" => {
                words.next();
                call(words, names, findings, depth + 1, &word.span);
            }
            "=" => {
                words.next();
                continue;
            }
            text if words.second().is_some_and(|next| next.text == "=") => {
                words.next();
                if head.text != "config" || !word.is_name() {
                    findings.error(
                        "call",
                        &word.span,
                        format!("`{text}=` is not taken here"),
                        "only `config` takes keys",
                        "",
                    );
                }
                continue;
            }
            text => {
                words.next();
                let literal = text.starts_with('"') || text.bytes().all(|b| b.is_ascii_digit());
                if head.text == "config" && parameters == 0 && !text.starts_with('"') {
                    let help = "write `{{config \"kind\" key=value}}`";
                    findings.error(
                        "call",
                        &word.span,
                        "`config` begins with its kind",
                        "this is no quoted text",
                        help,
                    );
                } else if !literal {
                    known(&word, names, findings);
                }
            }
        }
        parameters += 1;
    }
    if parameters == 0 {
        let title = format!("`{}` is called with nothing", head.text);
        findings.error("call", &head.span, title, "it has no parameters", "");
    }
}

fn call(words: &mut Words<'_>, names: &Names, findings: &mut Findings, depth: usize, open: &Span) {
    if depth > DEEPEST {
        let most = format!("{DEEPEST} are the most");
        findings.error("too-deep", open, "too many calls within calls", most, "");
        words.skip();
        return;
    }
    match words.next() {
        Some(head) => named(head, words, names, findings, depth),
        None => findings.error("syntax", open, "a `(` has no end", "it begins here", ""),
    }
    if words.next().is_none_or(|word| word.text != ")") && !words.skipped {
        findings.error("syntax", open, "a `(` has no end", "it begins here", "");
    }
}

fn known(word: &Word<'_>, names: &Names, findings: &mut Findings) {
    if names.values.iter().any(|name| name == word.text) {
        return;
    }
    let values = || names.values.iter().map(String::as_str);
    let help = match closest(word.text, values()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", values().collect::<Vec<_>>().join(", ")),
    };
    let title = format!("nothing is called `{}` here", word.text);
    findings.error("unknown-name", &word.span, title, "unknown name", help);
}

#[cfg(test)]
mod tests;
