//! Between two runs in one container: nothing of the first may reach the second.
//!
//! A container can't have a fresh network namespace, so what a run leaves in it is taken away: its
//! interfaces, and with them routes, neighbours and queueing disciplines; its processes; its files; and the
//! connections that outlive their programs, whose retransmissions would be captured by the next run.

use super::cable::{ETH, WIRE};
use nix::{
    ifaddrs::getifaddrs,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use record::reason;
use std::{fs, io, net::IpAddr};
use sys::netlink::{Netlink, NetlinkError, Request, end_connections, qdisc};

/// The programs' interface.
const LAB: &str = "lab0";

/// Where programs can write: the container's own memory, and that which all of a run share.
const WRITABLE: [&str; 2] = ["/tmp", "/dev/shm"];

/// Takes away what the engine has put there: the container's own address, so that the lab's are the only
/// ones its programs can use.
pub(super) fn begin() -> Result<(), NetlinkError> {
    let mut netlink = Netlink::open()?;
    let index = netlink.index(ETH)?;
    let addresses = getifaddrs().into_iter().flatten();
    let requests: Vec<Request> = addresses
        .filter(|interface| interface.interface_name == ETH)
        .filter_map(|interface| {
            let address = ip(interface.address.as_ref()?)?;
            let mask = ip(interface.netmask.as_ref()?)?;
            let prefix = match mask {
                IpAddr::V4(mask) => mask.to_bits().count_ones(),
                IpAddr::V6(mask) => mask.to_bits().count_ones(),
            };
            Some(Request::NoAddress {
                index,
                address,
                prefix: prefix as u8,
            })
        })
        .collect();
    netlink.apply(&requests)
}

fn ip(address: &nix::sys::socket::SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| v4.ip().into());
    v4.or_else(|| Some(address.as_sockaddr_in6()?.ip().into()))
}

/// Takes away what a run has left. Returns what could not be.
pub(super) fn tidy() -> Option<String> {
    end_orphans();
    let tidied = remove_interfaces().and_then(|()| end_connections());
    let kept = WRITABLE.into_iter().find_map(empty);
    tidied.err().map(|error| reason(&error)).or(kept)
}

fn remove_interfaces() -> Result<(), NetlinkError> {
    let mut netlink = Netlink::open()?;
    for name in [LAB, WIRE] {
        // A run that was broken off early has not made them.
        if let Ok(index) = netlink.index(name) {
            netlink.apply(&[Request::Remove { index }])?;
        }
    }
    let index = netlink.index(ETH)?;
    let own = netlink.qdiscs(index)?;
    if own
        .iter()
        .any(|found| found.kind == qdisc::NETEM || found.kind == qdisc::PRIO)
    {
        netlink.delete_qdisc(index)?;
    }
    Ok(())
}

/// Removes what lies in a folder. Returns what could not be. All hosts empty what they share, so that another may
/// have been faster; no program of any of them runs any more.
fn empty(folder: &str) -> Option<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = entries.filter_map(|entry| {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = match is_folder {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Some(format!("can't remove {}: {error}", path.display()))
            }
            _ => None,
        }
    });
    kept.last()
}

/// Ends what users' programs have left running: as the container's first process this is their parent now.
/// What somebody runs by `docker exec` has another.
fn end_orphans() {
    let myself = std::process::id();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else {
            continue;
        };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        if parent.and_then(|pid| pid.trim().parse().ok()) == Some(myself) {
            // One that has ended meanwhile needs no end.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}
