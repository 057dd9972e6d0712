//! The places in a process's life where something is done to it: its birth, and before and after its calls.

use super::super::prelude::*;

/// A program in another language may make hundreds of calls: at most 40 of each process are tried.
const MOST_CALLS: usize = 40;

/// Calls that change nothing for anybody else, and learn nothing of anybody else: before and after one of them is the
/// same moment.
const OWN_AFFAIRS: [&str; 20] = [
    "arch_prctl",
    "brk",
    "fstat",
    "getgid",
    "getpid",
    "getrandom",
    "getuid",
    "lseek",
    "madvise",
    "mmap",
    "mprotect",
    "munmap",
    "newfstatat",
    "prlimit64",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "set_robust_list",
    "set_tid_address",
    "sigaltstack",
];

/// One process's places: its birth and before its calls, of who calls shmget those from there on.
pub fn places(who: Who, ran: &Ran) -> Vec<At> {
    let (calls, is_born_later) = calls(who, ran);
    let calls = if may(May::MakeOtherCalls) { distinct(who, ran, &calls) } else { calls };
    let birth = is_born_later.then_some(At::Birth);
    birth.into_iter().chain(calls.into_iter().take(MOST_CALLS)).collect()
}

/// Its calls, of who calls shmget those from there on; and whether that is none of them.
fn calls(who: Who, ran: &Ran) -> (Vec<At>, bool) {
    let calls = ran.places(who);
    let start = calls.iter().position(|&at| at == At::Call("shmget", 1));
    (calls.into_iter().skip(start.unwrap_or(0)).collect(), start.is_none())
}

/// The same, and after its calls, also where it was the same moment before the call as before another one: behind it,
/// what it has passed on is with the others.
pub fn places_on_both_sides(who: Who, ran: &Ran) -> Vec<At> {
    let after = calls(who, ran).0.into_iter().filter_map(|at| match at {
        At::Call(call, _) if call.contains("exit") || is_own_affair(call) => None,
        At::Call(call, number) => Some(At::After(call, number)),
        _ => None,
    });
    places(who, ran).into_iter().chain(after.take(MOST_CALLS)).collect()
}

/// Of a student's program: ours is tried before and after each call, whatever it is.
fn is_own_affair(call: &str) -> bool {
    may(May::MakeOtherCalls) && OWN_AFFAIRS.contains(&call)
}

/// Of several places between which a process does nothing that others could see, the first.
fn distinct(who: Who, ran: &Ran, calls: &[At]) -> Vec<At> {
    let mut distinct = Vec::new();
    let mut has_acted = true;
    for event in ran.log.events().iter().filter(|event| event.who == who) {
        match &event.what {
            What::Calls(called) => {
                let place = At::Call(called.name, called.number);
                if has_acted && calls.contains(&place) {
                    distinct.push(place);
                    has_acted = false;
                }
                has_acted |= !is_own_affair(called.name);
            }
            What::Stores { .. } | What::Segment { .. } => has_acted = true,
            _ => {}
        }
    }
    distinct
}
