//! What chance does to packets.

use crate::{
    decode::{Given, Key, OrShort},
    impairment::{Chance, Distribution, GilbertElliott, Jitter, Loss, Reorder},
    problem::Problems,
    span::Span,
    units::Percent,
    written::{ChanceKeys, GilbertElliottKeys, JitterKeys, LossKeys, ReorderKeys},
};
use std::time::Duration;

/// What happens to some packets.
pub(super) fn of(key: &str, written: &Key<OrShort<ChanceKeys>>, problems: &mut Problems) -> Chance {
    let Some(given) = written.given() else {
        return Chance::NEVER;
    };
    let OrShort(ChanceKeys { share, correlation }) = &given.value;
    chance(key, given.span, share, correlation, problems)
}

fn chance(
    key: &str,
    span: Span,
    share: &Key<Percent>,
    correlation: &Key<Percent>,
    problems: &mut Problems,
) -> Chance {
    if share.is_absent() {
        let message = format!("`{key}` doesn't say how often");
        problems.add(span, message, "add `share: 1%`");
    }
    let chance = Chance {
        share: share.value_or(Percent::ZERO),
        correlation: checked_correlation(correlation, problems),
    };
    let certain = [Percent::ZERO, Percent::HUNDRED].contains(&chance.share);
    if certain && !chance.correlation.is_zero() && !share.is_wrong() && !share.is_absent() {
        let message = format!("with a share of {} chance decides nothing", chance.share);
        let hint = "leave the correlation away";
        problems.add(correlation.place().unwrap_or(span), message, hint);
    }
    chance
}

fn checked_correlation(written: &Key<Percent>, problems: &mut Problems) -> Percent {
    if let Some(given) = written
        .given()
        .filter(|given| given.value == Percent::HUNDRED)
    {
        let message = "with this correlation every packet's luck is the first one's";
        problems.add(given.span, message, "write less than `100%`");
    }
    written.value_or(Percent::ZERO)
}

/// None when delays don't vary.
pub(super) fn jitter(
    given: &Given<OrShort<JitterKeys>>,
    delay: &Key<Duration>,
    problems: &mut Problems,
) -> Option<Jitter> {
    let OrShort(keys) = &given.value;
    if keys.spread.is_absent() {
        problems.add(
            given.span,
            "`jitter` doesn't say how much",
            "add `spread: 5ms`",
        );
    }
    let spread = keys.spread.given()?;
    let correlation = checked_correlation(&keys.correlation, problems);
    if spread.value.is_zero() {
        let place = [keys.distribution.place(), keys.correlation.place()];
        if let Some(place) = place.into_iter().flatten().next() {
            let message = "with a spread of nothing this has no effect";
            problems.add(place, message, "leave it away, or write a `spread`");
        }
        return None;
    }
    let distribution = keys.distribution.value_or_default();
    let (asked, given_delay) = (delay.value_or(Duration::ZERO), delay.given());
    let truncate = keys.truncate.is_wrong() || keys.truncate.value_or(false);
    if spread.value > asked && !truncate && !delay.is_wrong() && !keys.distribution.is_wrong() {
        let what = match distribution {
            Distribution::Uniform => "a jitter",
            _ => "a standard deviation",
        };
        let delay = match asked {
            Duration::ZERO => "which is none".to_owned(),
            asked => format!("{asked:?}"),
        };
        let spread_text = format!("{:?}", spread.value);
        // Whichever was written last, in a timeline or a variant, is what makes them clash.
        let later = given_delay.filter(|given| given.span > spread.span);
        let (place, message) = match later {
            Some(given) => (
                given.span,
                format!("a delay of {delay} is less than {what}, {spread_text}"),
            ),
            None => (
                spread.span,
                format!("{what} of {spread_text} is more than the delay, {delay}"),
            ),
        };
        let hint =
            "write less jitter, or `truncate: true` beside `spread`: negative delays are then none";
        problems.add(place, message, hint);
    }
    Some(Jitter {
        spread: spread.value,
        distribution,
        correlation,
    })
}

