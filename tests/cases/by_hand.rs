//! The commands that reports give to see a fault by hand are run as they are printed: they show what the
//! check has seen.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let of = |name, play: fn() -> Verdict| case(name, play).needs(Need::Ours).needs(Need::OwnTable);
    let all = vec![
        of("what_is_printed", || {
            let program = Scene::of("shm-create");
            is_shown_by(&program.on(found(CREATE_KEY, CREATE_SIZE + 1)))
        }),
        of("a_segment_that_is_held", || {
            let segment = found(CREATE_KEY, CREATE_SIZE - 1).filled_with("x").held();
            is_shown_by(&Scene::of("shm-attach").on(segment))
        }),
        of("an_input", || {
            let segment = found(DYNAMIC_KEY, 5000).mode(0o600);
            let input = b"\n\t\x0b 42%'\\ \xff\n";
            is_shown_by(&Scene::of("shm-dynamic").reading(input).on(segment))
        }),
        of("a_full_disk", || is_shown_by(&Scene::of("shm-create").redirected(">/dev/full"))),
        of("a_call_that_fails", || {
            is_shown_by(&Scene::usual("shm-attach").failing(0, "shmdt", 1, Errno::EINVAL))
        })
        .needs(Need::Strace),
        of("a_process_that_is_held", || {
            let four_lines = "...\nProcess 1 : Responce -> Yes, ...\n0\n";
            is_typed("read:delay_enter=100000:when=1", four_lines)
        })
        .needs(Need::Strace),
        of("a_process_that_is_killed", || {
            is_typed("sendto:signal=SIGKILL:when=1", "process 1: killed by SIGKILL\n1\n")
        })
        .needs(Need::Strace),
    ];
    exercise("by_hand", &[], [(Basic, all)])
}

fn is_typed(injection: &str, shown: &str) -> Verdict {
    let lines = strace_by_hand(injection, "shm-fork");
    let command = lines.trim_end().rsplit_once('\n').map_or("", |(_, command)| command.trim());
    shows(&format!("\n$ {command}\n{shown}"))
}
