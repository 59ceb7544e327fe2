//! The coordinator of `docker compose up`: containers are up already, and their agents come here.

use super::{
    DockerError,
    door::Door,
    session::{COMING, Session},
    threshold::{SOCKET, welcome},
};
use crate::{Backend, BackendError, Lab};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use scenario::plan::{Program, VariantPlan};
use std::{
    env, fs, io,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The environment variable that says which hosts there are, with blanks between them.
pub const HOSTS: &str = "TINYGRAM_HOSTS";

/// The hosts of `compose.yaml`.
pub struct Compose {
    door: Arc<Door>,
    hosts: Vec<String>,
    used_up: Arc<AtomicBool>,
}

impl Compose {
    /// Opens the place where hosts come, and waits until all have: the engine could not start one any more
    /// if this container, whose memory it shares, had ended.
    ///
    /// # Errors
    /// It can't be made, or a host does not come.
    pub fn open() -> Result<Self, DockerError> {
        let hosts = env::var(HOSTS).unwrap_or_default();
        let hosts: Vec<String> = hosts.split_whitespace().map(str::to_owned).collect();
        let door = Arc::<Door>::default();
        let answering = Arc::clone(&door);
        welcome(hosts.len(), move |host| answering.answer(host)).map_err(|source| {
            DockerError::Listen {
                path: SOCKET.into(),
                source,
            }
        })?;
        door.gather(&hosts, COMING)?;
        Ok(Self {
            door,
            hosts,
            used_up: Arc::default(),
        })
    }

    /// Why a variant can't be played in these containers, if it can't.
    pub fn obstacle(&self, variant: &VariantPlan) -> Option<String> {
        const INSTEAD: &str = "`tinygram run --backend docker` plays it";
        let strange = variant
            .hosts
            .iter()
            .find(|host| !self.hosts.contains(&host.name));
        if let Some(host) = strange {
            let have = self.hosts.join(", ");
            let name = &host.name;
            return Some(format!("compose.yaml has {have}, and no {name}; {INSTEAD}"));
        }
        let sysctls = variant.hosts.iter().find(|host| !host.sysctls.is_empty());
        if let Some(host) = sysctls {
            let name = &host.name;
            return Some(format!(
                "{name}'s sysctls need a container made with them; {INSTEAD}"
            ));
        }
        let is_command = |program: &Program| matches!(program, Program::Command(_));
        let mut programs = variant.hosts.iter().flat_map(|host| &host.run);
        if programs.any(|program| is_command(&program.program)) {
            const ELSEWHERE: &str =
                "the lab's image has none of its commands; `tinygram run --backend netns` plays it";
            return Some(ELSEWHERE.to_owned());
        }
        let ipv6 = variant.hosts.iter().any(|host| host.address.is_ipv6());
        ipv6.then(|| format!("compose.yaml's containers speak IPv4 only; {INSTEAD}"))
    }
}

impl Backend for Compose {
    fn name(&self) -> &str {
        "docker compose"
    }

    /// Ctrl-C, and `docker compose stop`, end those first that depend on others.
    fn farewell(&self) -> Duration {
        Duration::from_secs(2)
    }

    fn bring_up(&self, variant: &VariantPlan) -> Result<Box<dyn Lab>, BackendError> {
        if self.used_up.load(Ordering::Acquire) {
            return Err(DockerError::UsedUp.into());
        }
        let session = Session::begin(&self.door, variant, &self.used_up)?;
        Ok(Box::new(session))
    }
}

/// Makes this process the owner of a folder, so that what it writes there belongs to whom the folder does.
/// Where all users are others than they seem (rootless engines), the folder is root's, and so is this.
///
/// # Errors
/// The folder is not there, or the right to become another is missing (CAP_SETUID, CAP_SETGID).
pub fn become_owner(path: &Path) -> Result<(), DockerError> {
    let change = || -> io::Result<()> {
        let folder = fs::metadata(path)?;
        if folder.uid() == nix::unistd::geteuid().as_raw() {
            return Ok(());
        }
        let (uid, gid) = (Uid::from_raw(folder.uid()), Gid::from_raw(folder.gid()));
        setgroups(&[gid])?;
        setgid(gid)?;
        Ok(setuid(uid)?)
    };
    change().map_err(|source| DockerError::Owner {
        path: path.to_owned(),
        source,
    })
}
