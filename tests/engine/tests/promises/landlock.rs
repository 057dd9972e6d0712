//! What files a program reaches. (Which sockets: none, see `calls`.)

use std::fs::{self, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;

use engine::{Folder, Launch, not_held};

use crate::programs::{Program, run_launch, said};
use crate::skip;

crate::tests! {
    the_own_folder_is_open
    others_files_cannot_be_read
    others_files_cannot_be_written
    others_folders_cannot_be_listed
    others_programs_cannot_be_executed
    nothing_can_be_made_outside
    what_is_among_the_words_can_be_read_but_not_written
    what_the_machine_has_can_be_read
    a_terminal_cannot_be_opened
    no_device_or_socket_can_be_made
}

const DENIED: &str = "Permission denied";

/// A folder that everybody may enter, list and write, with such a file.
fn everybodys() -> Folder {
    if not_held().is_some() {
        skip("this kernel has no Landlock");
    }
    let folder = Folder::new(None).expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("its mode");
    let file = folder.path().join("file");
    fs::write(&file, "#!/bin/sh\n").expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(0o777)).expect("its mode");
    folder
}

/// Makes this call, about `path`.
fn about(path: &str, call: &str) -> String {
    let source = format!(
        "int main(int count, char **words) {{ char path[500]; sprintf(path, \"%s\", words[1] + 1); tell(\"it\", ({call}) < 0 ? -1 : 0); }}"
    );
    // With a letter before it, it is no path that may be read.
    said(&run_launch(Program::of(&source).with(&format!("x{path}"))))
}

fn is_denied(call: &str) {
    let folder = everybodys();
    let path = folder.path().display().to_string();
    assert_eq!(about(&path, call), format!("it: {DENIED}\n"), "{call}");
}

fn the_own_folder_is_open() {
    let program = Program::of(
        r#"
    int main(void) {
        tell("make", open("file", O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0);
        tell("read", open("file", O_RDONLY) < 0 ? -1 : 0);
        tell("rename", rename("file", "other"));
        tell("truncate", truncate("other", 5));
        tell("mkdir", mkdir("folder", 0700));
        tell("move", rename("other", "folder/file"));
        tell("unlink", unlink("folder/file"));
        tell("list", open(".", O_RDONLY | O_DIRECTORY) < 0 ? -1 : 0);
    }"#,
    );
    let names = ["make", "read", "rename", "truncate", "mkdir", "move", "unlink", "list"];
    assert_eq!(
        said(&run_launch(program.launch())),
        names.map(|name| format!("{name}: 0\n")).concat()
    );
}

fn others_files_cannot_be_read() {
    is_denied(r#"open(strcat(path, "/file"), O_RDONLY)"#);
}

fn others_files_cannot_be_written() {
    is_denied(r#"open(strcat(path, "/file"), O_WRONLY)"#);
    is_denied(r#"truncate(strcat(path, "/file"), 0)"#);
    is_denied(r#"unlink(strcat(path, "/file"))"#);
}

fn others_folders_cannot_be_listed() {
    is_denied("open(path, O_RDONLY | O_DIRECTORY)");
}

fn others_programs_cannot_be_executed() {
    is_denied(r#"execl(strcat(path, "/file"), "file", NULL)"#);
}

fn nothing_can_be_made_outside() {
    is_denied(r#"open(strcat(path, "/new"), O_CREAT | O_WRONLY, 0600)"#);
    is_denied(r#"mkdir(strcat(path, "/new"), 0700)"#);
    is_denied(r#"mkfifo(strcat(path, "/new"), 0600)"#);
}

fn what_is_among_the_words_can_be_read_but_not_written() {
    let folder = everybodys();
    let file = folder.path().join("file");
    let program = Program::of(
        r#"
    int main(int count, char **words) {
        tell("read", open(words[1], O_RDONLY) < 0 ? -1 : 0);
        tell("write", open(words[1], O_WRONLY) < 0 ? -1 : 0);
    }"#,
    );
    let ran = run_launch(program.with(&file.display().to_string()));
    assert_eq!(said(&ran), format!("read: 0\nwrite: {DENIED}\n"));
}

fn what_the_machine_has_can_be_read() {
    assert_eq!(
        said(&run_launch(Launch::of([
            "sh",
            "-c",
            "cat /etc/passwd > /dev/null && cat /dev/zero | head -c 1 | wc -c"
        ])))
        .trim(),
        "1"
    );
}

/// It is somebody's, and text that is put into it is typed.
fn a_terminal_cannot_be_opened() {
    let _folder = everybodys(); // or it is skipped
    let terminal = nix::pty::openpty(None, None).expect("a terminal");
    let path =
        fs::read_link(format!("/proc/self/fd/{}", terminal.slave.as_raw_fd())).expect("its name");
    fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("its mode");
    let said = about(&path.display().to_string(), "open(path, O_RDWR | O_NOCTTY)");
    assert_eq!(said, format!("it: {DENIED}\n"));
}

/// By the filter of calls mknod of any kind but two is refused; by Landlock also what it lets through.
fn no_device_or_socket_can_be_made() {
    let _folder = everybodys();
    #[cfg(target_arch = "x86_64")]
    assert_eq!(
        about("socket", "syscall(SYS_mknod, path, S_IFSOCK | 0600, 0)"),
        format!("it: {DENIED}\n")
    );
}
