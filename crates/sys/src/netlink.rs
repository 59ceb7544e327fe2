//! Network interfaces, addresses and neighbours, made over an rtnetlink(7) socket.
//!
//! Set-up runs before any thread or runtime exists, so the socket is a plain blocking one; requests
//! travel in batches, each answered by one acknowledgement.

mod attributes;
mod error;
mod message;
pub mod qdisc;
mod request;
mod sockets;

pub use error::NetlinkError;
pub use netlink_packet_route::route::RouteMetric;
pub use request::{Metrics, Neighbour, Request, Veth, VethEnd};
pub use sockets::end_connections;

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST, NetlinkHeader,
    NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::{
    RouteNetlinkMessage,
    link::{LinkAttribute, LinkMessage, State},
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

/// An rtnetlink socket. It belongs to the network namespace it was opened in, for as long as it
/// lives, wherever its process goes afterwards.
#[derive(Debug)]
pub struct Netlink {
    socket: Socket,
    sequence: u32,
}

impl Netlink {
    /// Opens a socket in the calling thread's network namespace.
    ///
    /// # Errors
    /// The kernel refuses the socket.
    pub fn open() -> Result<Self, NetlinkError> {
        let open = || {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind_auto()?;
            socket.connect(&SocketAddr::new(0, 0))?;
            Ok(socket)
        };
        let socket = open().map_err(NetlinkError::Open)?;
        Ok(Self {
            socket,
            sequence: 0,
        })
    }

    /// Carries out the requests in order and stops at the first that the kernel refuses.
    ///
    /// # Errors
    /// The kernel's answer to the request that failed, with that request in words.
    pub fn apply(&mut self, requests: &[Request]) -> Result<(), NetlinkError> {
        for request in requests {
            self.one(request)?;
        }
        Ok(())
    }

    /// The index of the interface of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn index(&mut self, name: &str) -> Result<u32, NetlinkError> {
        let mut message = LinkMessage::default();
        message
            .attributes
            .push(LinkAttribute::IfName(name.to_owned()));
        let what = format!("find interface {name}");
        match self.exchange(RouteNetlinkMessage::GetLink(message), NLM_F_REQUEST, &what)? {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => {
                Ok(link.header.index)
            }
            _ => Err(NetlinkError::Unexpected { what }),
        }
    }

    /// Whether an interface is up and so is what it leads to (IFLA_OPERSTATE).
    fn is_operational(&mut self, index: u32) -> Result<bool, NetlinkError> {
        let mut message = LinkMessage::default();
        message.header.index = index;
        let what = format!("tell the state of interface {index}");
        match self.exchange(RouteNetlinkMessage::GetLink(message), NLM_F_REQUEST, &what)? {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => Ok(link
                .attributes
                .contains(&LinkAttribute::OperState(State::Up))),
            _ => Err(NetlinkError::Unexpected { what }),
        }
    }

    fn one(&mut self, request: &Request) -> Result<(), NetlinkError> {
        let what = request.to_string();
        let flags = NLM_F_REQUEST | NLM_F_ACK;
        let flags = match request {
            Request::Bridge { .. } | Request::Veth(_) => flags | NLM_F_CREATE | NLM_F_EXCL,
            Request::Address { .. }
            | Request::Metrics(_)
            | Request::Neighbour(_)
            | Request::Behind { .. } => flags | NLM_F_CREATE | NLM_F_REPLACE,
            Request::Up { .. }
            | Request::Mtu { .. }
            | Request::Remove { .. }
            | Request::NoAddress { .. } => flags,
        };
        match self.exchange(request.message(), flags, &what)? {
            NetlinkPayload::Error(_) => Ok(()),
            _ => Err(NetlinkError::Unexpected { what }),
        }
    }

    fn exchange(
        &mut self,
        message: RouteNetlinkMessage,
        flags: u16,
        what: &str,
    ) -> Result<NetlinkPayload<RouteNetlinkMessage>, NetlinkError> {
        let io = |source| NetlinkError::Io {
            what: what.to_owned(),
            source,
        };
        self.sequence += 1;
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        header.sequence_number = self.sequence;
        let mut packet = NetlinkMessage::new(header, NetlinkPayload::from(message));
        packet.finalize();
        let mut bytes = vec![0; packet.buffer_len()];
        packet.serialize(&mut bytes);
        self.socket.send(&bytes, 0).map_err(io)?;

        let (bytes, _) = self.socket.recv_from_full().map_err(io)?;
        let answer =
            NetlinkMessage::<RouteNetlinkMessage>::deserialize(&bytes).map_err(|source| {
                NetlinkError::Decode {
                    what: what.to_owned(),
                    source,
                }
            })?;
        match answer.payload {
            NetlinkPayload::Error(refusal) if refusal.code.is_some() => {
                Err(NetlinkError::Refused {
                    what: what.to_owned(),
                    source: refusal.to_io(),
                })
            }
            payload => Ok(payload),
        }
    }
}
