//! By how much packets are later than asked, from program to program.

use crate::{
    RUNS,
    course::{Course, DELAY, Way},
    row,
    samples::{Best, Samples, quantile},
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Datagrams of a run.
const DATAGRAMS: u32 = 3000;

/// From one datagram to the next.
const INTERVAL: Duration = Duration::from_millis(1);

pub(crate) fn print(course: &Course) {
    let columns = || [(); 2].map(|()| Samples::new(Best::Lowest));
    let ([mut median, mut p99], [mut plain_median, mut plain_p99]) = (columns(), columns());
    for _ in 0..RUNS {
        let late = lateness(course, Way::Plain, Duration::ZERO);
        plain_median.push(quantile(&late, 0.5));
        plain_p99.push(quantile(&late, 0.99));
        let late = lateness(course, Way::Link, DELAY);
        median.push(quantile(&late, 0.5));
        p99.push(quantile(&late, 0.99));
    }
    let unit = "µs";
    row(
        "added to 10 ms at 1,000 packets/s, median",
        unit,
        &median,
        Some(&plain_median),
    );
    row("… 99th percentile", unit, &p99, Some(&plain_p99));
}

/// How late datagrams come beyond what was asked, in µs, sorted.
fn lateness(course: &Course, way: Way, asked: Duration) -> Vec<f64> {
    let links = course.links(way);
    let (sender, receiver) = course.sockets(way);
    let patience = Duration::from_secs(10);
    receiver.set_read_timeout(Some(patience)).unwrap();
    let start = Instant::now();
    let receiving = thread::spawn(move || {
        let mut late: Vec<f64> = (0..DATAGRAMS)
            .map(|_| {
                let mut sent = [0; 8];
                receiver.recv(&mut sent).unwrap();
                let sent = Duration::from_nanos(u64::from_be_bytes(sent));
                let took = start.elapsed() - sent;
                (took.as_secs_f64() - asked.as_secs_f64()) * 1e6
            })
            .collect();
        late.sort_by(f64::total_cmp);
        late
    });
    for number in 0..DATAGRAMS {
        let due = INTERVAL * number;
        if let Some(rest) = due.checked_sub(start.elapsed()) {
            thread::sleep(rest);
        }
        let now = start.elapsed().as_nanos() as u64;
        sender.send(&now.to_be_bytes()).unwrap();
    }
    let late = receiving.join().unwrap();
    drop(links);
    late
}
