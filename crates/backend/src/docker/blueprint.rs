//! What the lab's containers and their network are made of. `compose.yaml` says the same; a test holds the
//! two together.

use super::{engine::image, subnet::Subnet};
use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Ipam, IpamConfig, NetworkCreateRequest,
};
use scenario::plan::{HostPlan, VariantPlan};
use std::collections::HashMap;

/// The label of all that the lab makes; its value is the command that made it, see [`super::clean()`].
pub(super) const LABEL: &str = "tinygram.runner";

/// What an agent needs besides what everybody may: to make interfaces, and to send and see frames.
const AGENT_CAPABILITIES: [&str; 2] = ["NET_ADMIN", "NET_RAW"];

/// Memory of a container, in bytes: programs, the capture's rings, and the run's files.
const MEMORY: i64 = 1 << 30;

/// Processes and threads of a container.
const PROCESSES: i64 = 1024;

/// The one place that a host can write to: captures, diaries and logs of one run.
const SCRATCH: (&str, &str) = ("/tmp", "size=512m,mode=1777");

/// The lab's binary in its image.
const BINARY: &str = "/tinygram/tinygram";

/// Docker's options of a bridge: as large as a link's MTU can be; and no address of the machine's on it,
/// through which hosts could reach whatever listens there.
const NETWORK: [(&str, &str); 2] = [
    ("com.docker.network.driver.mtu", "65535"),
    ("com.docker.network.bridge.inhibit_ipv4", "true"),
];

fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> HashMap<String, String> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    pairs.into_iter().map(owned).collect()
}

fn list(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

/// The network between hosts: a bridge that leads nowhere else.
pub(super) fn network(name: &str, subnet: Subnet, label: &str) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: name.to_owned(),
        driver: Some("bridge".to_owned()),
        internal: Some(true),
        ipam: Some(Ipam {
            config: Some(vec![IpamConfig {
                subnet: Some(subnet.text()),
                gateway: Some(subnet.gateway()),
                ..Default::default()
            }]),
            ..Default::default()
        }),
        options: Some(map(NETWORK)),
        labels: Some(map([(LABEL, label)])),
        ..Default::default()
    }
}

/// What is the same for all containers.
fn hardened() -> HostConfig {
    HostConfig {
        cap_drop: list(&["ALL"]),
        readonly_rootfs: Some(true),
        security_opt: list(&["no-new-privileges"]),
        memory: Some(MEMORY),
        memory_swap: Some(MEMORY),
        pids_limit: Some(PROCESSES),
        ..Default::default()
    }
}

/// The coordinator's container, for so many hosts: it has no network, and its shared memory is everybody's.
pub(super) fn coordinator(label: &str, hosts: usize, lends_binary: bool) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image()),
        cmd: Some(vec!["docker-relay".to_owned(), hosts.to_string()]),
        entrypoint: list(&[BINARY]),
        open_stdin: Some(true),
        // When the one who is attached goes away, standard input ends.
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        labels: Some(map([(LABEL, label)])),
        // What lies there in the image lies in a volume then, which other images' containers can have.
        volumes: lends_binary.then(|| vec!["/tinygram".to_owned()]),
        host_config: Some(HostConfig {
            auto_remove: Some(true),
            network_mode: Some("none".to_owned()),
            ipc_mode: Some("shareable".to_owned()),
            // Its output is the run's control and files; the engine shall not keep it.
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..hardened()
        }),
        ..Default::default()
    }
}

/// A host's container.
pub(super) fn host(
    variant: &VariantPlan,
    host: &HostPlan,
    network: &str,
    coordinator: &str,
    label: &str,
) -> ContainerCreateBody {
    let neighbours = variant.hosts.iter();
    let names = neighbours.map(|other| format!("{}:{}", other.name, other.address));
    let own_image = host.image.clone();
    ContainerCreateBody {
        image: Some(own_image.clone().unwrap_or_else(image)),
        hostname: Some(host.name.clone()),
        cmd: Some(vec!["docker-seat".to_owned(), host.name.clone()]),
        entrypoint: list(&[BINARY]),
        user: Some("0:0".to_owned()),
        labels: Some(map([(LABEL, label)])),
        host_config: Some(HostConfig {
            auto_remove: Some(true),
            network_mode: Some(network.to_owned()),
            ipc_mode: Some(format!("container:{coordinator}")),
            cap_add: list(&AGENT_CAPABILITIES),
            tmpfs: Some(map([SCRATCH])),
            sysctls: Some(control::sysctls(variant, &host.name).into_iter().collect()),
            extra_hosts: Some(names.collect()),
            volumes_from: own_image.map(|_| vec![format!("{coordinator}:ro")]),
            ..hardened()
        }),
        ..Default::default()
    }
}
