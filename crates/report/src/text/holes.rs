//! Bytes that came late, and the messages that had to wait behind them: the head of the line blocks the rest.

use super::{
    WIDTH,
    claims::quoted,
    layout::{item, wrap},
    quantity::{bytes, count, plural, time},
    say,
};
use analysis::{
    Analysis,
    model::{
        Subject,
        connection::{Connection, Direction, HeldUp, Hole, Segment, Stream},
        note::Note,
    },
};
use scenario::text::Lang;

/// Most holes that are told, those that held the longest.
const TOLD: usize = 3;
/// Most messages behind a hole that are told.
const NAMED: usize = 4;
/// A timer that doubles is this much longer than the time before, at least.
const DOUBLED: f64 = 1.8;

/// What holds for a hole of a stream.
type Late<'a> = (&'a Connection, Direction, &'a Stream, &'a Hole);

/// Holes that messages had to wait behind, and what can be done about it.
pub(super) fn blocking(analysis: &Analysis, lang: Lang) -> String {
    let blocking = all(analysis, |hole| !hole.behind.is_empty());
    let mut text = told(analysis, &blocking, lang);
    if !text.is_empty() {
        let cure = say(
            lang,
            "Cure: what does not depend on each other goes over connections of its own, or as datagrams \
             (udp-vs-tcp); what does has to wait.",
            "对策：互不依赖的内容各走各的连接，或用数据报（见 udp-vs-tcp）；有依赖的只能等。",
        );
        text.push_str(&wrap(&cure, 4, WIDTH));
    }
    text
}

/// Holes that nothing waited behind but what was lost itself.
pub(super) fn lonely(analysis: &Analysis, lang: Lang) -> String {
    let lonely = all(analysis, |hole| {
        hole.behind.is_empty() && hole.tries.len() > 1
    });
    told(analysis, &lonely, lang)
}

/// Those holes of a run, the longest first.
fn all(analysis: &Analysis, which: impl Fn(&Hole) -> bool) -> Vec<Late<'_>> {
    let connections = analysis.connections.iter();
    let streams = connections.flat_map(|connection| {
        Direction::BOTH.map(|direction| (connection, direction, connection.stream(direction)))
    });
    let which = &which;
    let mut all: Vec<_> = streams
        .flat_map(|(connection, direction, stream)| {
            let holes = stream.holes.iter().filter(|hole| which(hole));
            holes.map(move |hole| (connection, direction, stream, hole))
        })
        .collect();
    all.sort_by_key(|(_, _, stream, hole)| std::cmp::Reverse(late(stream, hole)));
    all
}

