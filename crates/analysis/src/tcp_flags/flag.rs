//! The flags, and sets of them.

use std::fmt;

/// What a segment shows next to those before it. Names and meaning are Wireshark's
/// (`tcp.analysis.*`, User's Guide, "TCP Analysis").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TcpFlag {
    /// Data that was sent before, for lack of an acknowledgment.
    Retransmission,
    /// Data that was sent before and for which duplicate acknowledgments asked just now.
    FastRetransmission,
    /// Data that had been acknowledged already.
    SpuriousRetransmission,
    /// Data not seen before, behind which later data came first.
    OutOfOrder,
    /// The same acknowledgment again, without data.
    DuplicateAck,
    /// The receiver takes nothing more for now.
    ZeroWindow,
    /// One byte of new data into a window of zero.
    ZeroWindowProbe,
    /// The answer to such a probe: the window is still zero.
    ZeroWindowProbeAck,
    /// The same acknowledgment again with another window.
    WindowUpdate,
    /// Data up to the very edge of the receiver's window.
    WindowFull,
    /// No or one byte of data, one in front of what is next.
    KeepAlive,
    /// The answer to a keep-alive.
    KeepAliveAck,
    /// Data in front of this segment is not in the capture.
    LostSegment,
    /// It acknowledges data that is not in the capture.
    AckLostSegment,
    /// A new connection between addresses and ports that have had one.
    PortReuse,
}

impl TcpFlag {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Self; 15] = [
        Self::Retransmission,
        Self::FastRetransmission,
        Self::SpuriousRetransmission,
        Self::OutOfOrder,
        Self::DuplicateAck,
        Self::ZeroWindow,
        Self::ZeroWindowProbe,
        Self::ZeroWindowProbeAck,
        Self::WindowUpdate,
        Self::WindowFull,
        Self::KeepAlive,
        Self::KeepAliveAck,
        Self::LostSegment,
        Self::AckLostSegment,
        Self::PortReuse,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retransmission => "retransmission",
            Self::FastRetransmission => "fast-retransmission",
            Self::SpuriousRetransmission => "spurious-retransmission",
            Self::OutOfOrder => "out-of-order",
            Self::DuplicateAck => "duplicate-ack",
            Self::ZeroWindow => "zero-window",
            Self::ZeroWindowProbe => "zero-window-probe",
            Self::ZeroWindowProbeAck => "zero-window-probe-ack",
            Self::WindowUpdate => "window-update",
            Self::WindowFull => "window-full",
            Self::KeepAlive => "keep-alive",
            Self::KeepAliveAck => "keep-alive-ack",
            Self::LostSegment => "lost-segment",
            Self::AckLostSegment => "ack-lost-segment",
            Self::PortReuse => "port-reuse",
        }
    }
}

/// Some flags; printed as their names with commas between them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FlagSet(u16);

impl FlagSet {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is among them.
    pub fn contains(self, flag: TcpFlag) -> bool {
        self.0 & bit(flag) != 0
    }

    /// Adds one.
    pub(super) fn insert(&mut self, flag: TcpFlag) {
        self.0 |= bit(flag);
    }

    /// Adds one where that is so.
    pub(super) fn insert_if(&mut self, flag: TcpFlag, is_so: bool) {
        self.0 |= bit(flag) * u16::from(is_so);
    }

    /// Goes through them.
    pub fn iter(self) -> impl Iterator<Item = TcpFlag> {
        TcpFlag::ALL
            .into_iter()
            .filter(move |&flag| self.contains(flag))
    }
}

fn bit(flag: TcpFlag) -> u16 {
    1 << flag as u16
}

impl FromIterator<TcpFlag> for FlagSet {
    fn from_iter<T: IntoIterator<Item = TcpFlag>>(flags: T) -> Self {
        let mut set = Self::default();
        flags.into_iter().for_each(|flag| set.insert(flag));
        set
    }
}

impl fmt::Display for FlagSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for flag in self.iter() {
            write!(f, "{gap}{}", flag.name())?;
            gap = ",";
        }
        Ok(())
    }
}

impl fmt::Debug for FlagSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FlagSet({self})")
    }
}
