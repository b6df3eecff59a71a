//! Messages with numbers, fifty a second, and when each was answered from where.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// The subjects of the application. Each NATS server says on the second one from which side
/// an answer comes: a mapping of its configuration adds that side's name.
pub(crate) const SOURCE: &str = "bench.in";
pub(crate) const DESTINATION: &str = "bench.out";

/// Fifty messages a second.
const EVERY: Duration = Duration::from_millis(20);
/// Who asks waits so long for a reply before it asks again, twice as long each time, and
/// gives up after so long.
const ASK: Duration = Duration::from_millis(250);
const GIVE_UP: Duration = Duration::from_secs(15);

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Publishes at the edge, and hears answers there.
    Edge,
    /// The same in the cloud.
    Cloud,
    /// Asks at the edge for a reply, again until there is one.
    Asking,
}

impl Sender {
    pub(crate) const ALL: [Self; 3] = [Self::Edge, Self::Cloud, Self::Asking];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Cloud => "cloud",
            Self::Asking => "asking",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Edge,
    Cloud,
}

/// A message, all times since the beginning of the traffic.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) sent: Duration,
    /// When an answer came first, and from where. A reply does not say from where.
    pub(crate) answered: Option<(Duration, Option<Place>)>,
    /// How often it was handled, as far as the sender hears of it.
    pub(crate) handled: usize,
}

#[derive(Default)]
struct Told {
    messages: [Vec<Message>; 3],
    /// When the edge heard of an answer to the cloud's sender: what crosses the link.
    crossed: Vec<Duration>,
    /// The version in the latest answer to the edge's sender.
    version: String,
}

pub(crate) struct Traffic {
    begun: Instant,
    told: Arc<Mutex<Told>>,
    _tasks: JoinSet<()>,
}

impl Traffic {
    pub(crate) async fn start(leaf: &str, hub: &str, impatient: bool) -> Self {
        let begun = Instant::now();
        let told = Arc::new(Mutex::new(Told::default()));
        let mut tasks = JoinSet::new();
        let edge = async_nats::connect(leaf).await.unwrap();
        let cloud = async_nats::connect(hub).await.unwrap();
        for (client, here) in [(&edge, Sender::Edge), (&cloud, Sender::Cloud)] {
            let mut answers = client.subscribe(format!("{DESTINATION}.*")).await.unwrap();
            client.flush().await.unwrap();
            let heard = Arc::clone(&told);
            tasks.spawn(async move {
                while let Some(answer) = answers.next().await {
                    hear(&heard, begun.elapsed(), here, &answer);
                }
            });
            let (client, told) = (client.clone(), Arc::clone(&told));
            tasks.spawn(async move {
                let mut clock = ticks();
                loop {
                    clock.tick().await;
                    let text = note(&told, begun.elapsed(), here);
                    client.publish(SOURCE, text.into()).await.unwrap();
                    // Each goes out at once.
                    let _ = client.flush().await;
                }
            });
        }
        let asking = Arc::clone(&told);
        tasks.spawn(async move {
            let (mut clock, mut open) = (ticks(), JoinSet::new());
            loop {
                clock.tick().await;
                let text = note(&asking, begun.elapsed(), Sender::Asking);
                open.spawn(ask(edge.clone(), text, begun, Arc::clone(&asking), impatient));
                while open.try_join_next().is_some() {}
            }
        });
        Self {
            begun,
            told,
            _tasks: tasks,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// All messages of a sender so far.
    pub(crate) fn messages(&self, sender: Sender) -> Vec<Message> {
        self.told.lock().unwrap().messages[sender as usize].clone()
    }

    /// The first message of the edge's sender that was sent after `since` and answered
    /// from the edge: when that was.
    pub(crate) fn edge_since(&self, since: Duration) -> Option<Duration> {
        let told = self.told.lock().unwrap();
        let after = told.messages[Sender::Edge as usize]
            .iter()
            .filter(|message| message.sent >= since);
        let from_edge = after.filter_map(|message| message.answered);
        from_edge
            .filter(|(_, place)| *place == Some(Place::Edge))
            .map(|(at, _)| at)
            .min()
    }

    /// Whether the edge has answered all that its sender sent within the last two seconds,
    /// but for what is on its way.
    pub(crate) fn edge_answers_all(&self) -> bool {
        let now = self.now();
        let told = self.told.lock().unwrap();
        let messages = told.messages[Sender::Edge as usize].iter().rev();
        let late = messages.skip_while(|message| now.saturating_sub(message.sent) < Duration::from_millis(200));
        let mut late = late
            .take_while(|message| now.saturating_sub(message.sent) < Duration::from_secs(2))
            .peekable();
        late.peek().is_some()
            && late.all(|message| message.answered.is_some_and(|(_, place)| place == Some(Place::Edge)))
    }

    /// When something crossed the link first after `since`.
    pub(crate) fn crossed_since(&self, since: Duration) -> Option<Duration> {
        let told = self.told.lock().unwrap();
        told.crossed.iter().copied().find(|at| *at >= since)
    }

    /// The version that answered the edge's sender last.
    pub(crate) fn version(&self) -> String {
        self.told.lock().unwrap().version.clone()
    }
}

fn ticks() -> tokio::time::Interval {
    let mut clock = interval(EVERY);
    // A late one does not make it fewer.
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    clock
}

/// Notes that a message is sent; its text.
fn note(told: &Mutex<Told>, sent: Duration, sender: Sender) -> String {
    let messages = &mut told.lock().unwrap().messages[sender as usize];
    messages.push(Message {
        sent,
        answered: None,
        handled: 0,
    });
    format!("{} {}", sender.name(), messages.len() - 1)
}

/// Notes an answer, `<sender> <number> <version>`, that was heard where `here` is.
fn hear(told: &Mutex<Told>, at: Duration, here: Sender, answer: &async_nats::Message) {
    let place = match answer.subject.rsplit_once('.').unwrap().1 {
        "edge" => Place::Edge,
        _ => Place::Cloud,
    };
    let text = String::from_utf8_lossy(&answer.payload).into_owned();
    let words: Vec<&str> = text.split(' ').collect();
    let sender = Sender::ALL
        .into_iter()
        .find(|sender| sender.name() == words[0])
        .unwrap();
    let told = &mut *told.lock().unwrap();
    match (sender, here) {
        (Sender::Cloud, Sender::Edge) => told.crossed.push(at),
        (Sender::Edge | Sender::Asking, Sender::Cloud) => {}
        _ => {
            let message = &mut told.messages[sender as usize][words[1].parse::<usize>().unwrap()];
            message.handled += 1;
            if sender != Sender::Asking {
                message.answered.get_or_insert((at, Some(place)));
                if sender == Sender::Edge {
                    told.version = words[2..].join(" ");
                }
            }
        }
    }
}

/// Asks until there is a reply.
async fn ask(client: async_nats::Client, text: String, begun: Instant, told: Arc<Mutex<Told>>, impatient: bool) {
    let number: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    let asked = begun.elapsed();
    let mut patience = ASK;
    while begun.elapsed() - asked < GIVE_UP {
        let request = client.request(SOURCE, text.clone().into());
        match timeout(patience, request).await {
            Ok(Ok(_)) => {
                let message = &mut told.lock().unwrap().messages[Sender::Asking as usize][number];
                message.answered = Some((begun.elapsed(), None));
                return;
            }
            // Nobody listens, said at once.
            Ok(Err(_)) => sleep(Duration::from_millis(50)).await,
            Err(_) if impatient => {}
            Err(_) => patience *= 2,
        }
    }
}
