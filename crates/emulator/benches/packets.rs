//! What a packet costs: `cargo bench -p emulator`. Each measurement is one packet in and out of a
//! link that holds as many as 400,000 a second put on it, which is where a real link ends.

#![allow(missing_docs, reason = "criterion_group! documents nothing")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emulator::{Emulator, Nanos, hop::Hop};
use scenario::{
    impairment::{
        Chance, Distribution, GilbertElliott, Impairments, Jitter, Loss, Queue, RateLimit, Reorder,
    },
    units::{Percent, Rate},
};
use std::{hint::black_box, net::Ipv4Addr, time::Duration};

/// Between packets: 400,000 a second.
const INTERVAL: Nanos = 2_500;

/// Packets a measurement has.
const PACKETS: u64 = 10_000;

fn delayed() -> Impairments {
    Impairments {
        delay: Duration::from_millis(10),
        ..Impairments::default()
    }
}

fn jittery() -> Impairments {
    Impairments {
        jitter: Some(Jitter {
            spread: Duration::from_millis(5),
            distribution: Distribution::Normal,
            correlation: Percent::ZERO,
        }),
        ..delayed()
    }
}

fn lossy() -> Impairments {
    Impairments {
        loss: Loss::Independent(chance("1%")),
        ..delayed()
    }
}

fn everything() -> Impairments {
    Impairments {
        loss: Loss::GilbertElliott(GilbertElliott {
            p: "1%".parse().unwrap(),
            r: "30%".parse().unwrap(),
            bad_loss: "50%".parse().unwrap(),
            good_loss: "0.1%".parse().unwrap(),
        }),
        duplicate: correlated("1%"),
        corrupt: correlated("1%"),
        reorder: Some(Reorder {
            chance: correlated("10%"),
            gap: 5,
        }),
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(1_000_000_000),
            overhead: 38,
        }),
        queue: Some(Queue::Packets(20_000)),
        ..jittery()
    }
}

fn chance(share: &str) -> Chance {
    Chance::of(share.parse().unwrap())
}

fn correlated(share: &str) -> Chance {
    Chance {
        correlation: "25%".parse().unwrap(),
        ..chance(share)
    }
}

fn links(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("link");
    group.throughput(Throughput::Elements(PACKETS));
    for (name, impairments) in [
        ("delay", delayed()),
        ("delay, loss", lossy()),
        ("delay, heavy jitter", jittery()),
        ("everything", everything()),
    ] {
        let mut emulator = Emulator::new(&impairments, 1, "client");
        let mut now = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for _ in 0..PACKETS {
                    now += INTERVAL;
                    let _ = black_box(emulator.offer(now, 7_u32, 64, |handle| *handle));
                    while let Some(leaving) = emulator.take(now) {
                        black_box(leaving);
                    }
                }
            });
        });
    }
    group.finish();
}

fn hops(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop");
    let hop = Hop::new(Ipv4Addr::new(198, 18, 0, 254).into(), Some(576), false);
    for (name, length, dont_fragment) in [
        ("whole", 500, false),
        ("1500 bytes in three fragments", 1500, false),
        ("refused", 1500, true),
    ] {
        let packet = packet(length, dont_fragment);
        let mut buffer = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                black_box(hop.pass(black_box(&packet), &mut buffer, |fragment| {
                    black_box(fragment);
                }));
            });
        });
    }
    group.finish();
}

fn packet(length: u16, dont_fragment: bool) -> Vec<u8> {
    let [source, destination] = [[198, 18, 0, 1], [198, 18, 0, 2]];
    let payload = vec![7; usize::from(length) - 20];
    let udp = etherparse::IpNumber::UDP;
    let mut header =
        etherparse::Ipv4Header::new(length - 20, 64, udp, source, destination).unwrap();
    header.dont_fragment = dont_fragment;
    header.header_checksum = header.calc_header_checksum();
    [&header.to_bytes()[..], &payload].concat()
}

criterion_group!(packets, links, hops);
criterion_main!(packets);
