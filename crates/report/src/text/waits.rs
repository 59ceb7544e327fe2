//! Segments that left with an acknowledgment: what a capture alone tells of Nagle's algorithm.

use super::{
    quantity::{count, plural, time},
    say,
};
use analysis::model::connection::{Connection, Direction, Stream, Waits};
use scenario::text::Lang;

/// For each direction of a connection, the longest wait of each kind.
pub(super) fn told(connection: &Connection, lang: Lang) -> Vec<String> {
    let told = |direction: Direction| {
        let sender = connection.sender(direction).host.as_deref();
        let kinds = kinds(connection.stream(direction));
        let told = kinds.iter().map(|waits| waits_told(sender, waits, lang));
        told.collect::<Vec<_>>()
    };
    Direction::BOTH.into_iter().flat_map(told).collect()
}

/// How many segments of a stream seem to have waited.
pub(super) fn number(stream: &Stream) -> u64 {
    let unlisted = stream.unlisted.waits.iter().map(|waits| waits.count);
    stream.waits.len() as u64 + unlisted.sum::<u64>()
}

fn kinds(stream: &Stream) -> Vec<Waits> {
    match stream.unlisted.waits.is_empty() {
        true => Waits::listed(stream),
        false => stream.unlisted.waits.clone(),
    }
}

fn waits_told(sender: Option<&str>, waits: &Waits, lang: Lang) -> String {
    let Waits {
        longest: wait,
        frame,
        bytes: size,
        behind: earlier,
        count: all,
    } = waits;
    let (ack, alike) = (wait.released_by, all.saturating_sub(1));
    let (gap, most) = (time(wait.gap), time(wait.at_most));
    // A capture alone has addresses, which the headline tells.
    let (whose_en, whose_zh) = match sender {
        Some(sender) => (format!("{sender}'s "), format!("{sender} 的 ")),
        None => Default::default(),
    };
    let mut text = say(
        lang,
        format!(
            "wait: {whose_en}#{frame} ({}) left {gap} after #{ack} acknowledged #{earlier}. It may have waited \
             for that, {most} at most, as Nagle's algorithm makes small segments wait (cause \
             nagle).\n",
            plural(*size, "byte")
        ),
        format!(
            "等待：{whose_zh}#{frame}（{} 字节）在 #{ack} 确认 #{earlier} 之后 {gap} 发出。它可能一直在等这个确认，\
             至多 {most}，正如 Nagle 算法让小报文段等待（原因 nagle）。\n",
            count(*size)
        ),
    );
    text.push_str(&if wait.with_data {
        say(
            lang,
            "The acknowledgment brought data too: a program that answers at once looks the same.",
            "这个确认也带来了数据：程序收到后立即回应，看上去也是这样。",
        )
    } else {
        say(
            lang,
            "When the program wrote it, a capture alone can't tell.",
            "程序何时写的，单凭抓包无法得知。",
        )
    });
    text.push_str(&say(
        lang,
        " Cure, if it did: one call for what belongs together, or TCP_NODELAY.",
        "若确是如此，对策：该在一起的一次写出，或用 TCP_NODELAY。",
    ));
    if alike > 0 {
        let alike = count(alike);
        text.push_str(&say(
            lang,
            format!("\n{alike} more like it."),
            format!("\n另有 {alike} 处相同。"),
        ));
    }
    text
}
