//! The engine's own trouble, which says nothing about a program.

use std::error::Error;
use std::fmt;

/// What the engine was doing, to which file if to one, and why that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(String);

impl Trouble {
    /// Of what was being done, and why it failed.
    pub fn new(doing: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self(format!("{doing}: {why}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Says what was being done when an error came.
pub trait While<T> {
    /// The value, or the trouble with these words before the error's.
    ///
    /// # Errors
    /// What `self` was, in words.
    fn doing(self, what: impl fmt::Display) -> Result<T, Trouble>;
}

impl<T, E: Error> While<T> for Result<T, E> {
    fn doing(self, what: impl fmt::Display) -> Result<T, Trouble> {
        self.map_err(|error| Trouble::new(what, error))
    }
}
