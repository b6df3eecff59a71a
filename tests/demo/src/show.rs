//! What the person at the terminal sees.

use std::time::{Duration, Instant};

/// Prints the steps and keeps how long each took.
pub(crate) struct Show {
    begun: Instant,
    steps: Vec<(String, Instant)>,
}

impl Default for Show {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            steps: Vec::new(),
        }
    }
}

impl Show {
    /// A step begins, and with it the one before has ended.
    pub(crate) fn step(&mut self, title: &str) {
        self.steps.push((title.to_owned(), Instant::now()));
        println!("\n{}. {title}", self.steps.len());
    }

    /// A thing and what it is.
    pub(crate) fn fact(&self, name: &str, value: impl std::fmt::Display) {
        println!("     {name:<9} {value}");
    }

    /// What a program printed.
    pub(crate) fn quote(&self, text: &str) {
        for line in text.lines() {
            println!("     | {line}");
        }
    }

    /// How long each step took. The last one ends now.
    pub(crate) fn times(&self) {
        println!("\nHow long it took");
        let ends = self.steps.iter().skip(1).map(|(_, begun)| *begun);
        for ((title, begun), end) in self.steps.iter().zip(ends.chain([Instant::now()])) {
            println!("  {}  {title}", seconds(end - *begun));
        }
        println!("  {}  in all", seconds(self.begun.elapsed()));
    }
}

/// `  1.25 s`
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:>6.2} s", time.as_secs_f64())
}