fn told(analysis: &Analysis, all: &[Late<'_>], lang: Lang) -> String {
    let mut text = String::new();
    for (connection, direction, stream, hole) in all.iter().take(TOLD) {
        let told = sentence(analysis, connection, *direction, stream, hole, lang);
        text.push_str(&item(&told, 2, WIDTH));
    }
    let rest = &all[all.len().min(TOLD)..];
    if !rest.is_empty() {
        let held: u64 = rest.iter().map(|(.., hole)| hole.behind.len() as u64).sum();
        let holes = count(rest.len() as u64);
        let told = match held {
            0 => say(
                lang,
                format!("{holes} more like it."),
                format!("另有 {holes} 处类似。"),
            ),
            _ => say(
                lang,
                format!(
                    "{holes} more like it, with {} behind them.",
                    plural(held, "message")
                ),
                format!("另有 {holes} 处类似，其后共有 {} 条消息在等。", count(held)),
            ),
        };
        text.push_str(&format!("    {told}\n"));
    }
    text
}

fn segments<'a>(stream: &'a Stream, hole: &'a Hole) -> impl Iterator<Item = &'a Segment> {
    hole.tries
        .iter()
        .filter_map(|place| stream.segments.get(*place))
}

/// From the first time that a byte left until it came.
fn late(stream: &Stream, hole: &Hole) -> u64 {
    let first = segments(stream, hole).next();
    first.map_or(0, |first| hole.filled.at.saturating_sub(first.at))
}

fn sentence(
    analysis: &Analysis,
    connection: &Connection,
    direction: Direction,
    stream: &Stream,
    hole: &Hole,
    lang: Lang,
) -> String {
    let name = |host: &Option<String>| host.clone().unwrap_or_default();
    let sender = name(&connection.sender(direction).host);
    let receiver = name(&connection.receiver(direction).host);
    let sent: Vec<&Segment> = segments(stream, hole).collect();
    let (Some(first), Some(last)) = (sent.first(), sent.last()) else {
        return String::new();
    };
    let size = bytes(hole.range.end - hole.range.start);
    let late = time(late(stream, hole));
    let frame = first.frame;
    let came = sent
        .iter()
        .find(|segment| segment.arrival == Some(hole.filled));
    let came = came.map_or(last.frame, |segment| segment.frame);
    let mut text = match sent.len() {
        1 => say(
            lang,
            format!("late: {size} of {sender}'s #{frame} were overtaken and arrived after {late}."),
            format!("迟到：{sender} 的 #{frame} 中 {size} 被超过，{late} 后才到达。"),
        ),
        _ => {
            let after = times(sent[1..].iter().map(|again| again.at), first.at, lang);
            say(
                lang,
                format!(
                    "late: {size} of {sender}'s #{frame} arrived {late} after they first left: \
                     they were lost, sent again after {after}, and #{came} brought them."
                ),
                format!(
                    "迟到：{sender} 的 #{frame} 中 {size} 首次发出后 {late} 才到达：曾丢失，{after} 后重发，由 \
                     #{came} 送达。"
                ),
            )
        }
    };
    if doubles(&sent) {
        text.push_str(&say(
            lang,
            " The time between tries doubles: that is the retransmission timer (RFC 6298, 5.5).",
            "每次重发的间隔加倍：这是重传定时器（RFC 6298，5.5）。",
        ));
    }
    text.push_str(&healed(analysis, &sender, &receiver, &sent, lang));
    text.push_str(&in_vain(analysis, connection, direction, hole, lang));
    text.push_str(&behind(stream, hole, &receiver, lang));
    text
}

/// How long after the first try each of the others came.
pub(super) fn times(tries: impl Iterator<Item = u64>, first: u64, lang: Lang) -> String {
    let after: Vec<String> = tries.map(|at| time(at.saturating_sub(first))).collect();
    after.join(&say(lang, ", ", "、"))
}

/// Whether each pause between tries is about twice the one before. The first may be shorter: a probe for a loss
/// at the tail comes before the timer (RFC 8985, section 7).
fn doubles(sent: &[&Segment]) -> bool {
    let pauses = sent
        .windows(2)
        .map(|two| two[1].at.saturating_sub(two[0].at));
    let pauses: Vec<u64> = pauses.collect();
    let by_timer = if pauses.len() > 2 {
        &pauses[1..]
    } else {
        &pauses
    };
    let is_doubled = |two: &[u64]| two[1] as f64 >= two[0] as f64 * DOUBLED;
    by_timer.len() > 1 && by_timer.windows(2).all(is_doubled)
}

/// How long after a cut ended the next try came.
fn healed(
    analysis: &Analysis,
    sender: &str,
    receiver: &str,
    sent: &[&Segment],
    lang: Lang,
) -> String {
    let (Some(first), Some(last), Subject::Run(subject)) =
        (sent.first(), sent.last(), &analysis.subject)
    else {
        return String::new();
    };
    let began = subject.began.unwrap_or(0);
    let cuts = analysis.links.iter().filter(|link| link.outage.is_some());
    let between = cuts.filter(|link| [sender, receiver].contains(&link.host.as_str()));
    let ends = between.filter_map(|link| Some(began.saturating_add(link.phase?.until?)));
    let Some(heal) = ends
        .filter(|until| (first.at..=last.at).contains(until))
        .max()
    else {
        return String::new();
    };
    let after = time(last.at.saturating_sub(heal));
    say(
        lang,
        format!(
            " The network was whole again {after} before the last try: nobody tells TCP so, and until its \
             timer runs out it sends nothing."
        ),
        format!(
            "网络在最后一次重发之前 {after} 就已恢复：没有谁会告诉 TCP，定时器到期之前它什么也不发。"
        ),
    )
}

/// That the receiver had given the connection up before.
fn in_vain(
    analysis: &Analysis,
    connection: &Connection,
    direction: Direction,
    hole: &Hole,
    lang: Lang,
) -> String {
    let end = connection.receiver(direction);
    let opened = connection.opened.unwrap_or(0);
    let gave_up = analysis.notes.iter().any(|note| match note {
        Note::GivenUp {
            host,
            program,
            after,
            ..
        } => {
            (end.host.as_ref(), end.program.as_ref()) == (Some(host), Some(program))
                && opened.saturating_add(*after) < hole.filled.at
        }
        _ => false,
    });
    if !gave_up {
        return String::new();
    }
    let receiver = end.host.clone().unwrap_or_default();
    say(
        lang,
        format!(" It was too late: {receiver} had given the connection up, and nobody read them."),
        format!("为时已晚：{receiver} 早已放弃这条连接，没有谁去读。"),
    )
}

fn behind(stream: &Stream, hole: &Hole, receiver: &str, lang: Lang) -> String {
    let named = |held: &HeldUp| {
        let message = stream.messages.get(held.message);
        let text = message.and_then(|message| message.text.as_deref());
        let name = match text {
            Some(text) => quoted(text),
            None => format!("{}", held.message + 1),
        };
        format!("{name} {}", time(held.waited))
    };
    let mut names: Vec<String> = hole.behind.iter().take(NAMED).map(named).collect();
    if names.is_empty() {
        return String::new();
    }
    let rest = hole.behind.len().saturating_sub(NAMED) as u64;
    if rest > 0 {
        names.push(say(
            lang,
            format!("{} more", count(rest)),
            format!("另外 {} 条", count(rest)),
        ));
    }
    let names = names.join(&say(lang, ", ", "、"));
    say(
        lang,
        format!(
            " Behind them in {receiver}'s kernel, though whole, waited: {names} (head-of-line blocking)."
        ),
        format!("排在其后、已完整到达 {receiver} 内核却只能等待的：{names}（队头阻塞）。"),
    )
}
