use super::*;
use proptest::prelude::*;
use std::ops::Range;

/// Pushes the stream in these cuts and gives the frames; `None` in place of a reply awaited.
fn decode(framing: &Framing, reads: &[&[u8]]) -> Result<Vec<Frame>, DecodeError> {
    let mut decoder = Decoder::new(framing.clone(), MAX_MESSAGE);
    let mut frames = Vec::new();
    for read in reads {
        decoder.push(read);
        while let Some(decoded) = decoder.next()? {
            if let Decoded::Frame(frame) = decoded {
                frames.push(frame);
            }
        }
    }
    frames.extend(decoder.finish()?);
    Ok(frames)
}

fn bodies(frames: &[Frame]) -> Vec<&[u8]> {
    frames.iter().map(|frame| frame.bytes.as_slice()).collect()
}

fn framing(text: &str) -> Framing {
    text.parse().unwrap()
}

/// The whole stream of these messages, and the range that each has with framing.
fn encode(framing: &Framing, messages: &[Vec<u8>]) -> (Vec<u8>, Vec<Range<u64>>) {
    let encoder = Encoder::new(framing.clone(), MAX_MESSAGE);
    let (mut stream, mut ranges) = (Vec::new(), Vec::new());
    for message in messages {
        let start = stream.len() as u64;
        for piece in encoder.encode(message).unwrap().0 {
            if let Piece::Bytes(bytes) = piece {
                stream.extend(bytes);
            }
        }
        ranges.push(start..stream.len() as u64);
    }
    (stream, ranges)
}

/// Cuts a stream at these places, which may lie anywhere and repeat.
fn cut<'a>(stream: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    places.extend([0, stream.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|pair| &stream[pair[0]..pair[1]])
        .filter(|read| !read.is_empty())
        .collect()
}

#[test]
fn without_framing_a_read_is_a_message() {
    let frames = decode(&Framing::None, &[b"Michael", b"TracySarah"]).unwrap();
    assert_eq!(bodies(&frames), [&b"Michael"[..], b"TracySarah"]);
    assert_eq!(
        (frames[1].range.clone(), frames[1].body.clone()),
        (7..17, 7..17)
    );
}

#[test]
fn the_signed_prefix_is_pythons_struct_pack_i() {
    let (pieces, header) = Encoder::new(framing("i32"), MAX_MESSAGE)
        .encode(b"Michael")
        .unwrap();
    assert_eq!(
        (pieces, header),
        (vec![Piece::Bytes(b"\x07\0\0\0Michael".to_vec())], 4)
    );
    let frames = decode(
        &framing("i32"),
        &[b"\x07\0", b"\0\0Mich", b"ael\x05\0\0\0Tracy"],
    )
    .unwrap();
    assert_eq!(bodies(&frames), [&b"Michael"[..], b"Tracy"]);
    assert_eq!(
        (frames[1].range.clone(), frames[1].body.clone()),
        (11..20, 15..20)
    );
}

#[test]
fn unsigned_prefixes_are_in_network_byte_order() {
    assert_eq!(encode(&framing("u16"), &[b"ab".to_vec()]).0, b"\0\x02ab");
    assert_eq!(
        encode(&framing("u32"), &[b"ab".to_vec()]).0,
        b"\0\0\0\x02ab"
    );
}

#[test]
fn a_handshake_waits_for_a_reply_between_length_and_body() {
    let (pieces, header) = Encoder::new(framing("handshake"), MAX_MESSAGE)
        .encode(b"Tracy")
        .unwrap();
    assert_eq!(header, 1);
    assert_eq!(
        pieces,
        [
            Piece::Bytes(b"5".to_vec()),
            Piece::AwaitReply,
            Piece::Bytes(b"Tracy".to_vec())
        ]
    );
    let mut decoder = Decoder::new(framing("handshake"), MAX_MESSAGE);
    decoder.push(b"5");
    assert_eq!(decoder.next(), Ok(Some(Decoded::ReplyAwaited)));
    assert_eq!(decoder.next(), Ok(None));
    decoder.push(b"Tra");
    assert_eq!(decoder.next(), Ok(None));
    decoder.push(b"cy");
    let frame = Frame {
        range: 0..6,
        body: 1..6,
        bytes: b"Tracy".to_vec(),
    };
    assert_eq!(decoder.next(), Ok(Some(Decoded::Frame(frame))));
}

