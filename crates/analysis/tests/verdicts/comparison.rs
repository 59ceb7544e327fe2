//! Variants beside each other.

use super::*;

#[test]
fn variants_are_compared_with_the_first() {
    let nodelay = |lab: &mut Lab| {
        lab.manifest.variant.name = "nodelay".to_owned();
        let mut tcp = lab.tcp().open(0);
        for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
            let micros = 100_000 + 10 * n as u64;
            tcp.write(Client, micros, &[name]);
            tcp.send(Client, micros + 2, name.len() as u64);
            tcp.read_naively(Server, micros + DELAY + 5, name.len() as u64);
        }
    };
    let comparison = Comparison::new(&[run(naive), run(nodelay)]);
    let [first, second] = &comparison.rows[..] else {
        panic!("{comparison:?}")
    };
    assert_eq!(
        (first.variant.as_str(), second.variant.as_str()),
        ("naive", "nodelay")
    );
    assert_eq!(
        (first.messages, first.understood, first.right),
        (Some(3), Some(2), Some(1))
    );
    assert_eq!(
        (first.sticky_reads, first.round_trips, first.segments),
        (Some(1), Some(1), 2)
    );
    assert_eq!(
        (second.right, second.sticky_reads, second.segments),
        (Some(3), Some(0), 3)
    );
    assert_eq!(first.price, None);
    let price = second.price.unwrap();
    // One more segment, one less acknowledgment.
    assert_eq!((price.wire, price.round_trips), (0, Some(-1)));
}

#[test]
fn where_nothing_comes_back_time_ends_with_the_receivers_last_read() {
    let row = &Comparison::new(&[run(naive)]).rows[0];
    assert_eq!(row.elapsed, Some(60_100_000), "from 100,000 to 160,100 µs");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let bytes = || serde_json::to_vec(&run(naive)).unwrap();
    assert_eq!(bytes(), bytes());
}
