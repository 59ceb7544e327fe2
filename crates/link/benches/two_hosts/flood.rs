//! Small datagrams, as many as one thread can send, and at a steady rate.

use crate::{
    RUNS,
    course::{Course, Way, cost},
    row,
    samples::{Best, Samples},
};
use nix::{
    errno::Errno,
    sys::socket::{ControlMessage, MsgFlags, MultiHeaders, recvmmsg, sendmsg},
};
use std::{
    io::{IoSlice, IoSliceMut},
    net::UdpSocket,
    os::fd::AsRawFd,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long is sent. The delay is over long before.
const TIME: Duration = Duration::from_secs(2);

/// Payload of a datagram in bytes.
const PAYLOAD: usize = 64;

/// Datagrams that one call sends.
const BURST: usize = 16;

/// More than the link has to carry at least (330,000/s).
const STEADY: f64 = 350_000.0;

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
    let lowest = || Samples::new(Best::Lowest);
    let [mut lost, mut steady_lost, mut plain_lost] = [lowest(), lowest(), lowest()];
    let [mut cost, mut steady_cost] = [lowest(), lowest()];
    for _ in 0..RUNS {
        plain.push(flood(course, Way::Plain, None).delivered());
        let run = flood(course, Way::Link, None);
        unpaced.push(run.delivered());
        lost.push(run.lost());
        cost.push(run.micros_each.unwrap_or(f64::NAN));
        let run = flood(course, Way::Plain, Some(STEADY));
        plain_steady.push(run.delivered());
        plain_lost.push(run.lost());
        let run = flood(course, Way::Link, Some(STEADY));
        steady.push(run.delivered());
        steady_lost.push(run.lost());
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
        "UDP, 64 bytes, 10 ms, 350,000/s sent: delivered",
        thousands,
        &steady,
        Some(&plain_steady),
    );
    row("… lost", "%", &steady_lost, Some(&plain_lost));
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

    /// In percent of what was sent.
    fn lost(&self) -> f64 {
        100.0 * (self.sent - self.received) as f64 / self.sent as f64
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
///
/// A burst is one write that the kernel cuts into datagrams (UDP_SEGMENT, udp(7)), before they come to
/// the wire: with a call for each, the sender rather than the link would be what is measured.
fn send(socket: &UdpSocket, pace: Option<f64>) -> u64 {
    let burst = [0; PAYLOAD * BURST];
    let size = PAYLOAD as u16;
    let cut = [ControlMessage::UdpGsoSegments(&size)];
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
        let bytes = [IoSlice::new(&burst)];
        sendmsg::<()>(socket.as_raw_fd(), &bytes, &cut, MsgFlags::empty(), None).unwrap();
        sent += BURST as u64;
    }
}

/// Receives until it is over and nothing is left. It looks for datagrams now and then, and takes many
/// at once: waiting for each would cost whoever delivers them a call to wake it.
fn receive(socket: &UdpSocket, is_over: &AtomicBool) -> u64 {
    const NAP: Duration = Duration::from_micros(200);
    const GULP: usize = 64;
    let mut headers = MultiHeaders::<()>::preallocate(GULP, None);
    let mut rooms = [[0; PAYLOAD]; GULP];
    let mut received = 0;
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        let mut rooms = rooms.each_mut().map(|room| [IoSliceMut::new(room)]);
        let flags = MsgFlags::MSG_DONTWAIT;
        match recvmmsg(socket.as_raw_fd(), &mut headers, &mut rooms, flags, None) {
            Ok(messages) => received += messages.count() as u64,
            Err(error) if error != Errno::EAGAIN => panic!("{error}"),
            Err(_) if was_over => return received,
            Err(_) => thread::sleep(NAP),
        }
    }
}
