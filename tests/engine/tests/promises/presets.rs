//! Segments that are there before a program starts.

use engine::{Launch, Preset, World, user_for};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, wait, waitpid};
use nix::unistd::getpid;

use crate::programs::{Program, said};

crate::tests! {
    a_program_finds_it_with_its_text
    its_maker_has_ended
    its_maker_runs_and_has_it_attached
    its_maker_ends_with_the_world
    its_maker_ends_with_a_check_that_is_killed
    it_is_the_users_of_programs
    one_that_cannot_be_made_is_trouble
}

fn preset() -> Preset {
    Preset::of(7, 10).mode(0o640).filled_with("abc")
}

/// What a program prints in a world with this segment.
fn beside(preset: &Preset, source: &str) -> String {
    let program = Program::of(source);
    let mut world = World::new(100).expect("a world");
    world.preset(preset).expect("a segment");
    said(&world.run(program.launch()).expect("a run"))
}

fn a_program_finds_it_with_its_text() {
    let found = beside(
        &preset(),
        r#"
    int main(void) {
        struct shmid_ds now;
        int id = shmget(7, 10, 0);
        shmctl(id, IPC_STAT, &now);
        char *text = shmat(id, NULL, 0);
        printf("%d %d %o %ld %.4s %d", id, (int)now.shm_segsz, now.shm_perm.mode, now.shm_nattch, text, text[4095]);
    }"#,
    );
    assert_eq!(found, "100 10 640 0 abca 97");
}

/// Prints whether there is a process of the maker's number.
const MAKER: &str = r#"
    int main(void) {
        struct shmid_ds now;
        shmctl(shmget(7, 10, 0), IPC_STAT, &now);
        int runs = kill(now.shm_cpid, 0) == 0 || errno == EPERM;
        printf("%s, %ld attached", runs ? "runs" : "has ended", now.shm_nattch);
    }"#;

fn its_maker_has_ended() {
    assert_eq!(beside(&preset(), MAKER), "has ended, 0 attached");
}

fn its_maker_runs_and_has_it_attached() {
    let preset = preset().maker_runs();
    assert_eq!(beside(&preset, MAKER), "runs, 1 attached");
    assert_eq!(beside(&preset.filled_with(""), MAKER), "runs, 0 attached");
}

fn its_maker_ends_with_the_world() {
    let mut world = World::new(100).expect("a world");
    world.preset(&preset().maker_runs()).expect("a segment");
    world.run(Launch::of(["true"])).expect("a run");
    drop(world);
    assert_eq!(wait(), Err(nix::errno::Errno::ECHILD));
}

fn its_maker_ends_with_a_check_that_is_killed() {
    set_child_subreaper(true).expect("the orphans of a check");
    let check = engine::fork().expect("a check");
    if check.as_raw() == 0 {
        let mut world = World::new(100).expect("a world");
        world.preset(&preset().maker_runs()).expect("a segment");
        kill(getpid(), Signal::SIGKILL).expect("its death");
    }
    let killed = WaitStatus::Signaled(check, Signal::SIGKILL, false);
    assert_eq!(waitpid(check, None), Ok(killed));
    let maker = wait();
    engine::remove_stale().expect("what the check has left");
    assert!(matches!(maker, Ok(WaitStatus::Signaled(_, Signal::SIGKILL, _))), "{maker:?}");
}

fn it_is_the_users_of_programs() {
    let mut world = World::new(100).expect("a world");
    world.preset(&preset()).expect("a segment");
    let own = user_for(None).unwrap_or(nix::unistd::geteuid().as_raw());
    assert_eq!(world.left().expect("what is there").segments[0].owner.0, u64::from(own));
}

fn one_that_cannot_be_made_is_trouble() {
    let mut world = World::new(100).expect("a world");
    let trouble =
        world.preset(&Preset { size: 0, ..preset() }).expect_err("no segment has no bytes");
    let wanted = "making a segment of key 7 to start from: shmget: Invalid argument";
    assert_eq!(trouble.to_string(), wanted);
}
