//! Lines of text in front of a message: a first line and fields, up to an empty line (RFC 9112,
//! section 2.1). The Language Server Protocol marks its messages off in the same way.

/// What ends a head.
pub(crate) const END: &[u8] = b"\r\n\r\n";

/// The lines in front of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    bytes: &'a [u8],
}

impl<'a> Head<'a> {
    /// The head that these bytes begin with; `None` while its empty line is not there.
    pub fn find(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.windows(END.len()).position(|window| window == END)?;
        Some(Self {
            bytes: &bytes[..end + END.len()],
        })
    }

    /// How many bytes it has, with the empty line.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never: there is at least the empty line.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its first line.
    pub fn first_line(&self) -> &'a [u8] {
        self.lines().next().unwrap_or_default()
    }

    /// The values of the fields of this name, whose case does not matter (RFC 9110, section 5.1).
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.lines().filter_map(move |line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let is_it = line[..colon].eq_ignore_ascii_case(name.as_bytes());
            is_it.then(|| line[colon + 1..].trim_ascii())
        })
    }

    fn lines(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let lines = self.bytes.split(|byte| *byte == b'\n');
        lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
}
