//! What was found, in sentences. Each names its frames, and says no more than the evidence does.

use super::{
    layout::cut,
    quantity::{bytes, count, percent, plural, time},
    say,
};
use analysis::{
    Analysis,
    model::{
        connection::{Direction, Stream},
        finding::{Details, Finding, FrameRef, Hold, Place},
        flow::Datagram,
    },
};
use scenario::{
    finding::{Cause, FindingCode},
    text::Lang,
};
use std::ops::Range;

/// Most names that a sentence lists.
const NAMED: usize = 4;

/// One finding, as a paragraph.
pub(super) fn sentence(analysis: &Analysis, finding: &Finding, lang: Lang) -> String {
    let teller = Teller {
        analysis,
        finding,
        lang,
    };
    let (en, zh) = teller.tell();
    say(lang, en, zh)
}

struct Teller<'a> {
    analysis: &'a Analysis,
    finding: &'a Finding,
    lang: Lang,
}

type Both = (String, String);

impl Teller<'_> {
    fn tell(&self) -> Both {
        match &self.finding.details {
            Details::Coalesced { messages, hold, .. } => self.coalesced(messages, hold.as_ref()),
            Details::StickyRead { read, messages, .. } => self.sticky(*read, messages),
            Details::SplitRead { message, reads, .. } => self.split(*message, reads),
            Details::Merged { understood, .. } => self.merged(*understood),
            Details::Torn {
                understood,
                message,
                ..
            } => self.torn(*understood, *message),
            Details::Tinygrams {
                count,
                payload,
                headers,
                ..
            } => self.tinygrams(*count, *payload, *headers),
            Details::Datagram { datagram } => self.datagram(*datagram),
            Details::Condition => self.condition(),
        }
    }

    fn coalesced(&self, messages: &Range<usize>, hold: Option<&Hold>) -> Both {
        let names = self.names(messages);
        let (frame, rest) = self.frames();
        let en = format!("{frame} carries {names}. ");
        let zh = format!("{frame} 载有 {names}。");
        let (why_en, why_zh) = match (self.finding.cause, hold) {
            (Cause::OneWrite, _) => (
                "The program handed them over with one write.".into(),
                "程序用一次写把它们一起交给了内核。".into(),
            ),
            (cause, Some(hold)) => self.held(cause, hold, &rest),
            (_, None) => self.open_question(),
        };
        (en + &why_en, zh + &why_zh)
    }

    fn held(&self, cause: Cause, hold: &Hold, rest: &[FrameRef]) -> Both {
        let waited = time(hold.left.saturating_sub(hold.written));
        let bytes = hold.bytes;
        let en = format!(
            "The kernel kept their {} for {waited}",
            plural(bytes, "byte")
        );
        let zh = format!("内核把它们的 {} 字节留了 {waited}", count(bytes));
        let ack = hold.released_by.map(|number| format!("#{number}"));
        let behind = rest.first().map(|frame| format!("#{}", frame.number));
        match (cause, ack, behind) {
            (Cause::Nagle, Some(ack), Some(behind)) => (
                format!("{en}, until {ack} acknowledged {behind} (Nagle's algorithm, RFC 896)."),
                format!("{zh}，直到 {ack} 确认了 {behind}（Nagle 算法，RFC 896）。"),
            ),
            (Cause::CongestionWindow, ..) => (
                format!("{en}: the congestion window was full (RFC 5681)."),
                format!("{zh}：拥塞窗口已满（RFC 5681）。"),
            ),
            (Cause::ReceiveWindow, ..) => (
                format!("{en}: the receiver's window had no more room (RFC 9293)."),
                format!("{zh}：接收窗口已无空间（RFC 9293）。"),
            ),
            (Cause::LossRecovery, ..) => (
                format!("{en}: lost segments had to be sent again first."),
                format!("{zh}：要先重传丢失的报文段。"),
            ),
            (Cause::Autocorking, ..) => (
                format!("{en}, since its own queue was busy (tcp_autocorking)."),
                format!("{zh}，因为它自己的队列正忙（tcp_autocorking）。"),
            ),
            (cause, ..) if cause != Cause::Undetermined => {
                (format!("{en} ({cause})."), format!("{zh}（{cause}）。"))
            }
            _ => {
                let (why_en, why_zh) = self.open_question();
                (format!("{en}. {why_en}"), format!("{zh}。{why_zh}"))
            }
        }
    }

    fn open_question(&self) -> Both {
        (
            "Why, the evidence does not decide.".into(),
            "原因无法由证据判定。".into(),
        )
    }

    fn sticky(&self, read: usize, messages: &Range<usize>) -> Both {
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

    fn split(&self, message: usize, reads: &Range<usize>) -> Both {
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

    fn merged(&self, understood: usize) -> Both {
        let text = self.understood(understood);
        let host = self.host();
        match self.finding.cause {
            Cause::NoFraming => (
                format!(
                    "{host} took {text} for one message: it has no framing, and takes what one \
                     read returns for a message. The sticky read is normal TCP, this is a bug."
                ),
                format!(
                    "{host} 把 {text} 当成了一条消息：它没有分帧，把一次读返回的内容当作一条消息。\
                     粘在一起的读是 TCP 的正常现象，这才是缺陷。"
                ),
            ),
            _ => (
                format!("{host} took {text} for one message."),
                format!("{host} 把 {text} 当成了一条消息。"),
            ),
        }
    }

    fn torn(&self, understood: usize, message: usize) -> Both {
        let text = self.understood(understood);
        let name = self.names(&(message..message + 1));
        let host = self.host();
        (
            format!("{host} took {text}, a piece of {name}, for a whole message."),
            format!("{host} 把 {name} 的一部分 {text} 当成了一整条消息。"),
        )
    }

    fn tinygrams(&self, number: u64, payload: u64, headers: u64) -> Both {
        let (first, rest) = self.frames();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let share = percent(payload, payload + headers);
        let host = self.host();
        let (payload, headers) = (bytes(payload), bytes(headers));
        (
            format!(
                "{host} sent {} with less payload than header ({first}{last}): {payload} behind \
                 {headers} of headers, {share} of the bytes.",
                plural(number, "segment")
            ),
            format!(
                "{host} 发了 {} 个载荷小于首部的报文段（{first}{last}）：{payload} 载荷，{headers} 首部，\
                 载荷只占 {share}。",
                count(number)
            ),
        )
    }

    fn datagram(&self, place: usize) -> Both {
        let Some(datagram) = self.sent_datagram(place) else {
            return self.bare();
        };
        let name = quoted(&datagram.text);
        let frame = datagram.frame;
        let size = plural(datagram.len, "byte");
        let length = count(datagram.len);
        match self.finding.code {
            FindingCode::DatagramLost => (
                format!("The datagram {name} (#{frame}) never arrived."),
                format!("数据报 {name}（#{frame}）没有到达。"),
            ),
            FindingCode::DatagramDuplicated => (
                format!(
                    "The datagram {name} (#{frame}) arrived {} times.",
                    datagram.arrivals.len()
                ),
                format!(
                    "数据报 {name}（#{frame}）到达了 {} 次。",
                    datagram.arrivals.len()
                ),
            ),
            FindingCode::DatagramReordered => (
                format!("The datagram {name} (#{frame}) arrived after one that was sent later."),
                format!("数据报 {name}（#{frame}）比更晚发送的数据报到得还晚。"),
            ),
            FindingCode::DatagramTruncated => {
                let got = datagram.received.map_or(0, |received| received.len);
                (
                    format!(
                        "The datagram #{frame} has {size}; the program read {} of them, the rest \
                         is gone.",
                        count(got)
                    ),
                    format!(
                        "数据报 #{frame} 有 {length} 字节；程序只读到 {}，其余丢弃。",
                        count(got)
                    ),
                )
            }
            FindingCode::DatagramFragmented => (
                format!("The datagram #{frame} of {size} travelled as several IP fragments."),
                format!("{length} 字节的数据报 #{frame} 分成了几个 IP 分片。"),
            ),
            _ => self.bare(),
        }
    }

    fn condition(&self) -> Both {
        let host = self.host();
        (
            format!("The link of {host} did not do what it was asked; see the doubts below."),
            format!("{host} 的链路没有按要求工作；见下面的疑点。"),
        )
    }

    fn bare(&self) -> Both {
        let (frame, _) = self.frames();
        let text = format!("{}: {} ({frame})", self.finding.code, self.finding.cause);
        (text.clone(), text)
    }

    fn host(&self) -> String {
        self.finding
            .host
            .clone()
            .unwrap_or_else(|| say(self.lang, "the receiver", "接收方"))
    }

    /// The first frame, and those after it.
    fn frames(&self) -> (String, Vec<FrameRef>) {
        match self.finding.frames.split_first() {
            Some((first, rest)) => (format!("#{}", first.number), rest.to_vec()),
            None => ("#?".into(), Vec::new()),
        }
    }

    /// The frames where something arrived, in brackets: numbers of that host's own capture.
    fn arrived(&self) -> String {
        let numbers: Vec<String> = self
            .finding
            .frames
            .iter()
            .take(NAMED)
            .map(|frame| format!("#{}", frame.number))
            .collect();
        if numbers.is_empty() {
            return String::new();
        }
        let more = if self.finding.frames.len() > NAMED {
            " …"
        } else {
            ""
        };
        let host = self.host();
        let list = numbers.join(", ");
        say(
            self.lang,
            format!(" ({list}{more} at {host})"),
            format!("（{host} 的 {list}{more}）"),
        )
    }

    fn stream(&self) -> Option<(&Stream, Direction)> {
        match self.finding.place {
            Place::Stream {
                connection,
                direction,
            } => {
                let connection = self.analysis.connections.get(connection)?;
                Some((connection.stream(direction), direction))
            }
            _ => None,
        }
    }

    fn names(&self, messages: &Range<usize>) -> String {
        let texts = self
            .stream()
            .and_then(|(stream, _)| stream.messages.get(messages.clone()));
        let texts = texts.unwrap_or_default();
        if texts.is_empty() {
            let number = messages.len() as u64;
            return say(
                self.lang,
                plural(number, "message"),
                format!("{number} 条消息"),
            );
        }
        let quoted: Vec<String> = texts
            .iter()
            .take(NAMED)
            .map(|message| quoted(message.text.as_deref().unwrap_or("?")))
            .collect();
        let rest = texts.len().saturating_sub(NAMED);
        if rest > 0 {
            let (list, rest) = (quoted.join(", "), count(rest as u64));
            return say(
                self.lang,
                format!("{list} and {rest} more"),
                format!("{list} 等另外 {rest} 条"),
            );
        }
        match (quoted.split_last(), self.lang) {
            (Some((last, first)), Lang::En) if !first.is_empty() => {
                format!("{} and {last}", first.join(", "))
            }
            (_, Lang::En) => quoted.join(", "),
            (_, Lang::Zh) => quoted.join("、"),
        }
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

    fn sent_datagram(&self, place: usize) -> Option<&Datagram> {
        match self.finding.place {
            Place::Flow { flow, direction } => {
                self.analysis.flows.get(flow)?.datagrams[direction.index()].get(place)
            }
            _ => None,
        }
    }
}

/// A text as part of a sentence: short, without control characters.
fn quoted(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect();
    format!("\"{}\"", cut(&text, 24))
}