/// Which packets are lost.
pub(super) fn loss(given: &Given<OrShort<LossKeys>>, problems: &mut Problems) -> Loss {
    const HINT: &str = "write one of `share`, `gilbert-elliott` and `packets`";
    let OrShort(keys) = &given.value;
    let ways = [
        keys.share.place(),
        keys.gilbert_elliott.place(),
        keys.packets.place(),
    ];
    let ways: Vec<Span> = ways.into_iter().flatten().collect();
    match ways[..] {
        [_] => {}
        [] => {
            problems.add(given.span, "`loss` doesn't say which packets", HINT);
            return Loss::None;
        }
        [_, second, ..] => {
            problems.add(second, "packets are lost in one way only", HINT);
            return Loss::None;
        }
    }
    if !keys.share.is_absent() {
        let chance = chance("loss", given.span, &keys.share, &keys.correlation, problems);
        return match chance.is_never() {
            true => Loss::None,
            false => Loss::Independent(chance),
        };
    }
    if let Some(place) = keys.correlation.place() {
        let message = "`correlation` belongs to a `share`";
        problems.add(place, message, "leave it away");
    }
    if let Some(model) = keys.gilbert_elliott.given() {
        return gilbert_elliott(model, problems).map_or(Loss::None, Loss::GilbertElliott);
    }
    let Some(packets) = keys.packets.given() else {
        return Loss::None;
    };
    if packets.value.is_empty() {
        let hint = "write their numbers: `[3, 17]`";
        problems.add(packets.span, "no packet is named", hint);
    }
    Loss::Packets(packets.value.iter().map(|item| item.value.0).collect())
}

/// None when it is unusable.
fn gilbert_elliott(
    given: &Given<GilbertElliottKeys>,
    problems: &mut Problems,
) -> Option<GilbertElliott> {
    let keys = &given.value;
    if keys.p.is_absent() {
        let message = "the model doesn't say how a good link goes bad";
        problems.add(given.span, message, "add `p: 1%`");
    }
    let p = keys.p.given()?;
    if p.value.is_zero() {
        let message = "the link would never go bad";
        problems.add(
            p.span,
            message,
            "write more than `0%`, or `loss` with a `share`",
        );
    }
    let model = GilbertElliott {
        p: p.value,
        // tc-netem(8): by default r = 1-p, by which a packet's loss is independent of the others'.
        r: keys.r.value_or(p.value.rest()),
        bad_loss: keys.bad_loss.value_or(Percent::HUNDRED),
        good_loss: keys.good_loss.value_or(Percent::ZERO),
    };
    if model.bad_loss.is_zero() && model.good_loss.is_zero() {
        let place = keys.bad_loss.place().unwrap_or(given.span);
        let hint = "write a `bad-loss` of more than `0%`";
        problems.add(
            place,
            "neither a good nor a bad link would lose anything",
            hint,
        );
    }
    Some(model)
}

/// None when no packet goes past others.
pub(super) fn reorder(
    written: &Key<OrShort<ReorderKeys>>,
    delay: &Key<Duration>,
    problems: &mut Problems,
) -> Option<Reorder> {
    let given = written.given()?;
    let OrShort(keys) = &given.value;
    let chance = chance(
        "reorder",
        given.span,
        &keys.share,
        &keys.correlation,
        problems,
    );
    if chance.is_never() {
        let effective = keys.share.value().and(keys.gap.place());
        if let Some(place) = effective {
            let message = "with a share of 0% a gap has no effect";
            problems.add(place, message, "leave it away, or write a larger `share`");
        }
        return None;
    }
    if !delay.is_wrong() && delay.value_or(Duration::ZERO).is_zero() {
        let message = "without a delay there is nobody to go past (tc-netem(8))";
        problems.add(given.span, message, "add a `delay`");
    }
    let gap = keys.gap.value().map_or(1, |gap| gap.0);
    if chance.share == Percent::HUNDRED && gap == 1 && !keys.gap.is_wrong() {
        let message = "when all packets are sent at once, none goes past another";
        problems.add(
            given.span,
            message,
            "write a smaller share, or add `gap: 5`",
        );
    }
    Some(Reorder { chance, gap })
}
