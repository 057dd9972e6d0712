//! What the kernel does with a program's calls: a seccomp filter, made from the table of calls. See seccomp(2).
//!
//! It stops the program at each call but the quiet ones: the engine follows it from stop to stop. What is not on the
//! list it refuses, whatever the engine does: the kernel does not make the call, and sends SIGSYS, in whose place the
//! engine has the call fail with ENOSYS. A call of another architecture ends the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W,
    SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRACE, SECCOMP_RET_TRAP, sock_filter,
};

use crate::calls::{self, Kind};
use crate::sys;
use crate::trouble::{Trouble, While};

/// One argument, from 1, of which these bits must have one of these values; of all 64 there is one.
struct Condition(usize, u64, &'static [u64]);

/// All 32 bits of an `int`.
const INT: u64 = 0xffff_ffff;

/// Calls whose arguments decide. All conditions must hold.
const CONDITIONS: [(&str, &[Condition]); 8] = [
    // No namespace, no sibling of its own, nothing that no tracer sees.
    ("clone", &[Condition(1, NAMESPACES, &[0])]),
    // A pair of connected streams: a datagram could be sent to anybody by name.
    ("socketpair", &[Condition(1, INT, &[1]), Condition(2, 0xf, &[1, 5])]),
    ("sendto", &[Condition(5, u64::MAX, &[0])]),
    ("ioctl", &[Condition(2, INT, &IOCTLS)]),
    // Descriptors and locks; never who is to get a signal.
    ("fcntl", &[Condition(2, INT, &[0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030])]),
    ("prctl", &[Condition(1, INT, &PRCTLS)]),
    // Its own limits.
    ("prlimit64", &[Condition(1, INT, &[0])]),
    // A plain file or a FIFO.
    ("mknodat", &[Condition(3, 0xf000, &[0, 0x1000, 0x8000])]),
];

/// `CLONE_NEWTIME` shares its bit with the signal at the end, and is for clone3 alone.
const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_PARENT
    | libc::CLONE_UNTRACED
    | libc::CLONE_PIDFD) as u64
    & INT;

/// `TCGETS`, `TCGETS2`, `TIOCGPGRP`, `TIOCGWINSZ`, `FIONREAD`, `FIONBIO`, `FIONCLEX`, `FIOCLEX`: what a stream is.
const IOCTLS: [u64; 8] = [0x5401, 0x802c_542a, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];

/// `PR_SET_PDEATHSIG`, names of the process and of memory, and what it may not do anyway.
const PRCTLS: [u64; 7] = [1, 2, 3, 15, 16, 23, 0x5356_4d41];

/// Calls that are quiet only so: what is mapped for oneself.
const QUIET: [(&str, &[Condition]); 1] = [("mmap", &[Condition(4, SHARED, &[0])])];

/// Set in `MAP_SHARED` and `MAP_SHARED_VALIDATE`.
const SHARED: u64 = 1;

/// Sets the filter for this process, and for all that it starts, for good.
pub fn set(kind: Kind) -> Result<(), Trouble> {
    sys::filter_calls(of(kind)).doing("setting a filter of system calls")
}

/// The filter for programs of this kind. It is made once.
pub fn of(kind: Kind) -> &'static [sock_filter] {
    static FILTERS: [OnceLock<Vec<sock_filter>>; 2] = [const { OnceLock::new() }; 2];
    FILTERS[kind as usize].get_or_init(|| filter(kind))
}

/// Where struct `seccomp_data` has the call's number, its architecture and its arguments, of 8 bytes each.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// `AUDIT_ARCH_X86_64`, `AUDIT_ARCH_AARCH64`.
const OWN_ARCHITECTURE: u32 = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7 };

/// Instructions of the kernel's, each with how many are jumped over where it holds and where not.
type Code = Vec<sock_filter>;

fn instruction(code: u32, value: u32, holds: usize, otherwise: usize) -> sock_filter {
    let short = |jump: usize| u8::try_from(jump).expect("a filter's jump is short");
    let code = u16::try_from(code).expect("16 bits");
    sock_filter { code, jt: short(holds), jf: short(otherwise), k: value }
}

