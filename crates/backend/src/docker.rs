//! Hosts as containers of a Docker engine.
//!
//! ```text
//! tinygram run …                     leads the agents
//!   ║ the engine's API: one attached stream of bytes
//! container coordinator (no network) docker-relay: carries a channel for each host that comes
//!   ║ a Unix socket in /dev/shm, which all containers of the run share
//! container HOST, one a host         docker-seat: one run after the other
//!   docker-agent                     plays the host, for one run
//!     tinygram peer                  the programs, without any capability
//! ```
//!
//! Under `docker compose up` the coordinator's container leads the agents itself ([`Compose`]); all below
//! it is the same.
//!
//! The engine's API rather than a compose file that is made for each run: it takes less time, each step's
//! error is a value, and nothing has to be installed beside the engine. Containers are removed by the
//! engine when they end (`--rm`), and they end when the stream does, so the death of the command takes
//! them along, however it comes.
//!
//! The network between containers is the engine's bridge, closed to the outside. On most machines that
//! bridge shows IP packets to the firewall (br_netfilter), which puts fragments together, drops headers
//! with a flipped bit and follows connections: a link would not be the link that was asked for. So frames
//! cross it under EtherTypes of their own, see `cable`.

mod blueprint;
mod cable;
mod clean;
mod compose;
mod door;
mod engine;
mod error;
mod fleet;
mod seat;
mod session;
mod subnet;
mod threshold;
mod tidy;
mod trunk;
mod turn;

pub use cable::{CableError, plug};
pub use clean::{Removed, clean};
pub use compose::{Compose, HOSTS, become_owner};
pub use engine::{IMAGE_VARIABLE, Report, report};
pub use error::DockerError;
pub use seat::{TELL, agent_arguments, seat};
pub use threshold::relay;

use crate::{Backend, BackendError, Lab};
use engine::Engine;
use fleet::Fleet;
use scenario::plan::VariantPlan;
use std::sync::{Arc, Mutex, PoisonError};
use turn::Turn;

/// The backend: an engine, and the containers that are up, which variants use in turn. Dropping it
/// removes them.
pub struct Docker {
    engine: Arc<Engine>,
    name: String,
    fleet: Mutex<Option<Fleet>>,
    /// Kept while runs are played: who reads what they came to may take any time.
    turn: Mutex<Option<Turn>>,
}

impl Docker {
    /// Finds the engine and looks whether the lab's image is there.
    ///
    /// # Errors
    /// No engine answers, or it lacks the image.
    pub fn connect() -> Result<Self, DockerError> {
        let engine = Engine::connect()?;
        engine.find_image()?;
        Ok(Self {
            name: format!("docker {}", engine.version()),
            engine: Arc::new(engine),
            fleet: Mutex::new(None),
            turn: Mutex::default(),
        })
    }

    /// The engine's version.
    pub fn version(&self) -> &str {
        self.engine.version()
    }

    /// Waits until few enough others run on this machine, and tells `waiting` once if there are too many.
    ///
    /// # Errors
    /// The engine does not tell how many processors it has, or this machine has no sockets left.
    pub fn take_turn(&self, waiting: impl FnOnce()) -> Result<(), DockerError> {
        let processors = self.engine.processors()?;
        let turn = Turn::take(processors, waiting)?;
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
        Ok(())
    }

    /// Brings up the containers that the variant needs, unless they are.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn raise(&self, variant: &VariantPlan) -> Result<(), DockerError> {
        let mut fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        if fleet.as_ref().is_some_and(|fleet| fleet.serves(variant)) {
            return Ok(());
        }
        // The old ones go before the new ones come: both at once could be more than there is room for.
        *fleet = None;
        *fleet = Some(Fleet::raise(Arc::clone(&self.engine), variant)?);
        Ok(())
    }
}

impl Backend for Docker {
    fn name(&self) -> &str {
        &self.name
    }

    fn played(&self) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn bring_up(&self, variant: &VariantPlan) -> Result<Box<dyn Lab>, BackendError> {
        self.raise(variant)?;
        let fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(fleet) = fleet.as_ref() else {
            return Err(DockerError::Vanished.into());
        };
        Ok(Box::new(fleet.session(variant)?))
    }
}
