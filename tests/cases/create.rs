//! shm-create.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let basic = cases! {
        "fresh": create().agrees();
        "run_twice": create().then("shm-create").agrees();
        "a_larger_segment_is_there": create().on(preset(CREATE_KEY, CREATE_SIZE + 1)).agrees();
        "old_bytes_stay": create().on(there().filled_with("x")).agrees();
        "another_process_is_attached": create().on(there().filled_with("x").maker_runs()).agrees();
        "another_users_segment" needs TwoUsers: create().on(there()).run_by(ANOTHER).agrees();
        "a_smaller_segment_is_there": create().on(preset(CREATE_KEY, CREATE_SIZE - 1)).agrees();
        "another_users_private_segment" needs TwoUsers:
            create().on(there().mode(0o600)).run_by(ANOTHER).agrees();
        "a_read_only_segment" needs OrdinaryUser:
            create().on(there().mode(0o444)).run_by_ordinary_user().agrees();
        "as_many_segments_as_the_kernel_allows":
            create().always_failing("shmget", Errno::ENOSPC).agrees();
    };
    super::exercise_of(&["shm-create"], &["shmget write exit_group"], [(Basic, basic)])
}

/// The segment that shm-create makes.
fn there() -> Preset {
    preset(CREATE_KEY, CREATE_SIZE)
}

fn create() -> Scene {
    Scene::of("shm-create")
}
