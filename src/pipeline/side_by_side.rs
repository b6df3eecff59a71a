//! The same work for each of some values, on several threads.

use std::num::NonZero;
use std::thread;

/// Fewer than that are done where they are: a thread has its price.
const FEW: usize = 4;
/// For more than that it is worth asking how many threads the machine carries; it
/// takes longer than to start one.
const MANY: usize = 32;

/// What `work` makes of each, in their order. It blocks.
pub(super) fn side_by_side<T: Sync, R: Send>(values: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = match values.len() {
        0..FEW => 1,
        FEW..MANY => 2,
        _ => thread::available_parallelism().map_or(1, NonZero::get),
    };
    let all = |values: &[T]| -> Vec<R> { values.iter().map(&work).collect() };
    let mut shares = values.chunks(values.len().div_ceil(threads).max(1));
    let Some(first) = shares.next() else {
        return Vec::new();
    };
    thread::scope(|scope| {
        let all = &all;
        let others: Vec<_> = shares.map(|share| scope.spawn(move || all(share))).collect();
        let mut done = all(first);
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_worked_on_once_and_stay_in_their_order() {
        for count in [0, 1, 3, 4, 5, 31, 32, 33, 1_000] {
            let values: Vec<usize> = (0..count).collect();
            let done = side_by_side(&values, |value| value * 2);
            assert_eq!(done, values.iter().map(|value| value * 2).collect::<Vec<_>>());
        }
    }
}
