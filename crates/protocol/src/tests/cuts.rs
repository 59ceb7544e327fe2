//! Messages against every way of cutting a stream into reads.

use super::pair::*;
use crate::*;
use proptest::prelude::*;
use std::time::Duration;

proptest! {
    /// With any framing that has marks, every message is understood and answered in order, however
    /// reads are cut. A handshake's lengths come whole: nothing else is under way with them.
    #[test]
    fn framed_messages_survive_any_cut(
        which in 0..6usize,
        pipelined: bool,
        names in prop::collection::vec("[a-z]{1,12}", 0..6),
        write in prop::option::of(1..20usize),
        cuts in prop::collection::vec(1..30usize, 1..20),
        think in 0..2u64,
    ) {
        let framing = ["handshake", "i32", "u16", "u32", "delimiter:\\n", "delimiter:ab!"][which];
        prop_assume!(names.iter().all(|name| name != "exit" && !name.contains("ab")));
        let wait = if pipelined { Wait::Never } else { Wait::Reply };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let [mut client, mut server] = greeters(framing, wait, &names);
        server.think = Duration::from_millis(think);
        if which > 0 {
            client.write = write;
        }
        let mut cuts = cuts.into_iter().cycle();
        let cut = |there| match which {
            0 => there,
            _ => cuts.next().unwrap_or(there),
        };
        let [client, server] = play(&client, &server, cut);
        prop_assert_eq!(&server.understood, &names);
        let greetings = names.iter().map(|name| format!("Hello, {name}!"));
        let replies: Vec<String> = std::iter::once("Welcome!".to_owned()).chain(greetings).collect();
        prop_assert_eq!(&client.understood, &replies);
        prop_assert!(client.closed && server.closed);
    }
    /// Names and answers all have five bytes: "Hello", and what follows is cut off.
    #[test]
    fn messages_of_one_size_survive_any_cut(
        names in prop::collection::vec("[a-z]{5}", 0..6),
        write in prop::option::of(1..20usize),
        cuts in prop::collection::vec(1..30usize, 1..20),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let [mut client, server] = greeters("fixed:5", Wait::Never, &names);
        client.write = write;
        let mut cuts = cuts.into_iter().cycle();
        let [client, server] = play(&client, &server, |there| cuts.next().unwrap_or(there));
        prop_assert_eq!(&server.understood, &names);
        prop_assert_eq!(client.understood.len(), 1 + names.len());
        prop_assert!(client.understood[1..].iter().all(|reply| reply == "Hello"));
        prop_assert!(client.closed && server.closed);
    }

    #[test]
    fn a_message_until_close_survives_any_cut(
        name in "[a-z]{1,40}",
        cuts in prop::collection::vec(1..30usize, 1..20),
    ) {
        prop_assume!(name != "exit");
        let [client, server] = greeters("until-close", Wait::Reply, &[&name]);
        let mut cuts = cuts.into_iter().cycle();
        let [client, server] = play(&client, &server, |there| cuts.next().unwrap_or(there));
        prop_assert_eq!(server.understood, [name.as_str()]);
        prop_assert_eq!(client.understood, [format!("Hello, {name}!")]);
        prop_assert!(client.closed && server.closed);
    }
}
