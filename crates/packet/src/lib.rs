//! Views of Ethernet, IP, TCP and UDP headers; pcap and pcapng, over byte slices.
