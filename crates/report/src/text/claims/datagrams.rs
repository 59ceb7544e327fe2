//! What happened to datagrams.

use super::{Both, Teller, quoted};
use crate::text::quantity::{count, plural};
use analysis::model::{
    finding::{Finding, Place},
    flow::Datagram,
};
use scenario::finding::{Cause, FindingCode};

impl Teller<'_> {
    pub(super) fn datagram(&self, place: usize) -> Both {
        let Some(datagram) = self.sent_datagram(place) else {
            return self.bare();
        };
        let (whose_en, whose_zh) = self.whose();
        let (_, arrivals) = self.frames();
        let arrived = self.listed(arrivals);
        let (name, frame) = (quoted(&datagram.text), datagram.frame);
        let en = format!("the datagram {name} ({whose_en}#{frame})");
        let zh = format!("数据报 {name}（{whose_zh}#{frame}）");
        let size = plural(datagram.len, "byte");
        let length = count(datagram.len);
        let is_fragmented = datagram.fragmented;
        let times = datagram.arrivals.len();
        let got = count(datagram.received.map_or(0, |received| received.len));
        let (rest_en, rest_zh) = match (self.finding.code, self.finding.cause) {
            (FindingCode::DatagramLost, Cause::ReceiveBuffer) => (
                format!("arrived{arrived} and was dropped: the socket's buffer was full."),
                format!("到达后{arrived}被丢弃：套接字缓冲区已满。"),
            ),
            (FindingCode::DatagramLost, Cause::LinkLoss) if is_fragmented => (
                "never arrived whole: the link lost one of its fragments, or more.".to_owned(),
                "没有完整到达：链路丢了它的一个或几个分片。".to_owned(),
            ),
            (FindingCode::DatagramLost, Cause::LinkLoss) => (
                "never arrived: the link lost it.".to_owned(),
                "没有到达：链路丢了它。".to_owned(),
            ),
            (FindingCode::DatagramLost, Cause::QueueFull) => (
                "never arrived: the link's queue was full, and it was dropped.".to_owned(),
                "没有到达：链路的队列已满，它被丢弃。".to_owned(),
            ),
            (FindingCode::DatagramLost, Cause::Mtu) => (
                "is larger than the path takes: the router on the way refused it.".to_owned(),
                "比路径能容纳的大：路上的路由器拒绝了它。".to_owned(),
            ),
            (FindingCode::DatagramLost, Cause::LinkCorruption) => (
                "arrived with a bit flipped: the checksum shows it, and it is dropped.".to_owned(),
                "到达时有一个比特被翻转：校验和不符，被丢弃。".to_owned(),
            ),
            (FindingCode::DatagramLost, _) => {
                let (why_en, why_zh) = self.why();
                (
                    format!("never arrived. {why_en}"),
                    format!("没有到达。{why_zh}"),
                )
            }
            (FindingCode::DatagramDuplicated, _) => (
                format!("arrived {times} times{arrived}."),
                format!("到达了 {times} 次{arrived}。"),
            ),
            (FindingCode::DatagramReordered, _) => (
                format!("arrived after one that was sent later{arrived}."),
                format!("比更晚发送的数据报到得还晚{arrived}。"),
            ),
            (FindingCode::DatagramTruncated, _) => (
                format!("has {size}, and the program asked for {got}{arrived}: the rest is gone."),
                format!("有 {length} 字节，程序只要 {got} 字节{arrived}：其余丢弃。"),
            ),
            (FindingCode::DatagramFragmented, _) => (
                format!("of {size} travelled as several IP fragments."),
                format!("有 {length} 字节，分成了几个 IP 分片。"),
            ),
            _ => return self.bare(),
        };
        let (cure_en, cure_zh) = cure(self.finding);
        (
            format!("{en} {rest_en}{cure_en}"),
            format!("{zh}{rest_zh}{cure_zh}"),
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

/// What to do about it, on a line of its own.
fn cure(finding: &Finding) -> (&'static str, &'static str) {
    match (finding.code, finding.cause) {
        (FindingCode::DatagramLost, Cause::ReceiveBuffer) => (
            "\nCure: read sooner, a larger SO_RCVBUF, or a sender that waits for answers.",
            "\n对策：及时读，调大 SO_RCVBUF，或让发送方等应答再发。",
        ),
        (FindingCode::DatagramLost, Cause::Mtu) | (FindingCode::DatagramFragmented, _) => (
            "\nCure: smaller datagrams: the MTU less 28 bytes of IPv4 and UDP headers, 48 of IPv6.",
            "\n对策：更小的数据报：MTU 减去 28 字节 IPv4 与 UDP 首部（IPv6 为 48 字节）。",
        ),
        (FindingCode::DatagramLost, Cause::QueueFull) => (
            "\nCure: send no faster than the path carries (RFC 8085, 3.1), or wait for answers.",
            "\n对策：不要发得比路径能承载的更快（RFC 8085，3.1），或等应答再发。",
        ),
        (FindingCode::DatagramLost, _) => (
            "\nCure: UDP has none; number the datagrams, and ask again for what does not come.",
            "\n对策：UDP 自己没有；给数据报编号，没到的再要一次。",
        ),
        (FindingCode::DatagramDuplicated, _) => (
            "\nCure: number the datagrams, and skip what was there already.",
            "\n对策：给数据报编号，跳过已经收到的。",
        ),
        (FindingCode::DatagramReordered, _) => (
            "\nCure: number the datagrams, and put them in order or drop what comes late.",
            "\n对策：给数据报编号，重新排序，或丢弃迟到的。",
        ),
        (FindingCode::DatagramTruncated, _) => (
            "\nCure: ask for as much as the largest datagram has; 65,535 bytes are always enough.",
            "\n对策：按最大的数据报来要；65,535 字节总是够的。",
        ),
        _ => ("", ""),
    }
}
