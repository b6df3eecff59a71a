//! Questions on a terminal: a line each, with what counts where nothing is typed.

use crate::cli::CommandError;
use crate::generate::{Draft, Template, Templates};

/// Asks, and reads a line for each question; none where the input ends.
pub(super) struct Questions<L> {
    line: L,
    /// What was wrong with the last answer.
    wrong: String,
}

impl<L: FnMut(&str) -> Option<String>> Questions<L> {
    pub(super) fn new(line: L) -> Self {
        Self {
            line,
            wrong: String::new(),
        }
    }

    /// A text; `default` where nothing is typed.
    pub(super) fn text(&mut self, question: &str, default: &str) -> Result<String, CommandError> {
        let wrong = std::mem::take(&mut self.wrong);
        let typed = (self.line)(&format!("{wrong}{question} [{default}]:"));
        let typed = typed.ok_or_else(|| CommandError::Usage("no answer: nothing was written".to_owned()))?;
        Ok(match typed.trim() {
            "" => default.to_owned(),
            typed => typed.to_owned(),
        })
    }

    /// The next question is one that was answered wrongly.
    pub(super) fn again(&mut self, reason: &str) {
        self.wrong = format!("  {reason}\n");
    }

    /// One of the templates, by its number or name.
    pub(super) fn template<'t>(
        &mut self,
        templates: &'t Templates,
        default: &str,
    ) -> Result<&'t Template, CommandError> {
        let all: Vec<&Template> = templates.all().collect();
        let width = all.iter().map(|template| template.spec().name.len()).max().unwrap_or(0);
        let lines = all.iter().enumerate().map(|(index, template)| {
            let name = &template.spec().name;
            format!("  {}  {name:width$}  {}\n", index + 1, template.summary())
        });
        let mut question = format!("What does the task connect?\n{}Template", lines.collect::<String>());
        loop {
            let typed = self.text(&question, default)?;
            let numbered = typed
                .parse()
                .ok()
                .and_then(|number: usize| all.get(number.checked_sub(1)?));
            match numbered.copied().ok_or(()).or_else(|()| templates.named(&typed)) {
                Ok(template) => return Ok(template),
                Err(reason) => self.again(&reason),
            }
            question = "Template".to_owned();
        }
    }
}

/// Asks for a part of the draft until `wrong` has nothing to say.
pub(super) fn answer<L: FnMut(&str) -> Option<String>>(
    questions: &mut Questions<L>,
    draft: &mut Draft,
    question: &str,
    part: impl Fn(&mut Draft) -> &mut String,
    wrong: &impl Fn(&Draft) -> Option<String>,
) -> Result<(), CommandError> {
    let default = part(draft).clone();
    loop {
        *part(draft) = questions.text(question, &default)?;
        match wrong(draft) {
            None => return Ok(()),
            Some(reason) => questions.again(&reason),
        }
    }
}
