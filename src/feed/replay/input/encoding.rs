//! The encoding of a text, detected from its bytes.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

/// Detects the encoding of a text from its beginning. A byte order mark decides; zero bytes in every other place are
/// UTF-16; valid UTF-8 is UTF-8; anything else is guessed from its letters.
pub fn detect(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    if let Some(encoding) = utf16(head) {
        return encoding;
    }
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The end of the head may cut a letter in two.
        Err(error) => error.error_len().is_none(),
    };
    if valid {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Detects UTF-16 without a mark: the digits and delimiters of a table have a zero byte each.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &head[..head.len().min(1_024) & !1];
    let zeros = |parity: usize| looked_at.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), looked_at.len() / 2);
    let mostly = |count: usize| pairs >= 2 && count * 4 > pairs * 3;
    if mostly(odd) && even == 0 {
        return Some(UTF_16LE);
    }
    (mostly(even) && odd == 0).then_some(UTF_16BE)
}

/// Decodes a text into UTF-8. UTF-8 itself is passed on as it is, valid or not.
pub fn decode<R: Read + Send + 'static>(input: R, encoding: &'static Encoding) -> Box<dyn Read + Send> {
    if encoding == UTF_8 {
        return Box::new(input);
    }
    Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(input))
}

/// Decodes the beginning of a text into UTF-8.
///
/// # Errors
/// When it cannot be decoded.
pub fn decode_head(head: &[u8], encoding: &'static Encoding) -> io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(head.len());
    decode(io::Cursor::new(head.to_vec()), encoding).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, EUC_KR, GBK, SHIFT_JIS, WINDOWS_1252};

    fn check(text: &str, encoding: &'static Encoding) {
        let (bytes, _, lossy) = encoding.encode(text);
        assert!(!lossy, "{text}");
        assert_eq!(detect(&bytes), encoding, "{text}");
        assert_eq!(decode_head(&bytes, encoding).unwrap(), text.as_bytes(), "{text}");
    }

    #[test]
    fn encoding_is_detected_from_letters() {
        check("time,price\n2024-01-02,1.5\n", UTF_8);
        check("日期,开盘价,最高价,最低价,收盘价,成交量\n2024/1/2,1,2,1,2,100\n", UTF_8);
        check("日期,股票代码,名称,收盘价,最高价,最低价,开盘价,前收盘,涨跌额\n2024/1/2,1,2,1,2,100\n", GBK);
        check("データ日付,終値,始値,高値,安値\n2024/1/2,1,2,1,2\n本資料は日経の著作物です\n", SHIFT_JIS);
        check("일자,시가,고가,저가,종가,거래량\n2024/1/2,1,2,1,2,100\n", EUC_KR);
        check("日期,成交股數,成交金額,開盤價,最高價,最低價,收盤價,漲跌價差,成交筆數\n", BIG5);
        check("Datum;Eröffnung;Höchst;Tiefst;Schluß;Stücke\n2.1.2024;1;2;1;2;100\n", WINDOWS_1252);
    }

    #[test]
    fn utf_16_is_detected_with_and_without_a_mark() {
        let le: Vec<u8> = "time,price\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "\u{feff}time,price\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(&le), UTF_16LE);
        assert_eq!(decode_head(&le, UTF_16LE).unwrap(), b"time,price\n1,2\n");
        assert_eq!(detect(&be), UTF_16BE);
        assert_eq!(decode_head(&be, UTF_16BE).unwrap(), b"time,price\n");
    }
}
