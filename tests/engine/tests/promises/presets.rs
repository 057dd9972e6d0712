//! Segments that are there before a program starts.

use engine::{Launch, Preset, World};

use crate::programs::{Program, said};

crate::tests! {
    a_program_finds_it_with_its_text
    its_maker_has_ended
    its_maker_runs_and_has_it_attached
    its_maker_ends_with_the_world
    one_that_cannot_be_made_is_trouble
}

fn preset() -> Preset {
    Preset { key: 7, size: 10, mode: 0o640, owner: None, text: b"abc".to_vec(), maker_runs: false }
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
    let preset = Preset { maker_runs: true, ..preset() };
    assert_eq!(beside(&preset, MAKER), "runs, 1 attached");
    assert_eq!(beside(&Preset { text: Vec::new(), ..preset }, MAKER), "runs, 0 attached");
}

fn its_maker_ends_with_the_world() {
    let mut world = World::new(100).expect("a world");
    world.preset(&Preset { maker_runs: true, ..preset() }).expect("a segment");
    world.run(Launch::of(["true"])).expect("a run");
    drop(world);
    assert_eq!(nix::sys::wait::wait(), Err(nix::errno::Errno::ECHILD));
}

fn one_that_cannot_be_made_is_trouble() {
    let mut world = World::new(100).expect("a world");
    let trouble =
        world.preset(&Preset { size: 0, ..preset() }).expect_err("no segment has no bytes");
    let wanted = "making a segment of key 7 to start from: shmget: Invalid argument";
    assert_eq!(trouble.to_string(), wanted);
}
