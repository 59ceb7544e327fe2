//! What was found, in sentences. Each names its frames, and says no more than the evidence does.

mod datagrams;
mod reads;
mod segments;
mod silly;
mod windows;

use super::{
    layout::{cut, printable},
    quantity::{count, plural},
    say,
};
use analysis::{
    Analysis,
    model::{
        connection::{Direction, Stream},
        finding::{Details, Finding, FrameRef, Place},
    },
};
use scenario::{finding::Cause, text::Lang};
use std::ops::Range;

/// Most names that a sentence lists.
const NAMED: usize = 4;

/// One finding in sentences. A cure begins a line of its own.
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

/// English and Chinese.
type Both = (String, String);

/// One of the two ends that a finding is about.
#[derive(Clone, Copy)]
enum Seen {
    Sender,
    Receiver,
}

impl Teller<'_> {
    fn tell(&self) -> Both {
        match &self.finding.details {
            Details::Coalesced { messages, hold, .. } => self.coalesced(messages, hold.as_ref()),
            Details::Gathered { writes, hold, .. } => self.gathered(writes, hold),
            Details::Stall {
                hold,
                acknowledgment_delay,
                in_vain,
                ..
            } => self.stall(hold, *acknowledgment_delay, *in_vain),
            Details::StickyRead { read, messages, .. } => self.sticky(*read, messages),
            Details::SplitRead { message, reads, .. } => self.split(*message, reads),
            Details::Merged { understood, .. } => self.merged(*understood),
            Details::Torn {
                understood,
                message,
                ..
            } => self.torn(*understood, *message),
            Details::Incomplete { message, bytes } => self.incomplete(*message, *bytes),
            Details::Leftover {
                understood,
                message,
                bytes,
                read,
            } => self.leftover(*understood, *message, *bytes, *read),
            Details::Tinygrams {
                count,
                payload,
                headers,
                nagle_off,
                ..
            } => self.tinygrams(*count, *payload, *headers, *nagle_off),
            Details::SillySender { pieces, pause } => self.slow_producer(pieces, *pause),
            Details::SillyReceiver {
                pieces,
                window,
                rule,
                read,
            } => self.crumbs(pieces, [*window, *rule], *read),
            Details::ZeroWindow { waited, probes } => self.zero_window(*waited, *probes),
            Details::WindowFull { times } => self.window_full(*times),
            Details::SmallMss {
                announced,
                largest,
                segments,
                payload,
                headers,
            } => self.small_mss(*announced, *largest, [*segments, *payload, *headers]),
            Details::BlackHole {
                lost,
                smallest_lost,
                largest_arrived,
                waited,
            } => self.black_hole(*lost, [*smallest_lost, *largest_arrived], *waited),
            Details::Datagram { datagram } => self.datagram(*datagram),
            Details::Condition => self.condition(),
        }
    }

    fn condition(&self) -> Both {
        let host = self.host();
        (
            format!("the link of {host} did not do what it was asked."),
            format!("{host} 的链路没有按要求工作。"),
        )
    }

    /// Cause and frames, where there are no words for more.
    fn bare(&self) -> Both {
        let (en, zh) = self.why();
        let (whose_en, whose_zh) = self.whose();
        match self.finding.frames.first() {
            Some(frame) => (
                format!("{whose_en}#{}. {en}", frame.number),
                format!("{whose_zh}#{}。{zh}", frame.number),
            ),
            None => (en, zh),
        }
    }

    /// The cause by its name.
    fn why(&self) -> Both {
        match self.finding.cause {
            Cause::Undetermined => (
                "Why, the evidence does not decide.".into(),
                "原因无法由证据判定。".into(),
            ),
            cause => (format!("Cause: {cause}."), format!("原因：{cause}。")),
        }
    }

    /// The host where the finding is seen.
    fn host(&self) -> String {
        let host = self.finding.host.clone();
        host.unwrap_or_else(|| self.address_of(Seen::Receiver))
    }

    /// An end of the stream or flow: its host, else its address.
    fn address_of(&self, seen: Seen) -> String {
        let ends = match self.finding.place {
            Place::Stream {
                connection,
                direction,
            } => self
                .analysis
                .connections
                .get(connection)
                .map(|found| (found.sender(direction), found.receiver(direction))),
            Place::Flow { flow, direction } => self
                .analysis
                .flows
                .get(flow)
                .map(|found| (found.sender(direction), found.receiver(direction))),
            Place::Link { .. } => None,
        };
        let end = ends.map(|(sender, receiver)| match seen {
            Seen::Sender => sender,
            Seen::Receiver => receiver,
        });
        end.map_or_else(String::new, |end| {
            let host = end.host.clone();
            host.unwrap_or_else(|| end.address.to_string())
        })
    }

    /// Whose capture the frame numbers that follow are of; nothing where there is only one.
    fn whose(&self) -> Both {
        let frame = self.finding.frames.first();
        match frame.and_then(|frame| frame.host.as_deref()) {
            Some(host) => (format!("{host}'s "), format!("{host} 的 ")),
            None => (String::new(), String::new()),
        }
    }

    /// The first frame, and those after it.
    fn frames(&self) -> (String, &[FrameRef]) {
        match self.finding.frames.split_first() {
            Some((first, rest)) => (format!("#{}", first.number), rest),
            None => ("#?".into(), &[]),
        }
    }

    /// The frames where something arrived, in brackets: numbers of that host's own capture.
    fn arrived(&self) -> String {
        self.listed(&self.finding.frames)
    }

    /// Frames in brackets, with the host whose capture they are of.
    fn listed(&self, frames: &[FrameRef]) -> String {
        let numbers: Vec<String> = frames
            .iter()
            .take(NAMED)
            .map(|frame| format!("#{}", frame.number))
            .collect();
        if numbers.is_empty() {
            return String::new();
        }
        let more = if frames.len() > NAMED { " …" } else { "" };
        let list = numbers.join(&say(self.lang, ", ", "、"));
        match &self.finding.host {
            Some(host) => say(
                self.lang,
                format!(" ({list}{more} at {host})"),
                format!("（{host} 的 {list}{more}）"),
            ),
            None => say(
                self.lang,
                format!(" ({list}{more})"),
                format!("（{list}{more}）"),
            ),
        }
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
            .zip(messages.start + 1..)
            .map(|(message, number)| match &message.text {
                Some(text) => quoted(text),
                None => say(
                    self.lang,
                    format!("message {number}"),
                    format!("第 {number} 条消息"),
                ),
            })
            .collect();
        let rest = texts.len().saturating_sub(NAMED);
        if rest > 0 {
            let list = quoted.join(&say(self.lang, ", ", "、"));
            let (rest, all) = (count(rest as u64), count(texts.len() as u64));
            return say(
                self.lang,
                format!("{list} and {rest} more"),
                format!("{list} 等 {all} 条消息"),
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
}

/// A text as part of a sentence: short, without control characters.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(&printable(text), 24))
}
