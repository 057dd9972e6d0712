//! The four exercises in a row, as a student runs them.

use crate::harness::{Case, Report};

#[test]
fn the_four_in_a_row() -> Result<(), Report> {
    Case::of("shm-create")
        .then("shm-attach")
        .then("shm-fork")
        .then("shm-dynamic")
        .reading("100\n")
        .with_luck()
        .agrees()
}
