//! Networks that are cut.

use super::*;

/// Cut off from 2 s to 4 s of ten, with a datagram every 0.1 s.
fn cut_off(arrives: impl Fn(u64) -> bool) -> Lab {
    let sent: Vec<u64> = (0..90).map(|n| 50_000 + n * 100_000).collect();
    let mut lab = Lab::new();
    let link = &mut lab.manifest.variant.hosts[CLIENT].link;
    link.start.egress = delayed();
    let state = |cut: bool| LinkState {
        cut: cut.then(|| "server".to_owned()).into_iter().collect(),
        ..link.start.clone()
    };
    link.changes = [(2, true), (4, false)]
        .map(|(seconds, cut)| Change {
            at: Duration::from_secs(seconds),
            state: state(cut),
        })
        .to_vec();
    let phases = link.phases().map(|(at, state)| PhaseRecord {
        began: support::START + at.as_nanos() as u64,
        applied: state.clone(),
    });
    lab.manifest.hosts[CLIENT].link.phases = phases.collect();
    let mut udp = lab.udp();
    for (n, sent) in sent.into_iter().enumerate() {
        let arrivals = if arrives(sent) {
            vec![sent + DELAY]
        } else {
            vec![]
        };
        udp.send_arriving(Client, sent, &payload(n as u64, 8), &arrivals);
    }
    lab
}

fn outage(sent: u64) -> bool {
    (2_000_000..4_000_000).contains(&sent)
}

#[test]
fn an_outage_is_where_it_was() {
    let lab = cut_off(|sent| !outage(sent));
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    let phases: Vec<_> = analysis
        .links
        .iter()
        .filter(|link| link.host == "client")
        .collect();
    let spans: Vec<_> = phases.iter().map(|link| (link.phase, link.sent)).collect();
    let (two, four) = (2_000_000_000, 4_000_000_000);
    let phase = |number, from, until| {
        Some(Phase {
            number,
            from,
            until,
        })
    };
    let expected = [
        (phase(0, 0, Some(two)), 20),
        (phase(1, two, Some(four)), 0),
        (phase(2, four, None), 50),
    ];
    assert_eq!(spans, expected);
    let cut = phases[1].outage.unwrap();
    assert_eq!((cut.sent, cut.arrived), (20, 0));
    assert_eq!(phases[1].proof(Condition::Outage).unwrap().state, Proven);
    assert_eq!(phases[0].proof(Condition::Outage), None);
}

#[test]
fn an_outage_in_which_something_arrives_is_none() {
    let lab = cut_off(|_| true);
    let refuted = |doubt: &Doubt| match doubt {
        Doubt::ConditionUnproven {
            phase, condition, ..
        } => (*phase, *condition),
        other => panic!("{other:?}"),
    };
    let doubts: Vec<_> = lab.analyse().doubts.iter().map(refuted).collect();
    assert_eq!(doubts, [(1, Condition::Outage)]);
}

#[test]
fn where_nothing_ever_arrives_no_outage_is_proven() {
    let lab = cut_off(|_| false);
    let links = lab.analyse().links;
    let outages = links
        .iter()
        .filter_map(|link| link.proof(Condition::Outage));
    let states: Vec<_> = outages.map(|proof| proof.state).collect();
    assert_eq!(states, [TooFew]);
}

#[test]
fn packets_at_a_phases_begin_belong_to_neither() {
    let mut lab = cut_off(|sent| !outage(sent));
    let mut udp = lab.udp();
    udp.send_arriving(Client, 2_000_900, b"at the border", &[2_000_900 + DELAY]);
    udp.send_arriving(Client, 3_999_100, b"at the other", &[3_999_100 + DELAY]);
    assert_eq!(lab.analyse().doubts, []);
    lab.udp()
        .send_arriving(Client, 2_001_000, b"within", &[2_001_000 + DELAY]);
    assert_eq!(lab.analyse().doubts.len(), 1);
}

#[test]
fn without_reported_times_those_of_the_plan_count() {
    let mut lab = cut_off(|sent| !outage(sent));
    lab.manifest.hosts[CLIENT].link.phases.clear();
    let links = lab.analyse().links;
    assert_eq!(links.iter().filter(|link| link.host == "client").count(), 3);
    assert_eq!(lab.analyse().doubts, []);
    lab.manifest.began = None;
    let links = lab.analyse().links;
    assert_eq!(links.iter().filter(|link| link.host == "client").count(), 1);
}
