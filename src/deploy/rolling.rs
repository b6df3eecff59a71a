//! One roll of a task at a time, whoever rolls it: a runner, an Action, somebody at a
//! terminal, an agent that would put a label.
//!
//! Who rolls listens on a subject of the task, and answers each who asks there. So the
//! right to roll ends with the process that has it, whatever becomes of that process, and
//! nothing is left behind. Two who come at once compare their tickets, which each sends
//! with its question: the lower one rolls, and the other asks again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::DeployError;
use super::host::Control;

/// Beneath it are the tasks that are rolled.
pub(super) const SUBJECT: &str = "pelato.roll";

/// What one who rolls answers: lower than any ticket.
const ROLLS: &str = "0";
/// What an agent asks, which makes nobody yield.
const AGENT: &str = "2";
/// What an agent hears of a task between two of its targets, and how many began.
const PAUSES: &str = "3";

/// After our own question came back, the answers to it are not far.
const QUIET: Duration = Duration::from_millis(50);
/// A server that does not let us talk there says so beside the question, and the
/// question does not come back.
const MUTE: Duration = Duration::from_secs(1);
/// Between two questions of one who waits.
const PAUSE: Duration = Duration::from_millis(250);

/// The right to roll a task, all of its targets: of two who roll one after the other none
/// comes between the targets of the other, or they would end with different versions. It
/// is taken with the first target that has to be rolled, and ends when it is dropped.
#[derive(Default)]
pub struct TaskRoll(Option<Rolling>);

impl TaskRoll {
    /// Waits for the right to roll the task of this id, where it is not had yet. Whether
    /// somebody else had it meanwhile, which `waits` hears at once; none where it was
    /// cancelled.
    pub(super) async fn begin(
        &mut self,
        control: &Control,
        task: &str,
        waits: impl Fn(),
        cancel: &CancellationToken,
    ) -> Result<Option<bool>, DeployError> {
        if self.0.is_some() {
            return Ok(Some(false));
        }
        let mut waited = false;
        let heard = || {
            waited = true;
            waits();
        };
        self.0 = control.rolling(task, heard, cancel).await?;
        Ok(self.0.is_some().then_some(waited))
    }

    /// A target begins: an agent keeps away until what this answers is dropped.
    pub(super) fn target(&self) -> AtWork {
        let contender = self.0.as_ref().map(|rolling| Arc::clone(&rolling.contender));
        if let Some(contender) = &contender {
            let mut state = contender.state();
            state.is_at_work = true;
            state.targets += 1;
        }
        AtWork(contender)
    }
}

/// How a task stands with those who roll it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rolled {
    /// Nobody rolls it.
    Not,
    /// Somebody does, and is between two of its targets: which, and none other.
    Pauses(String),
    /// Somebody rolls one of its targets, or is about to.
    Now,
}

/// A target is being rolled.
pub(super) struct AtWork(Option<Arc<Contender>>);

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Some(contender) = &self.0 {
            contender.state().is_at_work = false;
        }
    }
}

struct Rolling {
    answering: AbortHandle,
    contender: Arc<Contender>,
}

impl Drop for Rolling {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

#[derive(Default)]
struct State {
    rolls: bool,
    /// One of the task's targets has messages that may come to nobody.
    is_at_work: bool,
    /// How many of them began.
    targets: usize,
    /// Somebody with a lower ticket asked, and has not heard that we roll.
    yields: bool,
}

struct Contender {
    ticket: String,
    state: Mutex<State>,
}

impl Contender {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one hears who asks with `ticket`.
    fn answer(&self, ticket: &str) -> Option<String> {
        let mut state = self.state();
        match (state.rolls, ticket == AGENT) {
            (true, true) if !state.is_at_work => Some(format!("{PAUSES}{}", state.targets)),
            (true, _) => Some(ROLLS.to_owned()),
            // Whoever gets the right answers the next question.
            (false, true) => None,
            (false, false) => {
                state.yields |= ticket < self.ticket.as_str();
                Some(self.ticket.clone())
            }
        }
    }

    /// Whether it rolls, having heard `lowest` of the others.
    fn decides(&self, lowest: Option<&str>) -> bool {
        let mut state = self.state();
        let yields = std::mem::take(&mut state.yields);
        state.rolls = !yields && lowest.is_none_or(|lowest| self.ticket.as_str() < lowest);
        state.rolls
    }
}

impl Control {
    /// Waits for the right to roll the task of this id. `waits` hears of it once, where
    /// it has to be waited for. None where it was cancelled.
    async fn rolling(
        &self,
        task: &str,
        waits: impl FnOnce(),
        cancel: &CancellationToken,
    ) -> Result<Option<Rolling>, DeployError> {
        let subject = self.roll_subject(task);
        let questions = self.connection.client.subscribe(subject.clone()).await;
        let questions = questions.map_err(|error| self.connection.broken(error))?;
        let contender = Arc::new(Contender {
            // No ticket is as low as the word of one who rolls.
            ticket: format!("1{}", Uuid::new_v4().simple()),
            state: Mutex::default(),
        });
        let answering = tokio::spawn(answer(self.clone(), questions, Arc::clone(&contender)));
        let rolling = Rolling {
            answering: answering.abort_handle(),
            contender: Arc::clone(&contender),
        };
        let mut waits = Some(waits);
        loop {
            let lowest = self.lowest(&subject, &contender.ticket).await?;
            if contender.decides(lowest.as_deref()) {
                return Ok(Some(rolling));
            }
            if let Some(waits) = waits.take() {
                waits();
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = cancel.cancelled() => return Ok(None),
            }
        }
    }

