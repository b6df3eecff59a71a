//! benches/continuum.md, and the figures and pictures beside it.

use std::fmt::Write as _;
use std::path::Path;

use super::events::EVENTS;
use super::picture;
use super::rows::{Row, Rows};

const HEAD: &str = include_str!("head.md");
const TAIL: &str = include_str!("tail.md");

pub(crate) fn write(rows: &Rows, providers: &str) {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let save = |file: &str, text: &str| std::fs::write(at.join(file), text).unwrap();
    save("continuum.csv", &rows.csv());
    save("continuum-bars.csv", &rows.bars_csv());
    for run in &rows.first {
        save(&format!("continuum-{}.svg", run.timings), &picture::run(run));
    }
    let of_edge: Vec<&Row> = rows.rows.iter().filter(|row| row.sender == "edge").collect();
    let seen = |event: &&str| of_edge.iter().any(|row| row.event == *event);
    let events: Vec<&str> = EVENTS.into_iter().filter(seen).collect();
    save("continuum-gaps.svg", &picture::gaps(&of_edge, &events));
    let mut page = HEAD.replace("{when}", &when()).replace("{providers}", providers);
    page.push_str(&reached(rows));
    for (timings, title) in [
        (
            "shipped",
            "Shipped timings: heartbeat 1 s, a silent host is given up after 30 s, a call may take 10 s",
        ),
        ("stock", "Stock timings: 30 s, 70 s, 10 minutes"),
    ] {
        if rows.rows.iter().any(|row| row.timings == timings) {
            let _ = write!(page, "\n## {title}\n\n![A run](continuum-{timings}.svg)\n");
            for (sender, title) in [
                ("edge", "A sender at the edge, through the leaf"),
                ("cloud", "A sender in the cloud, at the same time"),
                ("asking", "One at the edge that asks for a reply, and asks again"),
            ] {
                let _ = write!(page, "\n{title}:\n\n{}", table(rows, timings, sender));
            }
        }
    }
    page.push_str(&TAIL.replace("{asked}", &asked(rows)));
    save("continuum.md", &page);
}

/// What was to be reached, and whether it was, in all runs on the shipped timings.
fn reached(rows: &Rows) -> String {
    let all = |event: &str, senders: &[&str]| -> Vec<&Row> {
        let of = |row: &&Row| row.timings == "shipped" && row.event == event && senders.contains(&row.sender);
        rows.rows.iter().filter(of).collect()
    };
    let lost = |rows: &[&Row]| rows.iter().map(|row| row.lost).max().unwrap_or(0);
    let mut text =
        "| to reach, in each run on the shipped timings | the worst run | |\n| --- | --- | --- |\n".to_owned();
    let killed = all("killed", &["edge"]);
    let gap = killed.iter().map(|row| row.gap_ms).max().unwrap_or(0);
    let mut line = |what: &str, seen: usize, worst: String, met: bool| {
        // What was not measured was not reached either.
        let (worst, met) = if seen == 0 {
            ("not measured".to_owned(), false)
        } else {
            (worst, met)
        };
        let _ = writeln!(
            text,
            "| {what} | {worst} | {} |",
            if met { "met" } else { "**not met**" }
        );
    };
    line(
        "killed: longest gap under 1 s",
        killed.len(),
        format!("{gap} ms"),
        gap < 1000,
    );
    line(
        "killed: at most 1 message lost",
        killed.len(),
        format!("{} lost", lost(&killed)),
        lost(&killed) <= 1,
    );
    for (event, what, senders) in [
        ("drained", "drained on purpose (SIGTERM): none lost", &["edge"][..]),
        ("rolled", "a roll: none lost", &["edge", "cloud"]),
        ("cut", "cut link: none lost on either side", &["edge", "cloud"]),
        ("healed", "healed link: none lost on either side", &["edge", "cloud"]),
    ] {
        let seen = all(event, senders);
        let most = lost(&seen);
        line(what, seen.len(), format!("{most} lost"), most == 0);
    }
    text
}

/// How who asks fares, beside who only publishes.
fn asked(rows: &Rows) -> String {
    let of = |sender: &'static str| rows.rows.iter().filter(move |row| row.sender == sender);
    let sent = |sender| of(sender).map(|row| row.sent).sum::<usize>();
    let lost = |sender| of(sender).map(|row| row.lost).sum::<usize>();
    let slowest = of("asking").map(|row| row.slowest_ms).max().unwrap_or(0);
    format!(
        "of its {} messages {} had no answer within 15 s, the slowest answer came after {slowest} ms; \
         of the {} of the one that only publishes {} were lost",
        sent("asking"),
        lost("asking"),
        sent("edge"),
        lost("edge"),
    )
}

fn table(rows: &Rows, timings: &str, sender: &str) -> String {
    let mut text = "| event | runs | sent | lost, per run | handled twice | longest gap, ms | slowest answer, ms | takes part again, ms |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for event in EVENTS {
        let of = |row: &&Row| row.timings == timings && row.event == event && row.sender == sender;
        let all: Vec<&Row> = rows.rows.iter().filter(of).collect();
        if all.is_empty() {
            continue;
        }
        let cell = |of: &dyn Fn(&Row) -> u128| spread(all.iter().map(|row| of(row)).collect());
        let back: Vec<u128> = all.iter().filter_map(|row| row.back_ms).collect();
        let away = all.len() - back.len();
        let back = match (back.is_empty(), away) {
            (true, _) => "—".to_owned(),
            (false, 0) => spread(back),
            (false, away) => format!("{}; in {away} not at all", spread(back)),
        };
        let _ = writeln!(
            text,
            "| {event} | {} | {} | {} | {} | {} | {} | {back} |",
            all.len(),
            all.iter().map(|row| row.sent).sum::<usize>(),
            cell(&|row| row.lost as u128),
            cell(&|row| row.twice as u128),
            cell(&|row| row.gap_ms),
            cell(&|row| row.slowest_ms),
        );
    }
    text
}

/// The median, and in brackets the least and the most.
fn spread(mut values: Vec<u128>) -> String {
    values.sort_unstable();
    let (least, most) = (values[0], values[values.len() - 1]);
    match least == most {
        true => least.to_string(),
        false => format!("{} ({least}–{most})", values[values.len() / 2]),
    }
}

/// The day and the machine.
fn when() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let ran = std::process::Command::new(program).args(arguments).output().unwrap();
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    };
    let cores = std::thread::available_parallelism().unwrap();
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let (day, kernel) = (said("date", &["+%Y-%m-%d"]), said("uname", &["-r"]));
    let kernel = kernel.split('-').next().unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let load = load.split(' ').nth(2).unwrap_or_default();
    format!(
        "{day}, {cores} × {}, Linux {kernel}; load over the last 15 minutes {load}, others' compilers at a lower priority counted",
        model.map_or("unknown", |(_, model)| model)
    )
}
