//! From the scenario's impairments to netem's options.

use super::Refusal;
use scenario::{
    impairment::{Chance, Impairments, Jitter, Loss, Queue},
    units::Percent,
};
use sys::netlink::qdisc::{GilbertElliott, NetemOptions, Scaled};

/// Bytes that netem counts besides the IP packet: Ethernet's header, which it sees, too.
const SEEN: i32 = 14;

/// Bytes of the smallest IP packet: a header without options, RFC 791.
const SMALLEST: i32 = 20;

/// Netem's options for these impairments. MTUs and black holes are a router's, not netem's.
pub(super) fn options(
    impairments: &Impairments,
    seed: Option<u64>,
) -> Result<NetemOptions, Refusal> {
    let unsupported = |what| Err(Refusal::Unsupported { what });
    let nanos = |time: std::time::Duration| i64::try_from(time.as_nanos());
    let (Ok(delay), Ok(jitter)) = (
        nanos(impairments.delay),
        nanos(
            impairments
                .jitter
                .map(|jitter| jitter.spread)
                .unwrap_or_default(),
        ),
    ) else {
        return unsupported("delay for more than 292 years");
    };
    if jitter > i32::MAX.into() {
        return unsupported("vary a delay by more than 2.147 s");
    }
    let (mut loss, mut gilbert_elliott) = (Chance::NEVER, None);
    match &impairments.loss {
        Loss::None => {}
        Loss::Independent(chance) => loss = *chance,
        Loss::GilbertElliott(model) => {
            gilbert_elliott = Some(GilbertElliott {
                p: scaled(model.p),
                r: scaled(model.r),
                h: Scaled::MAX - scaled(model.bad_loss),
                k1: scaled(model.good_loss),
            });
        }
        Loss::Packets(_) => return unsupported("lose packets by their numbers"),
    }
    let limit = match impairments.queue {
        // Its own default, 1,000 packets, would drop what a long delay holds.
        None => u32::MAX,
        Some(Queue::Packets(most)) => most,
        Some(Queue::Bytes(_)) => return unsupported("limit its queue in bytes"),
    };
    let (bits, overhead) = match impairments.rate {
        None => (0, 0),
        Some(limit) => (limit.rate.bits_per_second(), limit.overhead),
    };
    if !bits.is_multiple_of(8) {
        return unsupported("hold a rate that is no whole number of bytes a second");
    }
    if overhead < -SMALLEST {
        // It would take a length below zero for a very large one.
        return unsupported("take an overhead below -20 bytes");
    }
    let overhead = if bits == 0 {
        0
    } else {
        overhead.saturating_sub(SEEN)
    };
    let reorder = impairments.reorder;
    let reorder_chance = reorder.map_or(Chance::NEVER, |reorder| reorder.chance);
    Ok(NetemOptions {
        delay: delay.unsigned_abs(),
        jitter: jitter.unsigned_abs(),
        jitter_correlation: impairments
            .jitter
            .map_or(0, |jitter| scaled(jitter.correlation)),
        distribution: impairments.jitter.map(distribution).unwrap_or_default(),
        loss: scaled(loss.share),
        loss_correlation: scaled(loss.correlation),
        gilbert_elliott,
        duplicate: scaled(impairments.duplicate.share),
        duplicate_correlation: scaled(impairments.duplicate.correlation),
        corrupt: scaled(impairments.corrupt.share),
        corrupt_correlation: scaled(impairments.corrupt.correlation),
        reorder: scaled(reorder_chance.share),
        reorder_correlation: scaled(reorder_chance.correlation),
        gap: reorder.map_or(0, |reorder| reorder.gap),
        rate: bits / 8,
        overhead,
        limit,
        seed,
    })
}

/// Whether all that these options leave to chance follows from the seed. Correlated draws begin at
/// the kernel's own chance, and so does the place of a flipped bit, whatever the seed.
pub(super) fn follow_the_seed(options: &NetemOptions) -> bool {
    let correlations = [
        options.jitter_correlation,
        options.loss_correlation,
        options.duplicate_correlation,
        options.corrupt_correlation,
        options.reorder_correlation,
    ];
    correlations == [0; 5] && options.corrupt == 0
}

fn scaled(percent: Percent) -> Scaled {
    let hundred = u64::from(Percent::HUNDRED.millionths());
    let scaled = u64::from(percent.millionths()) * u64::from(Scaled::MAX) / hundred;
    scaled as Scaled
}

