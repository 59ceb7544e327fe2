//! How often each flag was set.

use super::flag::{FlagSet, TcpFlag};
use serde::{Serialize, Serializer};

/// Frames by flag. Most connections have few flags or none, so this takes no room until there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Option<Box<[u64; TcpFlag::ALL.len()]>>);

impl Counts {
    /// Counts a frame's.
    #[inline]
    pub fn add(&mut self, flags: FlagSet) {
        if flags.is_empty() {
            return;
        }
        let counts = self.0.get_or_insert_default();
        for flag in flags.iter() {
            counts[flag as usize] += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Those that were set, in the order in which they are printed, and on how many frames.
    pub fn iter(&self) -> impl Iterator<Item = (TcpFlag, u64)> {
        let count = |flag| self.0.as_ref().map_or(0, |counts| counts[flag as usize]);
        let all = TcpFlag::ALL
            .into_iter()
            .map(move |flag| (flag, count(flag)));
        all.filter(|(_, count)| *count > 0)
    }
}

impl<'a> Extend<&'a Counts> for Counts {
    fn extend<T: IntoIterator<Item = &'a Self>>(&mut self, others: T) {
        for (flag, count) in others.into_iter().flat_map(Self::iter) {
            self.0.get_or_insert_default()[flag as usize] += count;
        }
    }
}

/// As an object, from names to counts.
impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(flag, count)| (flag.name(), count)))
    }
}
