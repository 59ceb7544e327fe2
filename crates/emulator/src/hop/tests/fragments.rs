use super::*;
use etherparse::{Ipv4Options, Ipv4Slice};
use proptest::prelude::*;

/// Of one packet: options, flags, and where in a packet before it the payload begins.
#[derive(Clone, Copy, Debug)]
struct Original<'a> {
    offset: u16,
    more: bool,
    options: &'a [u8],
}

fn original(payload: &[u8], original: Original<'_>) -> Vec<u8> {
    ipv4(payload, |header| {
        header.dscp = 12.try_into().unwrap();
        header.time_to_live = 17;
        header.more_fragments = original.more;
        header.fragment_offset = (original.offset / 8).try_into().unwrap();
        header.options = Ipv4Options::try_from(original.options).unwrap();
    })
}

fn cut(mtu: u16, packet: &[u8]) -> Vec<Vec<u8>> {
    match seen(hop4(mtu), packet) {
        Seen::Fragments(fragments) => fragments,
        Seen::Whole => vec![packet.to_vec()],
        other => panic!("{other:?}"),
    }
}

fn header(packet: &[u8]) -> (Ipv4Header, &[u8]) {
    let (header, payload) = Ipv4Header::from_slice(packet).unwrap();
    assert_eq!(header.header_checksum, header.calc_header_checksum());
    assert_eq!(usize::from(header.total_len), packet.len());
    Ipv4Slice::from_slice(packet).unwrap();
    (header, payload)
}

/// Asserts that fragments are those of a packet; gives back what they carry, put together.
#[track_caller]
fn assert_fragments(mtu: u16, packet: &[u8], fragments: &[Vec<u8>]) -> Vec<u8> {
    let (whole, _) = header(packet);
    let mut together = Vec::new();
    for (number, fragment) in fragments.iter().enumerate() {
        assert!(fragment.len() <= mtu.into(), "{} bytes", fragment.len());
        let (part, payload) = header(fragment);
        let offset = usize::from(whole.fragment_offset.value()) * 8 + together.len();
        assert_eq!(usize::from(part.fragment_offset.value()) * 8, offset);
        let is_last = number + 1 == fragments.len();
        assert_eq!(part.more_fragments, !is_last || whole.more_fragments);
        if !is_last {
            assert!(payload.len().is_multiple_of(8));
            assert!(fragment.len() + 8 > mtu.into(), "as much as fits");
        }
        let same = |header: &Ipv4Header| {
            (
                header.identification,
                header.dscp,
                header.ecn,
                header.time_to_live,
                header.protocol,
            )
        };
        assert_eq!(same(&part), same(&whole));
        assert_eq!(
            (part.source, part.destination),
            (whole.source, whole.destination)
        );
        assert!(!part.dont_fragment);
        together.extend_from_slice(payload);
    }
    together
}

#[test]
fn fragments_are_as_in_the_rfc() {
    // The example of RFC 791's figure 7: 452 bytes at an MTU of 280.
    let packet = ipv4(&payload(452), |_| {});
    let fragments = cut(280, &packet);
    let shape: Vec<_> = fragments
        .iter()
        .map(|fragment| {
            let (header, payload) = header(fragment);
            (
                fragment.len(),
                header.fragment_offset.value(),
                header.more_fragments,
                payload.len(),
            )
        })
        .collect();
    assert_eq!(shape, [(276, 0, true, 256), (216, 32, false, 196)]);
}

#[test]
fn options_are_in_every_fragment_only_where_they_say_so() {
    // Router alert, copied; a NOP; record route of 7 bytes, not copied; loose source route of 3
    // bytes, copied; end.
    let options = [148, 4, 0, 0, 1, 7, 7, 4, 0, 0, 0, 0, 131, 3, 4, 0];
    let original = original(
        &payload(600),
        Original {
            offset: 0,
            more: false,
            options: &options,
        },
    );
    let fragments = cut(300, &original);
    assert_fragments(300, &original, &fragments);
    let all: Vec<Vec<u8>> = fragments
        .iter()
        .map(|f| header(f).0.options.to_vec())
        .collect();
    assert_eq!(all[0], options);
    for later in &all[1..] {
        assert_eq!(later[..], [148, 4, 0, 0, 131, 3, 4, 0]);
    }
    assert_eq!(fragments.len(), 3);
}

