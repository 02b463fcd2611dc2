//! The side of a position.

use std::fmt;

/// Long gains when the price rises, short when it falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Owns the base asset.
    Long,
    /// Owes the base asset.
    Short,
}

impl Side {
    /// +1 for long, −1 for short.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Side::Long => 1.0,
            Side::Short => -1.0,
        }
    }

    /// `long` or `short`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::Long => "long",
            Side::Short => "short",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
