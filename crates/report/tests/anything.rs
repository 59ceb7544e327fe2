//! Whatever an analysis says, it is written down: no list that is too short, no number too large,
//! no range that is empty or beyond, makes a renderer panic or a line too long.

mod support;

use analysis::{
    Analysis, BatchAnalysis, Comparison,
    model::{
        connection::{
            Arrival, Direction, Message, Read, Segment, Stream, Trace, Understood, Wait, Write,
        },
        finding::{Details, Finding, FrameRef, Hold, Place},
        flow::{Datagram, Received},
    },
};
use proptest::{collection::vec, option, prelude::*};
use report::{JsonRenderer, Renderer};
use scenario::{
    finding::{Cause, FindingCode},
    text::Lang,
};
use std::ops::Range;
use support::{alone, inspected, naive, plan, text};

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..40, any::<u64>(), Just(u64::MAX)]
}

fn place() -> impl Strategy<Value = usize> {
    prop_oneof![0usize..4, Just(1_000)]
}

fn range() -> impl Strategy<Value = Range<u64>> {
    (number(), number()).prop_map(|(a, b)| a.min(b)..a.max(b))
}

fn places() -> impl Strategy<Value = Range<usize>> {
    (place(), place()).prop_map(|(a, b)| a.min(b)..a.max(b))
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,60}", any::<String>(), "[粘包a-z ]{0,60}"]
}

fn segment() -> impl Strategy<Value = Segment> {
    let arrival = option::of((number(), number()).prop_map(|(frame, at)| Arrival { frame, at }));
    (number(), number(), range(), range(), arrival).prop_map(
        |(frame, at, range, fresh, arrival)| Segment {
            frame,
            at,
            range,
            fresh,
            headers: 52,
            full: false,
            fin: false,
            arrival,
        },
    )
}

fn wait() -> impl Strategy<Value = Wait> {
    (place(), place(), number(), number(), any::<bool>()).prop_map(
        |(segment, behind, released_by, gap, with_data)| Wait {
            segment,
            behind,
            released_by,
            gap,
            at_most: gap,
            with_data,
        },
    )
}

prop_compose! {
    fn stream()(
        messages in vec((range(), option::of(words())), 0..12),
        writes in vec((range(), number(), number()), 0..12),
        segments in vec(segment(), 0..12),
        reads in vec((range(), number()), 0..60),
        understood in vec((range(), any::<bool>(), option::of(words())), 0..12),
        waits in vec(wait(), 0..5),
        payload in number(),
    ) -> Stream {
        let message = |(range, text): (Range<u64>, Option<String>)| Message {
            at: 0,
            body: range.clone(),
            range,
            text,
        };
        let take = |(range, right, text): (Range<u64>, bool, Option<String>)| Understood {
            at: 0,
            body: range.clone(),
            range,
            right,
            text,
        };
        Stream {
            packets: payload,
            wire: payload,
            payload,
            messages: messages.into_iter().map(message).collect(),
            writes: writes
                .into_iter()
                .map(|(range, begin, end)| Write { begin, end, range })
                .collect(),
            segments,
            reads: reads
                .into_iter()
                .map(|(range, at)| Read { begin: at, end: at, range, asked: at })
                .collect(),
            understood: understood.into_iter().map(take).collect(),
            provenance: vec![Trace::default()],
            waits,
            ..Stream::default()
        }
    }
}

fn hold() -> impl Strategy<Value = Hold> {
    (
        number(),
        number(),
        number(),
        option::of(place()),
        option::of(number()),
    )
        .prop_map(|(written, left, bytes, behind, released_by)| Hold {
            written,
            left,
            bytes,
            behind,
            released_by,
            in_flight: 1,
            room: None,
        })
}

fn details() -> impl Strategy<Value = Details> {
    prop_oneof![
        (place(), places(), option::of(hold())).prop_map(|(segment, messages, hold)| {
            Details::Coalesced {
                segment,
                writes: messages.clone(),
                messages,
                hold,
            }
        }),
        (place(), places(), hold()).prop_map(|(segment, writes, hold)| Details::Gathered {
            segment,
            writes,
            hold,
        }),
        (place(), hold(), number(), any::<bool>()).prop_map(
            |(segment, hold, acknowledgment_delay, in_vain)| Details::Stall {
                segment,
                hold,
                acknowledgment_delay,
                in_vain,
            }
        ),
        (place(), places()).prop_map(|(read, messages)| Details::StickyRead {
            read,
            messages,
            segments: vec![read],
        }),
        (place(), places()).prop_map(|(message, reads)| Details::SplitRead {
            message,
            reads,
            cuts: Vec::new(),
        }),
        (place(), places()).prop_map(|(understood, messages)| Details::Merged {
            understood,
            messages,
            read: None,
        }),
        (place(), place()).prop_map(|(understood, message)| Details::Torn {
            understood,
            message,
            read: None,
        }),
        (number(), number(), number(), any::<bool>()).prop_map(
            |(count, payload, headers, nagle_off)| Details::Tinygrams {
                count,
                payload,
                headers,
                smallest: 0,
                largest: 0,
                nagle_off,
            }
        ),
        place().prop_map(|datagram| Details::Datagram { datagram }),
        Just(Details::Condition),
    ]
}

