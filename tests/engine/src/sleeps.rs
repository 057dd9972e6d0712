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

fn now(clock: i32) -> Option<u64> {
    let now = ClockId::from_raw(clock).now().ok()?;
    let seconds = now.tv_sec().unsigned_abs().saturating_mul(1000);
    Some(seconds.saturating_add(now.tv_nsec().unsigned_abs() / 1_000_000))
}

/// A `timespec` or `timeval`: seconds, and parts of one; none for a time that the kernel refuses.
fn milliseconds(pid: Pid, address: u64, parts: u64) -> Option<u64> {
    let seconds = u64::try_from(i64::from_ne_bytes(memory::read(pid, address)?)).ok()?;
    let rest = u64::from_ne_bytes(memory::read(pid, address.checked_add(8)?)?);
    Some(seconds.saturating_mul(1000).saturating_add(rest.div_ceil(parts)))
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