/// The table to draw from; the uniform distribution's, too, since the kernel can't be told to
/// forget one it was given.
fn distribution(jitter: Jitter) -> Vec<i16> {
    const STEPS: i32 = 4096;
    const SPREAD: i32 = 8192;
    match jitter.distribution.table() {
        Some(table) => table.to_vec(),
        None => (0..STEPS)
            .map(|step| ((2 * step + 1 - STEPS) * SPREAD / STEPS) as i16)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::impairment::{Distribution, RateLimit, Reorder};
    use scenario::units::Rate;
    use std::time::Duration;

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn every_impairment_has_its_option() {
        let impairments = Impairments {
            delay: Duration::from_millis(20),
            jitter: Some(Jitter {
                spread: Duration::from_millis(5),
                distribution: Distribution::Normal,
                correlation: percent("25%"),
            }),
            loss: Loss::Independent(Chance {
                share: percent("50%"),
                correlation: percent("100%"),
            }),
            duplicate: Chance::of(percent("1%")),
            corrupt: Chance::of(percent("0.1%")),
            reorder: Some(Reorder {
                chance: Chance::of(percent("25%")),
                gap: 5,
            }),
            rate: Some(RateLimit {
                rate: Rate::from_bits_per_second(10_000_000),
                overhead: 38,
            }),
            queue: Some(Queue::Packets(100)),
            ..Impairments::default()
        };
        let mut found = options(&impairments, Some(7)).unwrap();
        assert_eq!(std::mem::take(&mut found.distribution).len(), 4096);
        let expected = NetemOptions {
            delay: 20_000_000,
            jitter: 5_000_000,
            jitter_correlation: 0x3fff_ffff,
            loss: 0x7fff_ffff,
            loss_correlation: u32::MAX,
            duplicate: 42_949_672,
            corrupt: 4_294_967,
            reorder: 0x3fff_ffff,
            gap: 5,
            rate: 1_250_000,
            overhead: 24,
            limit: 100,
            seed: Some(7),
            ..NetemOptions::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn states_are_told_as_the_kernel_wants_them() {
        let model = scenario::impairment::GilbertElliott {
            p: percent("1%"),
            r: percent("10%"),
            bad_loss: percent("100%"),
            good_loss: percent("0%"),
        };
        let impairments = Impairments {
            loss: Loss::GilbertElliott(model),
            ..Impairments::default()
        };
        let found = options(&impairments, None).unwrap();
        let expected = GilbertElliott {
            p: 42_949_672,
            r: 429_496_729,
            h: 0,
            k1: 0,
        };
        assert_eq!((found.loss, found.gilbert_elliott), (0, Some(expected)));
    }

    #[test]
    fn what_netem_can_not_do_is_refused() {
        let refused = |impairments: Impairments| options(&impairments, None).unwrap_err();
        let base = Impairments::default;
        for (impairments, word) in [
            (
                Impairments {
                    loss: Loss::Packets([3].into()),
                    ..base()
                },
                "numbers",
            ),
            (
                Impairments {
                    queue: Some(Queue::Bytes(1000)),
                    ..base()
                },
                "bytes",
            ),
            (
                Impairments {
                    rate: Some(RateLimit {
                        rate: Rate::from_bits_per_second(1001),
                        overhead: 0,
                    }),
                    ..base()
                },
                "rate",
            ),
            (
                Impairments {
                    rate: Some(RateLimit {
                        rate: Rate::from_bits_per_second(1000),
                        overhead: -21,
                    }),
                    ..base()
                },
                "overhead",
            ),
            (
                Impairments {
                    jitter: Some(Jitter {
                        spread: Duration::from_secs(3),
                        distribution: Distribution::Uniform,
                        correlation: Percent::ZERO,
                    }),
                    ..base()
                },
                "vary",
            ),
        ] {
            let said = refused(impairments).to_string();
            assert!(said.contains(word), "{said}");
        }
    }

    #[test]
    fn correlated_draws_and_flipped_bits_follow_no_seed() {
        let follows =
            |impairments: &Impairments| follow_the_seed(&options(impairments, None).unwrap());
        let mut impairments = Impairments {
            loss: Loss::Independent(Chance::of(percent("20%"))),
            duplicate: Chance::of(percent("1%")),
            ..Impairments::default()
        };
        assert!(follows(&impairments));
        impairments.duplicate.correlation = percent("1%");
        assert!(!follows(&impairments));
        impairments.duplicate = Chance::NEVER;
        impairments.corrupt = Chance::of(percent("1%"));
        assert!(!follows(&impairments));
    }

    #[test]
    fn the_uniform_table_is_even() {
        let table = distribution(Jitter {
            spread: Duration::from_millis(5),
            distribution: Distribution::Uniform,
            correlation: Percent::ZERO,
        });
        assert_eq!((table.len(), table[0], table[4095]), (4096, -8190, 8190));
        assert_eq!(table.iter().map(|n| i64::from(*n)).sum::<i64>(), 0);
    }
}
