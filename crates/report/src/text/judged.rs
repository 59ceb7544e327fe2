//! Verdicts, what stands against them, and what the reader should know besides.

use super::{
    WIDTH,
    layout::item,
    links,
    quantity::{bytes, count, plural, time},
    say,
};
use analysis::{
    Analysis, Verdict,
    model::{
        link::LinkSummary,
        note::Note,
        verdict::{Doubt, Judgement, Seen},
    },
};
use record::manifest::Outcome;
use scenario::{
    expectation::{Claim, Condition, Expectation, Unit},
    finding::{Cause, FindingCode},
    text::Lang,
};

/// The verdict in words.
pub(super) fn verdict(verdict: Option<Verdict>, lang: Lang) -> String {
    match verdict {
        Some(Verdict::Held) => say(lang, "held", "成立"),
        Some(Verdict::Failed) => say(lang, "FAILED", "不成立"),
        Some(Verdict::Inconclusive) => say(lang, "inconclusive", "无法定论"),
        None => String::new(),
    }
}

/// Why a run did not hold: what failed, what can't be judged, and why the evidence is in doubt.
pub(super) fn objections(analysis: &Analysis, lang: Lang) -> String {
    let mut text = String::new();
    let is_broken = analysis
        .run()
        .is_some_and(|run| matches!(run.outcome, Outcome::Broken { .. }));
    // A broken run has said so in its own words.
    let doubts = analysis.doubts.iter();
    let doubts = doubts.filter(|doubt| !(is_broken && matches!(doubt, Doubt::Broken { .. })));
    let mut told: Vec<String> = doubts
        .map(|doubt| told_doubt(analysis, doubt, lang))
        .collect();
    // A delay and its jitter are told in one.
    told.dedup();
    text.extend(told.iter().map(|doubt| item(doubt, 2, WIDTH)));
    let doubted = !analysis.doubts.is_empty();
    let mut open = 0;
    for judgement in &analysis.expectations {
        match judgement.verdict {
            Verdict::Held => {}
            // With a doubt all are, for that reason.
            Verdict::Inconclusive if doubted => open += 1,
            _ => text.push_str(&item(&expected(judgement, lang), 2, WIDTH)),
        }
    }
    if open > 0 {
        let is_open = if open == 1 {
            "is left open"
        } else {
            "are left open"
        };
        let told = say(
            lang,
            format!("So {} {is_open}.", plural(open, "expectation")),
            format!("因此有 {} 条期望无法定论。", count(open)),
        );
        text.push_str(&item(&told, 2, WIDTH));
    }
    text
}

/// What the reader should know besides, behind so many spaces.
pub(super) fn remarks(analysis: &Analysis, indent: usize, lang: Lang) -> String {
    let notes = analysis
        .notes
        .iter()
        .filter(|note| !is_found(note, analysis));
    let remarks = notes.filter_map(|note| remark(note, lang));
    let others = analysis.not_judged.iter();
    let others = others.filter_map(|expectation| not_judged(expectation, lang));
    let all = remarks.chain(others);
    all.map(|remark| item(&remark, indent, WIDTH)).collect()
}

/// Whether a finding tells it better: a stream that ended inside a message is no framing gone wrong.
fn is_found(note: &Note, analysis: &Analysis) -> bool {
    let Note::Malformed { host, program, .. } = note else {
        return false;
    };
    analysis.findings.iter().any(|finding| {
        finding.code == FindingCode::IncompleteMessage
            && finding.host.as_ref() == Some(host)
            && finding.program.as_ref() == Some(program)
    })
}

/// What is expected on another stack only, and why.
fn not_judged(expectation: &Expectation, lang: Lang) -> Option<String> {
    let only = expectation.on.as_ref()?;
    let (written, stack) = (&expectation.written, only.stack);
    let because = only.because.in_lang(lang);
    Some(say(
        lang,
        format!("Not judged here, but on {stack} only: `{written}`. {because}"),
        format!("此处不判定（只在 {stack} 上成立）：`{written}`。{because}"),
    ))
}

