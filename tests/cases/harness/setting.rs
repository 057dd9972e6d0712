//! What a case starts from: segments that are there, limits, a user; and what it runs.

use super::channel::Channel;

/// A user who owns nothing.
pub const NOBODY: u32 = 65534;

/// A segment that is there before the programs start.
#[derive(Clone, Debug)]
pub struct Found {
    pub key: i32,
    pub size: i32,
    pub mode: u32,
    pub owner: Option<u32>,
    pub text: &'static str,
    pub held: bool,
}

/// A segment of everybody's, filled with zeros.
pub fn found(key: i32, size: i32) -> Found {
    Found {
        key,
        size,
        mode: 0o666,
        owner: None,
        text: "",
        held: false,
    }
}

impl Found {
    #[must_use]
    pub fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    #[must_use]
    pub fn owned_by(self, owner: u32) -> Self {
        Self {
            owner: Some(owner),
            ..self
        }
    }

    /// Owned by the user of [`run_by_ordinary_user`](super::Case::run_by_ordinary_user).
    #[must_use]
    pub fn owned_by_ordinary_user(self) -> Self {
        let owner = cfg!(other_users).then_some(NOBODY);
        Self { owner, ..self }
    }

    /// Old bytes: `text` over and over.
    #[must_use]
    pub fn filled_with(self, text: &'static str) -> Self {
        Self { text, ..self }
    }

    /// Attached by another process all the while.
    #[must_use]
    pub fn held(self) -> Self {
        // The maker attaches the segment to fill it.
        let text = if self.text.is_empty() { "x" } else { self.text };
        Self {
            held: true,
            text,
            ..self
        }
    }
}

/// What a scene starts from, and what is run in it.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    pub found: Vec<Found>,
    pub table_is_full: bool,
    pub kernel_limits: Vec<(&'static str, u64)>,
    pub user: Option<u32>,
    pub wrapper: Vec<&'static str>,
    pub programs: Vec<(&'static str, Vec<u8>)>,
}

impl Setting {
    /// How to get there by hand: the commands that a student types.
    pub fn by_hand(&self, channel: Channel) -> String {
        let mut lines = String::new();
        for found in &self.found {
            lines += &format!("    {}\n", found.by_hand());
        }
        if self.table_is_full {
            lines += "    while ipcmk -M 1 >/dev/null; do :; done\n";
        }
        for (limit, value) in &self.kernel_limits {
            lines += &format!("    echo {value} >/proc/sys/kernel/{limit}\n");
        }
        for (program, input) in &self.programs {
            let input = match input.as_slice() {
                [] => String::new(),
                input => format!("printf -- {} | ", quoted(&input.escape_ascii().to_string())),
            };
            let wrapper: String = self.wrapper.iter().map(|word| quoted(word) + " ").collect();
            let user = as_user(self.user);
            let to = channel.by_hand();
            lines += &format!("    {input}{user}{wrapper}target/release/{program}{to}\n");
        }
        lines
    }
}

impl Found {
    pub fn by_hand(&self) -> String {
        let Self {
            key,
            size,
            mode,
            text,
            ..
        } = self;
        let input = if self.held {
            "sleep 1000 |"
        } else {
            "</dev/null"
        };
        let maker = format!(
            "target/release/make-segment {key} {size} {mode:o} {}",
            quoted(text)
        );
        let user = as_user(self.owner);
        if self.held {
            format!("{input} {user}{maker} &")
        } else {
            format!("{user}{maker} {input}")
        }
    }
}

fn as_user(user: Option<u32>) -> String {
    user.map_or(String::new(), |user| {
        format!("setpriv --reuid={user} --regid={user} --clear-groups ")
    })
}

/// A word as the shell has to be given it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=/.".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{word}'")
    }
}
