//! How long who asks waits for the answer.

use crate::{
    model::{
        Analysis,
        connection::{Connection, Direction, Stream},
    },
    span::covering,
    spread::Percentiles,
};
use serde::Serialize;

/// How long the questions of a variant's clients took, over all of its runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VariantExchanges {
    /// The variant's name.
    pub variant: String,
    /// From question to answer, in ns.
    #[serde(flatten)]
    pub values: Percentiles,
}

/// The exchanges of a run's clients: from the begin of the write that a question begins with to the end of
/// the read that has the answer's last byte. None where there are none: nobody waits for answers before it
/// asks again, or no diary tells.
pub(crate) fn exchanges(run: &Analysis) -> Option<Percentiles> {
    let times: Vec<u64> = run.connections.iter().flat_map(of_connection).collect();
    Percentiles::of(times)
}

/// Those of all runs of each variant together, in the order of the runs.
pub(crate) fn of_variants(runs: &[Analysis]) -> Vec<VariantExchanges> {
    let mut variants: Vec<(String, Vec<u64>)> = Vec::new();
    for run in runs {
        let name = run.run().map_or("", |run| &run.variant);
        let times = run.connections.iter().flat_map(of_connection);
        match variants.iter_mut().find(|(variant, _)| variant == name) {
            Some((_, all)) => all.extend(times),
            None => variants.push((name.to_owned(), times.collect())),
        }
    }
    let each = variants.into_iter().filter_map(|(variant, times)| {
        let values = Percentiles::of(times)?;
        Some(VariantExchanges { variant, values })
    });
    each.collect()
}

fn of_connection(connection: &Connection) -> Vec<u64> {
    let questions = connection.stream(Direction::ClientToServer);
    let answers = connection.stream(Direction::ServerToClient);
    let asked: Option<Vec<u64>> = starts(questions).collect();
    let answered: Option<Vec<u64>> = ends(answers).collect();
    let (Some(asked), Some(answered)) = (asked, answered) else {
        return Vec::new();
    };
    // A welcome answers nothing.
    let begin = asked.first().copied().unwrap_or(0);
    let answered: Vec<u64> = answered.into_iter().skip_while(|at| *at <= begin).collect();
    let waits = asked.iter().skip(1).zip(&answered);
    let takes_turns = asked.len() == answered.len()
        && asked.len() > 1
        && waits.into_iter().all(|(next, answered)| next >= answered);
    if !takes_turns {
        return Vec::new();
    }
    let both = asked.iter().zip(&answered);
    both.map(|(asked, answered)| answered.saturating_sub(*asked))
        .collect()
}

fn starts(stream: &Stream) -> impl Iterator<Item = Option<u64>> {
    stream.messages.iter().map(|message| {
        let write = covering(&stream.writes, message.range.start)?;
        Some(stream.writes[write].begin)
    })
}

fn ends(stream: &Stream) -> impl Iterator<Item = Option<u64>> {
    stream.messages.iter().map(|message| {
        let read = covering(&stream.reads, message.range.end.checked_sub(1)?)?;
        Some(stream.reads[read].end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connection::{End, Message, Read, Write};

    fn stream(times: &[[u64; 2]]) -> Stream {
        let ranges = || (0..times.len() as u64).map(|place| place * 10..place * 10 + 10);
        Stream {
            messages: ranges()
                .map(|range| Message {
                    at: 0,
                    body: range.clone(),
                    range,
                    text: None,
                })
                .collect(),
            // Each message takes two writes and two reads.
            writes: ranges()
                .zip(times)
                .flat_map(|(range, [begin, end])| {
                    [
                        (range.start..range.start + 4, begin),
                        (range.start + 4..range.end, end),
                    ]
                })
                .map(|(range, at)| Write {
                    begin: *at,
                    end: *at,
                    range,
                })
                .collect(),
            reads: ranges()
                .zip(times)
                .flat_map(|(range, [begin, end])| {
                    [
                        (range.start..range.start + 4, begin),
                        (range.start + 4..range.end, end),
                    ]
                })
                .map(|(range, at)| Read {
                    begin: *at,
                    end: *at,
                    asked: 64,
                    range,
                })
                .collect(),
            ..Stream::default()
        }
    }

    fn connection(questions: &[[u64; 2]], answers: &[[u64; 2]]) -> Connection {
        let end = |port| End {
            address: ([198, 18, 0, 1], port).into(),
            host: None,
            program: None,
        };
        Connection {
            client: end(40_000),
            server: end(9_999),
            opened: None,
            handshake: None,
            syns: Vec::new(),
            flags: Default::default(),
            streams: [stream(questions), stream(answers)],
        }
    }

    #[test]
    fn an_exchange_is_from_the_question_s_first_write_to_the_answer_s_last_read() {
        let connection = connection(&[[100, 105], [200, 205]], &[[120, 140], [210, 290]]);
        assert_eq!(of_connection(&connection), [40, 90]);
    }

    #[test]
    fn a_welcome_answers_nothing() {
        let connection = connection(
            &[[100, 105], [200, 205]],
            &[[50, 60], [120, 140], [210, 290]],
        );
        assert_eq!(of_connection(&connection), [40, 90]);
    }

    #[test]
    fn who_asks_again_before_it_is_answered_has_no_exchanges() {
        let connection = connection(&[[100, 105], [130, 135]], &[[120, 140], [210, 290]]);
        assert!(of_connection(&connection).is_empty());
    }

    #[test]
    fn a_question_without_an_answer_leaves_all_untold() {
        let connection = connection(&[[100, 105], [200, 205]], &[[120, 140]]);
        assert!(of_connection(&connection).is_empty());
    }
}
