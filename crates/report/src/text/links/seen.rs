//! What was seen of a link, in words.

use super::super::{
    quantity::{bytes, count, delay, percent},
    say,
};
use analysis::model::link::{LinkSummary, Outage};
use scenario::{expectation::Condition, impairment::Queue, text::Lang};

/// What was seen of one condition; none where that says nothing.
pub(in crate::text) fn seen_of(
    condition: Condition,
    link: &LinkSummary,
    lang: Lang,
) -> Option<String> {
    let worth = |number: u64| number > 0 || (link.asks_for(condition) && link.sent > 0);
    let share = |number: u64, en: &str, zh: &str| {
        let (some, all) = (count(number), count(link.sent));
        let share = percent(number, link.sent);
        worth(number).then(|| {
            say(
                lang,
                format!("{some} of {all} {en} ({share})"),
                format!("{all} 个包中 {some} 个{zh}（{share}）"),
            )
        })
    };
    match condition {
        Condition::Delay | Condition::Jitter => delays(link, lang),
        Condition::Loss => {
            let missing = share(link.missing, "missing", "缺失");
            let parts: Vec<String> = missing.into_iter().chain(under_way(link, lang)).collect();
            (!parts.is_empty()).then(|| parts.join(say(lang, ", ", "，").as_str()))
        }
        Condition::Duplicate => share(link.duplicated, "twice", "到达两次"),
        Condition::Corrupt => share(link.corrupted, "with a flipped bit", "有比特翻转"),
        Condition::Reorder => share(link.at_once, "at once", "立即到达"),
        Condition::Rate => link.rate.map(|rate| {
            let rate = format!("{:.1} kbit/s", rate as f64 / 1e3);
            say(
                lang,
                format!("{rate} while packets waited"),
                format!("排队时 {rate}"),
            )
        }),
        Condition::Queue => {
            let held = link.held.filter(|_| link.sent > 0)?;
            let held = match link.asked.queue {
                Some(Queue::Bytes(_)) => bytes(held),
                _ => say(
                    lang,
                    format!("{} packets", count(held)),
                    format!(" {} 个包", count(held)),
                ),
            };
            Some(say(
                lang,
                format!("at most about {held} held"),
                format!("最多积压约{held}"),
            ))
        }
        Condition::Mtu => {
            let largest = link.largest.filter(|_| link.asks_for(condition))?;
            let pieces = match link.fragmented {
                0 => String::new(),
                some => say(
                    lang,
                    format!(", {} in pieces", count(some)),
                    format!("，{} 个被切开", count(some)),
                ),
            };
            let refused = match link.refused {
                0 => String::new(),
                some => say(
                    lang,
                    format!(", {} larger refused", count(some)),
                    format!("，{} 个更大的被拒绝", count(some)),
                ),
            };
            let largest = bytes(largest.into());
            Some(say(
                lang,
                format!("the largest packet {largest}{pieces}{refused}"),
                format!("最大的包 {largest}{pieces}{refused}"),
            ))
        }
        Condition::Outage => link.outage.map(|outage| cut(outage, lang)),
    }
}

fn delays(link: &LinkSummary, lang: Lang) -> Option<String> {
    let found = link.delay?;
    let (median, p99, n) = (delay(found.median), delay(found.p99), count(found.count));
    let spread = match link.asked.jitter {
        Some(_) => format!(" ± {}", delay(found.deviation)),
        None => String::new(),
    };
    let deviation = match (link.asked.jitter, lang) {
        (None, _) => "",
        (Some(_), Lang::En) => " ± deviation",
        (Some(_), Lang::Zh) => " ± 标准差",
    };
    Some(say(
        lang,
        format!("{median}{spread} (median{deviation}; p99 {p99}; n = {n})"),
        format!("{median}{spread}（中位数{deviation}；p99 {p99}；n = {n}）"),
    ))
}

/// What the run's end came before.
pub(super) fn under_way(link: &LinkSummary, lang: Lang) -> Option<String> {
    let (some, all) = (count(link.under_way), count(link.sent));
    (link.under_way > 0).then(|| {
        say(
            lang,
            format!("{some} of {all} still under way at the end"),
            format!("{all} 个包中 {some} 个在结束时仍在途中"),
        )
    })
}

fn cut(outage: Outage, lang: Lang) -> String {
    let arrived = match outage.arrived {
        0 => say(lang, "none arrived", "无一到达"),
        some => say(
            lang,
            format!("{} arrived", count(some)),
            format!("{} 个到达", count(some)),
        ),
    };
    let sent = count(outage.sent);
    say(
        lang,
        format!("{sent} sent into the cut, {arrived}"),
        format!("断网期间发出 {sent} 个包，{arrived}"),
    )
}
