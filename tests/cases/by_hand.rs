//! The commands that reports give to see a fault by hand are run as they are printed: they show what the
//! check has seen.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let input = b"\n\t\x0b 42%'\\ \xff\n";
    let shown = "...\nProcess 1 : Responce -> Yes, ...\n0\n";
    let (hold, kill) = (Act::Hold, Act::Send(Signal::SIGKILL));
    let segment = |key, size| preset(key, size).mode(0o600);
    let all = cases! {
        "what_is_printed":
            by_hand_shows(&Scene::of("shm-create").on(preset(CREATE_KEY, CREATE_SIZE + 1)));
        "a_segment_that_is_held":
            by_hand_shows(&Scene::of("shm-attach").on(segment(CREATE_KEY, 1000).filled_with("x").maker_runs()));
        "an_input": by_hand_shows(&Scene::of("shm-dynamic").reading(input).on(segment(DYNAMIC_KEY, 5000)));
        "a_full_disk": by_hand_shows(&Scene::of("shm-create").redirected(">/dev/full"));
        "a_call_that_fails" needs Strace:
            by_hand_shows(&Scene::usual("shm-attach").failing(0, "shmdt", 1, Errno::EINVAL));
        "a_process_that_is_held" needs Strace: shows_it(At::Call("read", 1), hold, shown);
        "a_process_that_is_killed" needs Strace:
            shows_it(At::Call("sendto", 1), kill, "process 1: killed by SIGKILL\n1\n");
    };
    let all = all.into_iter().map(|case| case.needs(Need::Ours).needs(Need::OwnTable));
    exercise("by_hand", &[], [(Basic, all.collect())])
}

fn shows_it(at: At, act: Act, shown: &str) -> Verdict {
    let strace = strace(&(0, at, act)).unwrap_or_default();
    let lines = lines_by_hand(&strace, "shm-fork", "; echo $?");
    let command = lines.trim_end().rsplit_once('\n').map_or("", |(_, command)| command.trim());
    shows(&format!("\n$ {command}\n{shown}"))
}
