//! Calls that let time go by. Time is virtual: a sleep is not made, and a call that waits for a while is
//! interrupted when nobody else can go on.

use nix::time::ClockId;
use nix::unistd::Pid;

use crate::calls::Call;
use crate::memory;

/// Whether a call lets time go by and does nothing else.
pub fn is_sleep(call: &Call) -> bool {
    match call.name {
        "nanosleep" | "clock_nanosleep" => true,
        "poll" => call.words[2] == 0,
        "ppoll" => call.words[2] == 0 && call.words[4] == 0, // a mask may let a signal in
        "select" => call.int(1) == 0,
        "pselect6" => call.int(1) == 0 && call.words[6] == 0,
        _ => false,
    }
}

/// For a call that does not wait for ever: for how long, in milliseconds.
pub fn longest_wait(pid: Pid, call: &Call) -> Option<u64> {
    let count = |argument: usize| u64::try_from(call.int(argument)).ok(); // -1: for ever
    let time = |argument: usize| milliseconds(pid, call.words[argument], 1_000_000);
    let until = |argument: usize, clock| Some(time(argument)?.saturating_sub(now(clock)?));
    match call.name {
        "nanosleep" => time(1),
        "clock_nanosleep" if call.int(2) & libc::TIMER_ABSTIME != 0 => until(3, call.int(1)),
        "clock_nanosleep" | "ppoll" | "rt_sigtimedwait" => time(3),
        "poll" => count(3),
        "epoll_wait" | "epoll_pwait" => count(4),
        "select" => milliseconds(pid, call.words[5], 1000),
        "pselect6" => time(5),
        "semtimedop" => time(4),
        "futex" => match call.int(2) {
            how if how & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT => time(4),
            how if how & libc::FUTEX_CMD_MASK != libc::FUTEX_WAIT_BITSET => None,
            how if how & libc::FUTEX_CLOCK_REALTIME != 0 => until(4, libc::CLOCK_REALTIME),
            _ => until(4, libc::CLOCK_MONOTONIC),
        },
        _ => None,
    }
}

/// Whether a call waits for a signal, and for nothing else.
pub fn waits_for_a_signal(call: &Call) -> bool {
    matches!(call.name, "pause" | "rt_sigsuspend" | "rt_sigtimedwait")
}

/// The interval of an itimerval, and its time, in milliseconds. None: the kernel refuses it.
pub fn timer(pid: Pid, address: u64) -> Option<(u64, u64)> {
    if address == 0 {
        return Some((0, 0)); // as the kernel takes it
    }
    let timeval = |offset: u64| {
        let at = address.checked_add(offset)?;
        let parts = memory::read(pid, at.checked_add(8)?).map(i64::from_ne_bytes)?;
        milliseconds(pid, at, 1000).filter(|_| parts < 1_000_000)
    };
    Some((timeval(0)?, timeval(16)?))
}

/// An itimerval of an interval and a time, in milliseconds.
pub fn in_timevals((every, time): (u64, u64)) -> Vec<u8> {
    [every, time]
        .map(|time| [time / 1000, time % 1000 * 1000].map(u64::to_ne_bytes).concat())
        .concat()
}

/// As alarm(2) rounds them: what is left is never told as nothing.
pub fn in_seconds(milliseconds: u64) -> i64 {
    let seconds = (milliseconds + 500) / 1000;
    i64::try_from(seconds).unwrap_or(i64::MAX).max(i64::from(milliseconds > 0))
}

fn now(clock: i32) -> Option<u64> {
    let now = ClockId::from_raw(clock).now().ok()?;
    let seconds = now.tv_sec().unsigned_abs().saturating_mul(1000);
    Some(seconds.saturating_add(now.tv_nsec().unsigned_abs() / 1_000_000))
}

/// A `timespec` or `timeval`: seconds, and parts of one, of which so many are a millisecond.
fn milliseconds(pid: Pid, address: u64, parts: u64) -> Option<u64> {
    let number = |address| memory::read(pid, address).map(i64::from_ne_bytes);
    in_milliseconds(number(address)?, number(address.checked_add(8)?)?, parts)
}

/// A century, in seconds: times that are added up have room.
const LONGEST: u64 = 100 * 366 * 86_400;

/// None for a time that the kernel refuses.
fn in_milliseconds(seconds: i64, rest: i64, parts: u64) -> Option<u64> {
    let rest = u64::try_from(rest).ok().filter(|&rest| rest < 1_000_000_000)?;
    let seconds = u64::try_from(seconds).ok()?.min(LONGEST);
    Some(seconds * 1000 + rest.div_ceil(parts))
}

