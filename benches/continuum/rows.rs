//! What came of each event, and the files of figures.

use std::fmt::Write as _;
use std::time::Duration;

use super::traffic::{Message, Place, Sender, Traffic};

/// What was sent so shortly before an event is on its way when it comes, and counts for it.
const ON_ITS_WAY: Duration = Duration::from_millis(50);
/// The width of a bar of the picture.
pub(crate) const BIN: Duration = Duration::from_millis(500);
/// An answer that took longer was late.
const LATE: Duration = Duration::from_secs(1);

/// An event of a run, from its beginning to that of the next one.
pub(crate) struct Row {
    pub(crate) timings: &'static str,
    pub(crate) run: usize,
    pub(crate) event: &'static str,
    pub(crate) sender: &'static str,
    pub(crate) sent: usize,
    pub(crate) lost: usize,
    pub(crate) twice: usize,
    pub(crate) gap_ms: u128,
    pub(crate) slowest_ms: u128,
    /// Until the place that was away takes part again.
    pub(crate) back_ms: Option<u128>,
}

/// A moment of one run: how many of what was sent then was answered from where.
#[derive(Clone, Default)]
pub(crate) struct Bar {
    pub(crate) edge: usize,
    pub(crate) cloud: usize,
    pub(crate) late: usize,
    pub(crate) lost: usize,
}

/// The first run of each of the timings, as a picture shows it.
pub(crate) struct Run {
    pub(crate) timings: &'static str,
    pub(crate) bars: Vec<Bar>,
    /// In seconds since the first bar.
    pub(crate) events: Vec<(f64, &'static str)>,
}

#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) first: Vec<Run>,
}

/// What happened from `begun` to `ended`.
pub(crate) struct Span {
    pub(crate) event: &'static str,
    pub(crate) begun: Duration,
    pub(crate) ended: Duration,
    pub(crate) back: Option<Duration>,
}

impl Rows {
    /// Adds the spans of a run, all of whose answers have come.
    pub(crate) fn add(&mut self, timings: &'static str, run: usize, traffic: &Traffic, spans: &[Span]) {
        for sender in Sender::ALL {
            let messages = traffic.messages(sender);
            for span in spans {
                let row = row(timings, run, sender, &messages, span);
                println!(
                    "{timings} {run} {:<18} {:<6} sent {:>5} lost {:>4} twice {:>3} gap {:>6} ms slowest {:>6} ms back {:?}",
                    row.event, row.sender, row.sent, row.lost, row.twice, row.gap_ms, row.slowest_ms, row.back_ms
                );
                self.rows.push(row);
            }
        }
        if run == 1 {
            let start = spans[0].begun.saturating_sub(Duration::from_secs(3));
            let end = spans[spans.len() - 1].ended;
            self.first.push(Run {
                timings,
                bars: bars(&traffic.messages(Sender::Edge), start, end),
                events: spans
                    .iter()
                    .map(|span| ((span.begun - start).as_secs_f64(), span.event))
                    .collect(),
            });
        }
    }

    pub(crate) fn csv(&self) -> String {
        let mut text =
            "timings,run,event,sender,sent,lost,handled_twice,longest_gap_ms,slowest_answer_ms,back_ms\n".to_owned();
        for row in &self.rows {
            let back = row.back_ms.map_or_else(String::new, |back| back.to_string());
            let _ = writeln!(
                text,
                "{},{},\"{}\",{},{},{},{},{},{},{back}",
                row.timings, row.run, row.event, row.sender, row.sent, row.lost, row.twice, row.gap_ms, row.slowest_ms
            );
        }
        text
    }

    /// The bars of the pictures.
    pub(crate) fn bars_csv(&self) -> String {
        let mut text = "timings,second,answered_by_edge,answered_by_cloud,answered_late,lost\n".to_owned();
        for run in &self.first {
            for (at, bar) in run.bars.iter().enumerate() {
                let second = BIN.as_secs_f64() * at as f64;
                let _ = writeln!(
                    text,
                    "{},{second:.1},{},{},{},{}",
                    run.timings, bar.edge, bar.cloud, bar.late, bar.lost
                );
            }
        }
        text
    }
}

fn row(timings: &'static str, run: usize, sender: Sender, messages: &[Message], span: &Span) -> Row {
    let within = |at: Duration| at + ON_ITS_WAY >= span.begun && at + ON_ITS_WAY < span.ended;
    let sent: Vec<&Message> = messages.iter().filter(|message| within(message.sent)).collect();
    let mut answers: Vec<Duration> = messages
        .iter()
        .filter_map(|message| Some(message.answered?.0))
        .collect();
    answers.sort();
    // What of a gap lies within.
    let gaps = answers
        .windows(2)
        .map(|pair| pair[1].min(span.ended).saturating_sub(pair[0].max(span.begun)));
    let gap = gaps.max().unwrap_or_default();
    let slowest = sent
        .iter()
        .filter_map(|message| Some(message.answered?.0.saturating_sub(message.sent)));
    Row {
        timings,
        run,
        event: span.event,
        sender: sender.name(),
        sent: sent.len(),
        lost: sent.iter().filter(|message| message.answered.is_none()).count(),
        twice: sent.iter().filter(|message| message.handled > 1).count(),
        gap_ms: gap.as_millis(),
        slowest_ms: slowest.max().unwrap_or_default().as_millis(),
        back_ms: span.back.map(|back| back.as_millis()),
    }
}

fn bars(messages: &[Message], start: Duration, end: Duration) -> Vec<Bar> {
    let at = |time: Duration| (time.saturating_sub(start).as_millis() / BIN.as_millis()) as usize;
    let mut bars = vec![Bar::default(); at(end) + 1];
    for message in messages
        .iter()
        .filter(|message| message.sent >= start && message.sent < end)
    {
        let bar = &mut bars[at(message.sent)];
        match message.answered {
            Some((at, _)) if at > message.sent + LATE => bar.late += 1,
            Some((_, Some(Place::Edge))) => bar.edge += 1,
            Some(_) => bar.cloud += 1,
            None => bar.lost += 1,
        }
    }
    bars
}
