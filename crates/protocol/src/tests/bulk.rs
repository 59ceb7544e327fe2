//! Source and sink.

use super::pair::*;
use crate::*;

#[test]
fn a_source_and_a_sink_agree_on_every_byte() {
    for bytes in [0, 1, 1000, 100_000] {
        let [mut source, mut sink] = greeters("none", Wait::Never, &[]);
        source.protocol = ProtocolName::Source;
        source.bytes = bytes;
        source.write = Some(777);
        sink.protocol = ProtocolName::Sink;
        let [source, sink] = play(&source, &sink, whole);
        assert!(source.closed && sink.closed);
        let pattern: Vec<u8> = (0..bytes).map(bulk::byte).collect();
        assert!(sink.heard == pattern);
        assert_eq!(sink.understood.len(), usize::from(bytes > 0));
    }
}

/// Such as a sink in a few lines of Python that shuts down the direction it does not use.
#[test]
fn a_sink_that_closes_its_direction_at_once_gets_everything() {
    let [mut source, _] = greeters("none", Wait::Never, &[]);
    source.protocol = ProtocolName::Source;
    source.bytes = 10;
    source.write = Some(4);
    let mut side = Side::new(&source);
    side.tell(StreamEvent::Opened);
    side.read = None;
    side.tell(StreamEvent::Eof);
    let mut writes = Vec::new();
    while let Some(write) = side.write.take() {
        writes.push(write.len());
        side.tell(StreamEvent::Wrote);
    }
    assert_eq!(writes, [4, 4, 2]);
    assert!(side.closed);
}

#[test]
fn a_corked_source_lets_go_at_its_end() {
    let [mut source, _] = greeters("none", Wait::Never, &[]);
    source.protocol = ProtocolName::Source;
    source.bytes = 2;
    source.write = Some(1);
    source.cork = true;
    let mut machine = stream_peer(&source);
    let corks = [StreamEvent::Opened, StreamEvent::Wrote, StreamEvent::Wrote].map(|event| {
        let mut orders = Orders::default();
        machine.on(event, &mut orders);
        orders.cork
    });
    assert_eq!(corks, [Some(true), None, Some(false)]);
}

#[test]
fn the_bytes_of_a_source_count() {
    let text: Vec<u8> = (0..24).map(bulk::byte).collect();
    assert_eq!(text, b"0000000 0000001 0000002 ");
    let late: Vec<u8> = (8 * 0xabc_def0..8 * 0xabc_def0 + 8)
        .map(bulk::byte)
        .collect();
    assert_eq!(late, b"abcdef0 ");
}
