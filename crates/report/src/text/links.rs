//! What links were asked and what was measured.

use super::{
    WIDTH,
    layout::item,
    quantity::{count, delay},
    say,
};
use analysis::{Analysis, model::link::LinkSummary};
use scenario::{
    impairment::{Chance, Impairments, Loss},
    text::Lang,
};

/// One paragraph when all links were asked the same, else a line for each.
pub(super) fn links(analysis: &Analysis, lang: Lang) -> String {
    let links = &analysis.links;
    let Some(first) = links.first() else {
        return String::new();
    };
    if links.iter().all(|link| link.asked == first.asked) {
        let each: Vec<String> = links
            .iter()
            .map(|link| {
                let host = &link.host;
                say(
                    lang,
                    format!("{} from {host}{}", measured(link, lang), aside(link, lang)),
                    format!("{host} {}{}", measured(link, lang), aside(link, lang)),
                )
            })
            .collect();
        let asked = asked(&first.asked, lang);
        let text = say(
            lang,
            format!(
                "Links: asked {asked} each way, measured (median) {}.",
                each.join(", ")
            ),
            format!("链路：单程要求{asked}；实测中位数 {}。", each.join("，")),
        );
        return item(&text, 2, WIDTH);
    }
    let line = |link: &LinkSummary| {
        let (host, asked) = (&link.host, asked(&link.asked, lang));
        let measured = match link.delay {
            Some(_) => say(
                lang,
                format!("measured (median) {}", measured(link, lang)),
                format!("实测中位数 {}", measured(link, lang)),
            ),
            None => say(lang, "nothing measured", "没有测到"),
        };
        let aside = aside(link, lang);
        let text = say(
            lang,
            format!("Link of {host}: asked {asked}, {measured}{aside}."),
            format!("{host} 的链路：要求{asked}；{measured}{aside}。"),
        );
        item(&text, 2, WIDTH)
    };
    links.iter().map(line).collect()
}

/// What a link was asked to do.
fn asked(asked: &Impairments, lang: Lang) -> String {
    let mut parts = Vec::new();
    if !asked.delay.is_zero() {
        let nanoseconds = u64::try_from(asked.delay.as_nanos()).unwrap_or(u64::MAX);
        parts.push(say(
            lang,
            delay(nanoseconds),
            format!(" {}", delay(nanoseconds)),
        ));
    }
    if let Loss::Independent(Chance { share, .. }) = asked.loss {
        parts.push(say(lang, format!("{share} loss"), format!("丢包 {share}")));
    }
    if asked.mtu != Impairments::default().mtu {
        let mtu = asked.mtu;
        parts.push(format!("MTU {mtu}"));
    }
    match (parts.split_last(), lang) {
        (None, _) => say(lang, "no delay", "无延迟"),
        (Some((last, first)), Lang::En) if !first.is_empty() => {
            format!("{} and {last}", first.join(", "))
        }
        _ => parts.join("、"),
    }
}

fn measured(link: &LinkSummary, lang: Lang) -> String {
    match link.delay {
        Some(measured) => delay(measured.median),
        None => say(lang, "nothing", "没有测到"),
    }
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
    if parts.is_empty() {
        return String::new();
    }
    say(
        lang,
        format!(" ({})", parts.join(", ")),
        format!("（{}）", parts.join("，")),
    )
}
