//! HTTP, one request a connection.

use super::pair::*;
use crate::*;

fn pair(framing: &str, bytes: u64) -> [PeerConfig; 2] {
    let mut client = PeerConfig::new(Role::TcpClient);
    client.protocol = ProtocolName::Http;
    client.to = Some("127.0.0.1:80".parse().unwrap());
    let mut server = PeerConfig::new(Role::TcpServer);
    server.protocol = ProtocolName::Http;
    server.framing = framing.parse().unwrap();
    server.bytes = bytes;
    [client, server]
}

const FRAMINGS: [&str; 4] = ["none", "until-close", "content-length", "chunked"];

#[test]
fn a_body_arrives_whole_however_it_is_marked_off_and_cut_into_reads() {
    for framing in FRAMINGS {
        for bytes in [0, 1, 1024, 5000] {
            for piece in [1, 7, 1024] {
                let [client, server] = pair(framing, bytes);
                assert_eq!((client.problems(), server.problems()), (vec![], vec![]));
                let [client, server] = play(&client, &server, |there| there.min(piece));
                let context = format!("{framing} {bytes} {piece}");
                assert_eq!(server.understood.len(), 1, "{context}");
                assert_eq!(client.understood.len(), 1, "{context}");
                // What is meant is what is understood.
                let meant = |line: &&String| line.starts_with("message");
                let meant = server.trace.iter().find(meant).unwrap();
                let understood = client.trace.iter().rfind(|line| line.starts_with("und"));
                let ranges = |line: &str| line.split_once(' ').unwrap().1.to_owned();
                if bytes > 0 {
                    assert_eq!(ranges(meant), ranges(understood.unwrap()), "{context}");
                }
            }
        }
    }
}

#[test]
fn only_the_end_of_the_stream_can_be_mistaken() {
    for framing in FRAMINGS {
        for cut in [Cut::Fin, Cut::Rst] {
            let [client, mut server] = pair(framing, 5000);
            server.cut = Some(cut);
            let [client, server] = play(&client, &server, whole);
            let told = client
                .trace
                .iter()
                .any(|line| line.starts_with("malformed"));
            let marked = ["content-length", "chunked"].contains(&framing);
            assert_eq!(told, marked, "{framing}: {:?}", client.trace);
            assert_eq!(client.understood.len(), usize::from(!marked), "{framing}");
            assert!(server.sent.len() < 5000);
        }
    }
}

/// What the server answers to this request.
fn answer(framing: &str, request: &[u8]) -> String {
    let [_, server] = pair(framing, 4);
    let mut side = Side::new(&server);
    side.tell(StreamEvent::Opened);
    side.heard.extend(request);
    side.read = None;
    side.tell(StreamEvent::Read(request));
    let answer = side.write.take().unwrap();
    side.tell(StreamEvent::Wrote);
    assert!(side.closed);
    String::from_utf8(answer).unwrap()
}

#[test]
fn other_methods_and_versions_are_answered_as_http_says() {
    let head = |answer: String| answer.split("\r\n").next().unwrap().to_owned();
    let ok = answer("content-length", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(ok.ends_with("Content-Length: 4\r\n\r\n0000"), "{ok}");
    let only_head = answer("content-length", b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(only_head.ends_with("Content-Length: 4\r\n\r\n"));
    // HTTP/1.0 has no chunks.
    let old = answer("chunked", b"GET / HTTP/1.0\r\n\r\n");
    assert!(!old.contains("chunked") && old.ends_with("\r\n\r\n0000"));
    let post = answer("chunked", b"POST / HTTP/1.1\r\n\r\n");
    assert_eq!(head(post), "HTTP/1.1 405 Method Not Allowed");
    for bad in [
        &b"hello\r\n\r\n"[..],
        b"GET /\r\n\r\n",
        b"GET / SIP/2.0\r\n\r\n",
    ] {
        assert_eq!(head(answer("chunked", bad)), "HTTP/1.1 400 Bad Request");
    }
    let long = [b'x'; 20_000];
    assert_eq!(head(answer("chunked", &long)), "HTTP/1.1 400 Bad Request");
}

/// What the client makes of this answer, ended by the server's close.
fn made_of(answer: &[u8]) -> Vec<String> {
    let [client, _] = pair("none", 0);
    let mut side = Side::new(&client);
    side.tell(StreamEvent::Opened);
    side.write = None;
    side.tell(StreamEvent::Wrote);
    for byte in answer.chunks(1) {
        if side.closed {
            break;
        }
        side.heard.extend(byte);
        side.read = None;
        side.tell(StreamEvent::Read(byte));
    }
    if !side.closed {
        side.read = None;
        side.tell(StreamEvent::Eof);
    }
    assert!(side.closed);
    side.trace.split_off(2)
}

#[test]
fn the_client_goes_by_the_answers_head() {
    let both = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n\
                 1\r\na\r\n0\r\n\r\n";
    // Where both are there, the chunks count (RFC 9112, section 6.3).
    assert_eq!(made_of(both), ["understood 0..84 76..77", "close"]);
    let none = b"HTTP/1.0 200 OK\r\n\r\nabc";
    assert_eq!(made_of(none), ["understood 0..22 19..22", "close"]);
    let empty = b"HTTP/1.0 200 OK\r\n\r\n";
    assert_eq!(made_of(empty), ["understood 0..19 19..19", "close"]);
    for marked in ["Content-Length: 1", "Transfer-Encoding: chunked"] {
        let head = format!("HTTP/1.1 200 OK\r\n{marked}\r\n\r\n");
        let made = made_of(head.as_bytes());
        assert!(
            made[0].starts_with("malformed: the stream ends"),
            "{made:?}"
        );
    }
    let cut = made_of(b"HTTP/1.1 200 OK\r\nContent-Le");
    assert!(cut[0].starts_with("malformed: the stream ends at byte 27"));
    let nonsense = made_of(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n");
    assert!(nonsense[0].starts_with("malformed: `many`"), "{nonsense:?}");
}

#[test]
fn what_http_can_not_do_is_refused() {
    let [mut client, mut server] = pair("i32", 1 << 30);
    client.send = vec!["/a".into(), "b c".into()];
    let path = "b c".into();
    let problems = [
        Problem::SeveralRequests { paths: 2 },
        Problem::Path { path },
    ];
    assert_eq!(client.problems(), problems);
    let (framing, bytes) = ("i32".into(), 1 << 30);
    let max = server.max_message;
    let problems = [
        Problem::HttpFraming { framing },
        Problem::BodyOverLimit { bytes, max },
    ];
    assert_eq!(server.problems(), problems);
    server.role = Role::UdpPeer;
    assert_eq!(server.problems(), [Problem::NotOverUdp]);
}
