//! One run: its verdict, the picture, what happened and why, what was asked and what was measured.

use super::{
    WIDTH, course, datagrams, holes, judged, lanes,
    layout::{item, printable, right, width, wrap},
    links, opening, programs,
    quantity::{bytes, count, time},
    queues, say, story, waits,
};
use analysis::{
    Analysis, main_direction, misunderstands,
    model::{
        RunSubject,
        connection::{Connection, Direction, End},
        link::LinkSummary,
    },
};
use record::manifest::Outcome;
use scenario::{expectation::Unit, text::Lang};
use std::{collections::BTreeMap, slice};

/// Most kinds of waits that are told.
const WAITS: usize = 4;

/// A run on its own, with a head.
pub(super) fn whole(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    let title = subject.title.in_lang(lang);
    let colon = say(lang, ": ", "：");
    let head = wrap(&format!("{}{colon}{title}", subject.scenario), 0, WIDTH);
    let place = place(analysis, subject, lang);
    let direction = main_direction(slice::from_ref(analysis));
    let section = section(analysis, subject, &subject.variant, direction, lang);
    let mut text = format!("{head}{place}\n{section}");
    if section.contains('#') {
        text.push('\n');
        text.push_str(&frames(lang));
    }
    text
}

/// What `#n` means, for who wants to see it.
pub(super) fn frames(lang: Lang) -> String {
    let text = say(
        lang,
        "#n of a host is frame n of its capture, as Wireshark numbers it; the picture's are the \
         sender's.",
        "某主机的 #n 是它抓包文件里的第 n 帧，与 Wireshark 的编号一致；图中的编号属于发送方。",
    );
    wrap(&text, 0, WIDTH)
}

/// Where a run took place.
pub(crate) fn place(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    let place = &subject.place;
    let seed = say(lang, "seed", "种子");
    if place.is_simulated() {
        let backend = match lang {
            Lang::En => place.backend.as_str(),
            Lang::Zh => "模拟（smoltcp，虚拟时间）",
        };
        let text = format!("{backend} · {} · {seed} {}", place.kernel, subject.seed);
        return wrap(&text, 0, WIDTH);
    }
    let is_netem = |link: &LinkSummary| link.engine == "netem";
    let link = match analysis.links.iter().filter(|link| is_netem(link)).count() {
        0 => say(lang, "user-space link", "用户态链路"),
        some if some == analysis.links.len() => say(lang, "kernel netem", "内核 netem"),
        _ => say(
            lang,
            "kernel netem and user-space links",
            "内核 netem 与用户态链路",
        ),
    };
    let backend = match (place.backend.as_str(), lang) {
        ("namespaces", Lang::Zh) => "网络命名空间",
        ("user-mode linux", Lang::Zh) => "用户态 Linux",
        (backend, _) => backend,
    };
    let text = format!(
        "{backend} · {link} · {} · {seed} {}",
        place.kernel, subject.seed
    );
    wrap(&text, 0, WIDTH)
}

/// A run under a name. The verdict and what stands against it come first.
pub(super) fn section(
    analysis: &Analysis,
    subject: &RunSubject,
    name: &str,
    direction: Option<Direction>,
    lang: Lang,
) -> String {
    let mut text = headline(analysis, subject, name, lang);
    let against = outcome(subject, lang) + &judged::objections(analysis, lang);
    text.push_str(&against);
    let pictures = pictures(analysis, direction, lang);
    if !against.is_empty() && !pictures.is_empty() {
        text.push('\n');
    }
    text.push_str(&pictures);
    let told = silence(analysis, lang)
        + &stacks(subject, lang)
        + &opening::again(analysis, lang)
        + &holes::blocking(analysis, lang)
        + &story::findings(analysis, lang)
        + &datagrams::flows(analysis, lang)
        + &waits(analysis, lang)
        + &holes::lonely(analysis, lang)
        + &queues::course(analysis, lang)
        + &programs::ends(analysis, lang)
        + &links::links(analysis, lang)
        + &judged::remarks(analysis, 2, lang);
    if !told.is_empty() {
        text.push('\n');
        text.push_str(&told);
    }
    text
}

/// What of Nagle's algorithm shows where no diary tells of writes.
fn waits(analysis: &Analysis, lang: Lang) -> String {
    let connections = analysis.connections.iter();
    let told = connections.flat_map(|connection| waits::told(connection, lang));
    told.take(WAITS)
        .map(|sentence| item(&sentence, 2, WIDTH))
        .collect()
}

