//! What killed commands have left with the engine, and its removal.
//!
//! All that the lab makes carries a label with the command that made it: its process, when that began, and
//! the machine. As long as that command runs it is not touched, and nothing without the label ever is.

use super::{DockerError, blueprint::LABEL, engine::Engine};
use bollard::query_parameters::{ListContainersOptions, ListNetworksOptions};
use std::{collections::HashMap, fs};

/// Something that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// A container, by its name.
    Container(String),
    /// A network, by its name.
    Network(String),
}

/// Removes the containers and networks of commands that are gone. What the engine does not give up is no
/// reason to leave the rest; it comes second.
///
/// # Errors
/// No engine answers, or it does not tell what there is.
pub fn clean() -> Result<(Vec<Removed>, Vec<DockerError>), DockerError> {
    let engine = Engine::connect()?;
    engine.wait(async {
        let filters = HashMap::from([("label".to_owned(), vec![LABEL.to_owned()])]);
        let (mut removed, mut kept) = (Vec::new(), Vec::new());
        let containers = engine.docker().list_containers(Some(ListContainersOptions {
            all: true,
            filters: Some(filters.clone()),
            ..Default::default()
        }));
        let refused = || DockerError::refused("tell its containers and networks");
        for container in containers.await.map_err(refused())? {
            if is_live(container.labels.as_ref()) {
                continue;
            }
            let id = container.id.unwrap_or_default();
            if let Err(error) = engine.remove(&id).await {
                kept.push(DockerError::kept(format!("container {id}"))(error));
                continue;
            }
            let name = container.names.and_then(|names| names.into_iter().next());
            removed.push(Removed::Container(
                name.map_or(id, |name| name.trim_start_matches('/').to_owned()),
            ));
        }
        let networks = engine.docker().list_networks(Some(ListNetworksOptions {
            filters: Some(filters),
        }));
        for network in networks.await.map_err(refused())? {
            if is_live(network.labels.as_ref()) {
                continue;
            }
            let name = network.name.unwrap_or_default();
            if let Err(error) = engine.remove_network(&name).await {
                kept.push(DockerError::kept(format!("network {name}"))(error));
                continue;
            }
            removed.push(Removed::Network(name));
        }
        Ok((removed, kept))
    })
}

/// Who this command is: what its label says.
pub(super) fn runner() -> String {
    let pid = std::process::id();
    format!("{pid} {} {}", began(pid).unwrap_or_default(), machine())
}

/// Whether the command that the label names still runs. On another machine's word it may.
fn is_live(labels: Option<&HashMap<String, String>>) -> bool {
    let Some(runner) = labels.and_then(|labels| labels.get(LABEL)) else {
        return true;
    };
    let mut words = runner.split(' ');
    let (pid, begin, at) = (words.next(), words.next(), words.next());
    if at != Some(&machine()) {
        return true;
    }
    let Some(pid) = pid.and_then(|pid| pid.parse().ok()) else {
        return true;
    };
    began(pid).as_deref() == begin
}

/// When a process began, in clock ticks since the machine did (proc(5), field 22 of stat).
fn began(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(19).map(str::to_owned)
}

/// This machine since it was started.
fn machine() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(runner: String) -> HashMap<String, String> {
        HashMap::from([(LABEL.to_owned(), runner)])
    }

    #[test]
    fn what_a_running_command_made_is_left_alone() {
        assert!(is_live(Some(&labels(runner()))));
    }

    #[test]
    fn what_a_command_that_is_gone_made_is_not() {
        let pid = std::process::id();
        assert!(
            !is_live(Some(&labels(format!("{pid} 1 {}", machine())))),
            "its number was reused"
        );
        assert!(
            !is_live(Some(&labels(format!("4194305 1 {}", machine())))),
            "no such process"
        );
    }

    #[test]
    fn what_others_made_is_never_touched() {
        assert!(is_live(None));
        assert!(is_live(Some(&HashMap::new())));
        assert!(is_live(Some(&labels("77 1 another-machine".into()))));
    }
}
