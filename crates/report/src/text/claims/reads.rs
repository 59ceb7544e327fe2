//! What happened to reads, and what programs made of them.

use super::{Both, Teller, quoted};
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
                format!("a retransmission filled the hole before them{frames}"),
                format!("重传补上了它们前面的空洞{frames}"),
            ),
            _ => (
                "why, the evidence does not decide".into(),
                "原因无法由证据判定".into(),
            ),
        };
        (
            format!("Read {read} of {host} returned {names} together: {en}."),
            format!("{host} 的第 {read} 次读一起返回了 {names}：{zh}。"),
        )
    }

    pub(super) fn split(&self, message: usize, reads: &Range<usize>) -> Both {
        let name = self.names(&(message..message + 1));
        let host = self.host();
        let number = reads.len();
        let (en, zh) = match self.finding.cause {
            Cause::SmallReadBuffer => ("a read asked for fewer bytes", "一次读要的字节太少"),
            Cause::Mss => ("it is larger than a segment", "它比一个报文段大"),
            Cause::SeparateSegments => (
                "its bytes came in separate segments",
                "它的字节分在几个报文段里",
            ),
            Cause::LossRecovery => ("a part had to be sent again", "其中一部分被重传"),
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
        let text = self.understood(understood);
        let host = self.host();
        match self.finding.cause {
            Cause::NoFraming => (
                format!(
                    "{host} took {text} for one message: it has no framing, and takes what one \
                     read returns for a message. The sticky read is normal TCP, this is a bug. \
                     Cure: mark where messages end, by a length in front or a delimiter behind."
                ),
                format!(
                    "{host} 把 {text} 当成了一条消息：它没有分帧，把一次读返回的内容当作一条消息。\
                     粘在一起的读是 TCP 的正常现象，这才是缺陷。对策：标出消息的边界，前面加长度或后面加\
                     分隔符。"
                ),
            ),
            _ => (
                format!("{host} took {text} for one message."),
                format!("{host} 把 {text} 当成了一条消息。"),
            ),
        }
    }

    pub(super) fn torn(&self, understood: usize, message: usize) -> Both {
        let text = self.understood(understood);
        let name = self.names(&(message..message + 1));
        let host = self.host();
        (
            format!("{host} took {text}, a piece of {name}, for a whole message."),
            format!("{host} 把 {name} 的一部分 {text} 当成了一整条消息。"),
        )
    }

    fn understood(&self, place: usize) -> String {
        let understood = self
            .stream()
            .and_then(|(stream, _)| stream.understood.get(place));
        quoted(
            understood
                .and_then(|understood| understood.text.as_deref())
                .unwrap_or("?"),
        )
    }
}
