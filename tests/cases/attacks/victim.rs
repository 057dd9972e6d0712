//! Whom an attack is to harm: made anew for each, for the user that the attack runs as, so that nothing but a guard
//! protects it.

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::fs::MetadataExt;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::kill;
use nix::unistd::{Gid, Pid, geteuid, setgroups, setsid};

use super::super::prelude::*;
use super::as_attacks_user;

/// A victim: the attack's arguments name it, and `look` tells how it is. It lives as long as this.
pub struct Victim {
    pub words: Vec<String>,
    look: Box<dyn Fn() -> String>,
}

impl Victim {
    #[expect(clippy::unnecessary_wraps, reason = "every maker ends with it")]
    fn new<const N: usize>(words: [String; N], look: impl Fn() -> String + 'static) -> Made {
        Ok(Self { words: words.into(), look: Box::new(look) })
    }

    pub fn look(&self) -> String {
        (self.look)()
    }
}

/// What makes one, in a folder that the attack can reach.
pub type Maker = fn(&Path) -> Made;
pub type Made = Result<Victim, Report>;

/// There is none, or the attack itself tells.
pub fn nobody(_: &Path) -> Made {
    Victim::new([], String::new)
}

/// A process: its number.
pub fn process(_: &Path) -> Made {
    let sleeper = Sleeper::start(&["sleep", "60"])?;
    Victim::new([sleeper.number().to_string()], move || sleeper.picture())
}

/// A process that only the signal does not leave alone.
pub fn listener_for_urg(_: &Path) -> Made {
    let sleeper = Sleeper::start(&["sh", "-c", "trap 'exit 7' URG; sleep 60"])?;
    Victim::new([], move || sleeper.picture())
}

/// One whose first thread has ended, which the kernel calls a zombie: its number.
pub fn first_thread_ended(folder: &Path) -> Made {
    let program = folder.join("first_thread_ended");
    super::take_attack("victims/first_thread_ended", &program)?;
    let sleeper = Sleeper::start(&[&program.to_string_lossy()])?;
    Victim::new([sleeper.number().to_string()], move || (sleeper.threads() > 0).to_string())
}

/// The case itself: its number.
pub fn the_check(_: &Path) -> Made {
    Victim::new([process::id().to_string()], String::new)
}

/// A process: its number, and an address of its stack.
pub fn memory(_: &Path) -> Made {
    let sleeper = Sleeper::start(&["sleep", "60"])?;
    let map = format!("/proc/{}/maps", sleeper.number());
    let map = as_attacks_user(|| fs::read_to_string(&map))?.doing(&map)?;
    let stack = map.lines().find(|line| line.ends_with("[stack]")).unwrap_or_default();
    let end = stack.split(['-', ' ']).nth(1).and_then(|end| u64::from_str_radix(end, 16).ok());
    let address = end.unwrap_or(4096) - 64;
    Victim::new([sleeper.number().to_string(), address.to_string()], move || sleeper.picture())
}

/// A process: its number, and a descriptor of it.
pub fn descriptor(_: &Path) -> Made {
    let sleeper = Sleeper::start(&["sleep", "60"])?;
    Victim::new([sleeper.number().to_string(), 0.to_string()], move || sleeper.picture())
}

/// A process: its number, and the path of a private file.
pub fn root(folder: &Path) -> Made {
    let sleeper = Sleeper::start(&["sleep", "60"])?;
    let file = own_file(folder, "private")?;
    Victim::new([sleeper.number().to_string(), reached(&file)], move || {
        sleeper.picture() + &picture(&file)
    })
}

/// A file: its path.
pub fn file(folder: &Path) -> Made {
    let file = own_file(folder, "private")?;
    Victim::new([reached(&file)], move || picture(&file))
}

/// A folder with a file: its path.
pub fn folder(folder: &Path) -> Made {
    let own = own_folder(folder)?;
    let file = own_file(&own, "private")?;
    Victim::new([reached(&own)], move || picture(&own) + &picture(&file))
}

/// The path of nothing yet, where the attack's user may write.
pub fn new_file(folder: &Path) -> Made {
    let new = own_folder(folder)?.join("new");
    Victim::new([reached(&new)], move || new.symlink_metadata().is_ok().to_string())
}

/// One of our own programs: its path.
pub fn our_program(_: &Path) -> Made {
    let program = Version::Ours.path("shm-create");
    Victim::new([reached(&program)], move || picture(&program))
}

/// A setting of the machine: its path.
pub fn setting(_: &Path) -> Made {
    Victim::new([reached(Path::new("/proc/sys/kernel/hostname"))], String::new)
}

/// The folder of programs of the machine's: /tmp.
pub fn temporary_folder(_: &Path) -> Made {
    Victim::new([reached(Path::new("/tmp"))], String::new)
}

/// The attack's own program.
pub fn itself(folder: &Path) -> Made {
    let folder = folder.to_path_buf();
    Victim::new([], move || {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        entries.map(|entry| picture(&entry.path())).collect()
    })
}

