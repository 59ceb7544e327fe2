//! Netlink's attributes as bytes, netlink(7): a length, a type, a value, and padding to four bytes.

/// Length and type.
const HEADER: usize = 4;

/// Flags in an attribute's type.
const FLAGS: u16 = 0xc000;

/// Appends an attribute.
pub(super) fn put(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = (HEADER + value.len()) as u16;
    bytes.extend_from_slice(&length.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// The attributes that stand in `bytes`, up to the first that does not fit.
pub(super) fn all(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(HEADER..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind & !FLAGS, value))
    })
}

/// The attribute of that type.
pub(super) fn find(bytes: &[u8], kind: u16) -> Option<&[u8]> {
    all(bytes)
        .find(|(other, _)| *other == kind)
        .map(|(_, value)| value)
}

/// The 32-bit number at that place.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

/// The 64-bit number at the beginning.
pub(super) fn long(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_is_found(values in prop::collection::vec((0..100u16, prop::collection::vec(any::<u8>(), 0..20)), 0..10)) {
            let mut bytes = Vec::new();
            for (kind, value) in &values {
                put(&mut bytes, *kind, value);
            }
            let found: Vec<_> = all(&bytes).map(|(kind, value)| (kind, value.to_vec())).collect();
            prop_assert_eq!(found, values);
        }

        #[test]
        fn no_bytes_make_it_panic_or_hang(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(all(&bytes).count() <= bytes.len());
            let _ = (number(&bytes, 3), long(&bytes));
        }
    }
}
