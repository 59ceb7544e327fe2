//! What a link was asked, in words.

use super::super::{
    quantity::{bytes, count, delay},
    say,
};
use scenario::{
    expectation::Condition,
    impairment::{Chance, Distribution, Impairments, Jitter, Loss, Queue},
    text::Lang,
};
use std::time::Duration;

/// Conditions in the order in which they are told. Jitter belongs to the delay.
pub(super) const ORDER: [Condition; 8] = [
    Condition::Delay,
    Condition::Loss,
    Condition::Duplicate,
    Condition::Corrupt,
    Condition::Reorder,
    Condition::Rate,
    Condition::Queue,
    Condition::Mtu,
];

/// All that a link was asked.
pub(super) fn asked(asked: &Impairments, lang: Lang) -> String {
    let parts: Vec<String> = ORDER
        .iter()
        .filter_map(|condition| asked_of(*condition, asked, lang))
        .collect();
    match (parts.split_last(), lang) {
        (None, _) => say(lang, "no delay", "无延迟"),
        (Some((last, first)), Lang::En) if !first.is_empty() => {
            format!("{} and {last}", first.join(", "))
        }
        _ => parts.join("、"),
    }
}

/// What was asked of one condition; none when nothing was.
pub(in crate::text) fn asked_of(
    condition: Condition,
    asked: &Impairments,
    lang: Lang,
) -> Option<String> {
    match condition {
        Condition::Delay | Condition::Jitter => delayed(asked, lang),
        Condition::Loss => loss(&asked.loss, lang),
        Condition::Duplicate => (!asked.duplicate.is_never()).then(|| {
            let share = chance(asked.duplicate, lang);
            say(lang, format!("{share} duplicates"), format!("重复 {share}"))
        }),
        Condition::Corrupt => (!asked.corrupt.is_never()).then(|| {
            let share = chance(asked.corrupt, lang);
            say(
                lang,
                format!("{share} flipped bits"),
                format!("比特翻转 {share}"),
            )
        }),
        Condition::Reorder => asked.reorder.map(|reorder| {
            let (share, gap) = (chance(reorder.chance, lang), reorder.gap);
            let of = if gap > 1 {
                say(lang, format!(" (gap {gap})"), format!("（间隔 {gap}）"))
            } else {
                String::new()
            };
            say(
                lang,
                format!("{share} sent at once{of}"),
                format!("{share} 立即发出{of}"),
            )
        }),
        Condition::Rate => asked.rate.map(|limit| {
            let rate = limit.rate;
            let more = match limit.overhead {
                0 => String::new(),
                bytes => say(
                    lang,
                    format!(" ({bytes:+} bytes a packet)"),
                    format!("（每包 {bytes:+} 字节）"),
                ),
            };
            say(
                lang,
                format!("{rate}/s{more}"),
                format!("速率 {rate}/s{more}"),
            )
        }),
        Condition::Queue => asked.queue.map(|queue| match queue {
            Queue::Packets(most) => say(
                lang,
                format!("room for {} packets", count(most.into())),
                format!("队列容 {} 个包", count(most.into())),
            ),
            Queue::Bytes(most) => say(
                lang,
                format!("room for {}", bytes(most)),
                format!("队列容 {}", bytes(most)),
            ),
        }),
        Condition::Mtu => mtu(asked, lang),
        Condition::Outage => None,
    }
}

/// A share, and how much one draw is like the one before.
fn chance(chance: Chance, lang: Lang) -> String {
    let Chance { share, correlation } = chance;
    match correlation.is_zero() {
        true => share.to_string(),
        false => say(
            lang,
            format!("{share} (correlation {correlation})"),
            format!("{share}（相关 {correlation}）"),
        ),
    }
}

fn delayed(asked: &Impairments, lang: Lang) -> Option<String> {
    let time = |time: Duration| delay(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let text = match asked.jitter {
        None if asked.delay.is_zero() => return None,
        None => time(asked.delay),
        Some(Jitter {
            spread,
            distribution,
            correlation,
        }) => {
            let name = match distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
                Distribution::Pareto => "pareto",
                Distribution::ParetoNormal => "paretonormal",
            };
            let more = match (correlation.is_zero(), lang) {
                (true, _) => String::new(),
                (false, Lang::En) => format!(", correlation {correlation}"),
                (false, Lang::Zh) => format!("，相关 {correlation}"),
            };
            format!("{} ± {} ({name}{more})", time(asked.delay), time(spread))
        }
    };
    Some(say(lang, text.clone(), format!(" {text}")))
}

fn loss(loss: &Loss, lang: Lang) -> Option<String> {
    match loss {
        Loss::None => None,
        Loss::Independent(independent) => {
            let share = chance(*independent, lang);
            Some(say(lang, format!("{share} loss"), format!("丢包 {share}")))
        }
        Loss::GilbertElliott(model) => {
            let (p, r) = (model.p, model.r);
            Some(say(
                lang,
                format!("loss in bursts (p {p}, r {r})"),
                format!("突发丢包（p {p}，r {r}）"),
            ))
        }
        Loss::Packets(numbers) => {
            const TOLD: usize = 5;
            let mut list: Vec<String> = numbers.iter().take(TOLD).map(|n| count(*n)).collect();
            if numbers.len() > TOLD {
                list.push("…".to_owned());
            }
            Some(say(
                lang,
                format!(
                    "the loss of {} {}",
                    if list.len() == 1 { "packet" } else { "packets" },
                    list.join(", ")
                ),
                format!("丢第 {} 个包", list.join("、")),
            ))
        }
    }
}

fn mtu(asked: &Impairments, lang: Lang) -> Option<String> {
    if let Some(mtu) = asked.path_mtu {
        let hole = if asked.black_hole {
            say(lang, " (a black hole)", "（黑洞）")
        } else {
            String::new()
        };
        return Some(say(
            lang,
            format!("path MTU {mtu}{hole}"),
            format!("路径 MTU {mtu}{hole}"),
        ));
    }
    (asked.mtu != Impairments::default().mtu).then(|| format!("MTU {}", asked.mtu))
}