#[test]
fn unsound_options_end_the_list() {
    for options in [[148, 4, 0, 0, 131, 9, 4, 0], [148, 4, 0, 0, 131, 1, 4, 0]] {
        let original = original(
            &payload(600),
            Original {
                offset: 0,
                more: false,
                options: &options,
            },
        );
        let fragments = cut(300, &original);
        assert_eq!(header(&fragments[1]).0.options.to_vec(), [148, 4, 0, 0]);
    }
}

#[test]
fn an_mtu_without_room_for_eight_bytes_drops() {
    let packet = ipv4(&payload(100), |_| {});
    assert_eq!(seen(hop4(27), &packet), Seen::Dropped);
    assert_eq!(cut(28, &packet).len(), 13);
}

/// Gives errors of the router no chance either: nothing may be cut again by the sender.
#[test]
fn packets_that_may_be_cut_are_never_refused() {
    for length in [557, 600, 1480, 20_000, 65_515] {
        assert!(matches!(
            seen(hop4(576), &ipv4(&payload(length), |_| {})),
            Seen::Fragments(_)
        ));
    }
}

proptest! {
    #[test]
    fn fragments_come_together_again(
        length in 1..8000_usize,
        mtu in 68..2000_u16,
        start in 0..7000_u16,
        more: bool,
        words in prop::collection::vec(any::<[u8; 4]>(), 0..=10),
    ) {
        // A packet that is a fragment already has a multiple of 8 bytes where more follow.
        let length = if more { length.next_multiple_of(8) } else { length };
        let carried = payload(length);
        let packet = original(&carried, Original {
            offset: start / 8 * 8,
            more,
            options: &words.concat(),
        });
        let fragments = cut(mtu, &packet);
        if packet.len() > mtu.into() {
            prop_assert!(fragments.len() > 1);
        }
        let (first, _) = header(&fragments[0]);
        prop_assert_eq!(first.options.as_slice(), words.concat());
        let together = if fragments.len() == 1 {
            fragments[0][first.header_len()..].to_vec()
        } else {
            let last = fragments.len() - 1;
            // Later headers may be shorter, but fill up no less.
            assert_fragments(mtu, &packet, &fragments[..=last])
        };
        prop_assert_eq!(together, carried);
    }

    /// Cut at one router and again at the next: nothing is different at the end.
    #[test]
    fn fragments_of_fragments_come_together_too(length in 1..8000_usize, wide in 576..2000_u16, narrow in 68..576_u16) {
        let carried = payload(length);
        let mut together = Vec::new();
        for fragment in cut(wide, &ipv4(&carried, |_| {})) {
            let parts = cut(narrow, &fragment);
            let (whole, _) = header(&fragment);
            let mut part_of_it = Vec::new();
            for part in &parts {
                let (part, carried) = header(part);
                let at = usize::from(part.fragment_offset.value()) * 8;
                let start = usize::from(whole.fragment_offset.value()) * 8;
                prop_assert_eq!(at, start + part_of_it.len());
                prop_assert!(usize::from(part.total_len) <= narrow.into());
                part_of_it.extend_from_slice(carried);
            }
            together.extend(part_of_it);
        }
        prop_assert_eq!(together, carried);
    }

    #[test]
    fn no_bytes_are_too_strange(packet in prop::collection::vec(any::<u8>(), 0..200), mtu in 0..200_u16, version in 0..3_u8) {
        let mut packet = packet;
        if let Some(first) = packet.first_mut() {
            *first = match version {
                0 => *first,
                1 => 0x40 | *first & 0x0f,
                _ => 0x60,
            };
        }
        if packet.len() > 60 && version == 1 {
            let length = packet.len() as u16;
            packet[2..4].copy_from_slice(&length.to_be_bytes());
            let header = usize::from(packet[0] & 0x0f) * 4;
            if header >= 20 {
                ipv4_header::seal(&mut packet[..header]);
            }
        }
        seen(hop4(mtu), &packet);
        seen(hop6(mtu), &packet);
    }
}
