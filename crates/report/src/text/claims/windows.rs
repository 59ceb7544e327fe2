//! What windows and segment sizes did.

use super::{Both, Seen, Teller};
use crate::text::quantity::{bytes, count, percent, plural, time};

impl Teller<'_> {
    pub(super) fn zero_window(&self, waited: Option<u64>, probes: u64) -> Both {
        let (frame, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let (sender, receiver) = (
            self.address_of(Seen::Sender),
            self.address_of(Seen::Receiver),
        );
        let (until_en, until_zh) = match (waited, rest.first()) {
            (Some(waited), Some(opened)) => (
                format!("for {}, until #{}", time(waited), opened.number),
                format!("持续 {}，直到 #{}", time(waited), opened.number),
            ),
            _ => (
                "and never opened it again".into(),
                "之后再也没有打开".into(),
            ),
        };
        let (asked_en, asked_zh) = match probes {
            0 => (String::new(), String::new()),
            _ => (
                format!(" {sender} asked {} meanwhile.", plural(probes, "time")),
                format!("其间 {sender} 探测了 {} 次。", count(probes)),
            ),
        };
        (
            format!(
                "{receiver} closed its window ({whose_en}{frame}) {until_en}: its socket buffer was \
                 full, since its program did not read.{asked_en}\nCure: read as fast as the other \
                 side writes, or let it wait for an answer."
            ),
            format!(
                "{receiver} 关闭了接收窗口（{whose_zh}{frame}），{until_zh}：程序没有读取，套接字缓冲区满了。\
                 {asked_zh}\n对策：读得和对方写得一样快，或让对方等待应答。"
            ),
        )
    }

    pub(super) fn window_full(&self, times: u64) -> Both {
        let (first, rest) = self.frames();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let (whose_en, whose_zh) = self.whose();
        let (sender, receiver) = (
            self.address_of(Seen::Sender),
            self.address_of(Seen::Receiver),
        );
        (
            format!(
                "{sender} filled the window of {receiver} {} ({whose_en}{first}{last}): more could \
                 only leave when that took more.",
                plural(times, "time")
            ),
            format!(
                "{sender} {} 次填满了 {receiver} 的接收窗口（{whose_zh}{first}{last}）：只有等窗口再打开才能\
                 继续发送。",
                count(times)
            ),
        )
    }

    pub(super) fn small_mss(
        &self,
        announced: u16,
        largest: u64,
        [segments, payload, headers]: [u64; 3],
    ) -> Both {
        let (first, rest) = self.frames();
        let last = rest
            .last()
            .map_or(String::new(), |frame| format!(" … #{}", frame.number));
        let share = percent(headers, headers.saturating_add(payload));
        let sender = self.address_of(Seen::Sender);
        let (largest, announced) = (bytes(largest), bytes(announced.into()));
        let headers = bytes(headers);
        (
            format!(
                "{sender} sent {} of at most {largest} ({first}{last}): the ends announced a \
                 maximum of {announced}. Headers are {headers}, {share} of the bytes.\nCure: a \
                 larger MTU on the path.",
                plural(segments, "segment")
            ),
            format!(
                "{sender} 发了 {} 个报文段，每段最多 {largest}（{first}{last}）：两端通告的 MSS 是 {announced}。\
                 首部共 {headers}，占 {share}。\n对策：增大路径 MTU。",
                count(segments)
            ),
        )
    }

    pub(super) fn black_hole(&self, lost: u64, [smallest, largest]: [u64; 2], waited: u64) -> Both {
        let (first, rest) = self.frames();
        let (whose_en, whose_zh) = self.whose();
        let (smallest, largest) = (bytes(smallest), bytes(largest));
        let (until_en, until_zh) = match rest.first() {
            Some(through) => (
                format!(
                    " It took {} until #{} brought it across.",
                    time(waited),
                    through.number
                ),
                format!("过了 {}，#{} 才把它送到。", time(waited), through.number),
            ),
            None => (" It never came across.".into(), "它始终没有送到。".into()),
        };
        (
            format!(
                "{whose_en}{first} is larger than the path takes: {} of {smallest} and more \
                 vanished, up to {largest} arrived, and no router said a word (RFC 2923).{until_en}\n\
                 Cure: let ICMP through, clamp the MSS, or probe (tcp_mtu_probing, RFC 4821).",
                plural(lost, "packet")
            ),
            format!(
                "{whose_zh}{first} 大于路径所能承载：{} 个不小于 {smallest} 的包消失了，不超过 {largest} 的到达了，\
                 而没有路由器说一个字（RFC 2923）。{until_zh}\n对策：放行 ICMP、钳制 MSS，或探测路径 MTU\
                 （tcp_mtu_probing，RFC 4821）。",
                count(lost)
            ),
        )
    }
}
