//! What happened to reads, and what programs made of them.

use super::{Both, Teller, quoted};
use crate::text::{
    quantity::{count, plural},
    say,
};
use scenario::finding::Cause;
use std::ops::Range;

impl Teller<'_> {
    pub(super) fn sticky(&self, read: usize, messages: &Range<usize>) -> Both {
        let names = self.names(messages);
        let host = self.host();
        let read = read + 1;
        let frames = self.arrived();
        let (en, zh) = match self.finding.cause {
            Cause::CoalescedSegment => (
                format!("they arrived in one segment{frames}"),
                format!("它们在同一个报文段里到达{frames}"),
            ),
            Cause::ReceiverBacklog => (
                format!("they waited in the socket when the program came to read{frames}"),
                format!("程序来读的时候它们已在套接字里等着{frames}"),
            ),
            Cause::LossRecovery => (
                format!("bytes that were missing before them came late{frames}"),
                format!("它们前面缺少的字节晚到了{frames}"),
            ),
            _ => (
                format!("why, the evidence does not decide{frames}"),
                format!("原因无法由证据判定{frames}"),
            ),
        };
        (
            format!("read {read} of {host} returned {names} together: {en}."),
            format!("{host} 的第 {read} 次读同时返回了 {names}：{zh}。"),
        )
    }

    pub(super) fn split(&self, message: usize, reads: &Range<usize>) -> Both {
        let name = self.names(&(message..message + 1));
        let host = self.host();
        let number = reads.len();
        let (en, zh) = match self.finding.cause {
            Cause::SmallReadBuffer => (
                "a read asked for fewer bytes than it has",
                "一次读要的字节比它少",
            ),
            Cause::Mss => ("it does not fit into a segment", "一个报文段装不下它"),
            Cause::SeparateSegments => (
                "its bytes came in separate segments",
                "它的字节分在几个报文段里",
            ),
            Cause::LossRecovery => ("a part of it was sent again", "其中一部分被重传"),
            Cause::Undetermined => ("why, the evidence does not decide", "原因无法由证据判定"),
            cause => (cause.name(), cause.name()),
        };
        let frames = self.arrived();
        (
            format!("{host} needed {number} reads for {name}: {en}{frames}."),
            format!("{host} 用了 {number} 次读才读完 {name}：{zh}{frames}。"),
        )
    }

    pub(super) fn merged(&self, understood: usize) -> Both {
        let (text, frames, host) = (self.understood(understood), self.arrived(), self.host());
        let (en, zh) = self.unframed();
        (
            format!("{host} took {text} for one message{frames}.{en}"),
            format!("{host} 把 {text} 当成了一条消息{frames}。{zh}"),
        )
    }

    pub(super) fn torn(&self, understood: usize, message: usize) -> Both {
        let (text, frames, host) = (self.understood(understood), self.arrived(), self.host());
        let name = self.names(&(message..message + 1));
        let (en, zh) = self.unframed();
        (
            format!(
                "{host} took {text} for a message, and it holds only a piece of {name}{frames}.{en}"
            ),
            format!("{host} 把 {text} 当成了一条消息，其中 {name} 只有一部分{frames}。{zh}"),
        )
    }

    pub(super) fn incomplete(&self, message: usize, bytes: u64) -> Both {
        let (frames, host) = (self.arrived(), self.host());
        let messages = self.stream().map(|(stream, _)| &stream.messages);
        let whole = messages.and_then(|messages| messages.get(message));
        let range = whole.map_or(0..0, |message| message.range.clone());
        let of = range.end.saturating_sub(range.start);
        let (en, zh) = match self.finding.cause {
            Cause::ClosedEarly => (
                "the other side closed in the middle of it, and the program knows where it should end",
                "对方在中途关闭了连接，而程序知道消息应当在哪里结束",
            ),
            Cause::ConnectionReset => (
                "the connection was reset, which a read tells as an error and not as an end",
                "连接被重置，读操作以错误而不是以流结束告知",
            ),
            Cause::ConnectionLost => (
                "the other side fell silent, and the kernel gave the connection up",
                "对方不再出声，内核放弃了连接",
            ),
            cause => (cause.name(), cause.name()),
        };
        let (got, all) = (count(bytes), plural(of, "byte"));
        (
            format!(
                "{host} has {got} of the {all} of a message{frames}, and knows that it is not whole: \
                 {en}.\nWhat to do: throw the piece away, and ask again."
            ),
            format!(
                "{host} 收到了一条消息 {} 字节中的 {got} 字节{frames}，并且知道它不完整：{zh}。\n\
                 对策：丢弃这一部分，重新请求。",
                count(of)
            ),
        )
    }

    pub(super) fn leftover(
        &self,
        understood: usize,
        message: usize,
        bytes: u64,
        read: Option<usize>,
    ) -> Both {
        let (text, frames, host) = (self.understood(understood), self.arrived(), self.host());
        let name = self.names(&(message..message + 1));
        let (left, left_zh) = (plural(bytes, "byte"), count(bytes));
        let number = read.map_or(0, |read| read + 1);
        let (en, zh) = match self.finding.cause {
            Cause::SmallReadBuffer => (
                format!("read {number} had asked for fewer bytes than that answer has"),
                format!("第 {number} 次读要的字节比那个回答少"),
            ),
            Cause::SeparateSegments => (
                format!("read {number} had returned what was there, and the rest came later"),
                format!("第 {number} 次读返回了当时到达的字节，其余的后来才到"),
            ),
            _ => self.why(),
        };
        (
            format!(
                "{host} took {text} for an answer, and its first {left} are left over from {name}\
                 {frames}: {en}. From here on each question gets the answer to the one before.\n\
                 Cure: read until the answer is whole, which a length in front or a delimiter behind \
                 tells."
            ),
            format!(
                "{host} 把 {text} 当成了回答，其中前 {left_zh} 字节是 {name} 的残余{frames}：{zh}。\
                 从此每个问题得到的都是上一个问题的回答。\n对策：一直读到回答完整为止，\
                 前面的长度或后面的分隔符会告诉你到哪里为止。"
            ),
        )
    }

    /// Why the receiver saw boundaries where there were none, and the cure.
    fn unframed(&self) -> Both {
        match self.finding.cause {
            Cause::NoFraming => (
                " It has no framing: what one read returns, it takes for a message. That TCP moves \
                 bytes, not messages, is normal; to rely on reads is the bug.\n\
                 Cure: mark where messages end, by a length in front or a delimiter behind."
                    .into(),
                "它没有分帧：一次读返回什么，就把什么当作一条消息。TCP 传的是字节而不是消息，\
                 这很正常；依赖读的边界才是缺陷。\n\
                 对策：标出消息的边界，前面加长度，或后面加分隔符。"
                    .into(),
            ),
            Cause::EndOfStream => (
                " The stream ended, and to this program the end of the stream is the end of the \
                 message: it can't tell a sender that was done from one that left.\n\
                 Cure: say beforehand how long the message is, or mark its end: Content-Length or \
                 chunks in HTTP."
                    .into(),
                "流结束了，而对这个程序来说，流的结束就是消息的结束：它分不清发送方是发完了，还是中途离开了。\n\
                 对策：事先说明消息有多长，或标出它的结尾：在 HTTP 里就是 Content-Length 或分块。"
                    .into(),
            ),
            Cause::LengthInOneRead => (
                " It reads the length with one read and takes what comes for all of it. The length \
                 came in pieces, and from there on the program has lost its place in the stream.\n\
                 Cure: read until all bytes of the length are there, as for the body."
                    .into(),
                "它只用一次读取长度，来多少就当全部。长度分几次到达，从那里起程序就在流中迷失了位置。\n\
                 对策：读长度也要像读正文一样，一直读到字节齐全为止。"
                    .into(),
            ),
            _ => {
                let (en, zh) = self.why();
                (format!(" {en}"), zh)
            }
        }
    }

    /// What the receiver took for a message, else how much.
    fn understood(&self, place: usize) -> String {
        let understood = self
            .stream()
            .and_then(|(stream, _)| stream.understood.get(place));
        let text = understood.and_then(|understood| understood.text.as_deref());
        match (text, understood) {
            (Some(text), _) => quoted(text),
            (None, Some(understood)) => {
                let range = &understood.body;
                let size = range.end.saturating_sub(range.start);
                say(
                    self.lang,
                    plural(size, "byte"),
                    format!("{} 字节", count(size)),
                )
            }
            (None, None) => say(self.lang, "some bytes", "一些字节"),
        }
    }
}
