use super::*;
use scenario::impairment::{Distribution, Jitter, RateLimit};
use scenario::units::Rate;

fn limited(rate: u64, overhead: i32) -> Impairments {
    Impairments {
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(rate),
            overhead,
        }),
        ..Impairments::default()
    }
}

/// When packets leave that are offered all at once, one of each length.
fn times(impairments: &Impairments, lengths: &[usize]) -> Vec<Nanos> {
    let mut emulator = Emulator::new(impairments, 1, "client");
    for length in lengths {
        assert_eq!(emulator.offer(0, (), *length, |()| ()), Fate::UnderWay);
    }
    let mut times = Vec::new();
    while let Some(at) = emulator.next_due() {
        emulator.take(at).unwrap();
        times.push(at);
    }
    times
}

#[test]
fn a_packet_takes_its_bytes_at_the_rate() {
    let times = times(&limited(1_000_000, 0), &[125, 1250, 0, 1]);
    assert_eq!(
        times,
        [MILLISECOND, 11 * MILLISECOND, 11 * MILLISECOND, 11_008_000]
    );
}

#[test]
fn overhead_takes_its_bytes_too_but_never_less_than_none() {
    assert_eq!(
        times(&limited(1_000_000, 25), &[100, 100]),
        [MILLISECOND, 2 * MILLISECOND]
    );
    assert_eq!(
        times(&limited(1_000_000, -50), &[100, 50, 20]),
        [400_000; 3]
    );
}

#[test]
fn many_packets_keep_to_the_rate() {
    // 64 bytes take 5.12 ns, 171 ns, 512 µs; 1,500 bytes at 3 Gbit/s exactly 4 µs.
    for rate in [100_000_000_000, 3_000_000_000, 1_000_000] {
        for length in [64, 1500] {
            let times = times(&limited(rate, 0), &vec![length; PACKETS as usize]);
            let expected = u128::from(PACKETS) * length as u128 * 8_000_000_000 / u128::from(rate);
            assert_eq!(
                u128::from(*times.last().unwrap()),
                expected,
                "{rate} {length}"
            );
        }
    }
}

#[test]
fn an_idle_line_sends_at_once() {
    let mut emulator = Emulator::new(&limited(800_000, 0), 1, "client");
    let left = play(&mut emulator, 5, 3 * MILLISECOND).left;
    let late: Vec<Nanos> = left
        .iter()
        .map(|p| p.at - p.number * 3 * MILLISECOND)
        .collect();
    assert_eq!(late, [MILLISECOND; 5]);
}

/// tc-netem(8): a packet's turn comes when its delay is over and the packet before it has left.
#[test]
fn delay_and_rate_overlap() {
    let mut asked = limited(800_000, 0);
    asked.delay = Duration::from_millis(5);
    let expected = [6, 7, 8].map(|ms| ms * MILLISECOND);
    assert_eq!(times(&asked, &[100; 3]), expected);
}

#[test]
fn jitter_reorders_nothing_where_there_is_a_rate() {
    let mut asked = limited(100_000_000_000, 0);
    asked.delay = Duration::from_millis(10);
    asked.jitter = Some(Jitter {
        spread: Duration::from_millis(10),
        distribution: Distribution::Normal,
        correlation: Percent::ZERO,
    });
    let left = traffic(&asked, 1, 10_000).left;
    assert!(left.is_sorted_by_key(|packet| (packet.at, packet.number)));
    assert!(left.is_sorted_by_key(|packet| packet.number));
}

#[test]
fn times_that_are_too_long_are_for_ever() {
    let mut asked = limited(1, i32::MAX);
    asked.delay = Duration::MAX;
    assert_eq!(times(&asked, &[usize::MAX, 1]), [Nanos::MAX; 2]);
}