/// What was expected, and what was seen.
pub(crate) fn expected(judgement: &Judgement, lang: Lang) -> String {
    let written = &judgement.expectation.written;
    let verdict = verdict(Some(judgement.verdict), lang);
    let seen = match &judgement.seen {
        Seen::Value(value) => seen_value(*value, &judgement.expectation.claim, lang),
        Seen::Findings {
            count,
            undetermined,
            other_causes,
        } => seen_findings(*count, *undetermined, other_causes, lang),
        Seen::Lines(lines) => seen_lines(*lines, lang),
        Seen::Condition {
            proven,
            refuted,
            open,
        } => seen_condition([*proven, *refuted, *open], lang),
    };
    say(
        lang,
        format!("{verdict}: expected `{written}`; {seen}."),
        format!("{verdict}：期望 `{written}`；{seen}。"),
    )
}

fn seen_value(value: Option<u64>, claim: &Claim, lang: Lang) -> String {
    let Some(value) = value else {
        return say(lang, "it was not measured", "没有测到");
    };
    let unit = match claim {
        Claim::Value { path, .. } => path.metric.unit(),
        Claim::Finding { .. } | Claim::Condition { .. } | Claim::Output { .. } => Unit::Count,
    };
    let value = match unit {
        Unit::Nanoseconds => time(value),
        Unit::Bytes => bytes(value),
        Unit::Count => count(value),
    };
    say(lang, format!("it is {value}"), format!("实际是 {value}"))
}

fn seen_lines(lines: Option<u64>, lang: Lang) -> String {
    match lines {
        None => say(lang, "its output was not kept", "没有留下它的输出"),
        Some(0) => say(lang, "it printed no such line", "它没有打印这样的行"),
        Some(lines) => say(
            lang,
            format!("it printed {}", plural(lines, "such line")),
            format!("它打印了 {} 行", count(lines)),
        ),
    }
}

fn seen_condition([proven, refuted, open]: [usize; 3], lang: Lang) -> String {
    match (proven, refuted, open) {
        (0, 0, 0) => say(lang, "no packet met it", "没有包遇到它"),
        (_, 0, 0) => say(lang, "it is proven", "已证明"),
        (_, 0, _) => say(
            lang,
            "the packets that met it can't tell",
            "遇到它的包不足以判定",
        ),
        _ => say(lang, "what was measured is something else", "实测并非如此"),
    }
}

fn seen_findings(found: u64, undetermined: u64, other_causes: &[Cause], lang: Lang) -> String {
    let mut text = match found {
        0 => say(lang, "found none", "没有找到"),
        _ => say(
            lang,
            format!("found {}", count(found)),
            format!("找到 {} 处", count(found)),
        ),
    };
    if undetermined > 0 {
        let undetermined = count(undetermined);
        text.push_str(&say(
            lang,
            format!(", and {undetermined} whose cause the evidence does not decide"),
            format!("，另有 {undetermined} 处的原因无法由证据判定"),
        ));
    }
    let others: Vec<&str> = other_causes
        .iter()
        .filter(|cause| **cause != Cause::Undetermined)
        .map(|cause| cause.name())
        .collect();
    if !others.is_empty() {
        text.push_str(&say(
            lang,
            format!(", and with other causes: {}", others.join(", ")),
            format!("，另有其他原因的：{}", others.join("、")),
        ));
    }
    text
}

/// Why the evidence is in doubt.
pub(crate) fn told_doubt(analysis: &Analysis, doubt: &Doubt, lang: Lang) -> String {
    let (en, zh) = match doubt {
        Doubt::Broken { host } => (
            format!("{host} broke the run off"),
            format!("{host} 使运行中断"),
        ),
        Doubt::NoCapture { host } => (
            format!("the capture of {host} is missing"),
            format!("缺少 {host} 的抓包"),
        ),
        Doubt::NoDiary { host } => (
            format!("the diary of {host} is missing: what its programs wrote and read is unknown"),
            format!("缺少 {host} 的日记：它的程序写了什么、读了什么，无从得知"),
        ),
        Doubt::CaptureDropped { host, packets } => (
            format!("the capture of {host} lost {}", plural(*packets, "packet")),
            format!("{host} 的抓包丢了 {} 个包", count(*packets)),
        ),
        Doubt::LinkOverrun { host, packets } => (
            format!(
                "the link of {host} lost {} without being asked to",
                plural(*packets, "packet")
            ),
            format!("{host} 的链路丢了 {} 个不该丢的包", count(*packets)),
        ),
        Doubt::ConditionUnproven {
            host,
            toward,
            phase,
            condition,
        } => {
            let mut links = analysis.links.iter();
            let link = links.find(|link| {
                link.host == *host
                    && link.toward == *toward
                    && link.phase.map_or(0, |phase| phase.number) == *phase
            });
            match link {
                Some(link) => (
                    unproven(link, *condition, Lang::En),
                    unproven(link, *condition, Lang::Zh),
                ),
                None => (
                    format!("the link of {host} did not do what it was asked: {condition}"),
                    format!("{host} 的链路没有按要求做到：{condition}"),
                ),
            }
        }
    };
    say(lang, format!("Doubt: {en}."), format!("疑点：{zh}。"))
}

