//! How many processes a case may have. The kernel keeps the number: a program that forks without end
//! is faster than anybody who counts. See cgroups(7), and `RLIMIT_NPROC` in getrlimit(2).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::resource::{Resource, setrlimit};

/// With all threads, and the case's own.
const MOST: u64 = 600;

/// Where control groups are made: in the first version of them, and in the second.
const PLACES: [&str; 2] = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];

/// The groups of one run begin with the name of its folder.
fn run() -> String {
    let folder = env::temp_dir();
    folder
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// Puts this process, which plays a case, into a group of its own. Root alone can; and for root alone
/// there is no other limit.
pub fn enter(case: &str) {
    let name = format!("{}-{}", run(), case.replace("::", "-"));
    let groups = PLACES.map(|place| Path::new(place).join(&name));
    let entered = groups.iter().any(|group| enter_group(group).is_ok());
    if !entered {
        for group in groups {
            let _ = fs::remove_dir(group);
        }
    }
}

fn enter_group(group: &Path) -> std::io::Result<()> {
    fs::create_dir(group)?;
    fs::write(group.join("pids.max"), MOST.to_string())?;
    fs::write(group.join("cgroup.procs"), "0")
}

/// The same for an ordinary user, who is alone in a new user namespace.
pub fn limit_user() -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_NPROC, MOST, MOST)
}

/// Removes the groups of a run, whose folder this is.
pub fn remove_all(folder: &Path) {
    let Some(run) = folder.file_name() else {
        return;
    };
    let groups = PLACES.iter().filter_map(|place| fs::read_dir(place).ok());
    for group in groups.flatten().filter_map(Result::ok) {
        let name = group.file_name();
        if name.as_encoded_bytes().starts_with(run.as_encoded_bytes()) {
            let _ = fs::remove_dir::<PathBuf>(group.path());
        }
    }
}
