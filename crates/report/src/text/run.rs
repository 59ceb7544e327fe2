//! One run: its verdict, the picture, what happened and why, what was asked and what was measured.

use super::{
    WIDTH, claims, lanes,
    layout::{right, width, wrap},
    quantity::{bytes, count, delay, time},
    say,
};
use analysis::{
    Analysis, Verdict, main_direction,
    model::{
        RunSubject,
        connection::Direction,
        finding::{Finding, Place},
        flow::Flow,
        note::Note,
        verdict::{Doubt, Judgement, Seen},
    },
};
use record::manifest::Outcome;
use scenario::{
    expectation::{Claim, Unit},
    finding::FindingCode,
    impairment::Loss,
    text::Lang,
};
use std::collections::BTreeSet;

/// Most findings that are told in sentences.
const TOLD: usize = 6;

/// A run on its own, with a head.
pub(super) fn whole(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    let title = subject.title.in_lang(lang);
    let head = wrap(&format!("{}: {title}", subject.scenario), 0, WIDTH);
    format!(
        "{head}{}\n\n{}",
        place(subject, lang),
        section(analysis, subject, lang)
    )
}

/// Where a run took place, in one line.
pub(super) fn place(subject: &RunSubject, lang: Lang) -> String {
    let place = &subject.place;
    let link = say(lang, "user-space link", "用户态链路");
    let backend = match (place.backend.as_str(), lang) {
        ("namespaces", Lang::Zh) => "网络命名空间",
        (backend, _) => backend,
    };
    let seed = say(lang, "seed", "种子");
    format!(
        "{backend} · {link} · {} · {seed} {}",
        place.kernel, subject.seed
    )
}

/// A run as one of several.
pub(super) fn section(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    let mut text = headline(analysis, subject, lang);
    text.push_str(&outcome(subject, lang));
    if let Some(direction) = main_direction(analysis) {
        text.push_str(&pictures(analysis, direction, lang));
        text.push('\n');
    }
    for flow in &analysis.flows {
        text.push_str(&wrap(&datagrams(flow, lang), 2, WIDTH));
    }
    text.push_str(&story(analysis, lang));
    text.push_str(&wrap(&links(analysis, lang), 2, WIDTH));
    for judgement in &analysis.expectations {
        if judgement.verdict != Verdict::Held {
            text.push_str(&wrap(&expected(judgement, lang), 2, WIDTH));
        }
    }
    for doubt in &analysis.doubts {
        text.push_str(&wrap(&self::doubt(doubt, lang), 2, WIDTH));
    }
    text.push_str(&remarks(analysis, lang));
    text
}

/// What the reader should know besides.
pub(super) fn remarks(analysis: &Analysis, lang: Lang) -> String {
    let remarks = analysis.notes.iter().filter_map(|note| remark(note, lang));
    remarks.map(|remark| wrap(&remark, 2, WIDTH)).collect()
}

/// The verdict in words.
pub(super) fn verdict(verdict: Option<Verdict>, lang: Lang) -> String {
    match verdict {
        Some(Verdict::Held) => say(lang, "held", "成立"),
        Some(Verdict::Failed) => say(lang, "FAILED", "不成立"),
        Some(Verdict::Inconclusive) => say(lang, "inconclusive", "无法定论"),
        None => String::new(),
    }
}

