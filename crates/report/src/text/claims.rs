//! What was found, in sentences. Each names its frames, and says no more than the evidence does.

mod datagrams;
mod reads;
mod segments;

use super::{
    layout::cut,
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
use scenario::text::Lang;
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
            Details::Stall {
                hold,
                acknowledgment_delay,
                ..
            } => self.stall(hold, *acknowledgment_delay),
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
                nagle_off,
                ..
            } => self.tinygrams(*count, *payload, *headers, *nagle_off),
            Details::Datagram { datagram } => self.datagram(*datagram),
            Details::Condition => self.condition(),
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
}

/// A text as part of a sentence: short, without control characters.
fn quoted(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect();
    format!("\"{}\"", cut(&text, 24))
}
