//! The commands that reports give to see a fault by hand are run as they are printed: they show what the
//! check has seen.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let input = b"\n\t\x0b 42%'\\ \xff\n";
    let held = "...\nProcess 1 : Responce -> Yes, ...\n0\n";
    let all = cases! {
        "what_is_printed" needs Ours needs OwnTable:
            is_shown_by(&Scene::of("shm-create").on(found(CREATE_KEY, CREATE_SIZE + 1)));
        "a_segment_that_is_held" needs Ours needs OwnTable: {
            let segment = found(CREATE_KEY, CREATE_SIZE - 1).filled_with("x").held();
            is_shown_by(&Scene::of("shm-attach").on(segment))
        };
        "an_input" needs Ours needs OwnTable: {
            let segment = found(DYNAMIC_KEY, 5000).mode(0o600);
            is_shown_by(&Scene::of("shm-dynamic").reading(input).on(segment))
        };
        "a_full_disk" needs Ours needs OwnTable:
            is_shown_by(&Scene::of("shm-create").redirected(">/dev/full"));
        "a_call_that_fails" needs Ours needs OwnTable needs Strace:
            is_shown_by(&Scene::usual("shm-attach").failing(0, "shmdt", 1, Errno::EINVAL));
        "a_process_that_is_held" needs Ours needs OwnTable needs Strace:
            is_typed("read:delay_enter=100000:when=1", held);
        "a_process_that_is_killed" needs Ours needs OwnTable needs Strace:
            is_typed("sendto:signal=SIGKILL:when=1", "process 1: killed by SIGKILL\n1\n");
    };
    exercise("by_hand", &[], [(Basic, all)])
}

fn is_typed(injection: &str, shown: &str) -> Verdict {
    let lines = strace_by_hand(injection, "shm-fork");
    let command = lines.trim_end().rsplit_once('\n').map_or("", |(_, command)| command.trim());
    shows(&format!("\n$ {command}\n{shown}"))
}
