//! Programs that try to get out: tests/attacks/*.c. Each is run as a hand-in would be, against a victim of its own;
//! then the victim is looked at, and what the attack has left.

mod handed_in;
mod victim;

use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use self::victim::Maker;
use super::prelude::*;

/// The attacks on a victim, by name, and what must be seen of each: all of these texts, split by `&`; of each, one
/// of those split by `|`.
struct Row(Maker, &'static str, &'static str);

/// Refused by the kernel's filter of system calls.
const FILTER: &str = "held: ENOSYS & refused: ";
/// Refused by Landlock.
const LANDLOCK: &str = "held: EACCES";
/// Refused by the engine.
const SIGNALS: &str = "held: EPERM & refused: ";
/// Ended by the kernel's filter.
const SIGSYS: &str = "died by SIGSYS & refused: a call of another architecture";

const ROWS: &[Row] = &[
    // Calls of another architecture.
    Row(victim::process, SIGSYS, "kills_by_int80 kills_in_32_bit_mode"),
    Row(victim::process, "held: ENOSYS | died by SIGSYS", "kills_by_x32"),
    Row(
        victim::process,
        "held: Bad system call & refused: a call of another",
        "runs_an_i386_program",
    ),
    Row(victim::marker, SIGSYS, "survives_by_int80"),
    // Signals.
    Row(
        victim::process,
        SIGNALS,
        "kills_a_process kills_a_group kills_a_thread kills_by_tkill queues_a_signal queues_a_signal_to_a_thread signals_after_its_first_thread",
    ),
    Row(victim::first_thread_ended, SIGNALS, "kills_a_process"),
    Row(victim::the_check, SIGNALS, "kills_a_process"),
    Row(victim::nobody, SIGNALS, "kills_the_maker"),
    Row(victim::listener_for_urg, SIGNALS, "signals_everybody"),
    Row(victim::process, "held: EPERM", "joins_a_group looks_for_a_process"),
    Row(
        victim::process,
        FILTER,
        "signals_by_pidfd signals_by_proc_descriptor signals_by_owner signals_by_owner_ex signals_by_ioctl signals_by_group_owner signals_by_timer",
    ),
    Row(victim::nobody, "held: ESRCH", "kills_a_reused_number kills_int_min"),
    // Other processes.
    Row(
        victim::process,
        FILTER,
        "limits_a_process lowers_a_priority lowers_all_priorities lowers_an_io_priority binds_to_a_processor changes_a_schedule traces_a_process",
    ),
    Row(victim::the_check, FILTER, "traces_a_process"),
    Row(victim::memory, FILTER, "reads_a_memory writes_a_memory"),
    Row(victim::descriptor, FILTER, "takes_a_descriptor"),
    Row(victim::process, LANDLOCK, "volunteers_another reads_an_environment joins_a_namespace"),
    Row(victim::the_check, LANDLOCK, "reads_an_environment"),
    Row(victim::memory, LANDLOCK, "writes_a_memory_file"),
    Row(victim::descriptor, LANDLOCK, "opens_a_descriptor"),
    Row(victim::root, LANDLOCK, "reads_through_a_root"),
    Row(victim::variable, "held: no such variable", "reads_its_environment"),
    Row(victim::open_file, "held: none is open", "inherits_descriptors"),
    Row(victim::nobody, "held: only pipes", "reaches_behind_its_streams"),
    // Terminals.
    Row(victim::terminal, LANDLOCK, "writes_on_a_terminal types_into_a_terminal takes_a_terminal"),
    Row(victim::own_terminal, LANDLOCK, "opens_its_terminal"),
    Row(victim::nobody, LANDLOCK, "makes_terminals"),
    // Rights.
    Row(victim::nobody, "held: no capability", "has_capabilities"),
    Row(victim::nobody, "held: no_new_privs", "can_gain_rights"),
    Row(victim::groups, "held: no group", "has_groups"),
    Row(victim::nobody, "held: EPERM", "raises_its_limits"),
    Row(victim::user, FILTER, "becomes_another_user"),
    Row(
        victim::nobody,
        FILTER,
        "names_the_host raises_its_priority changes_its_root mounts_a_folder loads_a_module makes_a_device makes_a_setuid_program reads_the_kernel_log watches_everything gives_programs_to_the_kernel",
    ),
    // Files outside.
    Row(
        victim::file,
        LANDLOCK,
        "reads_a_file writes_a_file truncates_a_file removes_a_file renames_a_file locks_a_file",
    ),
    Row(victim::file, "held: EXDEV | held: EACCES", "links_a_file"),
    Row(
        victim::file,
        FILTER,
        "writes_through_a_link changes_a_mode opens_a_mode changes_an_owner changes_a_time sets_an_attribute watches_a_file opens_by_a_ring opens_by_handle",
    ),
    // In a container all settings may be mounted read-only, which the kernel asks first.
    Row(victim::setting, "held: EACCES | held: EROFS", "writes_a_file"),
    Row(victim::new_file, LANDLOCK, "makes_a_file makes_a_folder"),
    Row(victim::new_file, FILTER, "makes_a_link"),
    Row(victim::folder, LANDLOCK, "lists_a_folder"),
    Row(victim::temporary_folder, LANDLOCK, "lists_a_folder"),
    Row(victim::our_program, LANDLOCK, "runs_a_file reads_a_file"),
    Row(victim::nobody, FILTER, "makes_a_ring"),
    // Its own file and folder.
    Row(victim::itself, FILTER, "shuts_itself"),
    Row(victim::itself, LANDLOCK, "overwrites_itself"),
    Row(victim::nobody, FILTER, "shuts_its_folder"),
    Row(victim::folder, FILTER, "leaves_a_link"),
    Row(victim::nobody, LANDLOCK, "moves_its_folder"),
    Row(victim::nobody, "tried:", "makes_deep_folders leaves_odd_names"),
    // Sockets.
    Row(victim::tcp, FILTER, "connects_by_tcp"),
    Row(victim::tcp6, FILTER, "connects_by_tcp6"),
    Row(victim::udp, FILTER, "sends_by_udp"),
    Row(victim::socket, FILTER, "connects_to_a_name"),
    Row(victim::abstract_socket, FILTER, "connects_to_a_name"),
    Row(victim::new_name, FILTER, "listens_on_a_name names_a_pair"),
    Row(victim::datagrams, FILTER, "sends_from_a_pair sends_a_message_from_a_pair connects_a_pair"),
    Row(
        victim::nobody,
        FILTER,
        "listens_on_tcp speaks_netlink opens_a_packet_socket makes_odd_pairs",
    ),
    Row(victim::nobody, "held: no socket & refused: socket", "makes_every_socket"),
    // The kernel's things.
    Row(
        victim::nobody,
        FILTER,
        "makes_a_user_namespace clones_into_namespaces clones_by_clone3 invents_results invents_errors takes_a_keyring handles_its_faults opens_a_counter hides_from_the_check hides_memory_in_files handles_a_timer waits_in_short_slices reserves_the_disk",
    ),
    Row(victim::new_name, FILTER, "leaves_a_key"),
    Row(victim::nobody, "tried: to be hidden", "hides_by_its_mode"),
    Row(victim::nobody, "stopped: it hangs & in pause", "forges_its_state"),
    // Arguments.
    Row(
        victim::nobody,
        "held: all of them are answered",
        "gives_odd_paths gives_paths_at_an_edge sleeps_oddly",
    ),
    // Going on.
    Row(victim::nobody, "it prints without end", "prints_for_ever"),
    Row(victim::marker, "tried:", "survives_its_parent survives_with_closed_streams"),
    Row(victim::marker, FILTER, "survives_untraced survives_by_clone3 becomes_a_sibling"),
    Row(victim::nobody, "tried: late output", "prints_after_its_end"),
    // Processes without end.
    Row(
        victim::nobody,
        "without end (more than 40)",
        "forks_for_ever forks_in_sessions vforks_for_ever forks_a_chain leaves_zombies forks_and_kills forks_as_others makes_threads_for_ever makes_short_threads_for_ever keeps_all_descriptors",
    ),
    Row(victim::nobody, "system calls without end & refused: clone", "forks_siblings_for_ever"),
    Row(victim::nobody, "system calls without end", "runs_itself_for_ever"),
    Row(victim::nobody, "exit status 0", "runs_itself_from_threads"),
    // Memory and disk.
    Row(
        victim::nobody,
        "MiB of memory",
        "uses_memory_for_ever uses_memory_in_children hides_shared_memory",
    ),
    Row(victim::nobody, "held: the pipes are few & refused: fcntl", "hides_memory_in_pipes"),
    Row(victim::nobody, "it writes without end", "makes_large_files makes_removed_files"),
    Row(victim::nobody, "it makes files without end", "makes_many_files makes_many_names"),
    Row(victim::nobody, "it writes a file without end", "makes_a_sparse_file"),
    Row(victim::nobody, "died by SIGABRT", "dumps_core"),
    // Time.
    Row(
        victim::nobody,
        "the processor without end",
        "spins spins_in_threads spins_in_children spins_in_a_chain spins_in_the_kernel",
    ),
    Row(
        victim::nobody,
        "system calls without end",
        "calls_for_ever calls_the_unknown_for_ever yields_for_ever sleeps_in_slices faults_for_ever stops_and_goes_on signals_itself_for_ever sleeps_for_years",
    ),
    Row(victim::nobody, FILTER, "waits_in_real_time"),
    Row(victim::nobody, "again and again", "ignores_a_timer"),
    Row(victim::nobody, "it hangs & stopped by a signal", "stops_itself"),
    Row(victim::nobody, "it hangs & in vfork", "hangs_in_vfork"),
    Row(victim::nobody, "it hangs", "ends_its_first_thread"),
];