/// The article's flaw, kept on purpose: nothing tells where the length ends.
#[test]
fn a_handshakes_length_that_is_cut_is_misunderstood() {
    let whole = decode(&framing("handshake"), &[b"12", b"twelve bytes"]).unwrap();
    assert_eq!(bodies(&whole), [b"twelve bytes"]);
    let cut = decode(&framing("handshake"), &[b"1", b"2", b"twelve bytes"]);
    assert!(
        matches!(cut, Err(DecodeError::NotANumber { offset: 2, .. })),
        "{cut:?}"
    );
}

#[test]
fn a_reply_is_passed_over_and_moves_the_ranges() {
    let mut decoder = Decoder::new(framing("handshake"), MAX_MESSAGE);
    decoder.skip(6);
    decoder.push(b"2");
    assert_eq!(decoder.next(), Ok(Some(Decoded::ReplyAwaited)));
    decoder.push(b"ab");
    let frame = Frame {
        range: 6..9,
        body: 7..9,
        bytes: b"ab".to_vec(),
    };
    assert_eq!(decoder.next(), Ok(Some(Decoded::Frame(frame))));
}

#[test]
fn a_delimiter_ends_messages_even_empty_ones() {
    let frames = decode(&framing("delimiter:\\r\\n"), &[b"a\r", b"\n\r\nb\r\n"]).unwrap();
    assert_eq!(bodies(&frames), [&b"a"[..], b"", b"b"]);
    assert_eq!(
        (frames[0].range.clone(), frames[0].body.clone()),
        (0..3, 0..1)
    );
}

#[test]
fn the_end_of_the_stream_ends_the_one_message() {
    let frames = decode(&Framing::UntilClose, &[b"Mic", b"hael"]).unwrap();
    assert_eq!(bodies(&frames), [b"Michael"]);
    assert_eq!(decode(&Framing::UntilClose, &[]), Ok(vec![]));
}

#[test]
fn lengths_that_can_not_be_are_errors_of_their_own() {
    let prefix = |bytes: &[u8]| decode(&framing("i32"), &[bytes]).unwrap_err();
    assert_eq!(
        prefix(b"\xff\xff\xff\xff"),
        DecodeError::Negative {
            offset: 0,
            length: -1
        }
    );
    assert_eq!(prefix(b"\0\0\0\0"), DecodeError::Zero { offset: 0 });
    let oversize = DecodeError::Oversize {
        offset: 0,
        length: 0x0100_0001,
        max: MAX_MESSAGE,
    };
    assert_eq!(prefix(b"\x01\0\0\x01"), oversize);
    let text = |bytes: &[u8]| decode(&framing("handshake"), &[bytes]).unwrap_err();
    assert_eq!(
        text(b"-5"),
        DecodeError::Negative {
            offset: 0,
            length: -5
        }
    );
    assert_eq!(text(b"0"), DecodeError::Zero { offset: 0 });
    assert!(matches!(
        text(b"Michael"),
        DecodeError::NotANumber { offset: 0, .. }
    ));
    assert!(matches!(
        text(b"99999999"),
        DecodeError::Oversize {
            length: 99_999_999,
            ..
        }
    ));
    assert!(matches!(text(b"\xff\xfe"), DecodeError::NotANumber { .. }));
}

#[test]
fn limits_hold_without_a_length_too() {
    for text in ["delimiter:\\n", "until-close", "none"] {
        let mut decoder = Decoder::new(framing(text), 4);
        decoder.push(b"abcd");
        assert!(decoder.next().is_ok(), "{text}");
        let mut decoder = Decoder::new(framing(text), 4);
        decoder.push(b"abcde");
        let error = decoder.next().unwrap_err();
        assert_eq!(
            error,
            DecodeError::Oversize {
                offset: 0,
                length: 5,
                max: 4
            },
            "{text}"
        );
    }
}

#[test]
fn a_stream_that_ends_inside_a_message_is_an_error() {
    for (text, stream) in [
        ("i32", &b"\x07\0\0\0Mich"[..]),
        ("i32", b"\x07"),
        ("delimiter:\\n", b"Mich"),
        ("fixed:7", b"Mich"),
    ] {
        let error = decode(&framing(text), &[stream]).unwrap_err();
        assert_eq!(
            error,
            DecodeError::Cut {
                offset: 0,
                end: stream.len() as u64
            },
            "{text}"
        );
    }
    let error = decode(&framing("handshake"), &[b"7", b"Mich"]).unwrap_err();
    assert_eq!(error, DecodeError::Cut { offset: 0, end: 5 });
    let error = decode(&framing("handshake"), &[b"7"]).unwrap_err();
    assert_eq!(error, DecodeError::Cut { offset: 0, end: 1 });
}

