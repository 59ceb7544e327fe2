//! The checkup as text: one line an ability, and what mends it below.

use super::{
    checkup::{Checkup, Subject},
    mend::mend,
};
use control::State;
use scenario::text::Lang;
use std::fmt::Write;

/// Columns of state and name.
const STATE: usize = 10;
const NAME: usize = 17;

pub(super) fn text(checkup: &Checkup, lang: Lang) -> String {
    let mut text = String::new();
    for (subject, ability) in &checkup.findings {
        let (state, name) = (state(ability.state, lang), name(*subject, lang));
        let head = format!(" {}{}", padded(state, STATE), padded(name, NAME));
        line(&mut text, &format!("{head}{}", ability.detail));
        if !ability.is_ok() {
            for advice in mend(*subject, ability.state, lang).lines() {
                line(&mut text, &format!("{:1$}{advice}", "", 1 + STATE + NAME));
            }
        }
    }
    line(&mut text, "");
    line(&mut text, &summary(&checkup.backends(), lang));
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "{}", line.trim_end());
}

/// The text and blanks behind it; a Chinese character takes two columns.
fn padded(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{:1$}", "", columns.saturating_sub(width))
}

fn summary(backends: &[&str], lang: Lang) -> String {
    let real = backends.iter().any(|backend| *backend != "sim");
    let first = backends.first().copied().unwrap_or("sim");
    let all = backends.join(", ");
    match (lang, real) {
        (Lang::En, true) => format!("Backends: {all}. `auto` will use {first}."),
        (Lang::Zh, true) => format!("后端：{all}。`auto` 会使用 {first}。"),
        (Lang::En, false) => "Backends on a real kernel: none. `auto` will use sim; for a real \
                              kernel, mend one of the above."
            .to_owned(),
        (Lang::Zh, false) => {
            "没有可用的真实内核后端，`auto` 会使用 sim。若要真实内核，请按上面的提示修复其中之一。"
                .to_owned()
        }
    }
}

fn state(state: State, lang: Lang) -> &'static str {
    match (state, lang) {
        (State::Ok, Lang::En) => "ok",
        (State::Missing, Lang::En) => "missing",
        (State::Forbidden, Lang::En) => "forbidden",
        (State::Ok, Lang::Zh) => "可用",
        (State::Missing, Lang::Zh) => "缺少",
        (State::Forbidden, Lang::Zh) => "被禁止",
    }
}

fn name(subject: Subject, lang: Lang) -> &'static str {
    match (subject, lang) {
        (Subject::Namespaces, Lang::En) => "user namespaces",
        (Subject::Namespaces, Lang::Zh) => "用户命名空间",
        (Subject::Link, Lang::En) => "link",
        (Subject::Link, Lang::Zh) => "链路",
        (Subject::Offloads, Lang::En) => "offload control",
        (Subject::Offloads, Lang::Zh) => "卸载控制",
        (Subject::Netem, Lang::En) => "kernel netem",
        (Subject::Netem, Lang::Zh) => "内核 netem",
        (Subject::Tun, _) => "TUN",
        (Subject::Uml, Lang::En) => "user-mode linux",
        (Subject::Uml, Lang::Zh) => "用户态 Linux",
        (Subject::Docker, _) => "docker",
        (Subject::Image, Lang::En) => "the lab's image",
        (Subject::Image, Lang::Zh) => "实验室镜像",
        (Subject::Compose, _) => "compose",
        (Subject::ReversePath, Lang::En) => "reverse path",
        (Subject::ReversePath, Lang::Zh) => "反向路径过滤",
        (Subject::Tshark, _) => "tshark",
        (Subject::Sim, Lang::En) => "simulation",
        (Subject::Sim, Lang::Zh) => "模拟",
    }
}
