//! One host's place in the lab.

use super::lab::LabError;
use scenario::plan::VariantPlan;
use std::{
    fmt::Write as _,
    fs::{self, File},
    io,
    net::IpAddr,
    os::{fd::AsRawFd, unix::net::UnixStream},
    path::Path,
};
use sys::{
    namespace::{enter_host, replace_file},
    netlink::{Netlink, Request, Veth, VethEnd},
    process::inherited_fd,
};

/// The host's attachment to the lab network.
const WIRE: &str = "eth0";

/// Above every MTU that a link can be given: the wire itself never limits.
const WIRE_MTU: u32 = 65_535;

/// The cable between a host and the switch, not yet plugged in.
#[derive(Debug)]
pub struct Wire {
    switch: Netlink,
    bridge: u32,
    port: String,
}

impl Wire {
    /// `tinygram netns-agent HOST DESCRIPTOR BRIDGE PORT`: moves this process into the host's
    /// namespaces. Returns the cable and the control connection.
    ///
    /// # Errors
    /// The arguments are not the lab's, or the kernel refuses.
    pub fn enter(arguments: &[String]) -> Result<(Self, UnixStream), LabError> {
        let [host, fd, bridge, port] = arguments else {
            return Err(LabError::Argument(arguments.join(" ")));
        };
        let number = |text: &String| {
            text.parse::<u32>()
                .ok()
                .ok_or_else(|| LabError::Argument(text.clone()))
        };
        let control =
            inherited_fd(number(fd)?.cast_signed()).map_err(|source| LabError::Descriptor {
                host: host.clone(),
                source,
            })?;
        // Opened here, the socket stays with the switch when the process moves on.
        let switch = Netlink::open()?;
        enter_host(host)?;
        let wire = Self {
            switch,
            bridge: number(bridge)?,
            port: port.clone(),
        };
        Ok((wire, UnixStream::from(control)))
    }

    /// Makes `eth0` and plugs it into the switch; `/etc/hosts` gets the names of all hosts. Returns the
    /// interface's name.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn plug(&mut self, variant: &VariantPlan, host: &str) -> Result<String, LabError> {
        let mac = variant.host(host).map(|host| host.mac.0);
        if variant.hosts.iter().all(|host| host.address.is_ipv4()) {
            // Half of an interface's cost is its IPv6 half. Kernels without IPv6 lack the file.
            let _ = fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
        }
        let here = File::open("/proc/self/ns/net").map_err(|source| LabError::Spawn {
            what: format!("the interfaces of host {host}"),
            source,
        })?;
        self.switch.apply(&[Request::Veth(Veth {
            near: VethEnd {
                name: self.port.clone(),
                mac: None,
                mtu: WIRE_MTU,
                arp: true,
            },
            far: VethEnd {
                name: WIRE.into(),
                mac,
                mtu: WIRE_MTU,
                // Every neighbour is known. It would also announce itself to multicast routers.
                arp: false,
            },
            far_namespace: Some(here.as_raw_fd()),
            bridge: Some(self.bridge),
        })])?;
        if let Some(mac) = mac {
            let port = self.switch.index(&self.port)?;
            self.switch.apply(&[Request::Behind { port, mac }])?;
        }
        let mut netlink = Netlink::open()?;
        let index = netlink.index(WIRE)?;
        netlink.apply(&[Request::Up { index }])?;
        self.name_hosts(variant)?;
        Ok(WIRE.to_owned())
    }

    fn name_hosts(&self, variant: &VariantPlan) -> Result<(), LabError> {
        let mut names = String::from("127.0.0.1 localhost\n::1 localhost\n");
        for host in &variant.hosts {
            let address: IpAddr = host.address;
            // Writing to a String can't fail.
            let _ = writeln!(names, "{address} {}", host.name);
        }
        let file = Path::new("/etc/hosts");
        match fs::metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            _ => Ok(replace_file(file, &names)?),
        }
    }
}
