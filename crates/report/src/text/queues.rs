//! Where bytes lay while they were under way: in the sender's kernel and in the receiver's, over time.

use super::{
    WIDTH,
    layout::{item, left, width},
    quantity::{bytes, time},
    say,
};
use analysis::{
    Analysis,
    model::connection::{Direction, Queues, Stream, Write},
};
use scenario::text::Lang;

/// Less than that in a receiver's queue, in bytes, is told of nobody.
const WORTH: u64 = 4096;
/// Columns for a queue's name.
const NAME: usize = 16;
/// Levels of a queue, from empty to full.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The first stream of a run in whose receiver's queue something lay.
pub(super) fn course(analysis: &Analysis, lang: Lang) -> String {
    let connections = analysis.connections.iter();
    let streams = connections.flat_map(|connection| {
        Direction::BOTH.map(|direction| {
            let host = |host: &Option<String>| host.clone().unwrap_or_default();
            let sender = host(&connection.sender(direction).host);
            let receiver = host(&connection.receiver(direction).host);
            (connection.stream(direction), sender, receiver)
        })
    });
    let mut worth = streams.filter_map(|(stream, sender, receiver)| {
        let queues = stream.queues.as_ref()?;
        (queues.most_received >= WORTH).then_some((stream, queues, sender, receiver))
    });
    match worth.next() {
        Some((stream, queues, sender, receiver)) => {
            told(stream, queues, [&sender, &receiver], lang)
        }
        None => String::new(),
    }
}

fn told(stream: &Stream, queues: &Queues, [sender, receiver]: [&str; 2], lang: Lang) -> String {
    let call = |write: &Write| write.end.saturating_sub(write.begin);
    let longest = stream.writes.iter().max_by_key(|write| call(write));
    let waited = longest.is_some_and(|write| waited_for_room(stream, write));
    let call = time(longest.map_or(0, call));
    let lasted = time(queues.end.saturating_sub(queues.begin));
    let (wire, read) = (time(queues.to_wire), time(queues.to_read));
    let (most_sent, most_received) = (queues.most_sent, queues.most_received);
    let (returned_en, returned_zh) = match waited {
        true => (
            format!(
                "{sender}'s longest write took {call}: its send buffer was full, and acknowledgments had to \
                 make room."
            ),
            format!("{sender} 最长的一次写用了 {call}：发送缓冲区满了，要等确认腾出空间。"),
        ),
        false => (
            format!(
                "{sender}'s writes returned after {call} at most: by then its kernel had the bytes, not \
                 {receiver}."
            ),
            format!(
                "{sender} 的写至多 {call} 就返回：这时字节只是到了它的内核，还没有到 {receiver}。"
            ),
        ),
    };
    let sentence = say(
        lang,
        format!(
            "queues: {returned_en} A byte left {wire} at most after its write had returned, and was read {read} \
             at most after it. Below, {lasted} from left to right: what {sender}'s kernel held until it was \
             acknowledged, and {receiver}'s until it was read."
        ),
        format!(
            "队列：{returned_zh}写返回之后，字节至多 {wire} 才上线，至多 {read} 才被读走。下图从左到右共 \
             {lasted}：{sender} 的内核在得到确认之前、{receiver} 的内核在被读走之前各存着多少。"
        ),
    );
    let full = most_sent.max(most_received).max(1);
    let names = [
        say(lang, "send queue", "发送队列"),
        say(lang, "receive queue", "接收队列"),
    ];
    let mut text = item(&sentence, 2, WIDTH);
    for (name, (levels, most)) in names
        .iter()
        .zip([(&queues.send, most_sent), (&queues.receive, most_received)])
    {
        let bars: String = levels.iter().map(|level| bar(*level, full)).collect();
        let most = say(
            lang,
            format!("at most {}", bytes(most)),
            format!("至多 {}", bytes(most)),
        );
        let name = left(name, NAME.max(width(name)));
        text.push_str(&format!("    {name}{bars}  {most}\n"));
    }
    text
}

/// Whether bytes of a write had arrived before it returned.
fn waited_for_room(stream: &Stream, write: &Write) -> bool {
    let mut segments = stream.segments.iter();
    segments.any(|segment| {
        let overlaps =
            segment.range.start < write.range.end && write.range.start < segment.range.end;
        let arrived = segment.arrival.map(|arrival| arrival.at);
        overlaps && arrived.is_some_and(|at| at < write.end)
    })
}

/// Anything that is there is seen.
fn bar(level: u64, full: u64) -> char {
    let most = LEVELS.len() as u64 - 1;
    let height = level.saturating_mul(most).div_ceil(full).min(most);
    usize::try_from(height).map_or(' ', |height| LEVELS[height])
}
