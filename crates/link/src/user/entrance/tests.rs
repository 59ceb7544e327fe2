use super::*;
use scenario::{
    impairment::{Chance, Impairments, Loss},
    plan::{Change, LinkPlan, LinkState},
};
use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

const OTHER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);

fn entrance(plan: LinkPlan) -> Entrance {
    let spec = LinkSpec {
        host: "a".into(),
        tap: String::new(),
        wire: String::new(),
        plan,
        hosts: vec![("b".into(), OTHER.into())],
        router: IpAddr::from([198, 18, 0, 254]),
        seed: 1,
    };
    Entrance::new(&spec, None, 0, 1518).unwrap()
}

/// A frame of that length to the other host, numbered in its last byte.
fn frame(length: usize, number: u8) -> Vec<u8> {
    let mut frame = vec![0; length];
    frame[ETHERNET] = 0x45;
    frame[ETHERNET + 16..ETHERNET + 20].copy_from_slice(&OTHER.octets());
    frame[length - 1] = number;
    frame
}

fn admit(entrance: &mut Entrance, at: u64, bytes: &[u8]) {
    let frame = Frame {
        at,
        len: bytes.len(),
        data: bytes,
    };
    entrance.admit(at, &frame);
}

/// The numbers of the frames that have left the lane of all others by `now`.
fn left(entrance: &mut Entrance, now: Nanos) -> Vec<u8> {
    let Entrance { lanes, pool, .. } = entrance;
    let mut numbers = Vec::new();
    while let Some(leaving) = lanes.take(0, now) {
        numbers.extend(pool.get(leaving.packet).last());
        pool.free(leaving.packet);
    }
    numbers
}

fn lossy(percent: &str) -> Impairments {
    Impairments {
        loss: Loss::Independent(Chance::of(percent.parse().unwrap())),
        ..Impairments::default()
    }
}

fn changing(changes: &[(u64, LinkState)]) -> LinkPlan {
    let change = |(at, state): &(u64, LinkState)| Change {
        at: Duration::from_nanos(*at),
        state: state.clone(),
    };
    LinkPlan {
        changes: changes.iter().map(change).collect(),
        ..LinkPlan::from(lossy("50%"))
    }
}

#[test]
fn a_frame_meets_the_phase_of_its_stamp() {
    let everything = LinkPlan::from(lossy("100%")).start;
    let mut entrance = entrance(LinkPlan {
        changes: vec![Change {
            at: Duration::from_nanos(1000),
            state: everything,
        }],
        ..LinkPlan::default()
    });
    entrance.timetable.begin(Some(5000));
    admit(&mut entrance, 5999, &frame(100, 1));
    admit(&mut entrance, 6000, &frame(100, 2));
    assert_eq!(left(&mut entrance, 6000), [1]);
    assert_eq!(entrance.counters().lost, 1);
}

#[test]
fn a_cut_changes_no_other_packets_fate() {
    let survivors = |cut: std::ops::Range<u64>| {
        let whole = LinkPlan::from(lossy("50%")).start;
        let is_cut = LinkState {
            cut: ["b".to_owned()].into(),
            ..whole.clone()
        };
        let mut entrance = entrance(changing(&[(cut.start, is_cut), (cut.end, whole)]));
        entrance.timetable.begin(Some(0));
        for number in 0..200_u8 {
            admit(&mut entrance, number.into(), &frame(100, number));
        }
        (left(&mut entrance, 200), entrance.counters())
    };
    let (all, _) = survivors(1000..1000);
    let (others, counters) = survivors(50..150);
    let expected: Vec<u8> = all
        .into_iter()
        .filter(|number| !(50..150).contains(number))
        .collect();
    assert_eq!(others, expected);
    assert_eq!((counters.offered, counters.cut), (200, 100));
}

#[test]
fn what_is_under_way_when_a_cut_begins_arrives() {
    let is_cut = LinkState {
        cut: ["b".to_owned()].into(),
        ..LinkState::default()
    };
    let mut plan = changing(&[(10, is_cut)]);
    plan.start.egress = Impairments {
        delay: Duration::from_nanos(50),
        ..Impairments::default()
    };
    let mut entrance = entrance(plan);
    entrance.timetable.begin(Some(0));
    admit(&mut entrance, 9, &frame(100, 1));
    admit(&mut entrance, 11, &frame(100, 2));
    assert_eq!(left(&mut entrance, 100), [1]);
}

#[test]
fn room_is_made_once_for_as_many_packets_as_are_under_way() {
    let mut entrance = entrance(
        Impairments {
            delay: Duration::from_nanos(100),
            duplicate: Chance::of("10%".parse().unwrap()),
            ..lossy("10%")
        }
        .into(),
    );
    let mut room = Vec::new();
    for now in 0..20_000 {
        admit(&mut entrance, now, &frame(1514, 0));
        left(&mut entrance, now);
        room.push(entrance.pool.slots());
    }
    // 100 under way, half as many more when many are copied.
    assert!(room[19_999] < 150, "{}", room[19_999]);
    assert_eq!(entrance.counters().overrun, 0);
}

#[test]
fn a_refused_packet_is_answered_by_a_frame_to_its_sender() {
    let narrow = Impairments {
        path_mtu: Some(600),
        ..Impairments::default()
    };
    let mut entrance = entrance(narrow.into());
    let (length, dont_fragment) = (1514_u16, 0x40);
    let mut large = frame(length.into(), 0);
    large[..14].copy_from_slice(&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
    large[ETHERNET + 2..ETHERNET + 4].copy_from_slice(&(length - 14).to_be_bytes());
    large[ETHERNET + 6] = dont_fragment;
    large[ETHERNET + 12..ETHERNET + 16].copy_from_slice(&[198, 18, 0, 1]);
    let header = large[ETHERNET..ETHERNET + 20].chunks_exact(2);
    let sum: u32 = header
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    let checksum = !((sum & 0xffff) + (sum >> 16)) as u16;
    large[ETHERNET + 10..ETHERNET + 12].copy_from_slice(&checksum.to_be_bytes());
    admit(&mut entrance, 0, &large);
    let counters = entrance.counters();
    assert_eq!((counters.offered, counters.refused), (1, 1));
    let answer = &entrance.answers[0];
    assert_eq!(answer[..14], [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    assert_eq!(answer[ETHERNET + 12..ETHERNET + 16], [198, 18, 0, 254]);
    assert!(left(&mut entrance, 0).is_empty());
}
