//! Options that make no sense together.

use super::pair::*;
use crate::*;

#[test]
fn what_makes_no_sense_is_named() {
    let [mut client, _] = greeters("handshake", Wait::Never, &["a", "b"]);
    assert_eq!(client.problems(), [Problem::PipelinedHandshake]);
    client.framing = "until-close".parse().unwrap();
    assert_eq!(
        client.problems(),
        [Problem::SeveralUntilClose { messages: 2 }]
    );
    client.framing = "fixed:1".parse().unwrap();
    assert_eq!(client.problems(), []);
    client.send = vec!["ab".into()];
    client.to = None;
    client.read = 0;
    assert_eq!(client.problems().len(), 3);
    let mut udp = PeerConfig::new(Role::UdpPeer);
    assert_eq!(udp.problems(), []);
    udp.send = vec!["a".into()];
    assert_eq!(udp.problems(), [Problem::NoReceiver]);
}

#[test]
fn sizes_have_limits() {
    let [mut client, mut server] = greeters("i32", Wait::Reply, &["Michael"]);
    client.read = (16 << 20) + 1;
    assert_eq!(
        client.problems(),
        [Problem::LongRead { asked: client.read }]
    );
    server.framing = "fixed:9".parse().unwrap();
    server.max_message = 8;
    assert_eq!(
        server.problems(),
        [Problem::FixedOverLimit { size: 9, max: 8 }]
    );

    let mut udp = PeerConfig::new(Role::UdpPeer);
    udp.to = client.to;
    udp.send = vec!["a".repeat(65_507), "a".repeat(65_508)];
    udp.write = Some(65_508);
    let problems = [
        Problem::LongDatagram {
            number: 2,
            length: 65_508,
        },
        Problem::LongDatagramWrite { asked: 65_508 },
    ];
    assert_eq!(udp.problems(), problems);
}

#[test]
fn bulk_has_no_messages_to_send() {
    let [mut client, _] = greeters("none", Wait::Reply, &["Michael"]);
    client.protocol = ProtocolName::Source;
    assert_eq!(client.problems(), [Problem::NothingToSay]);
}
