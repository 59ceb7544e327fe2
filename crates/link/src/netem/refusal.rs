//! Why netem does not do what is asked.

use std::io;
use sys::netlink::{
    NetlinkError,
    qdisc::{NETEM, NetemOptions},
};

/// Why netem does not do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The kernel has no netem.
    #[error("this kernel has no netem (sch_netem)")]
    NoNetem,
    /// The kernel has no discipline with bands.
    #[error("this kernel has no prio (sch_prio), by which netem tells other hosts apart")]
    NoPrio,
    /// Netem can't do this, whatever the kernel.
    #[error("the kernel's netem can't {what}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
    },
    /// More lanes than a `prio` has bands.
    #[error("the kernel's netem can tell 15 other hosts apart, and {} are named", lanes - 1)]
    TooManyLanes {
        /// How many are needed.
        lanes: usize,
    },
    /// Some kernels since 6.12.50 forbid copies where there are several netems on an interface.
    #[error("this kernel's netem can't duplicate packets while it tells other hosts apart")]
    NoCopies(#[source] NetlinkError),
    /// The kernel left something out.
    #[error("this kernel's netem took {field} as {taken} instead of {asked}")]
    NotTaken {
        /// What.
        field: &'static str,
        /// As it was asked.
        asked: String,
        /// As it was read back.
        taken: String,
    },
    /// What was set can't be found.
    #[error("the kernel's netem vanished after it had been set")]
    Vanished,
    /// The kernel can't be asked, or refuses.
    #[error(transparent)]
    Netlink(NetlinkError),
}

impl Refusal {
    /// What the refusal to make a discipline means.
    pub(super) fn from_make(error: NetlinkError, kind: &str) -> Self {
        match &error {
            NetlinkError::Refused { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                if kind == NETEM {
                    Self::NoNetem
                } else {
                    Self::NoPrio
                }
            }
            _ => Self::Netlink(error),
        }
    }

    /// What the refusal to change one of so many netems means.
    pub(super) fn from_change(error: NetlinkError, asked: &NetemOptions, lanes: usize) -> Self {
        match &error {
            NetlinkError::Refused { source, .. }
                if source.kind() == io::ErrorKind::InvalidInput
                    && lanes > 1
                    && asked.duplicate != 0 =>
            {
                Self::NoCopies(error)
            }
            _ => Self::Netlink(error),
        }
    }
}

/// Whether the kernel has taken what it was asked. The seed is another matter, and a distribution
/// is never told.
pub(super) fn compare(asked: &NetemOptions, taken: &NetemOptions) -> Result<(), Refusal> {
    macro_rules! same {
        ($($field:ident: $name:literal,)*) => {
            $(if asked.$field != taken.$field {
                return Err(Refusal::NotTaken {
                    field: $name,
                    asked: format!("{:?}", asked.$field),
                    taken: format!("{:?}", taken.$field),
                });
            })*
        };
    }
    same! {
        delay: "the delay (ns)",
        jitter: "the jitter (ns)",
        jitter_correlation: "the jitter's correlation",
        loss: "the loss",
        loss_correlation: "the loss' correlation",
        gilbert_elliott: "the Gilbert-Elliott model",
        duplicate: "the share of duplicates",
        duplicate_correlation: "the duplicates' correlation",
        corrupt: "the share of corrupted packets",
        corrupt_correlation: "the corruption's correlation",
        reorder: "the share of reordered packets",
        reorder_correlation: "the reordering's correlation",
        gap: "the gap of reordering",
        rate: "the rate (bytes a second)",
        overhead: "the overhead of packets",
        limit: "the limit of the queue",
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forbids_copies_is_named() {
        let refused = || NetlinkError::Refused {
            what: "change".to_owned(),
            source: io::Error::from_raw_os_error(libc::EINVAL),
        };
        let asked = NetemOptions {
            duplicate: 1,
            ..NetemOptions::default()
        };
        let meaning = |asked, lanes| Refusal::from_change(refused(), asked, lanes);
        assert!(matches!(meaning(&asked, 2), Refusal::NoCopies(_)));
        assert!(matches!(meaning(&asked, 1), Refusal::Netlink(_)));
        let nothing = NetemOptions::default();
        assert!(matches!(meaning(&nothing, 2), Refusal::Netlink(_)));
    }

    #[test]
    fn what_the_kernel_left_out_is_named() {
        let asked = NetemOptions {
            rate: 5_000_000_000,
            ..NetemOptions::default()
        };
        let taken = NetemOptions {
            rate: u32::MAX.into(),
            ..NetemOptions::default()
        };
        let refusal = compare(&asked, &taken).unwrap_err();
        let said = "this kernel's netem took the rate (bytes a second) as 4294967295 instead of 5000000000";
        assert_eq!(refusal.to_string(), said);
        assert!(compare(&asked, &asked).is_ok());
    }
}