#[test]
fn a_length_in_one_read_is_right_only_when_that_read_returned_all_of_it() {
    let mut decoder = Decoder::new(Framing::PrefixInOneRead, MAX_MESSAGE);
    assert_eq!(decoder.wants(), Some(4));
    decoder.push(b"\x07\0\0\0");
    assert_eq!(decoder.next(), Ok(None));
    assert_eq!(decoder.wants(), Some(7));
    decoder.push(b"Mich");
    assert_eq!((decoder.next(), decoder.wants()), (Ok(None), Some(3)));
    decoder.push(b"ael");
    let Ok(Some(Decoded::Frame(frame))) = decoder.next() else {
        panic!("a whole message");
    };
    assert_eq!((frame.range, frame.body), (0..11, 4..11));

    // One byte came alone: the other three of the length are taken for the body's first.
    let reads: [&[u8]; 3] = [b"\x07", b"\0\0\0Mich", b"ael"];
    let mut decoder = Decoder::new(Framing::PrefixInOneRead, MAX_MESSAGE);
    decoder.push(reads[0]);
    assert_eq!((decoder.next(), decoder.wants()), (Ok(None), Some(7)));
    decoder.push(reads[1]);
    let Ok(Some(Decoded::Frame(torn))) = decoder.next() else {
        panic!("a piece of one");
    };
    assert_eq!(torn.bytes, b"\0\0\0Mich");
}

#[test]
fn lines_in_front_of_a_message_may_be_many_and_one_must_say_how_long_it_is() {
    let http = b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH:  5 \r\n\r\nhello";
    let frames = decode(&Framing::ContentLength, &[http]).unwrap();
    assert_eq!(bodies(&frames), [b"hello"]);
    assert_eq!(frames[0].range, 0..http.len() as u64);
    let error = |stream: &[u8]| decode(&Framing::ContentLength, &[stream]).unwrap_err();
    assert_eq!(
        error(b"A: b\r\n\r\nhello"),
        DecodeError::NoLength { offset: 0 }
    );
    for text in ["-5", "+5", "5 5", "", "five"] {
        let stream = format!("Content-Length: {text}\r\n\r\nhello");
        let (offset, text) = (0, text.into());
        assert_eq!(
            error(stream.as_bytes()),
            DecodeError::NotANumber { offset, text }
        );
    }
}

#[test]
fn chunks_may_have_extensions_and_a_trailer() {
    let stream = b"5;name=value\r\nhello\r\n1 \r\n!\r\n000\r\nSum: 42\r\n\r\n";
    let frames = decode(&Framing::Chunked, &[stream]).unwrap();
    assert_eq!(bodies(&frames), [b"hello!"]);
    assert_eq!(frames[0].range, 0..stream.len() as u64);
}

#[test]
fn chunks_that_count_wrong_are_told() {
    let error = |stream: &[u8]| decode(&Framing::Chunked, &[stream]).unwrap_err();
    assert_eq!(
        error(b"4\r\nhello\r\n"),
        DecodeError::ChunkEnd { offset: 7 }
    );
    for text in ["hello", "-1", "0x5", ""] {
        let (offset, text) = (0, String::from(text));
        let stream = format!("{text}\r\n");
        assert_eq!(
            error(stream.as_bytes()),
            DecodeError::NotASize { offset, text }
        );
    }
    let mut decoder = Decoder::new(Framing::Chunked, 8);
    decoder.push(b"5\r\nhello\r\n4\r\n");
    let (offset, length, max) = (0, 9, 8);
    assert_eq!(
        decoder.next(),
        Err(DecodeError::Oversize {
            offset,
            length,
            max
        })
    );
}

