//! Signed checkpoints: what a log was at one moment, in a form that others can keep and hold it to. The
//! text is that of C2SP tlog-checkpoint and signed-note: origin, number of entries and root hash, a line
//! each, and under an empty line the signature of the log's key (Ed25519).

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use super::merkle::Hash;

/// The kind of signature in a note: Ed25519.
const ALGORITHM: u8 = 0x01;
/// How a secret key begins.
const SECRET: &str = "PRIVATE+KEY+";
/// How the line of a signature begins.
const SIGNED_BY: &str = "— ";
/// The longest note that is looked at; ours have a few hundred bytes.
const LONGEST: usize = 16 * 1024;

/// What a log was: so many entries, with this root hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// The key that a log signs with. It prints nothing of itself.
pub struct LogKey {
    public: PublicKey,
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

/// The key that a log's checkpoints are checked with; its text is `NAME+HASH+BASE64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: [u8; 32],
}

/// A text that is no key of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no key of a log; one is like signoff/4f1e…+3f9a1c07+AZk…")]
pub struct BadKey;

/// Why a text is no checkpoint that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    #[error(
        "it is no signed checkpoint: it should have three lines, an empty one, and a signature"
    )]
    Malformed,
    #[error("it is of another log, or was signed with another key")]
    OtherKey,
    #[error("its signature is not right, so its text was changed")]
    Forged,
}

impl Checkpoint {
    /// What is signed.
    fn text(&self) -> String {
        let root = BASE64.encode(&self.root);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let plain = size == "0" || !size.starts_with('0');
        let digits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit());
        let root = BASE64.decode(root.as_bytes()).ok()?;
        (plain && digits && !origin.is_empty()).then_some(())?;
        Some(Self {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root: root.try_into().ok()?,
        })
    }
}

impl LogKey {
    /// The key that this seed gives, named after its public half.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let pair = pair(&seed);
        let key = public_half(&pair);
        let name = HEXLOWER.encode(&Sha256::digest(key)[..8]);
        Self {
            public: PublicKey {
                name: format!("signoff/{name}"),
                key,
            },
            seed,
            pair,
        }
    }

    /// The half that everybody may have.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs what the log is: the note that others can keep.
    pub fn sign(&self, size: u64, root: Hash) -> String {
        let checkpoint = Checkpoint {
            origin: self.public.name.clone(),
            size,
            root,
        };
        let text = checkpoint.text();
        let signature = self.pair.sign(text.as_bytes());
        let signed = [&self.public.hash()[..], signature.as_ref()].concat();
        let name = &self.public.name;
        format!("{text}\n{SIGNED_BY}{name} {}\n", BASE64.encode(&signed))
    }

    /// A secret of its own for another use, from which nothing of this one follows.
    pub fn secret_for(&self, purpose: &[u8]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.seed);
        hasher.update(purpose);
        hasher.finalize().into()
    }

    /// The secret itself, for a file that nobody else can read.
    pub fn reveal(&self) -> String {
        let PublicKey { name, .. } = &self.public;
        let hash = HEXLOWER.encode(&self.public.hash());
        let secret = BASE64.encode(&[&[ALGORITHM], &self.seed[..]].concat());
        format!("{SECRET}{name}+{hash}+{secret}")
    }
}

fn pair(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are a seed")
}

fn public_half(pair: &Ed25519KeyPair) -> [u8; 32] {
    let public = pair.public_key().as_ref();
    public.try_into().expect("an Ed25519 key has 32 bytes")
}

impl FromStr for LogKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let written = text.strip_prefix(SECRET).ok_or(BadKey)?;
        let (name, hash, seed) = parts(written)?;
        let pair = pair(&seed);
        let public = PublicKey {
            name,
            key: public_half(&pair),
        };
        match public.hash() == hash {
            true => Ok(Self { public, seed, pair }),
            false => Err(BadKey),
        }
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.public.name)
    }
}

impl PublicKey {
    /// The log that it is the key of: the first line of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a signature names its key by.
    fn hash(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', ALGORITHM]);
        hasher.update(self.key);
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        [a, b, c, d]
    }

    /// What a note says, if it is a checkpoint of this log that this key has signed.
    pub fn open(&self, note: &str) -> Result<Checkpoint, BadCheckpoint> {
        let text = self.signed_text(note)?;
        let checkpoint = Checkpoint::read(text).ok_or(BadCheckpoint::Malformed)?;
        match checkpoint.origin == self.name {
            true => Ok(checkpoint),
            false => Err(BadCheckpoint::OtherKey),
        }
    }

