//! Offloads of an interface, by SIOCETHTOOL (ethtool(8), netdevice(7)).

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use std::{
    io,
    os::fd::{AsRawFd, OwnedFd},
    ptr,
};

/// An offload whose state could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum EthtoolError {
    /// No socket to ask by.
    #[error("can't open a socket to ask the kernel by")]
    Open(#[source] io::Error),
    /// The kernel refuses.
    #[error("the kernel refuses to switch off {offload}")]
    Refused {
        /// Which.
        offload: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel took the order and did not follow it.
    #[error("{offload} stays on although it was switched off")]
    StaysOn {
        /// Which.
        offload: &'static str,
    },
}

/// Name, and the numbers of ETHTOOL_G… and ETHTOOL_S… in linux/ethtool.h. Segmentation first: it
/// rests on checksums.
const OFFLOADS: [(&str, u32, u32); 5] = [
    ("TCP segmentation offload", 0x1e, 0x1f),
    ("generic segmentation offload", 0x23, 0x24),
    ("generic receive offload", 0x2b, 0x2c),
    ("transmit checksum offload", 0x16, 0x17),
    ("receive checksum offload", 0x14, 0x15),
];

#[repr(C)]
struct Value {
    command: u32,
    data: u32,
}

/// Switches off everything that makes captures differ from what is on the wire: segments cut or
/// joined by the device, checksums left to it. An offload that the interface does not have at all
/// is off.
///
/// # Errors
/// One stays on.
pub fn disable_offloads(interface: &str) -> Result<(), EthtoolError> {
    let socket = socket(
        AddressFamily::Inet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .map_err(|error| EthtoolError::Open(error.into()))?;
    for (offload, get, set) in OFFLOADS {
        let refused = |source| EthtoolError::Refused { offload, source };
        match ask(&socket, interface, get, 0) {
            Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => continue,
            Err(error) => return Err(refused(error)),
            Ok(0) => continue,
            Ok(_) => {}
        }
        ask(&socket, interface, set, 0).map_err(refused)?;
        if ask(&socket, interface, get, 0).map_err(refused)? != 0 {
            return Err(EthtoolError::StaysOn { offload });
        }
    }
    Ok(())
}

fn ask(socket: &OwnedFd, interface: &str, command: u32, data: u32) -> io::Result<u32> {
    let mut value = Value { command, data };
    // SAFETY: ifreq is plain bytes, numbers and pointers, for which all zeros are a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    if interface.len() >= request.ifr_name.len() {
        return Err(io::Error::from_raw_os_error(libc::ENODEV));
    }
    for (to, from) in request.ifr_name.iter_mut().zip(interface.bytes()) {
        *to = from.cast_signed();
    }
    request.ifr_ifru.ifru_data = ptr::from_mut(&mut value).cast();
    // SAFETY: the request names an interface, ended by a zero, and points at a live value of the
    // form that these commands read and write.
    let done = unsafe {
        libc::ioctl(
            socket.as_raw_fd(),
            libc::SIOCETHTOOL as libc::Ioctl,
            &raw mut request,
        )
    };
    nix::errno::Errno::result(done)?;
    Ok(value.data)
}
