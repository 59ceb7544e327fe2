//! The wire as smoltcp sees it: one packet in, any number out.

use smoltcp::{
    phy::{self, DeviceCapabilities, Medium},
    time::Instant,
};

/// Packets of IP, without a link header.
#[derive(Debug)]
pub(crate) struct Device {
    mtu: usize,
    pub(crate) arrived: Option<Vec<u8>>,
    pub(crate) sent: Vec<Vec<u8>>,
    next_id: u16,
    /// What is larger than the MTU, which only smoltcp's IPv6 lets out, is not sent but counted.
    pub(crate) oversized: u64,
}

impl Device {
    pub(crate) fn new(mtu: u16, first_id: u16) -> Self {
        Self {
            mtu: mtu.into(),
            arrived: None,
            sent: Vec::new(),
            next_id: first_id,
            oversized: 0,
        }
    }
}

impl phy::Device for Device {
    type RxToken<'a> = RxToken;
    type TxToken<'a> = TxToken<'a>;

    fn receive(&mut self, _: Instant) -> Option<(RxToken, TxToken<'_>)> {
        let packet = self.arrived.take()?;
        Some((RxToken(packet), TxToken(self)))
    }

    fn transmit(&mut self, _: Instant) -> Option<TxToken<'_>> {
        Some(TxToken(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// A packet that arrived.
pub(crate) struct RxToken(Vec<u8>);

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

/// Room for a packet to be sent.
pub(crate) struct TxToken<'a>(&'a mut Device);

impl phy::TxToken for TxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let device = self.0;
        let mut packet = vec![0; len];
        let result = write(&mut packet);
        if len > device.mtu {
            device.oversized += 1;
            return result;
        }
        if identify(&mut packet, device.next_id) {
            device.next_id = device.next_id.checked_add(1).unwrap_or(1);
        }
        device.sent.push(packet);
        result
    }
}

/// Gives an IPv4 packet that has no identification this one. smoltcp gives whole packets none, as
/// RFC 6864 allows; but then a segment that is sent again has the very bytes of the first, and no
/// capture tells which of the two arrived.
fn identify(packet: &mut [u8], id: u16) -> bool {
    let header = match packet.first() {
        Some(first) if first >> 4 == 4 => usize::from(first & 0xf) * 4,
        _ => return false,
    };
    let Some(header) = packet.get_mut(..header).filter(|bytes| bytes.len() >= 20) else {
        return false;
    };
    if header[4..6] != [0, 0] {
        return false;
    }
    header[4..6].copy_from_slice(&id.to_be_bytes());
    header[10..12].fill(0);
    let sum: u32 = header
        .chunks_exact(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    header[10..12].copy_from_slice(&(!(folded as u16)).to_be_bytes());
    true
}
