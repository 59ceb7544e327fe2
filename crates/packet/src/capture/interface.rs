//! Where packets were captured, and how their times are written.

use crate::LinkType;
use std::borrow::Cow;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// An interface that packets were captured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface<'a> {
    /// Its name, where the file tells.
    pub name: Option<Cow<'a, str>>,
    /// What it is, in words, where the file tells.
    pub description: Option<Cow<'a, str>>,
    /// How its packets begin.
    pub link_type: LinkType,
    /// How many bytes of a packet were kept; 0 for all.
    pub snaplen: u32,
    pub(super) clock: Clock,
}

impl<'a> Interface<'a> {
    pub(super) fn new(link_type: LinkType, snaplen: u32, ticks: Ticks) -> Self {
        Self {
            name: None,
            description: None,
            link_type,
            snaplen,
            clock: Clock { ticks, offset: 0 },
        }
    }
}

/// How an interface's times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) ticks: Ticks,
    /// Seconds to add, if_tsoffset.
    pub(super) offset: i64,
}

impl Clock {
    /// Nanoseconds since 1970.
    pub(super) fn nanos(self, ticks: u64) -> u64 {
        let nanos = self.ticks.nanos(ticks);
        if self.offset == 0 {
            return nanos;
        }
        let offset = i128::from(self.offset) * i128::from(NANOS_PER_SECOND);
        let nanos = (i128::from(nanos) + offset).max(0);
        nanos.try_into().unwrap_or(u64::MAX)
    }
}

/// How long a tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ticks {
    /// So many nanoseconds.
    Nanos(u64),
    /// So many a nanosecond.
    PerNano(u64),
    /// Two to this power a second.
    PowerOfTwo(u8),
}

impl Ticks {
    pub(super) const MICROSECOND: Self = Self::Nanos(1_000);
    pub(super) const NANOSECOND: Self = Self::Nanos(1);

    /// From if_tsresol: a negative power of 10, or of 2 when the highest bit is set.
    pub(super) fn from_resolution(resolution: u8) -> Self {
        let exponent = resolution & 0x7f;
        if resolution & 0x80 != 0 {
            return Self::PowerOfTwo(exponent);
        }
        match 9_u32.checked_sub(exponent.into()) {
            Some(power) => Self::Nanos(10_u64.pow(power)),
            None => match 10_u64.checked_pow(u32::from(exponent) - 9) {
                Some(ticks) => Self::PerNano(ticks),
                // So fine that 64 bits of them are less than a nanosecond.
                None => Self::Nanos(0),
            },
        }
    }

    fn nanos(self, ticks: u64) -> u64 {
        match self {
            Self::Nanos(nanos) => ticks.saturating_mul(nanos),
            Self::PerNano(ticks_per_nano) => ticks / ticks_per_nano,
            Self::PowerOfTwo(exponent) => {
                let nanos = (u128::from(ticks) * u128::from(NANOS_PER_SECOND)) >> exponent;
                nanos.try_into().unwrap_or(u64::MAX)
            }
        }
    }
}