/// Attacks on segments, semaphores and queues: in a table of their own, so that one that gets out meets no stranger's.
const ROWS_IN_A_TABLE: &[Row] = &[
    Row(victim::segment, SIGSYS, "removes_by_int80"),
    Row(victim::segment, FILTER, "makes_an_ipc_namespace"),
    Row(victim::new_name, FILTER, "leaves_a_queue"),
    Row(
        victim::segment,
        "held: EINVAL",
        "removes_a_segment attaches_a_segment changes_a_segment locks_a_segment lists_the_segments",
    ),
    Row(victim::key, "held: ENOENT", "takes_a_key"),
    Row(victim::semaphores, "held: EINVAL", "removes_a_semaphore_set raises_a_semaphore"),
    Row(victim::queue, "held: EINVAL", "removes_a_queue"),
    Row(victim::table, "tried: | held: EINVAL", "gives_its_segment_away"),
    Row(victim::table, "tried:", "dies_in_shmget dies_with_a_segment"),
    Row(
        victim::table,
        "held: ENOSPC",
        "makes_4096_segments makes_many_keys makes_many_sets fills_queues",
    ),
    Row(victim::table, "held: all of them are answered", "shares_oddly"),
    Row(victim::nobody, "held:", "calls_everything_oddly calls_odd_numbers"),
    Row(victim::table, "MiB of memory", "hides_memory_in_segments"),
];

