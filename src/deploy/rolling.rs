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

/// After our own question came back, the answers to it are not far.
const QUIET: Duration = Duration::from_millis(50);
/// A server that does not let us talk there says so beside the question, and the
/// question does not come back.
const MUTE: Duration = Duration::from_secs(1);
/// Between two questions of one who waits.
const PAUSE: Duration = Duration::from_millis(250);

/// The right to roll a task. It ends when it is dropped.
pub(super) struct Rolling(AbortHandle);

impl Drop for Rolling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Default)]
struct State {
    rolls: bool,
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
    fn answer(&self, ticket: &str) -> String {
        let mut state = self.state();
        if state.rolls {
            return ROLLS.to_owned();
        }
        state.yields |= ticket < self.ticket.as_str();
        self.ticket.clone()
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
    pub(super) async fn rolling(
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
        let rolling = Rolling(answering.abort_handle());
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

    /// Whether somebody rolls a task, or is about to.
    pub(super) async fn is_rolled(&self, task: &str) -> Result<bool, DeployError> {
        // A ticket that makes nobody yield.
        let asked = self.connection.client.request(self.roll_subject(task), "2".into());
        Ok(matches!(timeout(MUTE, asked).await, Ok(Ok(_))))
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
        let said = contender.answer(&String::from_utf8_lossy(&question.payload));
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
                    'A' => heard_a = Some(b.answer("11")),
                    'B' => heard_b = Some(a.answer("12")),
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
        assert!(a.decides(Some(&heard)));
        assert_eq!(a.answer(&b.ticket), ROLLS);
        assert!(!b.decides(Some(ROLLS)));
    }

    #[test]
    fn one_who_rolls_is_not_asked_to_yield() {
        let (a, b) = (contender("11"), contender("12"));
        assert!(b.decides(None));
        assert_eq!(b.answer(&a.ticket), ROLLS);
        assert!(!a.decides(Some(ROLLS)));
    }

    #[test]
    fn who_only_asks_makes_nobody_yield() {
        let a = contender("11");
        a.answer("2");
        assert!(a.decides(None));
    }
}
