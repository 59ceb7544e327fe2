//! The containers of one run after the other.

use super::{
    DockerError, blueprint,
    clean::runner,
    door::Door,
    engine::{Engine, is_overlap},
    session::Session,
    subnet::candidates,
    trunk::Trunk,
};
use futures_util::future::join_all;
use scenario::plan::VariantPlan;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

/// What makes a container fit for a host: another variant with the same can have it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Berth {
    address: IpAddr,
    image: Option<String>,
    sysctls: BTreeMap<String, String>,
}

/// Containers that are up. Dropping it removes them.
pub(super) struct Fleet {
    engine: Arc<Engine>,
    /// Its name, with which those of the containers begin.
    network: String,
    containers: Vec<String>,
    berths: BTreeMap<String, Berth>,
    door: Arc<Door>,
    /// The command's end of the coordinator's standard input and output.
    line: Option<UnixStream>,
    said: Arc<Mutex<String>>,
    used_up: Arc<AtomicBool>,
}

impl Fleet {
    /// Brings up what the variant needs.
    ///
    /// # Errors
    /// The engine refuses. What had come up is removed.
    pub(super) fn raise(engine: Arc<Engine>, variant: &VariantPlan) -> Result<Self, DockerError> {
        let mut fleet = Self {
            network: unique_name(),
            containers: Vec::new(),
            berths: berths(variant),
            door: Arc::default(),
            line: None,
            said: Arc::default(),
            used_up: Arc::default(),
            engine: Arc::clone(&engine),
        };
        let label = runner();
        // No host has a name with a dot in it.
        let name = format!("{}.coordinator", fleet.network);
        let lends = variant.hosts.iter().any(|host| host.image.is_some());
        let (network, coordinator) = engine.wait(async {
            tokio::join!(
                fleet.make_network(variant.hosts.len(), &label),
                engine.start_attached(
                    &name,
                    blueprint::coordinator(&label, variant.hosts.len(), lends)
                ),
            )
        });
        let coordinator = coordinator?;
        fleet.containers.push(coordinator.id.clone());
        fleet.said = coordinator.said;
        fleet.line = Some(fleet.listen(coordinator.stream)?);
        network?;
        let started = engine.wait(join_all(variant.hosts.iter().map(|host| {
            let id = &coordinator.id;
            let container = blueprint::host(variant, host, &fleet.network, id, &label);
            let (engine, name) = (&engine, format!("{}-{}", fleet.network, host.name));
            async move { engine.start(&name, container).await }
        })));
        for container in started {
            fleet.containers.push(container?);
        }
        Ok(fleet)
    }

    async fn make_network(&self, hosts: usize, label: &str) -> Result<(), DockerError> {
        for subnet in candidates(hosts) {
            let network = blueprint::network(&self.network, subnet, label);
            match self.engine.make_network(network).await {
                Ok(()) => return Ok(()),
                // The engine is the lock: another run was faster.
                Err(error) if is_overlap(&error) => {}
                Err(error) => return Err(DockerError::refused("make a network")(error)),
            }
        }
        Err(DockerError::NoSubnet)
    }

    /// Listens to the coordinator. Returns what ends it when it is shut down.
    fn listen(&self, stream: UnixStream) -> Result<UnixStream, DockerError> {
        let clone = || stream.try_clone().map_err(DockerError::Start);
        let (line, writer) = (clone()?, clone()?);
        let door = Arc::clone(&self.door);
        let trunk = Trunk::new(writer);
        // It waits for this: a command that is killed before now takes nothing along.
        trunk.greet().map_err(DockerError::Start)?;
        let listen = move || {
            // Its end is everybody's: connections end, and those who wait for one say which.
            if let Err(error) = trunk.listen(stream, |host| door.answer(host)) {
                tracing::debug!("the coordinator's stream: {error}");
            }
        };
        let thread = thread::Builder::new().name("coordinator".into());
        thread.spawn(listen).map_err(DockerError::Start)?;
        Ok(line)
    }

    /// Whether the variant can be played in these containers.
    pub(super) fn serves(&self, variant: &VariantPlan) -> bool {
        !self.used_up.load(Ordering::Acquire) && self.berths == berths(variant)
    }

    /// Lets the variant's agents in.
    ///
    /// # Errors
    /// One does not come.
    pub(super) fn session(&self, variant: &VariantPlan) -> Result<Session, DockerError> {
        Session::begin(&self.door, variant, &self.used_up).map_err(|error| match error {
            DockerError::Absent { host, .. } => DockerError::Absent {
                host,
                said: self
                    .said
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .trim()
                    .to_owned(),
            },
            other => other,
        })
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // Without its command the coordinator ends, and without a coordinator the agents.
        if let Some(line) = self.line.take() {
            let _ = line.shutdown(std::net::Shutdown::Both);
        }
        self.engine.wait(async {
            let removed = join_all(self.containers.iter().map(|id| self.engine.remove(id))).await;
            for error in removed.into_iter().filter_map(Result::err) {
                tracing::warn!("a container is left, `tinygram clean` removes it: {error}");
            }
            if let Err(error) = self.engine.remove_network(&self.network).await {
                tracing::warn!("a network is left, `tinygram clean` removes it: {error}");
            }
        });
    }
}

fn berths(variant: &VariantPlan) -> BTreeMap<String, Berth> {
    let berth = |host: &scenario::plan::HostPlan| Berth {
        address: host.address,
        image: host.image.clone(),
        sysctls: control::sysctls(variant, &host.name),
    };
    variant
        .hosts
        .iter()
        .map(|host| (host.name.clone(), berth(host)))
        .collect()
}

/// A name that no other network has.
fn unique_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let moment = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_nanos();
    format!("tinygram-{}-{number}-{moment:x}", std::process::id())
}
