//! What links were asked and what was measured.

mod asked;
mod seen;

pub(super) use asked::asked_of;
pub(super) use seen::seen_of;

use super::{
    WIDTH,
    layout::item,
    quantity::{count, delay, time},
    say,
};
use analysis::{
    Analysis,
    model::link::{LinkSummary, Phase, ProofState},
};
use asked::{ORDER, asked};
use scenario::{
    expectation::Condition,
    impairment::{Chance, Impairments, Loss},
    text::Lang,
};
use seen::under_way;

/// One paragraph when all links were asked the same few things, else a line for each.
pub(super) fn links(analysis: &Analysis, lang: Lang) -> String {
    let links = &analysis.links;
    let Some(first) = links.first() else {
        return String::new();
    };
    if links
        .iter()
        .all(|link| link.asked == first.asked && is_plain(link))
    {
        return item(&together(links, first, lang), 2, WIDTH);
    }
    let of_hosts = links.chunk_by(|one, other| one.host == other.host);
    let lines = of_hosts.flat_map(|links| match links {
        // What it was asked in each phase and toward each host does not matter, then.
        [first, _, ..] if links.iter().all(carried_nothing) => vec![unused(first, lang)],
        _ => links.iter().map(|link| alone(link, lang)).collect(),
    });
    lines.map(|line| item(&line, 2, WIDTH)).collect()
}

fn carried_nothing(link: &LinkSummary) -> bool {
    link.sent == 0 && link.outage.is_none_or(|outage| outage.sent == 0)
}

fn unused(link: &LinkSummary, lang: Lang) -> String {
    let host = &link.host;
    say(
        lang,
        format!("Link of {host}: nothing measured."),
        format!("{}：没有测到。", whose(host)),
    )
}

/// Whether its delay and what is missing are all there is to tell of a link.
fn is_plain(link: &LinkSummary) -> bool {
    let asked = &link.asked;
    let plain = Impairments {
        delay: asked.delay,
        mtu: asked.mtu,
        loss: match asked.loss {
            Loss::Independent(Chance { share, .. }) => Loss::Independent(Chance::of(share)),
            _ => Loss::None,
        },
        ..Impairments::default()
    };
    *asked == plain
        && (link.phase.is_none() && link.toward.is_none())
        && link.duplicated + link.corrupted + link.fragmented == 0
}

fn together(links: &[LinkSummary], first: &LinkSummary, lang: Lang) -> String {
    let each: Vec<String> = links
        .iter()
        .map(|link| {
            let host = &link.host;
            let median = match link.delay {
                Some(measured) => delay(measured.median),
                None => say(lang, "nothing", "没有测到"),
            };
            let aside = aside(link, lang);
            say(
                lang,
                format!("{median} from {host}{aside}"),
                format!("{host} {median}{aside}"),
            )
        })
        .collect();
    let asked = asked(&first.asked, lang);
    say(
        lang,
        format!(
            "Links: asked {asked} each way, measured (median) {}.",
            each.join(", ")
        ),
        format!("链路：单程要求{asked}；实测中位数 {}。", each.join("，")),
    )
}

/// How many packets were measured, and how many of those that were sent never arrived.
fn aside(link: &LinkSummary, lang: Lang) -> String {
    let mut parts = Vec::new();
    if let Some(measured) = link.delay {
        parts.push(format!("n = {}", count(measured.count)));
    }
    if link.missing > 0 || (link.asked.loss != Loss::None && link.sent > 0) {
        let (missing, sent) = (count(link.missing), count(link.sent));
        parts.push(say(
            lang,
            format!("{missing} of {sent} missing"),
            format!("{sent} 个包缺 {missing} 个"),
        ));
    }
    parts.extend(under_way(link, lang));
    if parts.is_empty() {
        return String::new();
    }
    say(
        lang,
        format!(" ({})", parts.join(", ")),
        format!("（{}）", parts.join("，")),
    )
}

fn alone(link: &LinkSummary, lang: Lang) -> String {
    let mut asked = asked(&link.asked, lang);
    if link.outage.is_some() {
        asked.push_str(&say(lang, ", cut off", "、断网"));
    }
    let told = ORDER.into_iter().chain([Condition::Outage]);
    let seen: Vec<String> = told
        .filter_map(|condition| seen_of(condition, link, lang))
        .collect();
    let measured = if seen.is_empty() {
        say(lang, "nothing measured", "没有测到")
    } else {
        say(
            lang,
            format!("measured {}", seen.join(", ")),
            format!("实测 {}", seen.join("，")),
        )
    };
    let name = name(link, lang);
    let open = open(link, lang);
    say(
        lang,
        format!("Link of {name}: asked {asked}; {measured}{open}."),
        format!("{}：要求{asked}；{measured}{open}。", whose(&name)),
    )
}

/// `server 的链路`, without a blank behind a bracket.
pub(super) fn whose(name: &str) -> String {
    let blank = if name.ends_with('）') { "" } else { " " };
    format!("{name}{blank}的链路")
}

/// Whose link, for whom, when.
pub(super) fn name(link: &LinkSummary, lang: Lang) -> String {
    let mut name = link.host.clone();
    if let Some(toward) = &link.toward {
        name.push_str(&say(
            lang,
            format!(" toward {toward}"),
            format!(" 到 {toward}"),
        ));
    }
    if let Some(Phase { from, until, .. }) = link.phase {
        let from = match from {
            0 => "0 s".to_owned(),
            from => time(from),
        };
        name.push_str(&match until {
            Some(until) => say(
                lang,
                format!(" from {from} to {}", time(until)),
                format!("（{from} 至 {}）", time(until)),
            ),
            None => say(lang, format!(" from {from} on"), format!("（{from} 起）")),
        });
    }
    name
}

/// What was asked for and is neither proven nor refuted, by the reason.
fn open(link: &LinkSummary, lang: Lang) -> String {
    let reasons = [
        (
            ProofState::TooFew,
            say(lang, "too few packets to prove", "包太少，无法证明"),
        ),
        (
            ProofState::Indistinct,
            say(lang, "the captures can't tell apart", "抓包无法分辨"),
        ),
        (
            ProofState::KernelDraws,
            say(
                lang,
                "the kernel's correlated draws leave open",
                "内核的相关随机数使之无法判定：",
            ),
        ),
    ];
    let mut text = String::new();
    for (state, reason) in reasons {
        let open = link.proofs.iter().filter(|proof| {
            proof.state == state && link.asks_for(proof.condition) && link.sent > 0
        });
        let names: Vec<String> = open.map(|proof| proof.condition.to_string()).collect();
        if !names.is_empty() {
            text.push_str(&say(
                lang,
                format!("; {reason} {}", names.join(", ")),
                format!("；{reason} {}", names.join("、")),
            ));
        }
    }
    text
}
