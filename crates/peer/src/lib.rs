//! Protocols driven on kernel sockets; the programs tcp-server, tcp-client and udp-peer.
