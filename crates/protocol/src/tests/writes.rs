//! How messages are put into writes.

use super::pair::*;
use crate::*;
use std::time::Duration;

#[test]
fn small_writes_are_cut_and_paused() {
    let [mut client, _] = greeters("i32", Wait::Never, &["Michael"]);
    client.write = Some(4);
    client.write_pause = Duration::from_millis(1);
    let mut machine = stream_peer(&client);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Opened, &mut orders);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Read(b"\x08\0\0\0Welcome!"), &mut orders);
    assert_eq!(orders.write.as_deref(), Some(&b"\x07\0\0\0"[..]));
    assert_eq!(orders.write_pause, Duration::ZERO);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Wrote, &mut orders);
    assert_eq!(orders.write.as_deref(), Some(&b"Mich"[..]));
    assert_eq!(orders.write_pause, Duration::from_millis(1));
}

#[test]
fn a_corked_burst_is_corked_once_and_let_go_at_its_end() {
    let [mut client, _] = greeters("none", Wait::Never, &["a", "b"]);
    client.cork = true;
    let mut machine = stream_peer(&client);
    machine.on(StreamEvent::Opened, &mut Orders::default());
    let mut corks = Vec::new();
    for event in [
        StreamEvent::Read(b"Welcome!"),
        StreamEvent::Wrote,
        StreamEvent::Wrote,
    ] {
        let mut orders = Orders::default();
        machine.on(event, &mut orders);
        corks.push(orders.cork);
    }
    assert_eq!(corks, [Some(true), None, Some(false)]);
}

#[test]
fn what_is_to_be_said_at_once_is_one_write_where_that_is_asked() {
    let [mut client, _] = greeters("i32", Wait::Never, &["a", "bc"]);
    client.gather = true;
    let mut machine = stream_peer(&client);
    machine.on(StreamEvent::Opened, &mut Orders::default());
    let mut orders = Orders::default();
    machine.on(StreamEvent::Read(b"\x08\0\0\0Welcome!"), &mut orders);
    assert_eq!(
        orders.write.as_deref(),
        Some(&b"\x01\0\0\0a\x02\0\0\0bc"[..])
    );
    let messages = orders.notes.iter().filter_map(|note| match note {
        Note::Message { range, body } => Some((range.clone(), body.clone())),
        _ => None,
    });
    assert_eq!(messages.collect::<Vec<_>>(), [(0..5, 4..5), (5..11, 9..11)]);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Wrote, &mut orders);
    assert_eq!(orders.write, None);
}
