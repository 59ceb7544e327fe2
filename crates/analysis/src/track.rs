//! Where packets are in their file, in few bytes.

/// Numbers and places of packets, both ascending. What is kept is how much each is more than that of
/// the one before, seven bits to a byte (as in LEB128): five bytes a packet where a thousand
/// connections take turns.
#[derive(Debug, Default)]
pub(crate) struct Track {
    steps: Vec<u8>,
    last: (u64, u64),
}

impl Track {
    /// Adds a packet behind the others.
    pub(crate) fn push(&mut self, number: u64, offset: u64) {
        let (last_number, last_offset) = self.last;
        self.write(number.saturating_sub(last_number));
        self.write(offset.saturating_sub(last_offset));
        self.last = (number, offset);
    }

    fn write(&mut self, mut step: u64) {
        /// Bytes of the longest.
        const MOST: usize = 10;
        if self.steps.capacity() - self.steps.len() < MOST {
            // Not twice as much, which would be the most of what many tracks take.
            self.steps.reserve_exact(MOST + self.steps.len() / 8);
        }
        while step >= 0x80 {
            self.steps.push(step as u8 | 0x80);
            step >>= 7;
        }
        self.steps.push(step as u8);
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        let (mut number, mut offset) = (0, 0);
        let mut steps = self.steps.iter();
        std::iter::from_fn(move || {
            number += read(&mut steps)?;
            offset += read(&mut steps)?;
            Some((number, offset))
        })
    }
}

fn read<'a>(steps: &mut impl Iterator<Item = &'a u8>) -> Option<u64> {
    let (mut step, mut shift) = (0, 0);
    loop {
        let byte = *steps.next()?;
        step |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(step);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packets_are_where_they_were(mut all in prop::collection::vec(any::<(u64, u64)>(), 0..50)) {
            // Both ascend.
            let mut numbers: Vec<_> = all.iter().map(|(number, _)| *number).collect();
            let mut offsets: Vec<_> = all.iter().map(|(_, offset)| *offset).collect();
            numbers.sort_unstable();
            offsets.sort_unstable();
            all = numbers.into_iter().zip(offsets).collect();
            let mut track = Track::default();
            for (number, offset) in &all {
                track.push(*number, *offset);
            }
            prop_assert_eq!(track.iter().collect::<Vec<_>>(), all);
        }
    }
}
