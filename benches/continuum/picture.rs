//! The pictures: one run as it went, and the longest gap of every event of every run.

use std::fmt::Write as _;

use super::rows::{BIN, Row, Run};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 70.0;
const EDGE: &str = "#2a78b5";
const CLOUD: &str = "#9cc7e6";
const LATE: &str = "#e08a1e";
const LOST: &str = "#c62f2f";

/// What was sent in each half second of a run, by who answered it.
pub(crate) fn run(run: &Run) -> String {
    let (height, base) = (300.0, 220.0);
    let most = run
        .bars
        .iter()
        .map(|bar| bar.edge + bar.cloud + bar.late + bar.lost)
        .max()
        .unwrap_or(1)
        .max(1);
    let seconds = run.bars.len() as f64 * BIN.as_secs_f64();
    let x = |second: f64| LEFT + (WIDTH - LEFT - 10.0) * second / seconds;
    let mut svg = open(height, "Messages of a sender at the edge, by who answered them");
    let wide = x(BIN.as_secs_f64()) - x(0.0) + 0.1;
    for (at, bar) in run.bars.iter().enumerate() {
        let mut top = base;
        for (count, color) in [(bar.edge, EDGE), (bar.cloud, CLOUD), (bar.late, LATE), (bar.lost, LOST)] {
            let high = 150.0 * count as f64 / most as f64;
            top -= high;
            if count > 0 {
                let left = x(at as f64 * BIN.as_secs_f64());
                let _ = writeln!(
                    svg,
                    "<rect x='{left:.1}' y='{top:.1}' width='{wide:.2}' height='{high:.1}' fill='{color}'/>"
                );
            }
        }
    }
    for (at, (second, event)) in run.events.iter().enumerate() {
        let (left, high) = (x(*second), 36.0 + 12.0 * (at % 2) as f64);
        let _ = writeln!(
            svg,
            "<line x1='{left:.1}' y1='{high}' x2='{left:.1}' y2='{base}' stroke='#888' stroke-dasharray='2 3'/>"
        );
        text(&mut svg, left + 2.0, high, 10, event);
    }
    for second in (0..seconds as usize).step_by(10) {
        text(&mut svg, x(second as f64), base + 14.0, 10, &format!("{second} s"));
    }
    for (at, (words, color)) in [
        ("answered by the edge", EDGE),
        ("answered by the cloud", CLOUD),
        ("answered after more than 1 s", LATE),
        ("lost", LOST),
    ]
    .iter()
    .enumerate()
    {
        let left = LEFT + 210.0 * at as f64;
        let _ = writeln!(
            svg,
            "<rect x='{left}' y='{}' width='12' height='12' fill='{color}'/>",
            base + 34.0
        );
        text(&mut svg, left + 18.0, base + 44.0, 12, words);
    }
    text(&mut svg, 4.0, base - 150.0 + 4.0, 10, "50 a second");
    svg + "</svg>\n"
}

/// A dot for the longest gap of each event in each run, on a scale of tens.
pub(crate) fn gaps(rows: &[&Row], events: &[&str]) -> String {
    let line = 26.0;
    let height = 60.0 + line * events.len() as f64;
    let (least, most) = (10.0_f64, 100_000.0_f64);
    let left = 130.0;
    let x = |ms: f64| {
        left + (WIDTH - left - 20.0) * (ms.max(least).log10() - least.log10()) / (most.log10() - least.log10())
    };
    let mut svg = open(height, "The longest time without an answer, by event");
    for (ms, words) in [
        (10.0, "10 ms"),
        (100.0, "100 ms"),
        (1000.0, "1 s"),
        (10_000.0, "10 s"),
        (100_000.0, "100 s"),
    ] {
        let color = if ms == 1000.0 { LOST } else { "#ddd" };
        let _ = writeln!(
            svg,
            "<line x1='{0:.1}' y1='24' x2='{0:.1}' y2='{1}' stroke='{color}'/>",
            x(ms),
            height - 30.0
        );
        text(&mut svg, x(ms) - 12.0, height - 14.0, 11, words);
    }
    for (at, event) in events.iter().enumerate() {
        let y = 40.0 + line * at as f64;
        text(&mut svg, 4.0, y + 4.0, 12, event);
        for row in rows.iter().filter(|row| row.event == *event) {
            let color = if row.timings == "shipped" { EDGE } else { LATE };
            let up = if row.timings == "shipped" { -4.0 } else { 4.0 };
            let _ = writeln!(
                svg,
                "<circle cx='{:.1}' cy='{}' r='4' fill='{color}' fill-opacity='0.6'/>",
                x(row.gap_ms as f64),
                y + up
            );
        }
    }
    for (words, color, at) in [("shipped timings", EDGE, left), ("stock timings", LATE, left + 150.0)] {
        let _ = writeln!(svg, "<circle cx='{at}' cy='12' r='5' fill='{color}'/>");
        text(&mut svg, at + 10.0, 16.0, 12, words);
    }
    svg + "</svg>\n"
}

fn open(height: f64, title: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' font-family='sans-serif'>\n\
         <title>{title}</title>\n<rect width='{WIDTH}' height='{height}' fill='white'/>\n"
    )
}

fn text(svg: &mut String, x: f64, y: f64, size: usize, words: &str) {
    let _ = writeln!(svg, "<text x='{x:.1}' y='{y:.1}' font-size='{size}'>{words}</text>");
}
