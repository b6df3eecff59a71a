//! What is under way, on a terminal: a line for each task at work, below what was
//! printed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::report::{Event, Sink, Stage, line};

/// How often a line that stands still is drawn again.
const TICK: Duration = Duration::from_millis(100);

/// Draws on the terminal of `bars`.
pub(super) struct Progress {
    bars: MultiProgress,
    /// Writes a line, while nothing is drawn.
    print: fn(&str),
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    at_work: HashMap<(Option<String>, Stage), ProgressBar>,
    /// Of the tasks that something is done about.
    whole: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(bars: MultiProgress, print: fn(&str)) -> Self {
        Self {
            bars,
            print,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn began(&self, task: Option<&str>, stage: Stage) {
        let mut state = self.state();
        let bar = match &state.whole {
            Some(whole) => self.bars.insert_before(whole, ProgressBar::new_spinner()),
            None => self.bars.add(ProgressBar::new_spinner()),
        };
        bar.set_style(style("{prefix:>8}  {spinner} {msg} ({elapsed})"));
        bar.set_prefix(stage.to_string());
        bar.set_message(task.unwrap_or("…").to_owned());
        bar.enable_steady_tick(TICK);
        if let Some(earlier) = state.at_work.insert((task.map(str::to_owned), stage), bar) {
            earlier.finish_and_clear();
        }
    }

    fn ended(&self, task: Option<&str>, stage: Stage) {
        if let Some(bar) = self.state().at_work.remove(&(task.map(str::to_owned), stage)) {
            bar.finish_and_clear();
        }
    }

    fn planned(&self) {
        let mut state = self.state();
        let whole = state.whole.get_or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::new(0));
            bar.set_style(style("{prefix:>8}  {bar:30} {pos} of {len}"));
            bar.set_prefix("tasks");
            bar
        });
        whole.inc_length(1);
    }
}

impl Sink for Progress {
    fn take(&self, event: &Event) {
        match event {
            Event::Started { task, stage } => self.began(task.as_deref(), *stage),
            Event::Finished { task, stage, .. } | Event::Failed { task, stage, .. } => {
                self.ended(task.as_deref(), *stage);
            }
            Event::Planned(planned) if planned.affected => self.planned(),
            Event::Ended { .. } => {
                if let Some(whole) = &self.state().whole {
                    whole.inc(1);
                }
            }
            _ => {}
        }
        if let Some(text) = line(event) {
            self.bars.suspend(|| (self.print)(&text));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // Nothing of it stays on the terminal when a command ends early.
        let _ = self.bars.clear();
    }
}

/// A style; what cannot be read of it, which a test would show, is the plain one.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget, TermLike as _};

    use super::*;
    use crate::report::PlannedEvent;

    fn planned(task: &str) -> Event {
        Event::Planned(PlannedEvent {
            project: ".".into(),
            task: task.into(),
            change: "new".into(),
            reasons: Vec::new(),
            affected: true,
        })
    }

    #[test]
    fn what_is_at_work_is_drawn_until_it_is_done() {
        let terminal = InMemoryTerm::new(12, 70);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::new(MultiProgress::with_draw_target(target), |_| {});
        let task = |name: &str| Some(name.to_owned());
        for event in [
            planned("convert"),
            planned("filter"),
            Event::Started {
                task: task("convert"),
                stage: Stage::Build,
            },
            Event::Started {
                task: task("filter"),
                stage: Stage::Build,
            },
            Event::Finished {
                task: task("convert"),
                stage: Stage::Build,
                detail: "2.0 MB".into(),
                took: Duration::from_millis(410),
            },
        ] {
            progress.take(&event);
        }
        // How far the spinner is, and the clock, are not of this story.
        let seen = regex::Regex::new("[^ ] filter")
            .unwrap()
            .replace(&terminal.contents(), "* filter")
            .into_owned();
        insta::assert_snapshot!(seen, @"
        build  * filter (0s)
        tasks  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 2
        ");
        drop(progress);
        assert!(!terminal.contents().contains("filter ("), "{}", terminal.contents());
        assert_eq!(terminal.width(), 70);
    }
}