pub fn cases() -> Vec<Case> {
    let all = ROWS.iter().flat_map(cases_of);
    let in_a_table = ROWS_IN_A_TABLE.iter().flat_map(cases_of);
    let in_a_table = in_a_table.map(|case| case.needs(Need::OwnTable));
    let compiled = handed_in::COMPILED.iter().flat_map(|(wanted, names)| {
        names.split(' ').map(move |name| lab_case(name, move || handed_in::compiled(name, wanted)))
    });
    let printing = handed_in::PRINTING.split(' ');
    let printing = printing.map(|name| lab_case(name, move || handed_in::prints(name)));
    let container = lab_case("root_of_a_container_has_no_capability", root_of_a_container);
    let exchanged = lab_case("a_source_is_exchanged_for_a_link", handed_in::exchanged_for_a_link);
    let typed = handed_in::TYPED.split("\n# ").skip(1).map(|text| {
        let (name, typed) = text.split_at(text.find('\n').unwrap_or(text.len()));
        let case = lab_case(name, move || shows(typed.trim_end()));
        if typed.contains("make-segment") { case.needs(Need::OwnTable) } else { case }
    });
    let all = all
        .chain(in_a_table)
        .chain(compiled)
        .chain(printing)
        .chain(typed)
        .chain([container, exchanged]);
    exercise("attacks", &[], [(Basic, all.map(with_needs).collect())])
}

/// What not every place has.
fn with_needs(case: Case) -> Case {
    match case.name.as_str() {
        // Nobody else can drop his groups.
        "has_groups" => case.needs(Need::TwoUsers),
        // Root that can become no other user stays root, without capabilities: what only root may read, it can.
        "has_capabilities"
        | "a_set_user_program_has_no_rights"
        | "includes_a_private_file"
        | "embeds_a_private_file" => case.needs(Need::OrdinaryUser),
        _ => case,
    }
}

fn cases_of(row: &'static Row) -> impl Iterator<Item = Case> {
    let &Row(make, wanted, names) = row;
    names.split(' ').map(move |name| lab_case(name, move || attack(name, make, wanted)))
}

fn lab_case(name: &str, play: impl Fn() -> Verdict + 'static) -> Case {
    case(name, play).needs(Need::Ours)
}

/// Make has built it.
fn take_attack(name: &str, to: &Path) -> Verdict {
    let built = lab().join(built()).join("attacks").join(name);
    let why = format!("{} is not built: make check-lab builds it", built.display());
    if built.exists() { Ok(copy(&built, to, 0o755)?) } else { Err(Report::trouble(why)) }
}

