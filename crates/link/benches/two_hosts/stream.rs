//! What one TCP connection carries.

use crate::{
    RUNS,
    course::{Course, Way},
    row,
    samples::{Best, Samples},
};
use nix::sys::socket::sockopt::TcpMaxSeg;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// How long the connection may find its speed before it is measured.
const START: Duration = Duration::from_millis(1000);

/// How long it is measured.
const TIME: Duration = Duration::from_secs(3);

/// What of 1,500 bytes the headers of IP and TCP leave.
const SEGMENT: u32 = 1460;

pub(crate) fn print(course: &Course) {
    let [mut link, mut plain] = [(); 2].map(|()| Samples::new(Best::Highest));
    for _ in 0..RUNS {
        plain.push(gigabits(course, Way::Plain));
        link.push(gigabits(course, Way::Link));
    }
    row(
        "one TCP connection, MTU 1500, 10 ms each way",
        "Gbit/s",
        &link,
        Some(&plain),
    );
}

fn gigabits(course: &Course, way: Way) -> f64 {
    let links = course.links(way);
    let address = course.enter(1, way);
    let listener = TcpListener::bind(SocketAddr::new(address, 0)).unwrap();
    // The cable alone would take much longer segments.
    nix::sys::socket::setsockopt(&listener, TcpMaxSeg, &SEGMENT).unwrap();
    let address = listener.local_addr().unwrap();
    let receiving = thread::spawn(move || receive(listener.accept().unwrap().0));
    course.enter(0, way);
    let mut stream = TcpStream::connect(address).unwrap();
    let data = vec![7; 256 << 10];
    // The receiver closes when it has seen enough.
    while stream.write_all(&data).is_ok() {}
    drop(links);
    receiving.join().unwrap()
}

/// Returns the speed in Gbit/s.
fn receive(mut stream: TcpStream) -> f64 {
    let mut buffer = vec![0; 256 << 10];
    let mut read_for = |time: Duration| {
        let (begin, mut bytes) = (Instant::now(), 0);
        while begin.elapsed() < time {
            bytes += stream.read(&mut buffer).unwrap();
        }
        bytes as f64 * 8.0 / begin.elapsed().as_secs_f64() / 1e9
    };
    read_for(START);
    read_for(TIME)
}