fn unproven(link: &LinkSummary, condition: Condition, lang: Lang) -> String {
    let name = links::name(link, lang);
    let nothing = || match condition {
        Condition::Delay => say(lang, "no delay", "无延迟"),
        Condition::Loss => say(lang, "no loss", "不丢包"),
        Condition::Duplicate => say(lang, "no duplicates", "无重复"),
        Condition::Corrupt => say(lang, "no flipped bits", "无比特翻转"),
        Condition::Outage => say(lang, "a cut", "断网"),
        other => other.to_string(),
    };
    let asked = links::asked_of(condition, &link.asked, lang).unwrap_or_else(nothing);
    let asked = asked.trim_start();
    let seen = links::seen_of(condition, link, lang)
        .unwrap_or_else(|| say(lang, "something else", "并非如此"));
    let chance = link
        .proof(condition)
        .and_then(|proof| proof.probability)
        .map(|probability| by_chance(probability, lang));
    let chance = chance.unwrap_or_default();
    say(
        lang,
        format!("the link of {name} was asked for {asked}; measured {seen}{chance}"),
        format!("{}要求：{asked}；实测：{seen}{chance}", links::whose(&name)),
    )
}

/// How often chance brings about what is as far out.
fn by_chance(probability: f64, lang: Lang) -> String {
    const NEVER: f64 = 1e-9;
    if probability < NEVER {
        return say(lang, ", which is not chance", "，这绝非偶然");
    }
    let times = count((1.0 / probability) as u64);
    say(
        lang,
        format!(", which chance does once in {times} times"),
        format!("，偶然发生的机会是 {times} 分之一"),
    )
}

/// Too few packets to judge a link is said by the `n` of its figures already.
fn remark(note: &Note, lang: Lang) -> Option<String> {
    let (en, zh) = match note {
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
            program,
            count: number,
            first,
            error,
        } => {
            let whose = match program {
                Some(program) => format!("{host}.{program}"),
                None => host.clone(),
            };
            let lines = plural(*number as u64, "line");
            let number = count(*number as u64);
            (
                format!(
                    "The diary of {whose} has {lines} that can't be read, the first is line {first}: {error}."
                ),
                format!("{whose} 的日记有 {number} 行读不懂，首先是第 {first} 行：{error}。"),
            )
        }
        Note::Malformed {
            host,
            program,
            error,
        } => (
            format!("{host}.{program} lost track of its messages: {error}."),
            format!("{host}.{program} 分帧出错：{error}。"),
        ),
        Note::GivenUp {
            host,
            program,
            after,
            keepalive,
        } => {
            let (why_en, why_zh) = match keepalive {
                true => ("its keepalives were not answered", "保活探测没有得到回答"),
                false => (
                    "what it had sent was not acknowledged for too long",
                    "发出的内容太久没有得到确认",
                ),
            };
            let after = time(*after);
            (
                format!(
                    "{host}.{program} was told after {after} that its connection is dead: {why_en}."
                ),
                format!("{after} 后 {host}.{program} 得知连接已死：{why_zh}。"),
            )
        }
        Note::Nudged {
            host,
            count: number,
        } => (
            format!(
                "The smoltcp stack of {host} forgot to send what it had, and was made to probe {}.",
                plural(*number, "time")
            ),
            format!(
                "{host} 的 smoltcp 协议栈有数据却忘了发送，被催促探测了 {} 次。",
                count(*number)
            ),
        ),
    };
    Some(say(lang, en, zh))
}
