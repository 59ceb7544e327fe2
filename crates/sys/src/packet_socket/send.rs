//! Sending many frames with one system call, sendmmsg(2).

use super::PacketSocket;
use std::{io, mem, os::fd::AsRawFd, ptr};

/// Most frames that one call sends.
pub const BATCH: usize = 64;

impl PacketSocket {
    /// Sends these frames, up to [`BATCH`], out of the interface that the socket is bound to. Returns
    /// how many the kernel took, from the front.
    ///
    /// # Errors
    /// The kernel refused the first. ENOBUFS, EAGAIN: the interface's queue is full. EMSGSIZE: the
    /// frame is larger than the interface's MTU. ENETDOWN: the interface is down. ENXIO: the socket
    /// is not bound.
    pub fn send_batch(&self, frames: &[&[u8]]) -> io::Result<usize> {
        let count = frames.len().min(BATCH);
        // SAFETY: iovec and mmsghdr are plain numbers and pointers, for which all zeros are a value.
        let mut vectors: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut messages: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        for ((vector, message), frame) in vectors.iter_mut().zip(&mut messages).zip(frames) {
            vector.iov_base = frame.as_ptr().cast_mut().cast();
            vector.iov_len = frame.len();
            message.msg_hdr.msg_iov = ptr::from_mut(vector);
            message.msg_hdr.msg_iovlen = 1;
        }
        // SAFETY: the first `count` messages point at live vectors, and these at live frames; the
        // kernel only reads them.
        let sent = unsafe {
            libc::sendmmsg(
                self.0.as_raw_fd(),
                messages.as_mut_ptr(),
                count as libc::c_uint,
                0,
            )
        };
        Ok(nix::errno::Errno::result(sent)?.unsigned_abs() as usize)
    }
}
