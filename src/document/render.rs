//! Findings as people read them: the line, what is wrong in it, and the fix.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::place::{Place, Places};
use super::{Diagnostic, Diagnostics, Severity, Span};

/// So many bytes of the text are shown in all. Each finding shows its lines whole,
/// and a hostile page may be one line of megabytes with a thousand findings in it.
const MOST_SHOWN: usize = 2 << 20;

impl Diagnostics {
    /// All of them as people read them, with colours when `colours` is set.
    pub fn render(&self, colours: bool) -> String {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
        let mut shower = Shower {
            all: self,
            renderer,
            places: Places::of(&self.text),
            left: MOST_SHOWN,
        };
        let shown: Vec<String> = self.items.iter().map(|item| shower.show(item)).collect();
        shown.join("\n\n")
    }
}

struct Shower<'d> {
    all: &'d Diagnostics,
    renderer: Renderer,
    places: Places<'d>,
    left: usize,
}

impl<'d> Shower<'d> {
    fn show(&mut self, item: &'d Diagnostic) -> String {
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let place = self.places.place(&item.span);
        let title = level.primary_title(item.title.as_str());
        // Two places of one line are one picture.
        let mut together = Vec::new();
        let mut apart = Vec::new();
        for related in &item.related {
            let there = self.places.place(&related.span);
            match there.line == place.line && there.end_line == place.end_line {
                true => together.push(related),
                false => apart.push((related, there)),
            }
        }
        let lines = self.lines(&item.span, &place);
        let mut group = match lines {
            Some((text, within)) => {
                let mut snippet = self
                    .snippet(text, &place)
                    .annotation(AnnotationKind::Primary.span(within).label(&item.label));
                for related in together {
                    let span = clipped(&related.span, place.line_start, text);
                    snippet = snippet.annotation(AnnotationKind::Context.span(span).label(&related.label));
                }
                title.element(snippet)
            }
            None => title
                .element(self.origin(&place))
                .element(Level::NOTE.message(&item.label)),
        };
        for (related, there) in apart {
            group = match self.lines(&related.span, &there) {
                Some((text, within)) => {
                    let context = AnnotationKind::Context.span(within).label(&related.label);
                    group.element(self.snippet(text, &there).annotation(context))
                }
                None => group.element(self.origin(&there)),
            };
        }
        if let Some(help) = &item.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        self.renderer.render(&[group])
    }

    fn snippet<A: Clone>(&self, text: &'d str, place: &Place) -> Snippet<'d, A> {
        Snippet::source(text)
            .line_start(place.line)
            .path(self.all.file.as_str())
    }

    fn origin(&self, place: &Place) -> Origin<'d> {
        Origin::path(self.all.file.as_str())
            .line(place.line)
            .char_column(place.column)
    }

    /// The lines that a span stands in, and where it stands in them; none where too
    /// much has been shown already. The whole text would be read again for each
    /// finding.
    fn lines(&mut self, span: &Span, place: &Place) -> Option<(&'d str, Span)> {
        let rest = self.all.text.get(place.line_start..)?;
        let last = span
            .end
            .saturating_sub(1)
            .max(span.start)
            .saturating_sub(place.line_start);
        let last = (last..rest.len())
            .find(|at| rest.is_char_boundary(*at))
            .unwrap_or(rest.len());
        let end = rest[last..].find('\n').map_or(rest.len(), |at| last + at + 1);
        self.left = self.left.checked_sub(end)?;
        let text = &rest[..end];
        Some((text, clipped(span, place.line_start, text)))
    }
}

/// A span of the whole within `text`, which begins at `from`: between characters,
/// and one of them long at least.
fn clipped(span: &Span, from: usize, text: &str) -> Span {
    let next = |byte: usize| {
        (byte..text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    };
    // A byte order mark stands before where its line begins.
    let end = next(span.end.max(span.start + 1).saturating_sub(from));
    let start = (0..=span.start.saturating_sub(from).min(end))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    start..end
}

#[cfg(test)]
mod tests;
