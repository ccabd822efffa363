//! The secrets of bearer tokens: 256 random bits, shown once; only a hash is kept.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

const PREFIX: &str = "sgn_";

/// A token's secret. It prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A text that can't be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token starts with sgn_ and has 43 characters after that")]
pub struct BadSecret;

impl Secret {
    /// A new secret from the system's source of randomness.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))))
    }

    /// The secret itself, to be shown once or written to a file that nobody else can read.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. The secret has 256 random bits, so a fast hash is safe, and looking it up
    /// by its hash gives nothing away in time.
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

impl FromStr for Secret {
    type Err = BadSecret;

    fn from_str(text: &str) -> Result<Self, BadSecret> {
        let random = text.strip_prefix(PREFIX).ok_or(BadSecret)?;
        match BASE64URL_NOPAD.decode(random.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(BadSecret),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_read_back_and_print_nothing() {
        let one = Secret::generate().unwrap();
        let other = Secret::generate().unwrap();
        assert_ne!(one, other);
        assert_eq!(one.reveal().parse(), Ok(one.clone()));
        assert_eq!(format!("{one:?}"), "Secret(…)");
        assert_eq!(one.hash().len(), 64);
        assert_eq!("sgn_short".parse::<Secret>(), Err(BadSecret));
    }
}
