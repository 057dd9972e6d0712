//! What the kernel does with a program's calls: two seccomp filters, made from the table of calls. See seccomp(2).
//!
//! The first stops the program at each call but the quiet ones: the engine follows it from stop to stop. The second
//! refuses what is not on the list, whatever the engine does: the kernel does not make the call, and sends SIGSYS,
//! in whose place the engine has the call fail with ENOSYS. A call of another architecture ends the program.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::sync::OnceLock;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use crate::calls::{self, Kind};
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

/// Calls that are quiet only so: what is mapped for oneself.
const QUIET: [(&str, &[Condition]); 1] = [("mmap", &[Condition(4, SHARED, &[0])])];

/// Set in `MAP_SHARED` and `MAP_SHARED_VALIDATE`.
const SHARED: u64 = 1;

/// The calls that are allowed on these conditions only.
type Conditions = [(&'static str, &'static [Condition])];

/// Sets the filters for this process, and for all that it starts, for good.
pub fn set(kind: Kind) -> Result<(), Trouble> {
    for filter in of(kind)? {
        seccompiler::apply_filter(filter).doing("setting a filter of system calls")?;
    }
    Ok(())
}

/// The filters for programs of this kind, in the order in which they are set. They are made once.
pub fn of(kind: Kind) -> Result<&'static [BpfProgram], Trouble> {
    static FILTERS: [OnceLock<Vec<BpfProgram>>; 2] = [const { OnceLock::new() }; 2];
    let filters = &FILTERS[kind as usize];
    match filters.get() {
        Some(made) => Ok(made),
        None => make(kind).map(|made| &filters.get_or_init(|| made)[..]),
    }
}

fn make(kind: Kind) -> Result<Vec<BpfProgram>, Trouble> {
    let refuses = filter(calls::allowed(kind), &CONDITIONS, SeccompAction::Trap)?;
    if kind == Kind::Compiler {
        return Ok(vec![refuses]);
    }
    let second = (libc::SYS_seccomp, "seccomp"); // which sets the other filter
    let stops = filter(calls::quiet().chain([second]), &QUIET, SeccompAction::Trace(0))?;
    Ok(vec![stops, refuses])
}

/// Lets these calls through, on these conditions; to others it does something else.
fn filter(
    calls: impl Iterator<Item = (i64, &'static str)>,
    conditions: &Conditions,
    others: SeccompAction,
) -> Result<BpfProgram, Trouble> {
    let mut rules = BTreeMap::new();
    for (number, name) in calls {
        let own = conditions.iter().find(|(call, _)| *call == name);
        rules.insert(number, rules_of(own.map_or(&[], |(_, conditions)| conditions))?);
    }
    let filter = ARCH.try_into().and_then(|machine| {
        SeccompFilter::new(rules, others, SeccompAction::Allow, machine)?.try_into()
    });
    filter.doing("making a filter of system calls")
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
    conditions.and_then(SeccompRule::new).doing("making a filter of system calls")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_can_be_made_for_each_kind() {
        let count = |kind| of(kind).map_or(0, <[_]>::len);
        assert_eq!([Kind::Program, Kind::Compiler].map(count), [2, 1]);
    }
}