    /// The text of a note that this key has signed. Signatures of others may stand beside it.
    fn signed_text<'a>(&self, note: &'a str) -> Result<&'a str, BadCheckpoint> {
        let strange = |c: char| c.is_control() && c != '\n';
        if note.len() > LONGEST || note.contains(strange) {
            return Err(BadCheckpoint::Malformed);
        }
        let end = note.rfind("\n\n").ok_or(BadCheckpoint::Malformed)? + 1;
        let (text, signatures) = (&note[..end], &note[end + 1..]);
        let signatures = signatures.strip_suffix('\n');
        let signatures = signatures.ok_or(BadCheckpoint::Malformed)?;
        for line in signatures.split('\n') {
            let (name, signed) = signature(line).ok_or(BadCheckpoint::Malformed)?;
            let Some((hash, signature)) = signed.split_first_chunk::<4>() else {
                return Err(BadCheckpoint::Malformed);
            };
            if name == self.name && *hash == self.hash() {
                let key = UnparsedPublicKey::new(&ED25519, &self.key);
                let right = key.verify(text.as_bytes(), signature).is_ok();
                return right.then_some(text).ok_or(BadCheckpoint::Forged);
            }
        }
        Err(BadCheckpoint::OtherKey)
    }
}

fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signed) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
    Some((name, BASE64.decode(signed.as_bytes()).ok()?))
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = HEXLOWER.encode(&self.hash());
        let key = BASE64.encode(&[&[ALGORITHM], &self.key[..]].concat());
        write!(f, "{}+{hash}+{key}", self.name)
    }
}

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (name, hash, key) = parts(text)?;
        let public = Self { name, key };
        match public.hash() == hash {
            true => Ok(public),
            false => Err(BadKey),
        }
    }
}

/// Name, hash and 32 bytes of a key's text.
fn parts(text: &str) -> Result<(String, [u8; 4], [u8; 32]), BadKey> {
    let mut parts = text.splitn(3, '+');
    let mut next = || parts.next().ok_or(BadKey);
    let (name, hash, key) = (next()?, next()?, next()?);
    let strange = |c: char| c.is_whitespace() || c.is_control();
    if name.is_empty() || name.contains(strange) {
        return Err(BadKey);
    }
    let hash = HEXLOWER.decode(hash.as_bytes()).map_err(|_| BadKey)?;
    let key = BASE64.decode(key.as_bytes()).map_err(|_| BadKey)?;
    let key = key.strip_prefix(&[ALGORITHM]).ok_or(BadKey)?;
    Ok((
        name.to_owned(),
        hash.try_into().map_err(|_| BadKey)?,
        key.try_into().map_err(|_| BadKey)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LogKey {
        LogKey::from_seed([7; 32])
    }

    fn other() -> LogKey {
        LogKey::from_seed([8; 32])
    }

    /// Section 7.1 of RFC 8032, test 1.
    #[test]
    fn the_known_key_of_a_known_seed_comes_out() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let seed = HEXLOWER.decode(seed.as_bytes()).unwrap();
        let key = LogKey::from_seed(seed.try_into().unwrap());
        assert_eq!(HEXLOWER.encode(&key.public().key), public);
    }

    /// The example of the signed-note format, which another program has signed.
    #[test]
    fn a_note_that_others_made_is_read_and_its_signature_found_right() {
        let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let public: PublicKey = public.parse().unwrap();
        let note = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\
                    \n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(public.signed_text(note).unwrap().ends_with("problem is.\n"));
        assert_eq!(public.open(note), Err(BadCheckpoint::Malformed));
        let changed = note.replace("answer", "anwser");
        assert_eq!(public.signed_text(&changed), Err(BadCheckpoint::Forged));
    }

    #[test]
    fn what_was_signed_is_read_back_and_nothing_else_counts() {
        let note = key().sign(42, [3; 32]);
        let read = key().public().open(&note).unwrap();
        assert_eq!((read.size, read.root), (42, [3; 32]));
        assert_eq!(read.origin, key().public().name());
        assert_eq!(note.lines().count(), 5, "{note}");
        assert_eq!(other().public().open(&note), Err(BadCheckpoint::OtherKey));
        let forged = note.replace("\n42\n", "\n41\n");
        assert_eq!(key().public().open(&forged), Err(BadCheckpoint::Forged));
        for bad in ["", "\n", "\n\n", &note[..note.len() - 1], "a\n42\n\n— b\n"] {
            assert_eq!(key().public().open(bad), Err(BadCheckpoint::Malformed));
        }
    }

    #[test]
    fn a_note_may_carry_the_signatures_of_witnesses_too() {
        let note = key().sign(42, [3; 32]);
        let (text, signed) = note.split_once("\n\n").unwrap();
        let witness = "— witness.example/w AAAAAAAA";
        let both = format!("{text}\n\n{witness}\n{signed}");
        assert_eq!(key().public().open(&both).unwrap().size, 42);
    }

    #[test]
    fn keys_are_read_back_and_a_slip_of_the_pen_is_noticed() {
        let secret = key().reveal();
        let again: LogKey = secret.parse().unwrap();
        assert_eq!(again.public(), key().public());
        assert!(!format!("{again:?}").contains(&secret[secret.len() - 20..]));
        let public = key().public().to_string();
        assert_eq!(public.parse().as_ref(), Ok(key().public()));
        assert!(
            secret.parse::<PublicKey>().is_err(),
            "a secret is no public key"
        );
        for (from, to) in [("signoff/", "singoff/"), ("+A", "+B"), ("+", " ")] {
            assert_eq!(
                public.replacen(from, to, 1).parse::<PublicKey>(),
                Err(BadKey)
            );
        }
    }
}