    /// How a task stands with those who roll it.
    pub(super) async fn rolled(&self, task: &str) -> Rolled {
        let asked = self.connection.client.request(self.roll_subject(task), AGENT.into());
        match timeout(MUTE, asked).await {
            Ok(Ok(said)) => match std::str::from_utf8(&said.payload) {
                Ok(text) if text.starts_with(PAUSES) => Rolled::Pauses(text.to_owned()),
                _ => Rolled::Now,
            },
            Ok(Err(_)) => Rolled::Not,
            // Who is about to roll says nothing.
            Err(_) => Rolled::Now,
        }
    }

    /// The lowest that anybody else answers.
    async fn lowest(&self, subject: &str, ticket: &str) -> Result<Option<String>, DeployError> {
        let client = &self.connection.client;
        let inbox = client.new_inbox();
        let answers = client.subscribe(inbox.clone()).await;
        let mut answers = answers.map_err(|error| self.connection.broken(error))?;
        let asked = client.publish_with_reply(subject.to_owned(), inbox, ticket.to_owned().into());
        asked.await.map_err(|error| self.connection.broken(error))?;
        let mut until = Instant::now() + MUTE;
        let mut lowest: Option<String> = None;
        while let Ok(Some(message)) = timeout_at(until, answers.next()).await {
            let said = String::from_utf8_lossy(&message.payload).into_owned();
            if message.status.is_some() {
                break;
            }
            if said == ticket {
                until = Instant::now() + QUIET;
            } else if lowest.as_ref().is_none_or(|lowest| said < *lowest) {
                lowest = Some(said);
            }
        }
        Ok(lowest)
    }

    fn roll_subject(&self, task: &str) -> String {
        format!("{SUBJECT}.{}.{task}", self.lattice)
    }
}

async fn answer(control: Control, mut questions: Subscriber, contender: Arc<Contender>) {
    while let Some(question) = questions.next().await {
        let Some(inbox) = question.reply else { continue };
        let Some(said) = contender.answer(&String::from_utf8_lossy(&question.payload)) else {
            continue;
        };
        // Who hears nothing asks again.
        let _ = control.connection.client.publish(inbox, said.into()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contender(ticket: &str) -> Contender {
        Contender {
            ticket: ticket.to_owned(),
            state: Mutex::default(),
        }
    }

    #[test]
    fn of_two_who_come_at_once_one_rolls_in_whatever_order_they_hear_of_each_other() {
        // Each asks (A, B) and decides (a, b); nobody decides before it has asked, and
        // who asks while the other listens gets an answer.
        for order in ["ABab", "ABba", "AaBb", "BbAa", "BAab", "BAba"] {
            let (a, b) = (contender("11"), contender("12"));
            let (mut heard_a, mut heard_b) = (None, None);
            let mut rolls = Vec::new();
            for step in order.chars() {
                match step {
                    'A' => heard_a = b.answer("11"),
                    'B' => heard_b = a.answer("12"),
                    'a' => rolls.extend(a.decides(heard_a.as_deref()).then_some("a")),
                    _ => rolls.extend(b.decides(heard_b.as_deref()).then_some("b")),
                }
            }
            assert!(rolls.len() <= 1, "{order}: {rolls:?}");
            // The one who did not roll asks again until the other is through.
        }
    }

    #[test]
    fn who_never_heard_of_the_other_still_yields_to_a_lower_ticket() {
        // B asked before A listened, and A asks before B decides.
        let (a, b) = (contender("11"), contender("12"));
        let heard = b.answer(&a.ticket);
        assert!(!b.decides(None));
        assert!(a.decides(heard.as_deref()));
        assert_eq!(a.answer(&b.ticket).as_deref(), Some(ROLLS));
        assert!(!b.decides(Some(ROLLS)));
    }

    #[test]
    fn one_who_rolls_is_not_asked_to_yield() {
        let (a, b) = (contender("11"), contender("12"));
        assert!(b.decides(None));
        assert_eq!(b.answer(&a.ticket).as_deref(), Some(ROLLS));
        assert!(!a.decides(Some(ROLLS)));
    }

    #[tokio::test]
    async fn an_agent_makes_nobody_yield_and_goes_on_between_two_targets() {
        let a = contender("11");
        assert_eq!(a.answer(AGENT), None);
        assert!(a.decides(None));
        assert_eq!(a.answer(AGENT).as_deref(), Some("30"));
        let contender = Arc::new(a);
        let roll = TaskRoll(Some(Rolling {
            answering: tokio::spawn(async {}).abort_handle(),
            contender: Arc::clone(&contender),
        }));
        let at_work = roll.target();
        assert_eq!(contender.answer(AGENT).as_deref(), Some(ROLLS));
        assert_eq!(contender.answer("12").as_deref(), Some(ROLLS));
        drop(at_work);
        assert_eq!(contender.answer(AGENT).as_deref(), Some("31"));
    }
}
