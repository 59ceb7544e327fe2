//! What happened to segments.

use super::{Both, Seen, Teller};
use crate::text::quantity::{bytes, count, percent, plural, time};
use analysis::model::finding::{FrameRef, Hold};
use scenario::finding::Cause;
use std::ops::Range;

impl Teller<'_> {
    pub(super) fn coalesced(&self, messages: &Range<usize>, hold: Option<&Hold>) -> Both {
        let names = self.names(messages);
        let (frame, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let en = format!("{whose_en}{frame} carries {names}. ");
        let zh = format!("{whose_zh}{frame} 载有 {names}。");
        let (why_en, why_zh) = match (self.finding.cause, hold) {
            (Cause::OneWrite, _) => (
                "The program handed them over with one write.".into(),
                "程序用一次写把它们一起交给了内核。".into(),
            ),
            (cause, Some(hold)) => self.held(cause, hold, rest),
            (_, None) => self.why(),
        };
        (en + &why_en, zh + &why_zh)
    }

    pub(super) fn gathered(&self, writes: &Range<usize>, hold: &Hold) -> Both {
        let (frame, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let number = writes.len() as u64;
        let (why_en, why_zh) = self.held(self.finding.cause, hold, rest);
        (
            format!(
                "{whose_en}{frame} carries {}. {why_en}",
                plural(number, "write")
            ),
            format!(
                "{whose_zh}{frame} 载有 {} 次写的字节。{why_zh}",
                count(number)
            ),
        )
    }

    fn held(&self, cause: Cause, hold: &Hold, rest: &[FrameRef]) -> Both {
        let waited = time(hold.left.saturating_sub(hold.written));
        let bytes = hold.bytes;
        let (who_en, who_zh) = match self.analysis.run() {
            Some(run) if run.place.is_simulated() => ("simulated stack", "模拟协议栈"),
            Some(run) if run.stacks.contains_key(&self.host()) => ("stack", "协议栈"),
            _ => ("kernel", "内核"),
        };
        let en = format!(
            "The {who_en} kept their {} for up to {waited}",
            plural(bytes, "byte")
        );
        let zh = format!("{who_zh}把它们的 {} 字节最多留了 {waited}", count(bytes));
        let ack = hold.released_by.map(|number| format!("#{number}"));
        let behind = rest.first().map(|frame| format!("#{}", frame.number));
        match (cause, ack, behind) {
            (Cause::Nagle, Some(ack), Some(behind)) => (
                format!("{en}, until {ack} acknowledged {behind} (Nagle's algorithm, RFC 896)."),
                format!("{zh}，直到 {ack} 确认了 {behind}（Nagle 算法，RFC 896）。"),
            ),
            (Cause::Nagle, None, Some(behind)) => (
                format!(
                    "{en}, until they filled a segment: {behind} was not acknowledged yet \
                     (Nagle's algorithm, RFC 896)."
                ),
                format!(
                    "{zh}，直到它们填满一个报文段：{behind} 一直没有被确认（Nagle 算法，RFC 896）。"
                ),
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
                format!("{en}: earlier bytes had to be sent again (loss recovery)."),
                format!("{zh}：更早的字节需要重传（丢包恢复）。"),
            ),
            (Cause::Autocorking, ..) => (
                format!("{en}, since its own queue was busy (tcp_autocorking)."),
                format!("{zh}，因为它自己的队列正忙（tcp_autocorking）。"),
            ),
            _ => {
                let (why_en, why_zh) = self.why();
                (format!("{en}. {why_en}"), format!("{zh}。{why_zh}"))
            }
        }
    }

    pub(super) fn stall(&self, hold: &Hold, acknowledgment_delay: u64, in_vain: bool) -> Both {
        let (frame, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let numbers: Vec<String> = rest
            .iter()
            .map(|frame| format!("#{}", frame.number))
            .collect();
        let [behind, ack] = &numbers[..] else {
            return self.bare();
        };
        let (waited, put_off) = (time(hold.waited()), time(acknowledgment_delay));
        let receiver = self.address_of(Seen::Receiver);
        let (lost_en, lost_zh) = match in_vain {
            true => (
                format!(" It was lost then, and {ack} says it again."),
                format!("它随后丢失，{ack} 又说了一遍。"),
            ),
            false => Default::default(),
        };
        (
            format!(
                "{whose_en}{frame} waited {waited} for {ack}, which acknowledges {behind}: \
                 {receiver} put that acknowledgment off for {put_off}, and Nagle's algorithm let \
                 nothing small go before it came.{lost_en}\nCure: TCP_NODELAY, or one write for what \
                 belongs together."
            ),
            format!(
                "{whose_zh}{frame} 为等待确认 {behind} 的 {ack} 等了 {waited}：{receiver} 把这个确认推迟了 \
                 {put_off}，而 Nagle 算法在它到来之前不放行小报文段。{lost_zh}\n对策：TCP_NODELAY，或把相关的内容\
                 一次写出。"
            ),
        )
    }

    pub(super) fn tinygrams(
        &self,
        number: u64,
        payload: u64,
        headers: u64,
        nagle_off: bool,
    ) -> Both {
        let (first, rest) = self.frames();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let share = percent(payload, payload.saturating_add(headers));
        let sender = self.address_of(Seen::Sender);
        let (payload, headers) = (bytes(payload), bytes(headers));
        let (why_en, why_zh) = match (self.finding.cause, nagle_off) {
            (Cause::SmallWrites, true) => (
                " The program wrote them so, and Nagle's algorithm was off: they did not wait for \
                 each other.\nCure: gather the writes; where nobody waits for an answer, Nagle's algorithm \
                 does it, too.",
                "程序就是这样写的，而且 Nagle 算法关着：它们没有互相等待。\n对策：合并写；没有谁在等回答时，让 Nagle 算法开着也行。",
            ),
            (Cause::SmallWrites, false) => (" The program wrote them so.", "程序就是这样写的。"),
            (Cause::ReceiveWindow, _) => (
                " Nearly each filled the receiver's window, which took no more.",
                "几乎每个都填满了接收窗口，再多它就不收了。",
            ),
            (Cause::Mss, _) => (
                " They are as large as the path's segment size lets them be.",
                "路径的报文段大小只容得下这么多。",
            ),
            _ => (
                " Why, the evidence does not decide.",
                "原因无法由证据判定。",
            ),
        };
        (
            format!(
                "{sender} sent {} with less payload than header ({first}{last}): {payload} behind \
                 {headers} of headers, {share} of the bytes.{why_en}",
                plural(number, "segment")
            ),
            format!(
                "{sender} 发了 {} 个载荷小于首部的报文段（{first}{last}）：{payload} 载荷，{headers} 首部，\
                 载荷只占 {share}。{why_zh}",
                count(number)
            ),
        )
    }
}
