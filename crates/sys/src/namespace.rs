//! Linux namespaces, namespaces(7): what the lab is made of where no engine runs.

use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    unistd::{getegid, geteuid, sethostname},
};
use std::{fs, io, path::Path};

/// A namespace that could not be made or furnished.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// unshare(2) refused.
    #[error("this machine forbids {what}")]
    Forbidden {
        /// Which namespaces.
        what: &'static str,
        /// The kernel's error number.
        #[source]
        source: nix::Error,
    },
    /// A file that describes the namespace could not be written.
    #[error("can't write {path}")]
    Write {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A mount inside the namespace failed.
    #[error("can't {what} inside the namespace")]
    Mount {
        /// What was to be done.
        what: String,
        /// Why.
        #[source]
        source: nix::Error,
    },
    /// The host name was refused.
    #[error("can't set the host name")]
    HostName(#[source] nix::Error),
}

/// Moves the process into fresh network, mount, IPC and UTS namespaces, and its future children
/// into a fresh PID namespace: with the right to (root), directly, else inside a fresh user
/// namespace where it is root. The process must have one thread only.
///
/// # Errors
/// The machine forbids it.
pub fn enter_lab() -> Result<(), NamespaceError> {
    let lab = CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWPID;
    if unshare(lab).is_err() {
        let (uid, gid) = (geteuid(), getegid());
        unshare(lab | CloneFlags::CLONE_NEWUSER).map_err(|source| NamespaceError::Forbidden {
            what: "namespaces",
            source,
        })?;
        // An unprivileged process may map its own group only once it has given up setgroups(2).
        write("/proc/self/setgroups", "deny")?;
        write("/proc/self/uid_map", &format!("0 {uid} 1"))?;
        write("/proc/self/gid_map", &format!("0 {gid} 1"))?;
    }
    keep_mounts_private()
}

/// Moves the process into the namespaces of one host of the lab: its own network, mounts and host
/// name. The process must have one thread only.
///
/// # Errors
/// The machine forbids it.
pub fn enter_host(name: &str) -> Result<(), NamespaceError> {
    let host = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWUTS;
    unshare(host).map_err(|source| NamespaceError::Forbidden {
        what: "network namespaces",
        source,
    })?;
    keep_mounts_private()?;
    sethostname(name).map_err(NamespaceError::HostName)
}

/// Shows the processes of this PID namespace under /proc. Where the machine hides parts of /proc
/// (containers do), the kernel refuses; the lab works without.
pub fn mount_proc() -> bool {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>).is_ok()
}

/// Puts `content` in the place of the file at `path`, for this mount namespace only.
///
/// # Errors
/// The file does not exist, or a mount is refused.
pub fn replace_file(path: &Path, content: &str) -> Result<(), NamespaceError> {
    let failed = |what: &str| {
        let what = format!("{what} {}", path.display());
        move |source| NamespaceError::Mount { what, source }
    };
    // A bind mount needs a file; a file system that only this namespace sees holds it. It is
    // mounted over a folder that everybody has and goes away at once, the bind mount keeps it.
    let holder = Path::new("/tmp");
    mount(
        Some("tmpfs"),
        holder,
        Some("tmpfs"),
        MsFlags::empty(),
        Some("size=64k,mode=0755"),
    )
    .map_err(failed("make room for"))?;
    let draft = holder.join("file");
    let bound = fs::write(&draft, content)
        .map_err(|source| NamespaceError::Write {
            path: draft.display().to_string(),
            source,
        })
        .and_then(|()| {
            mount(
                Some(&draft),
                path,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            )
            .map_err(failed("mount over"))
        });
    umount2(holder, MntFlags::MNT_DETACH).map_err(failed("tidy up after"))?;
    bound
}

fn keep_mounts_private() -> Result<(), NamespaceError> {
    let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, flags, None::<&str>).map_err(|source| {
        NamespaceError::Mount {
            what: "keep mounts private".into(),
            source,
        }
    })
}

fn write(path: &str, content: &str) -> Result<(), NamespaceError> {
    fs::write(path, content).map_err(|source| NamespaceError::Write {
        path: path.to_owned(),
        source,
    })
}
