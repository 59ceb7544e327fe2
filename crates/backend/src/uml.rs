//! A whole kernel of its own: user-mode Linux, started as an ordinary process.
//!
//! ```text
//! tinygram run … --backend uml          outside: finds the kernel, hands over its output and end
//!   tinygram uml-keeper                 ends all of the kernel's processes, whatever is killed
//!     linux.uml                         the kernel; its root is the machine's own (hostfs)
//!       tinygram uml-init               PID 1: mounts, modules
//!         tinygram run … --inside-uml   the whole lab, in namespaces of that kernel
//! ```
//!
//! Run directories come out at their place since the file system is the machine's. Debian's kernel
//! has netem, which many machines' own kernels lack.

mod ability;
mod errand;
mod folder;
mod init;
mod keeper;
mod kernel;
mod log;

pub use ability::{Ability, find};
pub use errand::{Errand, Returned};
pub use folder::is_stale_folder;
pub use init::init;
pub use keeper::keeper;
