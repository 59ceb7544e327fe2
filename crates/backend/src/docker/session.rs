//! One run in containers that go on afterwards.

use super::{DockerError, door::Door};
use crate::{BackendError, Lab};
use record::layout::RunDir;
use scenario::plan::VariantPlan;
use std::{
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Where a host in a container writes a run's files: its own memory.
pub(super) const WORKPLACE: &str = "/tmp/run";

/// How long containers may take until their agents call.
pub(super) const COMING: Duration = Duration::from_secs(60);

/// How long they may take to hand in what the run has left, which may be a large capture.
const LEAVING: Duration = Duration::from_secs(60);

/// One run's hosts.
pub(super) struct Session {
    door: Arc<Door>,
    hosts: Vec<String>,
    agents: Vec<UnixStream>,
    used_up: Arc<AtomicBool>,
}

impl Session {
    /// Waits for the agents of the variant's hosts. `used_up` is set when something of this run can't be
    /// tidied up that would reach the next.
    ///
    /// # Errors
    /// One does not come.
    pub(super) fn begin(
        door: &Arc<Door>,
        variant: &VariantPlan,
        used_up: &Arc<AtomicBool>,
    ) -> Result<Self, DockerError> {
        let hosts: Vec<String> = variant.hosts.iter().map(|host| host.name.clone()).collect();
        let agents = door.admit(&hosts, COMING)?;
        // Until the run is over, containers are as it leaves them.
        used_up.store(true, Ordering::Release);
        Ok(Self {
            door: Arc::clone(door),
            hosts,
            agents,
            used_up: Arc::clone(used_up),
        })
    }
}

impl Lab for Session {
    fn agents(&mut self) -> Vec<UnixStream> {
        std::mem::take(&mut self.agents)
    }

    fn workplace(&self, dir: &RunDir) -> PathBuf {
        self.door.expect_files(&self.hosts, dir);
        WORKPLACE.into()
    }

    fn bring_home(&mut self, _: &RunDir) -> Result<(), BackendError> {
        let residue = self.door.see_off(&self.hosts, LEAVING)?;
        if let Some(residue) = &residue {
            tracing::warn!("containers can't be used again: {residue}");
        }
        self.used_up.store(residue.is_some(), Ordering::Release);
        Ok(())
    }

    fn obituary(&mut self) -> Option<BackendError> {
        Some(DockerError::Vanished.into())
    }
}