fn position() -> impl Strategy<Value = Place> {
    let way = || {
        prop_oneof![
            Just(Direction::ClientToServer),
            Just(Direction::ServerToClient)
        ]
    };
    prop_oneof![
        (place(), way()).prop_map(|(connection, direction)| Place::Stream {
            connection,
            direction
        }),
        (place(), way()).prop_map(|(flow, direction)| Place::Flow { flow, direction }),
        words().prop_map(|host| Place::Link { host }),
    ]
}

prop_compose! {
    fn finding()(
        code in prop::sample::select(FindingCode::ALL),
        cause in prop::sample::select(Cause::ALL),
        host in option::of(words()),
        place in position(),
        frames in vec((option::of(words()), number()), 0..7),
        details in details(),
    ) -> Finding {
        Finding {
            code,
            cause,
            host,
            place,
            frames: frames
                .into_iter()
                .map(|(host, number)| FrameRef { host, number })
                .collect(),
            details,
            ..naive().findings.swap_remove(0)
        }
    }
}

fn datagram() -> impl Strategy<Value = Datagram> {
    (number(), words(), vec(number(), 0..3), option::of(number())).prop_map(
        |(len, text, arrivals, received)| Datagram {
            frame: len,
            at: len,
            len,
            arrivals: arrivals
                .into_iter()
                .map(|at| Arrival { frame: at, at })
                .collect(),
            received: received.map(|len| Received { at: len, len }),
            text,
            ..naive().flows[0].datagrams[0][0].clone()
        },
    )
}

/// A run or a capture, with anything in place of what was recorded.
fn analysis() -> impl Strategy<Value = Analysis> {
    let parts = (
        prop_oneof![Just(naive()), Just(inspected("naive", "client"))],
        vec((stream(), stream()), 0..3),
        vec(finding(), 0..20),
        vec(datagram(), 0..5),
        number(),
        option::of(words()),
    );
    parts.prop_map(
        |(mut analysis, streams, findings, datagrams, number, host)| {
            let connection = analysis.connections[0].clone();
            analysis.connections.clear();
            for (one, other) in streams {
                let mut connection = connection.clone();
                connection.client.host = host.clone();
                connection.streams = [one, other];
                analysis.connections.push(connection);
            }
            analysis.findings = findings;
            for flow in &mut analysis.flows {
                flow.datagrams[1] = datagrams.clone();
            }
            for link in &mut analysis.links {
                (link.sent, link.missing) = (number, number);
            }
            for measured in &mut analysis.values {
                measured.value = Some(number);
            }
            analysis
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_is_written_down(analysis in analysis()) {
        for lang in [Lang::En, Lang::Zh] {
            prop_assert!(!alone(lang, &analysis).is_empty());
        }
        let mut json = Vec::new();
        JsonRenderer.render(&analysis, &mut json).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }

    #[test]
    fn any_batch_is_written_down(
        runs in vec(analysis(), 0..3),
        figures in vec((number(), any::<i64>()), 3),
        name in words(),
    ) {
        let mut batch = BatchAnalysis::new(&plan(), Vec::new());
        // What compares runs is made of sound ones: here the figures are anything, too.
        batch.comparison = Comparison::new(&[naive(), naive(), naive()]);
        for (row, (number, difference)) in batch.comparison.rows.iter_mut().zip(figures) {
            row.variant = name.clone() + &number.to_string();
            (row.segments, row.wire, row.elapsed) = (number, number, Some(number));
            (row.right, row.messages, row.reads) = (Some(number), Some(number), None);
            if let Some(price) = &mut row.price {
                (price.wire, price.round_trips) = (difference, Some(difference));
            }
        }
        batch.runs = runs;
        for lang in [Lang::En, Lang::Zh] {
            prop_assert!(!text(lang, &batch).is_empty());
        }
    }
}
