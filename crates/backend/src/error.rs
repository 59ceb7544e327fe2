//! Why hosts can't be brought up.

use crate::docker::DockerError;
use std::io;

/// Why hosts can't be brought up, each with what mends it.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The kernel does not let this user make namespaces.
    #[error(
        "network namespaces are forbidden here: {reason}\n\
         to mend it, run as root, or allow unprivileged user namespaces, and enough of each kind:\n\
         \x20 sysctl user.max_user_namespaces=15000   (likewise max_net_namespaces,\n\
         \x20        max_mnt_namespaces, max_pid_namespaces, max_ipc_namespaces, max_uts_namespaces)\n\
         \x20 sysctl kernel.unprivileged_userns_clone=1          (older Debian)\n\
         \x20 sysctl kernel.apparmor_restrict_unprivileged_userns=0   (Ubuntu 24.04)\n\
         in a container, give it CAP_SYS_ADMIN and CAP_NET_ADMIN"
    )]
    Forbidden {
        /// What the kernel said.
        reason: String,
    },
    /// There is no user-mode Linux.
    #[error("no user-mode Linux here: {reason}\nto mend it: apt install user-mode-linux")]
    NoUml {
        /// What is missing.
        reason: String,
    },
    /// The kernel of user-mode Linux did not do what it should.
    #[error("user-mode Linux failed: {reason}; the end of its kernel's log:{log}")]
    Uml {
        /// In which way.
        reason: String,
        /// The end of its log, each line on a line of its own.
        log: String,
    },
    /// Containers.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The lab's first process did not start.
    #[error("can't start the lab's own process")]
    Start(#[source] io::Error),
    /// The lab could not be set up although namespaces are allowed.
    #[error("the lab could not be set up: {reason}")]
    SetUp {
        /// What the lab said.
        reason: String,
    },
}
