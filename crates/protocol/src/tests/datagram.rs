//! UDP.

use crate::*;
use std::time::Duration;

#[test]
fn a_udp_client_waits_for_each_reply_or_gives_it_up() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into(), "b".into()];
    let from = "127.0.0.1:9999".parse().unwrap();
    let mut machine = datagram_peer(&config);
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert_eq!(
        tell(DatagramEvent::Opened).send,
        Some((None, b"a".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).wait, Some(config.reply_timeout));
    let orders = tell(DatagramEvent::Received {
        from,
        bytes: b"Hello, a!",
    });
    assert_eq!(orders.send, Some((None, b"b".to_vec())));
    assert!(!tell(DatagramEvent::Sent).end);
    assert!(tell(DatagramEvent::Woke).end);
}

#[test]
fn a_udp_client_that_does_not_wait_sends_all_and_then_hears_all() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into(), "b".into()];
    config.wait = Wait::Never;
    let from = "127.0.0.1:9999".parse().unwrap();
    let mut machine = datagram_peer(&config);
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert_eq!(
        tell(DatagramEvent::Opened).send,
        Some((None, b"a".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).send, Some((None, b"b".to_vec())));
    assert!(
        !tell(DatagramEvent::Received {
            from,
            bytes: b"Hello, a!"
        })
        .end
    );
    assert_eq!(tell(DatagramEvent::Sent).wait, Some(config.reply_timeout));
    assert!(
        tell(DatagramEvent::Received {
            from,
            bytes: b"Hello, b!"
        })
        .end
    );
}

#[test]
fn a_udp_server_answers_each_sender_in_order() {
    let mut machine = datagram_peer(&PeerConfig::new(Role::UdpPeer));
    let (a, b) = (
        "127.0.0.1:1".parse().unwrap(),
        "127.0.0.1:2".parse().unwrap(),
    );
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert!(tell(DatagramEvent::Opened).receive.is_some());
    let orders = tell(DatagramEvent::Received {
        from: a,
        bytes: b"A",
    });
    assert_eq!(orders.send, Some((Some(a), b"Hello, A!".to_vec())));
    assert_eq!(
        tell(DatagramEvent::Received {
            from: b,
            bytes: b"B"
        })
        .send,
        None
    );
    assert_eq!(
        tell(DatagramEvent::Sent).send,
        Some((Some(b), b"Hello, B!".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).send, None);
}

/// Plays a sender whose calls take no time and whose timers fire at once; gives what it did.
fn trace(config: &PeerConfig) -> Vec<String> {
    let mut machine = datagram_peer(config);
    let mut trace = Vec::new();
    let mut event = Some(DatagramEvent::Opened);
    while let Some(now) = event.take() {
        let mut orders = DatagramOrders::default();
        machine.on(now, &mut orders);
        if let Some((_, bytes)) = orders.send {
            trace.push(format!("send {}", bytes.len()));
            event = Some(DatagramEvent::Sent);
        } else if let Some(wait) = orders.wait {
            trace.push(format!("wait {wait:?}"));
            event = Some(DatagramEvent::Woke);
        }
        if orders.end {
            trace.push("end".into());
        }
    }
    trace
}

#[test]
fn a_source_pauses_between_datagrams_and_waits_for_nothing() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.protocol = ProtocolName::Source;
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.bytes = 2500;
    assert_eq!(
        trace(&config),
        ["send 1024", "send 1024", "send 452", "end"]
    );
    config.write = Some(2000);
    config.write_pause = Duration::from_millis(3);
    assert_eq!(trace(&config), ["send 2000", "wait 3ms", "send 500", "end"]);
}

#[test]
fn a_sender_that_hears_nothing_gives_up_in_the_end() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into(), "bc".into()];
    config.write_pause = Duration::from_millis(3);
    assert_eq!(
        trace(&config),
        ["send 1", "wait 2s", "wait 3ms", "send 2", "wait 2s", "end"]
    );
    config.wait = Wait::Never;
    assert_eq!(
        trace(&config),
        ["send 1", "wait 3ms", "send 2", "wait 2s", "end"]
    );
}

#[test]
fn a_reply_may_be_read_before_the_send_returns() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into()];
    let from = "127.0.0.1:9999".parse().unwrap();
    let mut machine = datagram_peer(&config);
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    tell(DatagramEvent::Opened);
    let bytes = b"Hello, a!";
    tell(DatagramEvent::Received { from, bytes });
    assert!(tell(DatagramEvent::Sent).end);
}

#[test]
fn a_thinking_server_waits_before_each_answer() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.think = Duration::from_millis(5);
    let mut machine = datagram_peer(&config);
    let from = "127.0.0.1:1".parse().unwrap();
    let mut orders = DatagramOrders::default();
    machine.on(DatagramEvent::Opened, &mut orders);
    let mut orders = DatagramOrders::default();
    machine.on(DatagramEvent::Received { from, bytes: b"A" }, &mut orders);
    assert_eq!((orders.send, orders.wait), (None, Some(config.think)));
    let mut orders = DatagramOrders::default();
    machine.on(DatagramEvent::Woke, &mut orders);
    assert_eq!(orders.send, Some((Some(from), b"Hello, A!".to_vec())));
}