fn load(place: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, place, 0, 0)
}

fn gives(result: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, result, 0, 0)
}

fn filter(kind: Kind) -> Code {
    let own = instruction(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0);
    let mut code = vec![load(ARCHITECTURE), own, gives(SECCOMP_RET_KILL_PROCESS), load(NUMBER)];
    // What becomes of the numbers from this one on.
    let mut from = BTreeMap::from([(0, vec![gives(SECCOMP_RET_TRAP)])]);
    for (number, name, is_quiet) in calls::allowed(kind) {
        from.insert(number, of_call(name, is_quiet, kind));
        from.entry(number + 1).or_insert_with(|| vec![gives(SECCOMP_RET_TRAP)]);
    }
    let mut from: Vec<(u32, Code)> = from.into_iter().collect();
    from.dedup_by(|(_, next), (_, this)| is_same(next, this));
    code.extend(search(&from));
    code
}

fn is_same(one: &[sock_filter], other: &[sock_filter]) -> bool {
    let parts = |code: &[sock_filter]| -> Vec<_> {
        code.iter().map(|one| (one.code, one.jt, one.jf, one.k)).collect()
    };
    parts(one) == parts(other)
}

/// Looks the number up: a tree, because the kernel goes through it once for each number when a filter is set.
fn search(from: &[(u32, Code)]) -> Code {
    if let [(_, code)] = from {
        return code.clone();
    }
    let (low, high) = from.split_at(from.len() / 2);
    let is_high = instruction(BPF_JMP | BPF_JGE | BPF_K, high[0].0, 0, 1);
    let (low, high) = (search(low), search(high));
    let over = u32::try_from(low.len()).expect("a filter is short");
    [vec![is_high, instruction(BPF_JMP | BPF_JA, over, 0, 0)], low, high].concat()
}

/// What becomes of a call that is on the list.
fn of_call(name: &str, is_quiet: bool, kind: Kind) -> Code {
    let followed = if kind == Kind::Program { SECCOMP_RET_TRACE } else { SECCOMP_RET_ALLOW };
    let of = |all: &[(&str, &'static [Condition])]| {
        all.iter().find(|(call, _)| *call == name).map_or(&[][..], |(_, conditions)| *conditions)
    };
    let refused = of(&CONDITIONS).iter().flat_map(|one| unless(one, SECCOMP_RET_TRAP));
    let heard = of(&QUIET).iter().flat_map(|one| unless(one, followed));
    let made = gives(if is_quiet { SECCOMP_RET_ALLOW } else { followed });
    refused.chain(heard).chain([made]).collect()
}

/// Gives this result unless the condition holds.
fn unless(&Condition(argument, mask, values): &Condition, result: u32) -> Code {
    let place = ARGUMENTS + 8 * u32::try_from(argument - 1).expect("one of six");
    let mut code = Code::new();
    for (place, shift) in [(place, 0), (place + 4, 32)] {
        let half = |bits: u64| u32::try_from(bits >> shift & INT).expect("32 bits");
        if half(mask) == 0 {
            continue;
        }
        code.extend([load(place), instruction(BPF_ALU | BPF_AND | BPF_K, half(mask), 0, 0)]);
        let equals = BPF_JMP | BPF_JEQ | BPF_K;
        let left = (1..=values.len()).rev();
        code.extend(
            values.iter().zip(left).map(|(&value, left)| instruction(equals, half(value), left, 0)),
        );
        code.push(gives(result));
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_can_be_made_for_each_kind() {
        let is_made = |kind| (100..1000).contains(&of(kind).len());
        assert_eq!([Kind::Program, Kind::Compiler].map(is_made), [true, true]);
    }

    /// The halves of a number are compared one by one.
    #[test]
    fn of_all_64_bits_there_is_one_value() {
        let all = CONDITIONS.iter().chain(&QUIET).flat_map(|(_, conditions)| *conditions);
        assert!(
            all.into_iter().all(|Condition(_, mask, values)| *mask <= INT || values.len() == 1)
        );
    }
}