/// A variable in the environment of the check: its name.
pub fn variable(_: &Path) -> Made {
    let is_own = |(name, _): &(String, String)| !["PATH", "TMPDIR"].contains(&name.as_str());
    let (name, _) = std::env::vars().find(is_own).unwrap_or_default();
    Victim::new([name], String::new)
}

/// A file that the check has open, and hands on.
pub fn open_file(folder: &Path) -> Made {
    let file = File::open(own_file(folder, "private")?).doing("opening a file")?;
    fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty())).doing("handing on a descriptor")?;
    Victim::new([], move || file.as_raw_fd().to_string())
}

/// The groups of the check, if root can have some.
pub fn groups(_: &Path) -> Made {
    if geteuid().is_root() {
        setgroups(&[Gid::from_raw(1)]).doing("joining a group")?;
    }
    Victim::new([], String::new)
}

/// A user.
pub fn user(_: &Path) -> Made {
    Victim::new([0.to_string()], String::new)
}

/// A word that is in the arguments of those that stay.
pub fn marker(_: &Path) -> Made {
    Victim::new([format!("marker-{}", process::id())], String::new)
}

/// A name for a thing of the kernel's.
pub fn new_name(_: &Path) -> Made {
    Victim::new([format!("/attack-{}", process::id())], String::new)
}

/// A terminal: its path.
pub fn terminal(_: &Path) -> Made {
    let (terminal, name) = new_terminal()?;
    Victim::new([reached(Path::new(&name))], move || waiting_on(&terminal))
}

/// The terminal of the check.
pub fn own_terminal(_: &Path) -> Made {
    setsid().doing("leaving the session")?;
    let (terminal, name) = new_terminal()?;
    let own = File::options().read(true).write(true).open(name).doing("taking a terminal")?;
    Victim::new([], move || {
        let _ = own.as_raw_fd();
        waiting_on(&terminal)
    })
}

fn new_terminal() -> Result<(PtyMaster, String), Report> {
    let open = || -> nix::Result<(PtyMaster, String)> {
        let terminal = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK)?;
        grantpt(&terminal)?;
        unlockpt(&terminal)?;
        let name = ptsname_r(&terminal)?;
        Ok((terminal, name))
    };
    let (terminal, name) = open().doing("making a terminal")?;
    give(Path::new(&name))?;
    Ok((terminal, name))
}

/// What came to a terminal.
fn waiting_on(terminal: &PtyMaster) -> String {
    let mut bytes = [0; 64];
    match nix::unistd::read(terminal, &mut bytes) {
        Ok(count) => bytes[..count].escape_ascii().to_string(),
        Err(_) => "nothing came".into(),
    }
}

/// Who waits for connections by TCP: the port.
pub fn tcp(_: &Path) -> Made {
    listens(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
}

/// The same by IP's sixth version; where there is none, by the fourth.
pub fn tcp6(_: &Path) -> Made {
    let six = TcpListener::bind((Ipv6Addr::LOCALHOST, 0));
    listens(six.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))))
}

fn listens(listener: std::io::Result<TcpListener>) -> Made {
    let listener = listener.doing("listening")?;
    listener.set_nonblocking(true).doing("listening")?;
    let port = listener.local_addr().doing("listening")?.port();
    Victim::new([port.to_string()], move || listener.accept().is_ok().to_string())
}

/// Who waits for datagrams: the port.
pub fn udp(_: &Path) -> Made {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).doing("listening")?;
    socket.set_nonblocking(true).doing("listening")?;
    let port = socket.local_addr().doing("listening")?.port();
    Victim::new([port.to_string()], move || socket.recv(&mut [0]).is_ok().to_string())
}

/// Who waits for connections at a path.
pub fn socket(folder: &Path) -> Made {
    let path = own_folder(folder)?.join("socket");
    let listener = UnixListener::bind(&path).doing("listening")?;
    give(&path)?;
    listener.set_nonblocking(true).doing("listening")?;
    Victim::new([reached(&path)], move || listener.accept().is_ok().to_string())
}

/// The same at an abstract name.
pub fn abstract_socket(_: &Path) -> Made {
    let name = format!("attack-{}", process::id());
    let address = SocketAddr::from_abstract_name(&name).doing("naming a socket")?;
    let listener = UnixListener::bind_addr(&address).doing("listening")?;
    listener.set_nonblocking(true).doing("listening")?;
    Victim::new([format!("@{name}")], move || listener.accept().is_ok().to_string())
}

/// Who waits for datagrams at an abstract name.
pub fn datagrams(_: &Path) -> Made {
    let name = format!("attack-{}", process::id());
    let address = SocketAddr::from_abstract_name(&name).doing("naming a socket")?;
    let socket = UnixDatagram::bind_addr(&address).doing("listening")?;
    socket.set_nonblocking(true).doing("listening")?;
    Victim::new([format!("@{name}")], move || socket.recv(&mut [0]).is_ok().to_string())
}

/// A segment: its ID.
pub fn segment(_: &Path) -> Made {
    in_table("-M 4096", |fields| fields[1].clone())
}

