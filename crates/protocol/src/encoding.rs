//! Text as bytes.

use serde::{Deserialize, Serialize};

/// How text is written as bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// One to four bytes a character (RFC 3629).
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// One or two bytes, four for rare ones: what a Chinese Windows writes.
    Gbk,
}

impl Encoding {
    fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gbk => encoding_rs::GBK,
        }
    }

    /// The text that these bytes are; what is none becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        self.codec()
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    }

    /// The text that begins with these bytes: a character that their end cuts in two is left out.
    pub fn decode_beginning(self, bytes: &[u8]) -> String {
        let mut decoder = self.codec().new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(bytes.len());
        let mut text = String::with_capacity(room.unwrap_or(bytes.len()));
        let _ = decoder.decode_to_string(bytes, &mut text, false);
        text
    }

    /// The bytes of this text; a character that can't be written becomes `&#NUMBER;`.
    pub fn encode(self, text: &str) -> Vec<u8> {
        self.codec().encode(text).0.into_owned()
    }
}
