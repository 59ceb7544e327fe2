//! How users' own programs ended, what they printed, and what of them is known.

use super::{WIDTH, layout::item, layout::printable, quantity::count, say};
use analysis::{Analysis, model::program::ProgramSummary};
use record::manifest::ProgramRecord;
use scenario::text::Lang;

/// Most lines of a program's output that are shown: its last.
const SHOWN: usize = 3;

/// The number of that signal, signal(7).
const SIGTERM: i32 = 15;

/// A few lines for each `command:` program.
pub(super) fn ends(analysis: &Analysis, lang: Lang) -> String {
    let programs = analysis.programs.iter();
    programs.map(|program| end(program, lang)).collect()
}

fn end(program: &ProgramSummary, lang: Lang) -> String {
    let name = format!("{}.{}", program.host, program.program);
    let output = program.output.as_deref().unwrap_or_default();
    let number = output.lines().count();
    let printed = match number {
        0 => say(lang, "printed nothing", "什么也没打印"),
        1 => say(lang, "printed 1 line", "打印了 1 行"),
        _ => say(
            lang,
            format!("printed {} lines", count(number as u64)),
            format!("打印了 {} 行", count(number as u64)),
        ),
    };
    let known = match program.keeps_diary {
        true => String::new(),
        false => say(
            lang,
            ". It tells no events: what is known of it is on the wire",
            "。它不报告事件：对它的了解全部来自线上",
        ),
    };
    let (comma, stop) = (say(lang, ", ", "，"), say(lang, ".", "。"));
    let sentence = format!(
        "{name} {}{comma}{printed}{known}{stop}",
        ended(program, lang)
    );
    let mut text = item(&sentence, 2, WIDTH);
    if number > SHOWN {
        text.push_str("    …\n");
    }
    for line in output.lines().skip(number.saturating_sub(SHOWN)) {
        text.push_str(&format!("    {}\n", printable(line)));
    }
    text
}

fn ended(program: &ProgramSummary, lang: Lang) -> String {
    match &program.ended {
        Some(ProgramRecord::Exited(status)) => say(
            lang,
            format!("ended with status {status}"),
            format!("结束，退出状态 {status}"),
        ),
        Some(ProgramRecord::Signalled(SIGTERM)) => say(
            lang,
            "was ended by SIGTERM, as the lab ends servers",
            "被 SIGTERM 结束，实验室就是这样结束服务器的",
        ),
        Some(ProgramRecord::Signalled(signal)) => say(
            lang,
            format!("was ended by signal {signal}"),
            format!("被信号 {signal} 结束"),
        ),
        Some(ProgramRecord::NotStarted(_)) | None => say(lang, "never began", "没有开始"),
    }
}
