//! Why bytes waited in the sender's kernel.
//!
//! A segment that left after its bytes were written was held by something. What held it shows in
//! the state of the connection at that time:
//!
//! - *Nagle* (RFC 896; RFC 1122, 4.2.3.4; in Linux with Minshall's change): a segment below the MSS
//!   may not leave while an earlier one below the MSS is unacknowledged. It leaves when that one is
//!   acknowledged, or when the bytes fill an MSS. Proven when the bytes were written while such a
//!   segment was under way, the windows had room, and they left at one of these two moments.
//! - *Receive window*: Nagle did not hold them, the receiver's window had less room than the bytes
//!   need, and they left when it was opened.
//! - *Congestion window*: Nagle did not hold them, the receiver's window had room, as many segments
//!   as ever were under way, no fewer than that window takes at first unless something was lost,
//!   and the next acknowledgment let them go.
//! - *Loss recovery*: something was sent again while the bytes waited, or some of the bytes had
//!   been sent before, in other cuts.
//!
//! Whatever else may hold bytes (TCP_CORK, autocorking, a busy queue) leaves no such mark: then the
//! cause is undetermined.

use crate::{
    model::{
        connection::{Segment, Stream, Write},
        finding::Hold,
    },
    span::{covering, overlapping},
    wire::sender::{RELEASE, Release, Situation, State},
};
use scenario::finding::Cause;

/// Segments a congestion window takes at first (RFC 6928): with fewer under way and nothing ever
/// lost, it holds nothing back.
const INITIAL_WINDOW: usize = 10;

/// What held a segment's bytes, as far as writes and acknowledgments tell. `None` when they left
/// before the call that wrote the first of them was over, or no diary says when that was. `nodelay` is whether
/// the program is known to have set TCP_NODELAY; that it had shows else only from its third segment on.
pub(crate) fn hold(
    stream: &Stream,
    place: usize,
    situation: &Situation,
    nodelay: bool,
) -> Option<(Cause, Hold)> {
    let segment = &stream.segments[place];
    let write = &stream.writes[covering(&stream.writes, segment.range.start)?];
    if segment.at <= write.end {
        return None;
    }
    let held = Held {
        stream,
        segment,
        write,
        situation,
        nodelay,
    };
    let hold = |behind, release: Option<Release>, state: State| Hold {
        written: write.end,
        left: segment.at,
        bytes: segment.len(),
        behind,
        released_by: release.map(|release| release.ack.frame),
        in_flight: state.in_flight,
        room: state.room,
    };
    if held.by_recovery() {
        return Some((Cause::LossRecovery, hold(None, None, situation.now)));
    }
    if let Some(behind) = held.by_nagle_until_full() {
        return Some((Cause::Nagle, hold(Some(behind), None, situation.now)));
    }
    let Some(release) = held.release() else {
        return Some((Cause::Undetermined, hold(None, None, situation.now)));
    };
    let (cause, behind) = if let Some(behind) = held.by_nagle(&release) {
        (Cause::Nagle, Some(behind))
    } else if held.by_receive_window(&release) {
        (Cause::ReceiveWindow, None)
    } else if held.by_congestion_window(&release) {
        (Cause::CongestionWindow, None)
    } else {
        (Cause::Undetermined, None)
    };
    Some((cause, hold(behind, Some(release), release.before)))
}

struct Held<'a> {
    stream: &'a Stream,
    segment: &'a Segment,
    /// The write that handed over the first of the bytes.
    write: &'a Write,
    situation: &'a Situation,
    nodelay: bool,
}

impl Held<'_> {
    fn by_recovery(&self) -> bool {
        self.segment.fresh != self.segment.range
            || self
                .situation
                .now
                .resent
                .is_some_and(|at| at >= self.write.end)
    }

    /// The acknowledgment that came in while the bytes waited and right before they left.
    fn release(&self) -> Option<Release> {
        self.situation.release.filter(|release| {
            release.ack.at.saturating_add(RELEASE) >= self.segment.at
                && release.ack.at >= self.write.begin
        })
    }

    /// The small segment that Nagle's algorithm waited for, if the bytes were written while it
    /// was under way and neither window was in the way.
    fn small_ahead(&self, state: &State) -> Option<usize> {
        let ahead = state.last_small?;
        let sent = ahead.at;
        let congestion_window_free = match state.resent {
            None => state.in_flight < INITIAL_WINDOW,
            Some(resent) => state.in_flight == 1 && resent < sent,
        };
        let proven = state.small_in_flight
            && !self.is_nagle_off(state)
            && sent <= self.write.end
            && congestion_window_free
            && state.room.is_some_and(|room| room >= self.segment.len());
        proven.then_some(ahead.place)
    }

    fn by_nagle(&self, release: &Release) -> Option<usize> {
        let cleared = !self.situation.now.small_in_flight;
        self.small_ahead(&release.before).filter(|_| cleared)
    }

    fn by_nagle_until_full(&self) -> Option<usize> {
        let writes = overlapping(&self.stream.writes, &self.segment.range);
        let filled_by = &self.stream.writes[writes.end.checked_sub(1)?];
        let when_filled = self.segment.full
            && filled_by.begin <= self.segment.at
            && self.segment.at <= filled_by.end.saturating_add(RELEASE);
        self.small_ahead(&self.situation.now)
            .filter(|_| when_filled)
    }

    fn by_receive_window(&self, release: &Release) -> bool {
        let opened = self.situation.now.room > release.before.room;
        opened
            && self.nagle_lets_go(&release.before)
            && release
                .before
                .room
                .is_some_and(|room| room < self.segment.len())
    }

    fn by_congestion_window(&self, release: &Release) -> bool {
        let State {
            in_flight,
            most_in_flight,
            room,
            resent,
            ..
        } = release.before;
        self.nagle_lets_go(&release.before)
            && (in_flight >= INITIAL_WINDOW || resent.is_some())
            && in_flight == most_in_flight
            && room.is_some_and(|room| room >= self.segment.len())
    }

    fn is_nagle_off(&self, state: &State) -> bool {
        self.nodelay || state.nagle_off
    }

    /// Whether Nagle's algorithm would not have held a small segment.
    fn nagle_lets_go(&self, state: &State) -> bool {
        self.is_nagle_off(state) || !state.small_in_flight
    }
}