/// What is wanted says which bound is met: that one is less here than a hand-in's, so that it is soon met.
fn limits(wanted: &str) -> Limits {
    let most = Limits::default();
    let meets = |text: &str| wanted.contains(text);
    Limits {
        processes: if meets("(more than 40)") { 40 } else { most.processes },
        naps: most.naps,
        calls: if meets("system calls without end") { 2000 } else { most.calls },
        time: if meets("did not end") { Duration::from_millis(500) } else { most.time * 6 },
        processor: if meets("processor") { Duration::from_millis(200) } else { most.processor },
        memory: if meets("memory") { 128 << 20 } else { most.memory },
        files: if meets("it writes without") { 4 << 20 } else { most.files },
        names: if meets("it makes files") { 400 } else { most.names },
    }
}

fn attack(name: &str, make: Maker, wanted: &str) -> Verdict {
    let place = Folder::new(None)?;
    place.let_others_through()?;
    let program = place.path().join(name);
    take_attack(name, &program)?;
    let victim = make(place.path())?;
    let before = victim.look();
    let mut world = world()?;
    world.limits = limits(wanted);
    let folder = world.folder().path().to_path_buf();
    let words = [program.into_os_string()].into_iter().chain(victim.words.iter().map(Into::into));
    let ran = world.run(Launch::of(words))?;
    drop(world);
    let seen = tell(&ran);
    expect(wanted, is_like(&seen, wanted) && !seen.contains("GOT OUT"), &seen)?;
    expect(
        "the victim is as it was",
        victim.look() == before,
        &format!("{before}\n{}\n{seen}", victim.look()),
    )?;
    let is_empty = || fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
    expect("its folder is gone, or as it was made", !folder.exists() || is_empty(), &seen)?;
    let left = living_of(&[place.path(), &folder])?;
    expect("no process of it is left", left.is_empty(), &left.join("\n"))?;
    let next = crate::harness::world()?.run(Launch::of(["echo", "next"]))?;
    expect("the next run is as it should be", next.outcome.stdout == b"next\n", &tell(&next))
}

/// A container may have no other user whom root could become.
fn root_of_a_container() -> Verdict {
    let (user, group) = (geteuid(), getegid());
    let status = fs::read_to_string("/proc/self/status").doing("reading one's status")?;
    let is_one = user.is_root() && status.contains("CapEff:\t0000000000000000");
    if !is_one {
        if unshare(CloneFlags::CLONE_NEWUSER).is_err() {
            return Ok(()); // none is to be had here
        }
        fs::write("/proc/self/uid_map", format!("0 {user} 1")).doing("being its root")?;
        fs::write("/proc/self/setgroups", "deny").doing("being its root")?;
        fs::write("/proc/self/gid_map", format!("0 {group} 1")).doing("being its root")?;
    }
    let ran = world()?.run(Launch::of(["grep", "^Cap[IPEA]", "/proc/self/status"]))?;
    let seen = tell(&ran);
    let none = "0000000000000000";
    expect("no capability", seen.matches(none).count() == 4 && user_for(None).is_none(), &seen)
}

/// What came of it, in words.
fn tell(ran: &Ran) -> String {
    let outcome = &ran.outcome;
    let first =
        |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    let stopped = ran.stopped.iter().map(|why| format!("stopped: {why}"));
    let refused = ran.refused().into_iter().take(20).map(|call| format!("refused: {call}"));
    let printed = [first(&outcome.stdout), first(&outcome.stderr), in_words(outcome.status)];
    stopped.chain(printed).chain(refused).collect::<Vec<_>>().join("\n")
}

fn is_like(seen: &str, wanted: &str) -> bool {
    wanted.split(" & ").all(|all| all.split(" | ").any(|one| seen.contains(one)))
}

/// Processes whose program lies in one of these folders. Root in a container may not look at another user's.
fn living_of(folders: &[&Path]) -> Result<Vec<String>, Report> {
    let is_of = |program: &Path| folders.iter().any(|folder| program.starts_with(folder));
    let is_one = |entry: &DirEntry| {
        fs::read_link(entry.path().join("exe")).is_ok_and(|program| is_of(&program))
    };
    let living = as_attacks_user(|| {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten().filter(is_one);
        entries.map(|entry| entry.path().display().to_string()).collect()
    });
    Ok(living?)
}

/// Does `look` with the rights of the user that the attacks run as.
fn as_attacks_user<T>(look: impl FnOnce() -> T) -> Result<T, Trouble> {
    acting_as(user_for(None).unwrap_or(geteuid().as_raw()), look)
}
