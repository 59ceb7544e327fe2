//! A whole kernel of its own: user-mode Linux, started as an ordinary process.
//!
//! ```text
//! tinygram run … --backend uml          outside: finds the kernel, hands over its output and end
//!   linux.uml                           the kernel; its root is the machine's own (hostfs)
//!     tinygram uml-init                 PID 1: mounts, modules
//!       tinygram run … --backend netns  the whole lab, in namespaces of that kernel
//! ```
//!
//! Run directories come out at their place since the file system is the machine's. Debian's kernel
//! has netem, which many machines' own kernels lack.

mod ability;
mod errand;
mod init;

pub use ability::{Ability, find};
pub use errand::{Errand, Returned, is_stale_folder};
pub use init::init;
