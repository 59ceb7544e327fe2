//! One look at the machine: ability by ability.

use super::{mend::mend, programs};
use backend::{
    BackendError,
    docker::{self, DockerError},
    netns,
};
use control::{Ability, HostAbilities};
use record::manifest::SIMULATED;
use record::reason;
use scenario::text::Lang;
use serde_json::{Value, json};
use std::{
    fs::{self, OpenOptions},
    io,
};

/// The backend that is always there, as `--backend` calls it.
const SIM: &str = "sim";

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Linux namespaces for this user.
    Namespaces,
    /// The user-space link.
    Link,
    /// Switching offloads off.
    Offloads,
    /// The kernel's netem.
    Netem,
    /// /dev/net/tun.
    Tun,
    /// User-mode Linux.
    Uml,
    /// A Docker engine.
    Docker,
    /// The lab's image.
    Image,
    /// docker compose, of either generation.
    Compose,
    /// Whether the kernel drops what comes from a container under an address that it would not answer
    /// there.
    ReversePath,
    /// Wireshark's command line.
    Tshark,
    /// Simulated hosts.
    Sim,
}

impl Subject {
    /// Its name in JSON.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Link => "link",
            Self::Offloads => "offload-control",
            Self::Netem => "netem",
            Self::Tun => "tun",
            Self::Uml => "uml",
            Self::Docker => "docker",
            Self::Image => "image",
            Self::Compose => "compose",
            Self::ReversePath => "reverse-path",
            Self::Tshark => "tshark",
            Self::Sim => "sim",
        }
    }
}

/// What was found.
pub(super) struct Checkup {
    pub(super) findings: Vec<(Subject, Ability)>,
}

impl Checkup {
    /// Tries everything. What could leave something behind is tried in a process that takes it away.
    pub(super) fn run() -> Self {
        let (namespaces, host) = namespaces();
        let (docker, image) = engine();
        Self {
            findings: vec![
                (Subject::Namespaces, namespaces),
                (Subject::Link, host.link),
                (Subject::Offloads, host.offloads),
                (Subject::Netem, host.netem),
                (Subject::Tun, tun()),
                (Subject::Uml, uml()),
                // Nothing that a machine could lack.
                (Subject::Sim, Ability::ok(SIMULATED)),
                (Subject::Docker, docker),
                (Subject::Image, image),
                (Subject::Compose, programs::compose()),
                (Subject::ReversePath, reverse_path()),
                (Subject::Tshark, programs::tshark()),
            ],
        }
    }

    fn is_ok(&self, subject: Subject) -> bool {
        let mut all = self.findings.iter();
        all.any(|(other, ability)| *other == subject && ability.is_ok())
    }

    /// Backends that work here, as `--backend` calls them, the one that `auto` takes first.
    pub(super) fn backends(&self) -> Vec<&'static str> {
        let mut backends = Vec::new();
        if self.is_ok(Subject::Docker) && self.is_ok(Subject::Image) {
            backends.push("docker");
        }
        let needed = [Subject::Namespaces, Subject::Link, Subject::Offloads];
        if needed.iter().all(|subject| self.is_ok(*subject)) {
            backends.push("netns");
        }
        if self.is_ok(Subject::Uml) {
            backends.push("uml");
        }
        backends.push(SIM);
        backends
    }

    /// Whether there is a backend on a real kernel.
    pub(super) fn has_kernel(&self) -> bool {
        self.backends().iter().any(|backend| *backend != SIM)
    }

    /// For scripts.
    pub(super) fn to_json(&self) -> Value {
        let ability = |(subject, ability): &(Subject, Ability)| {
            json!({
                "ability": subject.code(),
                "state": ability.state,
                "detail": ability.detail,
                "mend": (!ability.is_ok()).then(|| mend(*subject, ability.state, Lang::En)),
            })
        };
        let backends = self.backends();
        json!({
            "version": 1,
            "abilities": self.findings.iter().map(ability).collect::<Vec<_>>(),
            "backends": backends,
            "auto": backends.first(),
        })
    }
}

/// What the namespaces say, and what a host in one can do.
fn namespaces() -> (Ability, HostAbilities) {
    let unknown = || Ability::missing("can't be tried without namespaces");
    let nothing = HostAbilities {
        link: unknown(),
        offloads: unknown(),
        netem: unknown(),
    };
    match netns::abilities() {
        Ok(host) => {
            let who = if nix::unistd::geteuid().is_root() {
                "allowed (root)"
            } else {
                "allowed for this user"
            };
            (Ability::ok(who), host)
        }
        Err(BackendError::Forbidden { reason }) => (Ability::forbidden(reason), nothing),
        Err(error) => (Ability::missing(reason(&error)), nothing),
    }
}

/// A Docker engine, and whether it has the lab's image.
fn engine() -> (Ability, Ability) {
    let unknown = || Ability::missing("can't be looked for without an engine");
    match docker::report() {
        Ok(found) => {
            let (name, is_there) = found.image;
            let image = match is_there {
                true => Ability::ok(name),
                false => Ability::missing(format!("the engine has no image {name}")),
            };
            (Ability::ok(format!("engine {}", found.version)), image)
        }
        Err(error) => {
            let docker = match error {
                DockerError::Forbidden { address } => Ability::forbidden(address),
                DockerError::NoEngine { address, .. } => {
                    Ability::missing(format!("no engine at {address}"))
                }
                error => Ability::missing(error.to_string().lines().next().unwrap_or_default()),
            };
            (docker, unknown())
        }
    }
}

/// What a new bridge will have: the larger of both values (ip-sysctl, `rp_filter`). Loose (2) does not
/// help, since a default route leads to every address.
fn reverse_path() -> Ability {
    let value = |name| {
        let path = format!("/proc/sys/net/ipv4/conf/{name}/rp_filter");
        let text = fs::read_to_string(path).ok()?;
        text.trim().parse::<u8>().ok()
    };
    match (value("all"), value("default")) {
        (Some(all), Some(default)) => match all.max(default) {
            1 => Ability::ok("containers can't send to this machine (rp_filter 1)"),
            other => Ability::missing(format!(
                "container root can send UDP here (rp_filter {other})"
            )),
        },
        _ => Ability::missing("/proc/sys/net/ipv4 can't be read"),
    }
}

fn tun() -> Ability {
    const DEVICE: &str = "/dev/net/tun";
    let opened = OpenOptions::new().read(true).write(true).open(DEVICE);
    match opened {
        Ok(_) => Ability::ok(DEVICE),
        Err(error) => match error.kind() {
            io::ErrorKind::PermissionDenied => Ability::forbidden(format!("{DEVICE}: {error}")),
            _ => Ability::missing(format!("{DEVICE}: {error}")),
        },
    }
}

fn uml() -> Ability {
    match backend::uml::find() {
        Ok(found) => Ability::ok(format!("kernel {}", found.release)),
        Err(BackendError::NoUml { reason }) => Ability::missing(reason),
        Err(error) => Ability::missing(reason(&error)),
    }
}
