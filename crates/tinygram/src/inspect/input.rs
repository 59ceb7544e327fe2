//! The bytes of a capture: a file, a pipe, either of them perhaps compressed.
//!
//! A plain file is mapped. What has no place of its own (a pipe, or what gzip and zstd packed) is
//! written into a temporary file without a name and mapped from there, so that memory does not grow
//! with captures. Where the lab has no kernels there are no maps either, and files are read.

use anyhow::Context;
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

/// Bytes that may be more than memory holds.
#[cfg(kernels)]
type Bytes = sys::map::Map;
/// All bytes of a file, in memory.
#[cfg(not(kernels))]
type Bytes = Vec<u8>;

/// Standard input, where a path is wanted.
const STDIN: &str = "-";
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Bytes read at once.
const CHUNK: usize = 1 << 18;

/// A capture's bytes.
#[derive(Debug)]
pub(super) struct Input {
    /// The file's name, for reports.
    pub(super) name: String,
    /// What it holds, unpacked.
    pub(super) bytes: Bytes,
    /// Why not all of it could be unpacked.
    pub(super) warning: Option<String>,
}

impl Input {
    /// Opens a capture; `-` is standard input.
    ///
    /// # Errors
    /// It can't be read, or there is no room for what it unpacks to.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let unreadable = || format!("can't read {}", path.display());
        if path == Path::new(STDIN) {
            let (bytes, warning) = spool(io::stdin().lock()).context("can't read the pipe")?;
            let name = "standard input".to_owned();
            return Ok(Self {
                name,
                bytes,
                warning,
            });
        }
        let file = File::open(path).with_context(unreadable)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let is_plain = file.metadata().with_context(unreadable)?.is_file();
        let (bytes, warning) = if is_plain {
            let bytes = whole(&file).with_context(unreadable)?;
            match Packing::of(&bytes) {
                None => (bytes, None),
                Some(_) => spool(&*bytes).with_context(unreadable)?,
            }
        } else {
            spool(file).with_context(unreadable)?
        };
        Ok(Self {
            name,
            bytes,
            warning,
        })
    }
}

#[cfg(kernels)]
fn whole(file: &File) -> io::Result<Bytes> {
    sys::map::Map::of(file)
}

#[cfg(not(kernels))]
fn whole(mut file: &File) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    io::Seek::rewind(&mut file)?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// By the first bytes.
    fn of(beginning: &[u8]) -> Option<Self> {
        if beginning.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if beginning.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// Writes all of it, unpacked, into a temporary file and maps that. Packed bytes that are damaged
/// give what is in front of the damage, and a warning.
fn spool(mut input: impl Read) -> io::Result<(Bytes, Option<String>)> {
    let mut beginning = Vec::new();
    input
        .by_ref()
        .take(ZSTD.len() as u64)
        .read_to_end(&mut beginning)?;
    let packing = Packing::of(&beginning);
    let input = io::Cursor::new(beginning).chain(input);
    let mut output = tempfile::tempfile()?;
    let damage = match packing {
        None => copy(input, &mut output)?,
        Some(Packing::Gzip) => copy(
            flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(CHUNK, input)),
            &mut output,
        )?,
        Some(Packing::Zstd) => copy(zstd::Decoder::new(input)?, &mut output)?,
    };
    let bytes = whole(&output)?;
    match damage {
        Some(damage) if packing.is_none() => Err(damage),
        Some(damage) => {
            let len = bytes.len();
            let warning = format!("only {len} bytes could be unpacked, then: {damage}");
            Ok((bytes, Some(warning)))
        }
        None => Ok((bytes, None)),
    }
}

/// Copies until the end or an error of the input, which is returned beside errors of the output.
fn copy(mut input: impl Read, output: &mut impl Write) -> io::Result<Option<io::Error>> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok(None),
            Ok(len) => output.write_all(&chunk[..len])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Some(error)),
        }
    }
}