#[test]
fn messages_that_a_framing_can_not_carry_are_refused() {
    let encode = |text: &str, body: &[u8]| Encoder::new(framing(text), 70_000).encode(body);
    for text in ["none", "handshake", "i32", "u16", "u32", "fixed:3"] {
        assert!(
            matches!(encode(text, b""), Err(EncodeError::Empty { .. })),
            "{text}"
        );
    }
    let long = EncodeError::TooLong {
        length: 65_536,
        max: 65_535,
    };
    assert_eq!(encode("u16", &[0; 65_536]), Err(long));
    let long = EncodeError::TooLong {
        length: 70_001,
        max: 70_000,
    };
    assert_eq!(encode("none", &[0; 70_001]), Err(long));
    let inside = EncodeError::DelimiterInside { position: 1 };
    assert_eq!(encode("delimiter:\\n", b"a\nb"), Err(inside));
    // "a\r" + "\r\n": no delimiter inside, and the reader finds the end in the right place.
    assert!(encode("delimiter:\\r\\n", b"a\r").is_ok());
    // "aa" + "aab" would end a byte early.
    let inside = EncodeError::DelimiterInside { position: 0 };
    assert_eq!(encode("delimiter:aa", b"a"), Err(inside));
    let size = EncodeError::WrongSize { length: 2, size: 3 };
    assert_eq!(encode("fixed:3", b"ab"), Err(size));
}

#[test]
fn names_of_framings_are_read_as_they_are_written() {
    for text in [
        "none",
        "handshake",
        "i32",
        "i32-one-read",
        "u16",
        "u32",
        "content-length",
        "chunked",
        "until-close",
        "fixed:16",
        "delimiter:\\n",
        "delimiter:||",
        "delimiter:\"'，",
        "delimiter:\\\\n",
        "delimiter:\\0\\x1b\\xff",
    ] {
        assert_eq!(framing(text).to_string(), text);
    }
    for text in ["", "i64", "fixed:0", "fixed:x", "delimiter:"] {
        assert!(text.parse::<Framing>().is_err(), "{text}");
    }
}

#[test]
fn an_escape_that_is_none_is_told_as_such() {
    for text in ["\\d", "\\x4", "\\xgg", "a\\"] {
        let error = format!("delimiter:{text}").parse::<Framing>();
        assert_eq!(error, Err(FramingError::Escape(text.into())));
    }
}

/// Framings that find messages in any cuts, with messages that they can carry.
fn framed_messages() -> impl Strategy<Value = (Framing, Vec<Vec<u8>>)> {
    let message = |bytes| prop::collection::vec(bytes, 1..40);
    let binary = prop::collection::vec(message(0..=255u8), 0..8);
    let lower = prop::collection::vec(message(b'a'..=b'z'), 0..8);
    prop_oneof![
        (
            prop_oneof![
                Just("i32"),
                Just("u16"),
                Just("u32"),
                Just("content-length"),
                Just("chunked")
            ],
            binary
        )
            .prop_map(|(text, messages)| (framing(text), messages)),
        (
            prop_oneof![
                Just("delimiter:\\n"),
                Just("delimiter:\\r\\n"),
                Just("delimiter:--")
            ],
            lower
        )
            .prop_map(|(text, messages)| (framing(text), messages)),
        prop::collection::vec(prop::collection::vec(any::<u8>(), 5), 0..8)
            .prop_map(|messages| (framing("fixed:5"), messages)),
        message(0..=255u8).prop_map(|message| (Framing::UntilClose, vec![message])),
    ]
}

/// Bytes in chunks of these sizes, as any program may cut them.
fn in_chunks(body: &[u8], sizes: &[usize]) -> Vec<u8> {
    let (mut stream, mut rest) = (Vec::new(), body);
    for size in sizes {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        if !piece.is_empty() {
            stream.extend(chunk(piece));
        }
        rest = after;
    }
    if !rest.is_empty() {
        stream.extend(chunk(rest));
    }
    stream.extend(LAST_CHUNK);
    stream
}

