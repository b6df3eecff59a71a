//! How many tasks are compiled at once.

use std::fmt;
use std::str::FromStr;

/// How many tasks are compiled at once, `PARALLEL_BUILD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallel {
    /// One after the other (`False`).
    One,
    /// As many as the machine carries (`True`, the default).
    #[default]
    Machine,
    /// At most so many (a number), never more than the machine carries.
    At(usize),
}

/// What a machine, or a Docker engine's machine, can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    /// How many cores.
    pub(super) cores: usize,
    /// Bytes of memory; 0 where that is not known.
    pub(super) memory: u64,
}

impl Parallel {
    /// How many tasks at once, at least one, when each may take `memory` bytes.
    pub(super) fn on(self, machine: Machine, memory: u64) -> usize {
        let room = match machine.memory {
            0 => machine.cores,
            bytes => usize::try_from(bytes / memory.max(1)).unwrap_or(usize::MAX),
        };
        let carries = machine.cores.min(room).max(1);
        match self {
            Self::One => 1,
            Self::Machine => carries,
            Self::At(wanted) => wanted.clamp(1, carries),
        }
    }
}

impl FromStr for Parallel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "true" => Ok(Self::Machine),
            "false" => Ok(Self::One),
            other => match other.parse() {
                Ok(0) | Err(_) => Err(format!(
                    "`{other}` does not say how many tasks to build at once: `True`, `False` or a number from 1"
                )),
                Ok(number) => Ok(Self::At(number)),
            },
        }
    }
}

impl fmt::Display for Parallel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("False"),
            Self::Machine => f.write_str("True"),
            Self::At(number) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_originals_words_are_read() {
        assert_eq!("True".parse(), Ok(Parallel::Machine));
        assert_eq!("False".parse(), Ok(Parallel::One));
        assert_eq!("true".parse(), Ok(Parallel::Machine));
        assert_eq!("4".parse(), Ok(Parallel::At(4)));
        insta::assert_snapshot!(
            "0".parse::<Parallel>().unwrap_err(),
            @"`0` does not say how many tasks to build at once: `True`, `False` or a number from 1"
        );
        assert!("-1".parse::<Parallel>().is_err());
    }

    #[test]
    fn the_machine_bounds_what_is_asked_for() {
        let machine = Machine {
            cores: 8,
            memory: 16 * GIB,
        };
        assert_eq!(Parallel::One.on(machine, GIB), 1);
        assert_eq!(Parallel::Machine.on(machine, GIB), 8);
        assert_eq!(Parallel::At(3).on(machine, GIB), 3);
        assert_eq!(Parallel::At(100).on(machine, GIB), 8);
    }

    #[test]
    fn memory_bounds_as_cores_do() {
        let machine = Machine {
            cores: 8,
            memory: 5 * GIB,
        };
        assert_eq!(Parallel::Machine.on(machine, 2 * GIB), 2);
        let small = Machine { cores: 4, memory: GIB };
        assert_eq!(Parallel::Machine.on(small, 2 * GIB), 1);
        let unknown = Machine { cores: 4, memory: 0 };
        assert_eq!(Parallel::Machine.on(unknown, 2 * GIB), 4);
    }
}