/// That no program has sent anything.
fn silence(analysis: &Analysis, lang: Lang) -> String {
    if !analysis.connections.is_empty() || !analysis.flows.is_empty() {
        return String::new();
    }
    let text = say(
        lang,
        "No TCP connection and no datagram was seen.",
        "没有看到 TCP 连接，也没有看到数据报。",
    );
    wrap(&text, 2, WIDTH)
}

/// Whose programs did not run on the kernel's stack.
fn stacks(subject: &RunSubject, lang: Lang) -> String {
    let mut hosts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (host, stack) in &subject.stacks {
        hosts.entry(stack).or_default().push(host);
    }
    let tell = |(stack, hosts): (&str, Vec<&str>)| {
        let list = hosts.join(&say(lang, ", ", "、"));
        let text = say(
            lang,
            format!("On {stack}, a stack in user space: {list}."),
            format!("用 {stack}（用户态协议栈）：{list}。"),
        );
        item(&text, 2, WIDTH)
    };
    hosts.into_iter().map(tell).collect()
}

fn headline(analysis: &Analysis, subject: &RunSubject, name: &str, lang: Lang) -> String {
    let about = &about(analysis, subject, lang);
    let verdict = judged::verdict(analysis.verdict, lang);
    let colon = say(lang, ": ", "：");
    let title = if about.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{colon}{about}")
    };
    let lines = wrap(&title, 0, WIDTH - width(&verdict) - 2);
    let (first, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
    let verdict = right(&verdict, WIDTH - width(first));
    format!("{}\n{rest}", format!("{first}{verdict}").trim_end())
}

/// What the variant shows, with the figures of this run.
fn about(analysis: &Analysis, subject: &RunSubject, lang: Lang) -> String {
    scenario::fill(subject.about.in_lang(lang), |path| {
        let measured = &mut analysis.values.iter();
        let measured = measured.find(|measured| measured.path.to_string() == path)?;
        Some(match (measured.value, measured.path.metric.unit()) {
            (None, _) => say(lang, "(not measured)", "（没有测到）"),
            (Some(value), Unit::Nanoseconds) => time(value),
            (Some(value), Unit::Bytes) => bytes(value),
            (Some(value), Unit::Count) => count(value),
        })
    })
}

fn outcome(subject: &RunSubject, lang: Lang) -> String {
    let Outcome::Broken { host, reason, log } = &subject.outcome else {
        return String::new();
    };
    let text = say(
        lang,
        format!("The run broke off. {host}: {reason}"),
        format!("运行中断。{host}：{reason}"),
    );
    let mut text = wrap(&text, 2, WIDTH);
    if log.is_empty() {
        let empty = format!("The log of {host} is empty.");
        let text_zh = format!("{host} 的日志是空的。");
        text.push_str(&wrap(&say(lang, empty, text_zh), 2, WIDTH));
    } else {
        let end = format!("The end of the log of {host}:");
        let text_zh = format!("{host} 日志的末尾：");
        text.push_str(&wrap(&say(lang, end, text_zh), 2, WIDTH));
        // As long as they are: a path or a stack trace is of use whole.
        for line in log {
            text.push_str(&format!("    {}\n", printable(line)));
        }
    }
    text
}

/// The first connection that has something to show, between which programs, and of how many.
fn pictures(analysis: &Analysis, direction: Option<Direction>, lang: Lang) -> String {
    // What went wrong in this run goes before what did in the others.
    let mut wrong = Direction::BOTH.into_iter();
    let wrong = wrong.find(|direction| misunderstands(analysis, *direction));
    let Some(direction) = wrong.or(direction) else {
        return String::new();
    };
    let mut shown = analysis.connections.iter().filter_map(|connection| {
        let picture = lanes::picture(connection, direction, lang);
        (!picture.is_empty()).then_some((connection, picture))
    });
    let Some((connection, picture)) = shown.next() else {
        return String::new();
    };
    let mut title = way(connection, direction);
    match shown.count() as u64 {
        0 => {}
        others => title.push_str(&say(
            lang,
            format!(", the first of {} connections", count(others + 1)),
            format!("，{} 条连接中的第一条", count(others + 1)),
        )),
    }
    let course = course::course(analysis, connection.stream(direction), lang);
    wrap(&title, 2, WIDTH) + &picture + &course
}

fn way(connection: &Connection, direction: Direction) -> String {
    let [sender, receiver] = [connection.sender(direction), connection.receiver(direction)];
    format!("{} → {}", name(sender), name(receiver))
}

/// An end as expectations name it, else its address.
pub(super) fn name(end: &End) -> String {
    match (&end.host, &end.program) {
        (Some(host), Some(program)) => format!("{host}.{program}"),
        (Some(host), None) => host.clone(),
        (None, _) => end.address.to_string(),
    }
}