/// The argument, from 1, that says how long a call waits, and its value for ever. The engine says when the time is up,
/// because real time goes by for those that compute.
pub fn timeout(name: &str) -> Option<(usize, u64)> {
    match name {
        "poll" => Some((3, u64::MAX)),
        "epoll_wait" | "epoll_pwait" => Some((4, u64::MAX)),
        "ppoll" | "rt_sigtimedwait" => Some((3, 0)),
        "select" | "pselect6" => Some((5, 0)),
        "semtimedop" | "futex" => Some((4, 0)),
        _ => None,
    }
}

/// Writes what a call leaves in memory when its time is up: nothing is ready.
pub fn write_timed_out(pid: Pid, call: &Call) {
    if let "select" | "pselect6" = call.name {
        let words = usize::try_from(call.int(1)).unwrap_or(0).div_ceil(64).min(MOST_WORDS);
        for set in
            [2, 3, 4].map(|argument| call.words[argument]).into_iter().filter(|&set| set != 0)
        {
            let _ = memory::write(pid, set, &vec![0; words * 8]);
        }
    }
}

/// A set of descriptors is no larger: their limit is 256.
const MOST_WORDS: usize = 16;

/// Writes how much of a sleep is left that a signal ends, in milliseconds, if the program wants to know.
pub fn write_rest(pid: Pid, call: &Call, rest: u64) {
    let address = match call.name {
        "nanosleep" => call.words[2],
        "clock_nanosleep" if call.int(2) & libc::TIMER_ABSTIME == 0 => call.words[4],
        _ => 0,
    };
    if address != 0 {
        let time = [rest / 1000, rest % 1000 * 1_000_000].map(u64::to_ne_bytes).concat();
        let _ = memory::write(pid, address, &time);
    }
}

/// What a call gives when its time is up.
pub fn timed_out(name: &str) -> i64 {
    match name {
        "rt_sigtimedwait" | "semtimedop" => -i64::from(libc::EAGAIN),
        "futex" => -i64::from(libc::ETIMEDOUT),
        _ => 0,
    }
}

/// The kernel's own results, which no program sees: it will make the call again.
pub fn is_made_again(result: i64) -> bool {
    (-516..=-512).contains(&result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_rounded_up() {
        assert_eq!(in_milliseconds(2, 0, 1_000_000), Some(2000));
        assert_eq!(in_milliseconds(0, 1, 1_000_000), Some(1));
        assert_eq!(in_milliseconds(1, 999_999_999, 1_000_000), Some(2000));
        assert_eq!(in_milliseconds(1, 1_500, 1000), Some(1002));
        assert_eq!(in_milliseconds(i64::MAX, 0, 1000), Some(LONGEST * 1000));
    }

    #[test]
    fn times_that_the_kernel_refuses_are_none() {
        for (seconds, rest) in [(-1, 0), (0, -1), (0, 1_000_000_000)] {
            assert_eq!(in_milliseconds(seconds, rest, 1_000_000), None);
        }
    }

    #[test]
    fn a_call_that_waits_for_a_descriptor_is_no_sleep() {
        let call = |name, words: [u64; 6]| Call::named(name, &words);
        let sleeps = [
            call("nanosleep", [1, 0, 0, 0, 0, 0]),
            call("clock_nanosleep", [1, 0, 1, 0, 0, 0]),
            call("poll", [0, 0, 1000, 0, 0, 0]),
            call("ppoll", [0, 0, 1, 0, 0, 0]),
            call("select", [0xffff_0000_0000, 0, 0, 0, 1, 0]),
            call("pselect6", [0, 0, 0, 0, 1, 0]),
        ];
        assert!(sleeps.iter().all(is_sleep));
        let others = [
            call("poll", [1, 1, 1000, 0, 0, 0]),
            call("ppoll", [0, 0, 1, 1, 0, 0]), // another mask of signals
            call("select", [1, 1, 0, 0, 1, 0]),
            call("pselect6", [0, 0, 0, 0, 1, 1]),
            call("read", [0, 0, 0, 0, 0, 0]),
        ];
        assert!(!others.iter().any(is_sleep));
    }

    #[test]
    fn only_the_kernels_own_results_are_made_again() {
        assert_eq!(
            [-517, -516, -512, -511, 0].map(is_made_again),
            [false, true, true, false, false]
        );
    }

    #[test]
    fn a_call_that_times_out_says_so_in_its_own_way() {
        let results = ["poll", "semtimedop", "rt_sigtimedwait", "futex"].map(timed_out);
        assert_eq!(results, [0, -11, -11, -110]);
    }
}