fn headline(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    let about = subject.about.in_lang(lang);
    let verdict = verdict(analysis.verdict, lang);
    let colon = say(lang, ": ", "：");
    let title = if about.is_empty() {
        subject.variant.clone()
    } else {
        format!("{}{colon}{about}", subject.variant)
    };
    let lines = wrap(&title, 0, WIDTH - width(&verdict) - 2);
    let mut lines = lines.lines();
    let first = lines.next().unwrap_or_default();
    let mut text = format!("{first}{}\n", right(&verdict, WIDTH - width(first)));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn outcome(subject: &RunSubject, lang: Lang) -> String {
    let Outcome::Broken { host, reason, log } = &subject.outcome else {
        return String::new();
    };
    let text = say(
        lang,
        format!("The run broke off: {host} {reason}."),
        format!("运行中断：{host} {reason}。"),
    );
    let mut text = wrap(&text, 2, WIDTH);
    if log.is_empty() {
        text.push_str(&say(lang, "  Its log is empty.\n", "  它的日志是空的。\n"));
    } else {
        text.push_str(&say(lang, "  The end of its log:\n", "  它日志的末尾：\n"));
        for line in log {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

fn pictures(analysis: &Analysis, direction: Direction, lang: Lang) -> String {
    let mut shown = analysis
        .connections
        .iter()
        .map(|connection| lanes::picture(connection, direction, lang))
        .filter(|picture| !picture.is_empty());
    let mut text = shown.next().unwrap_or_default();
    let more = shown.count();
    if more > 0 {
        text.push_str(&say(
            lang,
            format!("  The first of {} connections is drawn.\n", more + 1),
            format!("  画出 {} 条连接中的第一条。\n", more + 1),
        ));
    }
    text
}

fn datagrams(flow: &Flow, lang: Lang) -> String {
    let (client, server) = (name(&flow.client.host), name(&flow.server.host));
    let ways = Direction::BOTH
        .into_iter()
        .zip([("→", &client, &server), ("→", &server, &client)]);
    let told: Vec<String> = ways
        .filter(|(way, _)| !flow.datagrams[way.index()].is_empty())
        .map(|(way, (arrow, from, to))| {
            let sent = &flow.datagrams[way.index()];
            let arrived = sent
                .iter()
                .filter(|datagram| !datagram.arrivals.is_empty())
                .count();
            let read = sent
                .iter()
                .filter(|datagram| datagram.received.is_some())
                .count();
            let sent = sent.len();
            say(
                lang,
                format!("{from} {arrow} {to} {sent} sent, {arrived} arrived, {read} read"),
                format!("{from} {arrow} {to} 发 {sent}，到 {arrived}，读 {read}"),
            )
        })
        .collect();
    let (label, end) = (say(lang, "UDP: ", "UDP："), say(lang, ".", "。"));
    format!("{label}{}{end}", told.join(&say(lang, "; ", "；")))
}

fn name(host: &Option<String>) -> String {
    host.clone().unwrap_or_else(|| "?".into())
}

/// The findings in sentences; of those alike the first is told and the others are counted.
fn story(analysis: &Analysis, lang: Lang) -> String {
    let key = |finding: &Finding| {
        (
            finding.code,
            finding.cause,
            finding.host.clone(),
            way(finding),
        )
    };
    let mut told = BTreeSet::new();
    let mut text = String::new();
    let mut rest = 0;
    for finding in &analysis.findings {
        if finding.code == FindingCode::ConditionUnproven || !told.insert(key(finding)) {
            continue;
        }
        if told.len() > TOLD {
            rest += 1;
            continue;
        }
        let alike = analysis
            .findings
            .iter()
            .filter(|other| key(other) == key(finding))
            .count()
            - 1;
        let mut sentence = claims::sentence(analysis, finding, lang);
        if alike > 0 {
            sentence.push_str(&say(
                lang,
                format!(" {alike} more like it."),
                format!("另有 {alike} 处相同。"),
            ));
        }
        text.push_str(&wrap(&sentence, 2, WIDTH));
    }
    if rest > 0 {
        text.push_str(&say(
            lang,
            format!("  {rest} more kinds of findings are in analysis.json.\n"),
            format!("  另有 {rest} 类发现，见 analysis.json。\n"),
        ));
    }
    text
}

fn way(finding: &Finding) -> Option<Direction> {
    match finding.place {
        Place::Stream { direction, .. } | Place::Flow { direction, .. } => Some(direction),
        Place::Link { .. } => None,
    }
}

/// What the links were asked and what was measured, in one paragraph.
fn links(analysis: &Analysis, lang: Lang) -> String {
    let each: Vec<String> = analysis
        .links
        .iter()
        .map(|link| {
            let asked = delay(u64::try_from(link.asked.delay.as_nanos()).unwrap_or(u64::MAX));
            let mut text = match link.delay {
                Some(measured) => {
                    let (median, n) = (delay(measured.median), count(measured.count));
                    say(
                        lang,
                        format!("{} asked {asked}, measured {median} (n = {n})", link.host),
                        format!("{} 要求 {asked}，实测 {median}（n = {n}）", link.host),
                    )
                }
                None => say(
                    lang,
                    format!("{} asked {asked}, nothing to measure", link.host),
                    format!("{} 要求 {asked}，无从测量", link.host),
                ),
            };
            if let Loss::Independent(percent) = link.asked.loss {
                let (lost, sent) = (link.missing, link.sent);
                text.push_str(&say(
                    lang,
                    format!(", loss asked {percent}, seen {lost} of {sent}"),
                    format!("，丢包要求 {percent}，实际 {lost}/{sent}"),
                ));
            }
            text
        })
        .collect();
    let label = say(lang, "Links: ", "链路：");
    let end = say(lang, ".", "。");
    format!("{label}{}{end}", each.join(&say(lang, "; ", "；")))
}

fn expected(judgement: &Judgement, lang: Lang) -> String {
    let written = &judgement.expectation.written;
    let verdict = verdict(Some(judgement.verdict), lang);
    let seen = match (&judgement.seen, &judgement.expectation.claim) {
        (Seen::Value(Some(value)), Claim::Value { path, .. }) => {
            let value = match path.metric.unit() {
                Unit::Nanoseconds => time(*value),
                Unit::Bytes => bytes(*value),
                Unit::Count => count(*value),
            };
            say(lang, format!("it is {value}"), format!("实际是 {value}"))
        }
        (Seen::Value(_), _) => say(lang, "it was not measured", "没有测到"),
        (
            Seen::Findings {
                count: found,
                undetermined,
                other_causes,
            },
            _,
        ) => {
            let mut text = say(lang, format!("found {found}"), format!("找到 {found} 处"));
            if *undetermined > 0 {
                text.push_str(&say(
                    lang,
                    format!(", {undetermined} more of undetermined cause"),
                    format!("，另有 {undetermined} 处原因未定"),
                ));
            }
            if !other_causes.is_empty() {
                let causes: Vec<&str> = other_causes.iter().map(|cause| cause.name()).collect();
                let causes = causes.join(", ");
                text.push_str(&say(
                    lang,
                    format!(", others by {causes}"),
                    format!("，其他原因：{causes}"),
                ));
            }
            text
        }
    };
    say(
        lang,
        format!("Expected {written}: {verdict}, {seen}."),
        format!("期望 {written}：{verdict}，{seen}。"),
    )
}

fn doubt(doubt: &Doubt, lang: Lang) -> String {
    let text = match doubt {
        Doubt::Broken { host } => (
            format!("{host} broke the run off, so nothing can be concluded from what is missing"),
            format!("{host} 使运行中断，缺少的东西说明不了什么"),
        ),
        Doubt::CaptureDropped { host, packets } => (
            format!("the capture of {host} lost {packets} packets"),
            format!("{host} 的抓包丢了 {packets} 个包"),
        ),
        Doubt::LinkOverrun { host, packets } => (
            format!("the link of {host} lost {packets} packets it was not asked to lose"),
            format!("{host} 的链路丢了 {packets} 个不该丢的包"),
        ),
        Doubt::DelayUnproven {
            host,
            asked,
            measured,
        } => {
            let (asked, median, n) = (delay(*asked), delay(measured.median), measured.count);
            (
                format!("the link of {host} was asked {asked} and took {median} (median of {n})"),
                format!("{host} 的链路要求 {asked}，实测 {median}（{n} 个包的中位数）"),
            )
        }
        Doubt::LossUnproven {
            host,
            sent,
            missing,
        } => (
            format!(
                "the link of {host} lost {missing} of {sent} packets, which is not what was asked"
            ),
            format!("{host} 的链路在 {sent} 个包中丢了 {missing} 个，与要求不符"),
        ),
    };
    say(
        lang,
        format!("Doubt: {}.", text.0),
        format!("疑点：{}。", text.1),
    )
}

/// Too few packets to judge a link is said by the `n` of its figures already.
fn remark(note: &Note, lang: Lang) -> Option<String> {
    let text = match note {
        Note::FewPackets { .. } => return None,
        Note::Capture { host, warning } => match host {
            Some(host) => (
                format!("The capture of {host}: {warning}."),
                format!("{host} 的抓包：{warning}。"),
            ),
            None => (
                format!("The capture: {warning}."),
                format!("抓包：{warning}。"),
            ),
        },
        Note::BadLines {
            host,
            count,
            first,
            error,
        } => (
            format!(
                "{count} lines of the diary of {host} can't be read, the first is {first}: {error}."
            ),
            format!("{host} 的日记有 {count} 行读不懂，第一处在第 {first} 行：{error}。"),
        ),
        Note::Malformed {
            host,
            program,
            error,
        } => (
            format!("{host}.{program} lost its framing: {error}."),
            format!("{host}.{program} 分帧出错：{error}。"),
        ),
    };
    Some(say(lang, text.0, text.1))
}
