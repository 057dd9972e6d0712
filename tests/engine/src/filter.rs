//! What the kernel refuses to a program: a seccomp filter, made from the table of calls. A call that is not on
//! the list fails with ENOSYS; one of another architecture ends the program by SIGSYS. See seccomp(2).

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::sync::OnceLock;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use crate::calls::{self, Call, Kind};
use crate::trouble::{Trouble, While};

/// One argument, from 1, of which these bits must have one of these values.
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

fn conditions(name: &str) -> &'static [Condition] {
    CONDITIONS.iter().find(|(call, _)| *call == name).map_or(&[], |&(_, conditions)| conditions)
}

/// Whether a program of this kind may make this call, as the filter decides it.
pub fn allows(kind: Kind, call: &Call) -> bool {
    let is_listed =
        calls::allowed(kind).any(|(number, _)| u64::try_from(number) == Ok(call.words[0]));
    let holds = |&Condition(argument, mask, values): &Condition| {
        values.contains(&(call.words[argument] & mask))
    };
    is_listed && conditions(call.name).iter().all(holds)
}

/// The filter for programs of this kind. It is made once.
pub fn of(kind: Kind) -> Result<&'static BpfProgram, Trouble> {
    static FILTERS: [OnceLock<BpfProgram>; 2] = [const { OnceLock::new() }; 2];
    let filter = &FILTERS[kind as usize];
    match filter.get() {
        Some(made) => Ok(made),
        None => make(kind).map(|made| filter.get_or_init(|| made)),
    }
}

fn make(kind: Kind) -> Result<BpfProgram, Trouble> {
    let mut rules = BTreeMap::new();
    for (number, name) in calls::allowed(kind) {
        rules.insert(number, rules_of(conditions(name))?);
    }
    let refused = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let filter = ARCH.try_into().and_then(|machine| {
        SeccompFilter::new(rules, refused, SeccompAction::Allow, machine)?.try_into()
    });
    filter.doing("making the filter of system calls")
}

/// Any of the rules allows the call: one for each choice of values. None: it is allowed as it is.
fn rules_of(conditions: &[Condition]) -> Result<Vec<SeccompRule>, Trouble> {
    let mut choices = vec![Vec::new()];
    for &Condition(argument, mask, values) in conditions {
        let with =
            |choice: &Vec<_>, &value: &u64| [&choice[..], &[(argument, mask, value)]].concat();
        choices = choices
            .iter()
            .flat_map(|choice| values.iter().map(|value| with(choice, value)))
            .collect();
    }
    if conditions.is_empty() {
        return Ok(Vec::new());
    }
    choices.iter().map(|choice| rule(choice)).collect()
}

fn rule(choice: &[(usize, u64, u64)]) -> Result<SeccompRule, Trouble> {
    let condition = |&(argument, mask, value): &(usize, u64, u64)| {
        let length = if mask > INT { SeccompCmpArgLen::Qword } else { SeccompCmpArgLen::Dword };
        let argument = u8::try_from(argument - 1).unwrap_or(u8::MAX);
        SeccompCondition::new(argument, length, SeccompCmpOp::MaskedEq(mask), value)
    };
    let conditions: Result<Vec<_>, _> = choice.iter().map(condition).collect();
    conditions.and_then(SeccompRule::new).doing("making the filter of system calls")
}

/// Whether the kernel has filters of system calls.
#[must_use]
pub fn is_there() -> bool {
    std::path::Path::new("/proc/sys/kernel/seccomp/actions_avail").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, arguments: &[u64]) -> Call {
        let mut words = [0; 7];
        words[0] = number.unsigned_abs();
        words[1..=arguments.len()].copy_from_slice(arguments);
        Call::of(words, 0)
    }

    fn is_allowed(number: i64, arguments: &[u64]) -> bool {
        allows(Kind::Program, &call(number, arguments))
    }

    #[test]
    fn what_is_listed_for_a_kind_is_allowed_to_it_alone() {
        let kinds =
            |number| [Kind::Program, Kind::Compiler].map(|kind| allows(kind, &call(number, &[])));
        assert_eq!(kinds(libc::SYS_read), [true, true]);
        assert_eq!(kinds(libc::SYS_shmget), [true, false]);
        assert_eq!(kinds(libc::SYS_fchmodat), [false, true]);
        assert_eq!(kinds(libc::SYS_ptrace), [false, false]);
        assert_eq!(kinds(9999), [false, false]);
    }

    #[test]
    fn a_process_is_made_without_namespaces_and_seen() {
        let flags = |flags: i32| is_allowed(libc::SYS_clone, &[u64::from(flags.unsigned_abs())]);
        assert!(flags(libc::SIGCHLD));
        assert!(flags(
            libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_VFORK
        ));
        for one in [
            libc::CLONE_NEWNS,
            libc::CLONE_NEWCGROUP,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWNET,
            libc::CLONE_PARENT,
            libc::CLONE_UNTRACED,
            libc::CLONE_PIDFD,
        ] {
            assert!(!flags(one | libc::SIGCHLD), "{one:x}");
        }
    }

    #[test]
    fn upper_halves_of_ints_do_not_count() {
        let dirty = |number: u64| 0x1234_5678_0000_0000 | number;
        assert!(is_allowed(libc::SYS_fcntl, &[0, dirty(3)]));
        assert!(!is_allowed(libc::SYS_fcntl, &[0, dirty(8)]));
        assert!(is_allowed(libc::SYS_prlimit64, &[dirty(0)]));
    }

    #[test]
    fn a_pair_of_streams_is_allowed_and_no_datagrams() {
        let pair = |domain, kind| is_allowed(libc::SYS_socketpair, &[domain, kind]);
        assert!(pair(1, 1) && pair(1, 1 | 0o2_000_000) && pair(1, 5));
        assert!(!pair(1, 2) && !pair(2, 1));
    }

    #[test]
    fn names_of_sockets_are_refused() {
        assert!(is_allowed(libc::SYS_sendto, &[3, 0x1000, 5, 0, 0]));
        assert!(!is_allowed(libc::SYS_sendto, &[3, 0x1000, 5, 0, 0x1_0000_0000]));
    }

    #[test]
    fn files_are_plain_or_fifos() {
        let mode = |mode: u32| is_allowed(libc::SYS_mknodat, &[0, 0, mode.into()]);
        assert!(mode(0o600) && mode(libc::S_IFREG) && mode(libc::S_IFIFO | 0o600));
        assert!(!mode(libc::S_IFCHR) && !mode(libc::S_IFBLK) && !mode(libc::S_IFSOCK));
    }

    #[test]
    fn terminals_are_asked_and_not_used() {
        let command = |command: u64| is_allowed(libc::SYS_ioctl, &[0, command]);
        assert!(command(libc::TCGETS) && command(libc::FIONREAD));
        assert!(!command(libc::TIOCSTI) && !command(libc::TCSETS) && !command(libc::TIOCSCTTY));
    }

    #[test]
    fn the_filter_can_be_made_for_each_kind() {
        for kind in [Kind::Program, Kind::Compiler] {
            assert!(of(kind).is_ok_and(|filter| !filter.is_empty()));
        }
    }
}
