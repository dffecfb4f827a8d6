//! Bytes as hexadecimal digits, and back.

use std::fmt;

/// Two digits for each byte, in lower case.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The bytes that were written in these digits, of either case; nothing where there are more, fewer or others.
pub(crate) fn from_hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut bytes = [0; N];
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (nibble(high)? << 4) | nibble(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_they_are_written_and_nothing_else_is() {
        assert_eq!(Hex(&[0, 0x1f, 0xa0]).to_string(), "001fa0");
        assert_eq!(from_hex(b"001Fa0"), Some([0, 0x1f, 0xa0]));
        for other in ["", "001fa", "001fa00", "001fa0ff", "+01fa0", "001fag", "\u{660}01fa"] {
            assert_eq!(from_hex::<3>(other.as_bytes()), None, "{other}");
        }
    }
}
