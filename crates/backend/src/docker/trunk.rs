//! Many connections over one stream of bytes: between the command and the coordinator's container, and
//! between that and a host's.
//!
//! A frame is a channel's number and a length, 32 bits each in network byte order, and so many bytes.
//! A length of 0 says that nothing more comes in this direction, [`OPEN`] that the channel is new. Only
//! one end opens channels: the relay one for each host that comes, a host one for all it has to say.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

/// Bytes carried at once.
const PIECE: usize = 64 << 10;

/// The length that says that a channel is new.
const OPEN: u32 = u32::MAX;

/// A channel that never is.
const NOBODY: u32 = u32::MAX;

/// One end of the stream.
pub(super) struct Trunk {
    writer: Mutex<Box<dyn Write + Send>>,
    /// What arrives goes to these; none when nothing will arrive any more.
    channels: Mutex<Option<HashMap<u32, UnixStream>>>,
    next: AtomicU32,
}

impl Trunk {
    pub(super) fn new(writer: impl Write + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            writer: Mutex::new(Box::new(writer)),
            channels: Mutex::new(Some(HashMap::new())),
            next: AtomicU32::default(),
        })
    }

    /// Carries a connection as a new channel, both ways, until both have ended.
    ///
    /// # Errors
    /// The stream is gone, or there are no descriptors or threads left.
    pub(super) fn open(self: &Arc<Self>, connection: UnixStream) -> io::Result<()> {
        let channel = self.next.fetch_add(1, Ordering::Relaxed);
        self.write(channel, OPEN, &[])?;
        self.carry(channel, connection)
    }

    /// Carries a connection as a channel that both ends know.
    ///
    /// # Errors
    /// There are no descriptors or threads left.
    fn carry(self: &Arc<Self>, channel: u32, connection: UnixStream) -> io::Result<()> {
        let reader = connection.try_clone()?;
        match self.channels().as_mut() {
            Some(channels) => channels.insert(channel, connection),
            // It would wait for ever for what nobody says.
            None => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        let trunk = Arc::clone(self);
        let thread = thread::Builder::new().name(format!("channel {channel}"));
        thread.spawn(move || trunk.send_all(channel, reader))?;
        Ok(())
    }

    /// Says something that means nothing: who listens knows then that somebody is there.
    ///
    /// # Errors
    /// The stream is gone.
    pub(super) fn greet(&self) -> io::Result<()> {
        self.send(NOBODY, &[])
    }

    fn send_all(&self, channel: u32, mut from: impl Read) {
        let mut piece = vec![0; PIECE];
        loop {
            // A connection that broke has ended.
            let length = match from.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                length => length.unwrap_or(0),
            };
            // When the stream is gone, its reader is the one who says so.
            if self.send(channel, &piece[..length]).is_err() || length == 0 {
                return;
            }
        }
    }

    fn send(&self, channel: u32, bytes: &[u8]) -> io::Result<()> {
        // PIECE at most.
        self.write(channel, bytes.len() as u32, bytes)
    }

    fn write(&self, channel: u32, length: u32, bytes: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(8 + bytes.len());
        frame.extend(channel.to_be_bytes());
        frame.extend(length.to_be_bytes());
        frame.extend(bytes);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_all(&frame)?;
        writer.flush()
    }

    /// Takes in what arrives until the stream ends. `open` is given the other end of each channel that
    /// is new.
    ///
    /// # Errors
    /// What arrives is no frame, or the stream broke.
    pub(super) fn listen(
        self: &Arc<Self>,
        from: impl Read,
        mut open: impl FnMut(UnixStream),
    ) -> io::Result<()> {
        let heard = self.hear(from, &mut open);
        for (_, connection) in self.channels().take().into_iter().flatten() {
            // One that is closed already needs no closing.
            let _ = connection.shutdown(Shutdown::Both);
        }
        heard
    }

    fn hear(
        self: &Arc<Self>,
        from: impl Read,
        open: &mut impl FnMut(UnixStream),
    ) -> io::Result<()> {
        let mut from = BufReader::with_capacity(PIECE, from);
        while let Some(frame) = Frame::read(&mut from)? {
            match frame {
                Frame::Open(channel) => {
                    let (near, far) = UnixStream::pair()?;
                    self.carry(channel, near)?;
                    open(far);
                }
                Frame::Bytes(channel, bytes) => self.deliver(channel, &bytes),
            }
        }
        Ok(())
    }

    fn deliver(&self, channel: u32, bytes: &[u8]) {
        // A connection that is gone needs nothing more; its other direction ends by itself.
        let stream = self
            .channels()
            .as_ref()
            .and_then(|channels| channels.get(&channel).map(UnixStream::try_clone));
        if let Some(Ok(mut stream)) = stream
            && !bytes.is_empty()
        {
            let _ = stream.write_all(bytes);
            return;
        }
        let ended = self
            .channels()
            .as_mut()
            .and_then(|all| all.remove(&channel));
        if let Some(stream) = ended {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    fn channels(&self) -> MutexGuard<'_, Option<HashMap<u32, UnixStream>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Frame {
    Open(u32),
    Bytes(u32, Vec<u8>),
}

impl Frame {
    /// The next one, or none at the stream's end.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; 8];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let [a, b, c, d, e, f, g, h] = head;
        let channel = u32::from_be_bytes([a, b, c, d]);
        let length = u32::from_be_bytes([e, f, g, h]);
        if length == OPEN {
            return Ok(Some(Self::Open(channel)));
        }
        let length = length as usize;
        if length > PIECE {
            let what = format!("a frame of {length} bytes: this is no coordinator's container");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let mut bytes = vec![0; length];
        from.read_exact(&mut bytes)?;
        Ok(Some(Self::Bytes(channel, bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Both ends of a stream, and what comes in at the far one.
    fn pair() -> (Arc<Trunk>, std::sync::mpsc::Receiver<UnixStream>) {
        let (relay_end, command_end) = UnixStream::pair().unwrap();
        let relay = Trunk::new(relay_end.try_clone().unwrap());
        let command = Trunk::new(command_end.try_clone().unwrap());
        let listening = Arc::clone(&relay);
        thread::spawn(move || listening.listen(relay_end, drop));
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || command.listen(command_end, |caller| drop(sender.send(caller))));
        (relay, receiver)
    }

    #[test]
    fn each_connection_comes_through_by_itself_and_ends_in_each_direction() {
        let (relay, callers) = pair();
        let ends: Vec<UnixStream> = (0..3)
            .map(|_| {
                let (near, far) = UnixStream::pair().unwrap();
                relay.open(far).unwrap();
                near
            })
            .collect();
        for (number, mut end) in ends.iter().enumerate() {
            write!(end, "I am {number}").unwrap();
            end.shutdown(Shutdown::Write).unwrap();
            let mut caller = callers.recv().unwrap();
            let mut said = String::new();
            caller.read_to_string(&mut said).unwrap();
            assert_eq!(said, format!("I am {number}"));
            // The other direction still stands.
            caller.write_all(b"welcome").unwrap();
            drop(caller);
            let mut answer = String::new();
            end.read_to_string(&mut answer).unwrap();
            assert_eq!(answer, "welcome");
        }
    }

    #[test]
    fn when_the_stream_ends_all_connections_do() {
        let (mut feed, stream) = UnixStream::pair().unwrap();
        let trunk = Trunk::new(io::sink());
        let mut opened = None;
        feed.write_all(&[0, 0, 0, 7, 255, 255, 255, 255]).unwrap();
        feed.write_all(&[0, 0, 0, 7, 0, 0, 0, 2, b'h', b'i'])
            .unwrap();
        drop(feed);
        trunk
            .listen(stream, |caller| opened = Some(caller))
            .unwrap();
        let mut said = String::new();
        opened.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "hi");
        let (late, _other) = UnixStream::pair().unwrap();
        assert!(trunk.open(late).is_err(), "nobody would ever end it");
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_frame_panic_or_take_much_memory(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut from = bytes.as_slice();
            while let Ok(Some(frame)) = Frame::read(&mut from) {
                if let Frame::Bytes(_, bytes) = frame {
                    prop_assert!(bytes.len() <= PIECE);
                }
            }
        }
    }
}