proptest! {
    /// Whoever sends chunks may cut a message into any.
    #[test]
    fn any_chunks_in_any_reads_make_the_same_message(
        body in prop::collection::vec(any::<u8>(), 0..200),
        sizes in prop::collection::vec(1..30usize, 0..10),
        cuts: Vec<prop::sample::Index>,
    ) {
        let stream = in_chunks(&body, &sizes);
        let frames = decode(&Framing::Chunked, &cut(&stream, &cuts)).unwrap();
        prop_assert_eq!(bodies(&frames), [body.as_slice()]);
        prop_assert_eq!(&frames[0].range, &(0..stream.len() as u64));
    }

    /// However far a stream comes before it ends, a piece of a message is never taken for all of it.
    #[test]
    fn what_is_cut_is_told_but_for_the_end_of_the_stream(
        body in prop::collection::vec(any::<u8>(), 1..60),
        cut: prop::sample::Index,
    ) {
        for text in ["i32", "content-length", "chunked"] {
            let framing = framing(text);
            let (stream, _) = encode(&framing, std::slice::from_ref(&body));
            let end = 1 + cut.index(stream.len() - 1);
            let error = DecodeError::Cut { offset: 0, end: end as u64 };
            prop_assert_eq!(decode(&framing, &[&stream[..end]]), Err(error));
        }
        let end = 1 + cut.index(body.len());
        let frames = decode(&Framing::UntilClose, &[&body[..end]]).unwrap();
        prop_assert_eq!(bodies(&frames), [&body[..end]]);
    }

    /// A delimiter goes through JSON as text on its way to the program that uses it.
    #[test]
    fn any_delimiter_survives_as_text(mark in prop::collection::vec(any::<u8>(), 1..8)) {
        let delimiter = Framing::Delimiter(mark);
        prop_assert_eq!(delimiter.to_string().parse(), Ok(delimiter));
    }

    #[test]
    fn any_cut_gives_the_same_messages_and_ranges(
        (framing, messages) in framed_messages(),
        cuts: Vec<prop::sample::Index>,
    ) {
        let (stream, ranges) = encode(&framing, &messages);
        let frames = decode(&framing, &cut(&stream, &cuts)).unwrap();
        prop_assert_eq!(bodies(&frames), messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (frame, range) in frames.iter().zip(ranges) {
            prop_assert_eq!(&frame.range, &range);
            let body = frame.body.start as usize..frame.body.end as usize;
            prop_assert_eq!(&stream[body], frame.bytes.as_slice());
        }
    }

    /// The handshake finds messages in every cut that leaves each length in one read: its sender
    /// waits for a reply behind the length, so a read can't hold more than that.
    #[test]
    fn any_cut_of_the_bodies_gives_a_handshakes_messages(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..8),
        cuts: Vec<prop::sample::Index>,
    ) {
        let lengths: Vec<String> = messages.iter().map(|message| message.len().to_string()).collect();
        let mut reads: Vec<&[u8]> = Vec::new();
        for (length, message) in lengths.iter().zip(&messages) {
            reads.push(length.as_bytes());
            reads.extend(cut(message, &cuts));
        }
        let (_, ranges) = encode(&Framing::Handshake, &messages);
        let frames = decode(&Framing::Handshake, &reads).unwrap();
        prop_assert_eq!(bodies(&frames), messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(frames.iter().map(|f| f.range.clone()).collect::<Vec<_>>(), ranges);
    }

    /// Without framing the messages are exactly the reads.
    #[test]
    fn without_framing_every_cut_gives_other_messages(
        stream in prop::collection::vec(any::<u8>(), 1..100),
        cuts: Vec<prop::sample::Index>,
    ) {
        let reads = cut(&stream, &cuts);
        let frames = decode(&Framing::None, &reads).unwrap();
        prop_assert_eq!(bodies(&frames), reads);
    }

    /// Whatever arrives: no panic, and the ranges are in order and inside the stream.
    #[test]
    fn arbitrary_bytes_give_errors_or_ordered_ranges(
        stream in prop::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..200),
        cuts: Vec<prop::sample::Index>,
        which in 0..12usize,
    ) {
        let text = ["none", "handshake", "i32", "u16", "u32", "delimiter:\\n", "delimiter:ab", "fixed:3", "until-close", "content-length", "chunked", "i32-one-read"];
        let mut decoder = Decoder::new(framing(text[which]), 64);
        let mut last = 0;
        'reads: for read in cut(&stream, &cuts) {
            decoder.push(read);
            loop {
                match decoder.next() {
                    Ok(Some(Decoded::Frame(frame))) => {
                        prop_assert!(frame.range.start == last && frame.range.end <= stream.len() as u64);
                        prop_assert!(frame.range.start <= frame.body.start && frame.body.end <= frame.range.end);
                        prop_assert!(frame.bytes.len() <= 64);
                        last = frame.range.end;
                    }
                    Ok(Some(Decoded::ReplyAwaited)) => {}
                    Ok(None) => break,
                    Err(_) => break 'reads,
                }
            }
        }
    }
}
