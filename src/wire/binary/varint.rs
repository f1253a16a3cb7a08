//! Whole numbers in as few bytes as they need: LEB128, and zigzag order for signed ones (0, -1, 1, -2, ..).

pub fn push_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub fn push_zigzag(out: &mut Vec<u8>, n: i64) {
    push_varint(out, ((n << 1) ^ (n >> 63)) as u64);
}

/// Appends `to - from`. It wraps around at 64 bits, and so does the addition of the reader.
pub fn push_delta(out: &mut Vec<u8>, from: i64, to: i64) {
    push_zigzag(out, to.wrapping_sub(from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::binary::decode::Input;
    use proptest::prelude::*;

    #[test]
    fn varint_of_a_small_number_is_short() {
        for (n, want) in [(0, vec![0]), (-1, vec![1]), (1, vec![2]), (63, vec![126]), (-65, vec![0x81, 1])] {
            let mut out = Vec::new();
            push_zigzag(&mut out, n);
            assert_eq!(out, want, "{n}");
        }
    }

    proptest! {
        #[test]
        fn varint_decodes_to_its_number(n in any::<u64>(), signed in any::<i64>(), from in any::<i64>()) {
            let mut out = Vec::new();
            push_varint(&mut out, n);
            push_zigzag(&mut out, signed);
            push_delta(&mut out, from, signed);
            let mut bytes = Input(&out);
            prop_assert_eq!(bytes.varint(), Some(n));
            prop_assert_eq!(bytes.zigzag(), Some(signed));
            prop_assert_eq!(bytes.zigzag().map(|delta| from.wrapping_add(delta)), Some(signed));
            prop_assert!(bytes.0.is_empty());
        }
    }
}