/// A segment: its key.
pub fn key(_: &Path) -> Made {
    in_table("-M 4096", |fields| fields[0].clone())
}

/// A set of semaphores: its ID.
pub fn semaphores(_: &Path) -> Made {
    in_table("-S 1", |fields| fields[1].clone())
}

/// A queue: its ID.
pub fn queue(_: &Path) -> Made {
    in_table("-Q", |fields| fields[1].clone())
}

/// The table of segments, in which there is nothing.
pub fn table(_: &Path) -> Made {
    Victim::new([], tables)
}

/// Made by ipcmk(1), as the attack's user, in this process's own table: it goes with that.
fn in_table(what: &str, name: fn(&[String]) -> String) -> Made {
    let mut make = Command::new("ipcmk");
    let output = of_attacks_user(make.args(what.split(' ')).args(["-p", "0666"])).output();
    output.doing("running ipcmk")?;
    let rows = tables();
    let row = rows.lines().find(|line| !line.contains("key")).unwrap_or_default();
    let fields: Vec<String> = row.split_whitespace().map(String::from).collect();
    expect("a victim in the table", fields.len() > 2, &rows)?;
    Victim::new([name(&fields)], tables)
}

fn tables() -> String {
    let table = |name| fs::read_to_string(format!("/proc/sysvipc/{name}")).unwrap_or_default();
    ["shm", "sem", "msg"].map(table).concat()
}

/// A process of the attack's user. It ends with this, or after a minute.
struct Sleeper(Child);

impl Sleeper {
    fn start(words: &[&str]) -> Result<Self, Report> {
        let mut command = Command::new(words[0]);
        let command = of_attacks_user(command.args(&words[1..])).process_group(0);
        let null = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = null.spawn().doing(format!("starting {}", words[0]))?;
        sleep(Duration::from_millis(20)); // until its traps are set
        Ok(Self(child))
    }

    fn number(&self) -> u32 {
        self.0.id()
    }

    fn of_proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.number())).unwrap_or_default()
    }

    /// How many threads of it live.
    fn threads(&self) -> usize {
        let threads = fs::read_dir(format!("/proc/{}/task", self.number()));
        threads.into_iter().flatten().count()
    }

    /// What an attack may want to change.
    fn picture(&self) -> String {
        let status = self.of_proc("status");
        let of_interest = ["PPid", "TracerPid", "Uid", "Cpus_allowed_list"];
        let is_of_interest = |line: &&str| of_interest.iter().any(|name| line.starts_with(name));
        let status: Vec<&str> = status.lines().filter(is_of_interest).collect();
        let stat = self.of_proc("stat");
        let fields: Vec<&str> = stat.split(' ').collect();
        let fields = [4, 5, 17, 18, 39, 40].map(|field| fields.get(field).copied());
        let io = Command::new("ionice").args(["-p", &self.number().to_string()]).output();
        let io = io.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let files = self.of_proc("limits") + &self.of_proc("oom_score_adj");
        format!("{}\n{fields:?}\n{}\n{files}", status.join("\n"), io.unwrap_or_default())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let pid = i32::try_from(self.number()).map(Pid::from_raw);
        if let (Ok(pid), true) =
            (pid, self.of_proc("status").contains(&format!("PPid:\t{}\n", process::id())))
        {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let _ = self.0.wait();
    }
}

/// Root's programs run as another user.
fn of_attacks_user(command: &mut Command) -> &mut Command {
    match user_for(None) {
        Some(user) => command.uid(user).gid(user),
        None => command,
    }
}

fn give(path: &Path) -> Verdict {
    if let Some(user) = user_for(None) {
        chown(path, Some(user), Some(user)).doing(format!("giving {} away", path.display()))?;
    }
    Ok(())
}

fn own_file(folder: &Path, name: &str) -> Result<PathBuf, Report> {
    let path = folder.join(name);
    let mut file = File::create(&path).doing(format!("making {}", path.display()))?;
    file.write_all(b"a private line\n").doing(format!("writing {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).doing("closing a file")?;
    give(&path)?;
    Ok(path)
}

fn own_folder(folder: &Path) -> Result<PathBuf, Report> {
    let path = folder.join("own");
    fs::create_dir(&path).doing(format!("making {}", path.display()))?;
    give(&path)?;
    Ok(path)
}

/// A path as an argument: the engine lets a program read what an absolute one names.
fn reached(path: &Path) -> String {
    format!("{}{}", "../".repeat(16), path.display().to_string().trim_start_matches('/'))
}

/// Content, and all that stat(2) tells that a program may change.
fn picture(path: &Path) -> String {
    let content = fs::read(path).unwrap_or_default().len();
    match path.symlink_metadata() {
        Err(error) => error.to_string(),
        Ok(data) => {
            let (mode, owner, links) = (data.st_mode(), data.st_uid(), data.st_nlink());
            let changed = (data.st_mtime(), data.st_ctime(), data.st_ctime_nsec());
            format!("{} {content} bytes {mode:o} {owner} {links} {changed:?}\n", path.display())
        }
    }
}
