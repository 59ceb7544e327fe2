//! The silly window syndrome, by whom it was brought about.

use super::{Both, Seen, Teller};
use crate::text::quantity::{bytes, count, mean, percent, plural, time};
use analysis::model::finding::Pieces;
use scenario::finding::Cause;

impl Teller<'_> {
    pub(super) fn slow_producer(&self, pieces: &Pieces, pause: u64) -> Both {
        let (first, rest) = self.frames();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let sender = self.address_of(Seen::Sender);
        let (saved_en, saved_zh) = self.saved();
        let pause = time(pause);
        let (why_en, why_zh) = match self.finding.cause {
            Cause::SmallWrites => (
                format!(
                    "Its program writes so little at a time, and each write left at once: neither \
                     the window nor Nagle's algorithm held it.{saved_en}\nCure: a buffer in the \
                     program that is written when it is full, or Nagle's algorithm where a round \
                     trip takes longer than the pause."
                ),
                format!(
                    "程序每次就写这么一点，而每次写都立刻发走了：窗口和 Nagle 算法都没有留住它。{saved_zh}\n\
                     对策：程序里用缓冲区，攒满再写；或者在往返时间长于这个间隔时打开 Nagle 算法。"
                ),
            ),
            _ => (
                format!(
                    "Whether the program wrote so, or what else cut them, the evidence does not \
                     decide.{saved_en}"
                ),
                format!("是程序这样写的，还是别的原因把它们切小，证据无法判定。{saved_zh}"),
            ),
        };
        let figures = figures(pieces);
        (
            format!(
                "{sender} sent {} of {}, one each {pause}, though the window had room for more \
                 ({first}{last}). {why_en}",
                plural(pieces.count, "segment"),
                figures.0
            ),
            format!(
                "{sender} 每 {pause} 发一个报文段，共 {} 个，{}，而窗口还有余地（{first}{last}）。{why_zh}",
                count(pieces.count),
                figures.1
            ),
        )
    }

    pub(super) fn crumbs(
        &self,
        pieces: &Pieces,
        [window, rule]: [u64; 2],
        read: Option<u64>,
    ) -> Both {
        let (first, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let receiver = self.address_of(Seen::Receiver);
        let sender = self.address_of(Seen::Sender);
        let (saved_en, saved_zh) = self.saved();
        let (read_en, read_zh) = match read {
            Some(read) => (
                format!(
                    "the program of {receiver} reads {} at a time, and each time {receiver}",
                    at_most(read).0
                ),
                format!("{receiver} 的程序每次读 {}，而协议栈每次", at_most(read).1),
            ),
            None => (receiver.clone(), receiver.clone()),
        };
        let (window, rule) = (bytes(window), bytes(rule));
        let (why_en, why_zh) = match self.finding.cause {
            Cause::ReceiveWindow => (
                format!("{sender} had more to send and filled each crumb at once."),
                format!("{sender} 还有数据要发，每开一点就立刻填满。"),
            ),
            _ => (
                "Whether more was waiting to be sent, the evidence does not decide.".to_owned(),
                "是否还有数据在等着发送，证据无法判定。".to_owned(),
            ),
        };
        let figures = figures(pieces);
        (
            format!(
                "{read_en} announced the few bytes that had become free ({whose_en}{first}{last}). \
                 {why_en} So {} left with {}.{saved_en}\nCure: {receiver} should wait for {rule}, \
                 of its window of {window}, before it opens it again (Clark's rule, RFC 9293, \
                 3.8.6.2.2), or its program read in large pieces.",
                plural(pieces.count, "segment"),
                figures.0
            ),
            format!(
                "{read_zh}都把刚腾出的几个字节通告出去（{whose_zh}{first}{last}）。{why_en}于是发出了 {} 个报文段，\
                 {}。{saved_zh}\n对策：{receiver} 应当等到 {window} 的窗口里有 {rule} 空着再打开（Clark 的规则，\
                 RFC 9293 3.8.6.2.2），或者程序一次多读一些。",
                count(pieces.count),
                figures.1,
                why_en = why_zh
            ),
        )
    }

    fn saved(&self) -> Both {
        let cost = self.finding.cost;
        match cost.packets {
            0 => (String::new(), String::new()),
            packets => (
                format!(
                    " That is {} and {} more than needed.",
                    plural(packets, "packet"),
                    bytes(cost.bytes)
                ),
                format!(
                    "比必要的多了 {} 个包、{}。",
                    count(packets),
                    bytes(cost.bytes)
                ),
            ),
        }
    }
}

/// `1.1 bytes each, 2.1 % of what was on the wire`.
fn figures(pieces: &Pieces) -> Both {
    let each = mean(pieces.payload, pieces.count);
    let share = percent(
        pieces.payload,
        pieces.payload.saturating_add(pieces.headers),
    );
    (
        format!("{each} payload each, {share} of their bytes"),
        format!("每个平均载荷 {each}，只占其字节的 {share}"),
    )
}

fn at_most(read: u64) -> Both {
    match read {
        1 => ("1 byte".to_owned(), "1 字节".to_owned()),
        _ => (
            format!("at most {}", plural(read, "byte")),
            format!("至多 {} 字节", count(read)),
        ),
    }
}
