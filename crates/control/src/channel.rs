//! Messages over bytes.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    marker::PhantomData,
    os::unix::net::UnixStream,
};

/// Longest message accepted, in bytes: a plan with a thousand hosts is well below.
const LONGEST: u64 = 64 << 20;

/// A message that did not travel.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The bytes did not travel.
    #[error("the control connection broke")]
    Io(#[source] io::Error),
    /// The bytes are no message.
    #[error("the other side of the control connection speaks another language: {line}")]
    Format {
        /// What arrived, cut to 200 characters.
        line: String,
        /// Why it is no message.
        #[source]
        source: serde_json::Error,
    },
}

impl ControlError {
    /// Whether the other side has just gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
        matches!(self, Self::Io(error) if kinds.contains(&error.kind()))
    }
}

/// Receives messages of type `T`.
pub struct Receiver<T> {
    reader: BufReader<Box<dyn Read + Send>>,
    message: PhantomData<fn() -> T>,
}

/// Sends messages of type `T`.
pub struct Sender<T> {
    writer: Box<dyn Write + Send>,
    message: PhantomData<fn(T)>,
}

/// Both directions.
pub type Channel<In, Out> = (Receiver<In>, Sender<Out>);

/// Speaks over a connected Unix socket.
///
/// # Errors
/// The socket can't be cloned.
pub fn over<In: DeserializeOwned, Out: Serialize>(
    socket: UnixStream,
) -> io::Result<Channel<In, Out>> {
    let reader = socket.try_clone()?;
    Ok((Receiver::new(reader), Sender::new(socket)))
}

impl<T: DeserializeOwned> Receiver<T> {
    /// Receives from these bytes.
    pub fn new(reader: impl Read + Send + 'static) -> Self {
        Self {
            reader: BufReader::new(Box::new(reader)),
            message: PhantomData,
        }
    }

    /// Waits for the next message; `None` when the other side is gone.
    ///
    /// # Errors
    /// The connection broke, or what arrived is no message.
    pub fn receive(&mut self) -> Result<Option<T>, ControlError> {
        let mut line = String::new();
        let read = (&mut self.reader).take(LONGEST).read_line(&mut line);
        match read {
            Ok(0) => Ok(None),
            // A side that was killed leaves a reset connection, or half a line.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
            Ok(_) if !line.ends_with('\n') && (line.len() as u64) < LONGEST => Ok(None),
            Ok(_) => serde_json::from_str(&line)
                .map(Some)
                .map_err(|source| ControlError::Format {
                    line: line.chars().take(200).collect(),
                    source,
                }),
            Err(source) => Err(ControlError::Io(source)),
        }
    }
}

impl<T: Serialize> Sender<T> {
    /// Sends into these bytes.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self {
            writer: Box::new(writer),
            message: PhantomData,
        }
    }

    /// Sends one message.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn send(&mut self, message: &T) -> Result<(), ControlError> {
        let mut line = serde_json::to_vec(message).map_err(|e| ControlError::Io(e.into()))?;
        line.push(b'\n');
        self.writer.write_all(&line).map_err(ControlError::Io)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Order;

    #[test]
    fn a_message_arrives_whole_and_the_end_is_told_from_half_a_line() {
        let mut bytes = Vec::new();
        bytes.extend(serde_json::to_vec(&Order::Launch).unwrap());
        bytes.extend(b"\n{\"order\":\"go");
        let mut receiver = Receiver::<Order>::new(io::Cursor::new(bytes));
        assert!(matches!(receiver.receive().unwrap(), Some(Order::Launch)));
        assert!(receiver.receive().unwrap().is_none());
    }

    #[test]
    fn another_language_is_an_error_that_shows_it() {
        let mut receiver = Receiver::<Order>::new(io::Cursor::new(b"GET / HTTP/1.1\r\n"));
        let error = receiver.receive().unwrap_err();
        assert!(error.to_string().contains("GET / HTTP/1.1"), "{error}");
    }

    #[test]
    fn a_socket_carries_both_directions() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut from_b, mut to_b) = over::<Order, Order>(a).unwrap();
        let (mut from_a, mut to_a) = over::<Order, Order>(b).unwrap();
        to_b.send(&Order::Go { at: 7 }).unwrap();
        to_a.send(&Order::Finish).unwrap();
        assert!(matches!(
            from_a.receive().unwrap(),
            Some(Order::Go { at: 7 })
        ));
        assert!(matches!(from_b.receive().unwrap(), Some(Order::Finish)));
        drop((from_a, to_a));
        assert!(from_b.receive().unwrap().is_none());
        assert!(to_b.send(&Order::Finish).unwrap_err().is_gone());
    }
}
