//! Small datagrams, as many as one thread can send, and at a steady rate.

use crate::{
    RUNS,
    course::{Course, Way, cost},
    row,
    samples::{Best, Samples},
};
use nix::sys::socket::{MsgFlags, MultiHeaders, sendmmsg};
use std::{
    io::{ErrorKind, IoSlice},
    net::UdpSocket,
    os::fd::AsRawFd,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long is sent. The delay is over long before.
const TIME: Duration = Duration::from_secs(2);

/// Payload of a datagram in bytes.
const PAYLOAD: [u8; 64] = [0; 64];

/// Datagrams that one call sends.
const BURST: usize = 32;

/// What the link has to carry at least.
const STEADY: f64 = 330_000.0;

/// What one run has seen.
struct Run {
    sent: u64,
    received: u64,
    seconds: f64,
    micros_each: Option<f64>,
}

pub(crate) fn print(course: &Course) {
    let per_second = || Samples::new(Best::Highest);
    let [mut unpaced, mut plain] = [per_second(), per_second()];
    let [mut steady, mut plain_steady] = [per_second(), per_second()];
    let mut lost = Samples::new(Best::Lowest);
    let [mut cost, mut steady_cost] = [(); 2].map(|()| Samples::new(Best::Lowest));
    for _ in 0..RUNS {
        plain.push(flood(course, Way::Plain, None).delivered());
        let run = flood(course, Way::Link, None);
        unpaced.push(run.delivered());
        lost.push(100.0 * (run.sent - run.received) as f64 / run.sent as f64);
        cost.push(run.micros_each.unwrap_or(f64::NAN));
        plain_steady.push(flood(course, Way::Plain, Some(STEADY)).delivered());
        let run = flood(course, Way::Link, Some(STEADY));
        steady.push(run.delivered());
        steady_cost.push(run.micros_each.unwrap_or(f64::NAN));
    }
    let (thousands, micros) = ("1,000 packets/s", "µs/packet");
    row(
        "UDP, 64 bytes, 10 ms, as many as can be sent: delivered",
        thousands,
        &unpaced,
        Some(&plain),
    );
    row("… lost", "%", &lost, None);
    row("… CPU time of the link's thread", micros, &cost, None);
    row(
        "UDP, 64 bytes, 10 ms, 330,000/s sent: delivered",
        thousands,
        &steady,
        Some(&plain_steady),
    );
    row(
        "… CPU time of the link's thread",
        micros,
        &steady_cost,
        None,
    );
}

impl Run {
    /// In 1,000 packets/s.
    fn delivered(&self) -> f64 {
        self.received as f64 / self.seconds / 1e3
    }
}

fn flood(course: &Course, way: Way, pace: Option<f64>) -> Run {
    let links = course.links(way);
    let (sender, receiver) = course.sockets(way);
    let before = cost();
    let is_over = AtomicBool::new(false);
    let (sent, received, seconds) = thread::scope(|scope| {
        let receiving = scope.spawn(|| receive(&receiver, &is_over));
        let begin = Instant::now();
        let sent = send(&sender, pace);
        let seconds = begin.elapsed().as_secs_f64();
        for link in &links {
            assert!(link.drain(Duration::from_secs(20)));
        }
        is_over.store(true, Ordering::Release);
        (sent, receiving.join().unwrap(), seconds)
    });
    let spent = cost().zip(before).map(|(after, before)| after - before);
    Run {
        sent,
        received,
        seconds,
        micros_each: spent.map(|spent| spent.as_secs_f64() * 1e6 / received as f64),
    }
}

/// Sends for a while; so many datagrams a second, or as many as can be. Returns their number.
fn send(socket: &UdpSocket, pace: Option<f64>) -> u64 {
    let mut headers = MultiHeaders::<()>::preallocate(BURST, None);
    let payload = [IoSlice::new(&PAYLOAD)];
    let begin = Instant::now();
    let mut sent = 0;
    loop {
        let elapsed = begin.elapsed();
        if elapsed >= TIME {
            return sent;
        }
        if pace.is_some_and(|pace| sent as f64 > elapsed.as_secs_f64() * pace) {
            std::hint::spin_loop();
            continue;
        }
        let burst = [&payload; BURST];
        let flags = MsgFlags::empty();
        let done = sendmmsg(
            socket.as_raw_fd(),
            &mut headers,
            burst,
            [None; BURST],
            [],
            flags,
        );
        sent += done.unwrap().count() as u64;
    }
}

/// Receives until it is over and nothing is left. It looks for datagrams now and then: waiting for
/// each would cost whoever delivers them a call to wake it.
fn receive(socket: &UdpSocket, is_over: &AtomicBool) -> u64 {
    const NAP: Duration = Duration::from_micros(200);
    socket.set_nonblocking(true).unwrap();
    let mut received = 0;
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        match socket.recv(&mut [0; PAYLOAD.len()]) {
            Ok(_) => received += 1,
            Err(error) if error.kind() != ErrorKind::WouldBlock => panic!("{error}"),
            Err(_) if was_over => return received,
            Err(_) => thread::sleep(NAP),
        }
    }
}
