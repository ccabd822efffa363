//! Numbers that mean the same to everybody.
//!
//! A number is kept with the digits it was written with, and accepted only when the nearest double, printed by RFC 8785
//! (ECMAScript's `Number::toString`), reads back as the decimal value that was written. A reader that goes through
//! doubles and one that doesn't then see the same number.

/// A JSON number: its digits as they were sent, and the double they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    written: Box<str>,
    value: f64,
}

/// `value` is always finite, so it equals itself.
impl Eq for Number {}

/// Why a number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error(
        "not a JSON number; write it like -12.5e3, without a plus sign, leading zeros or a bare point"
    )]
    Malformed,
    #[error("this number is larger than a double can hold; send it as a string")]
    OutOfRange,
    #[error("this number would be read as {nearest} by most programs; send that, or a string")]
    Inexact { nearest: String },
}

impl Number {
    /// Reads one number, nothing before or after it.
    pub fn parse(text: &str) -> Result<Number, NumberError> {
        let bytes = text.as_bytes();
        let parts = Parts::scan(bytes).filter(|parts| parts.len == bytes.len());
        let parts = parts.ok_or(NumberError::Malformed)?;
        let value: f64 = text.parse().map_err(|_| NumberError::Malformed)?;
        if !value.is_finite() {
            return Err(NumberError::OutOfRange);
        }
        if !parts.is_short_integer() {
            let mut buffer = ryu_js::Buffer::new();
            let nearest = buffer.format_finite(value);
            if parts
                .decimal(bytes)
                .is_none_or(|written| Some(written) != decimal(nearest))
            {
                let nearest = nearest.to_owned();
                return Err(NumberError::Inexact { nearest });
            }
        }
        let written = text.into();
        Ok(Number { written, value })
    }

    /// The digits as they were sent.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The nearest double; what it prints as is what was written.
    pub fn as_f64(&self) -> f64 {
        self.value
    }

    /// The number if it is whole and fits, however it was written: `1.0` and `10e-1` are 1.
    pub fn as_i64(&self) -> Option<i64> {
        let decimal = decimal(&self.written)?;
        let exponent = u32::try_from(decimal.exponent).ok()?;
        let size = 10_i64.checked_pow(exponent)?;
        let digits = i64::try_from(decimal.digits).ok()?;
        let signed = if decimal.negative { -digits } else { digits };
        signed.checked_mul(size)
    }
}

/// How many bytes of `bytes` are a number, none if they don't begin with one.
pub(super) fn scan(bytes: &[u8]) -> Option<usize> {
    Parts::scan(bytes).map(|parts| parts.len)
}

/// The digits of a number without zeros at either end, and the power of ten they are multiplied with; zero is
/// `0 × 10⁰` and never negative, so that two equal values have equal decimals.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: u64,
    exponent: i64,
}

/// A double never prints with more significant digits than this, and so many always fit a `u64`.
const MOST_DIGITS: u32 = 17;

/// Whole numbers with at most this many digits are all doubles.
const EXACT_INTEGER_DIGITS: usize = 15;

fn decimal(text: &str) -> Option<Decimal> {
    Parts::scan(text.as_bytes())?.decimal(text.as_bytes())
}

/// Where the parts of a written number lie: `-? whole (. fraction)? ([eE] [+-]? exponent)?`.
struct Parts {
    negative: bool,
    /// Past the last whole digit.
    whole: usize,
    /// Past the last digit of the fraction; `whole` if there is none.
    fraction: usize,
    len: usize,
}

impl Parts {
    fn scan(bytes: &[u8]) -> Option<Parts> {
        let negative = bytes.first() == Some(&b'-');
        let start = usize::from(negative);
        let whole = match bytes.get(start)? {
            b'0' => start + 1,
            b'1'..=b'9' => digits_from(bytes, start),
            _ => return None,
        };
        let mut fraction = whole;
        if bytes.get(whole) == Some(&b'.') {
            fraction = digits_from(bytes, whole + 1);
            if fraction == whole + 1 {
                return None;
            }
        }
        let mut len = fraction;
        if matches!(bytes.get(fraction), Some(b'e' | b'E')) {
            let sign = matches!(bytes.get(fraction + 1), Some(b'+' | b'-'));
            let first = fraction + 1 + usize::from(sign);
            len = digits_from(bytes, first);
            if len == first {
                return None;
            }
        }
        Some(Parts {
            negative,
            whole,
            fraction,
            len,
        })
    }

    fn is_short_integer(&self) -> bool {
        self.len == self.whole && self.len <= EXACT_INTEGER_DIGITS
    }

    /// The value written, unless it has more digits than any double prints with.
    fn decimal(&self, bytes: &[u8]) -> Option<Decimal> {
        let mut digits = 0_u64;
        let mut zeros = 0_u32;
        for byte in &bytes[usize::from(self.negative)..self.fraction] {
            match byte {
                b'.' => {}
                b'0' if digits == 0 => {}
                b'0' => zeros = zeros.saturating_add(1),
                digit => {
                    let shifted = 10_u64
                        .checked_pow(zeros.saturating_add(1))?
                        .checked_mul(digits);
                    digits = shifted?.checked_add(u64::from(digit - b'0'))?;
                    zeros = 0;
                }
            }
        }
        if digits == 0 {
            return Some(Decimal {
                negative: false,
                digits: 0,
                exponent: 0,
            });
        }
        if digits.ilog10() >= MOST_DIGITS {
            return None;
        }
        let after_point = self.fraction.saturating_sub(self.whole + 1);
        let exponent = self
            .exponent(bytes)
            .saturating_add(i64::from(zeros))
            .saturating_sub(i64::try_from(after_point).ok()?);
        Some(Decimal {
            negative: self.negative,
            digits,
            exponent,
        })
    }

    /// The written exponent; one too large to count stays too large, whatever the digits before it.
    fn exponent(&self, bytes: &[u8]) -> i64 {
        let Some((sign, digits)) = bytes[self.fraction..self.len]
            .get(1..)
            .and_then(<[u8]>::split_first)
        else {
            return 0;
        };
        let fold = |sum: i64, digit: &u8| {
            sum.saturating_mul(10)
                .saturating_add(i64::from(digit - b'0'))
        };
        match sign {
            b'-' => -digits.iter().fold(0, fold),
            b'+' => digits.iter().fold(0, fold),
            digit => digits.iter().fold(i64::from(digit - b'0'), fold),
        }
    }
}

fn digits_from(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Significant digits and the place of the first one, of the decimal `digits × 10^exponent`.
    fn scientific(digits: &str, exponent: i32) -> (String, i32) {
        let digits = digits.trim_start_matches('0');
        let place = digits.len() as i32 - 1 + exponent;
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            (String::new(), 0)
        } else {
            (digits.to_owned(), place)
        }
    }

    /// The same of a double as ECMAScript prints it.
    fn scientific_of(value: f64) -> (String, i32) {
        let mut buffer = ryu_js::Buffer::new();
        let text = buffer.format(value);
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let exponent: i32 = exponent.parse().unwrap();
        scientific(
            &format!("{whole}{fraction}"),
            exponent - fraction.len() as i32,
        )
    }

    #[test]
    fn numbers_that_a_double_keeps_are_accepted() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "0e99999999999999999999",
            "0.1",
            "1.10",
            "1E+5",
            "1e22",
            "123e45",
            "-1.0e+28",
            "5e-324",
            "1.7976931348623157e308",
            "9007199254740992",
            "1152921504606847000",
            "0.000001",
            "123.456e78",
            "999999999999999",
            "-1000000000000000000000000e-24",
        ] {
            let number = Number::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(number.as_written(), text);
        }
        let long = format!("0.{}1e1001", "0".repeat(1000));
        assert_eq!(Number::parse(&long).unwrap().as_i64(), Some(1));
    }

    #[test]
    fn numbers_that_a_double_changes_are_refused() {
        for (text, nearest) in [
            ("9007199254740993", "9007199254740992"),
            ("1152921504606846976", "1152921504606847000"),
            ("-9223372036854775808", "-9223372036854776000"),
            ("123.456e-789", "0"),
            ("1e-99999999999999999999", "0"),
            ("1.000000000000000005", "1"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("4.9e-324", "5e-324"),
        ] {
            let nearest = nearest.to_owned();
            assert_eq!(
                Number::parse(text),
                Err(NumberError::Inexact { nearest }),
                "{text}"
            );
        }
        for text in ["1e400", "-1e400", "1.8e308", "1e99999999999999999999"] {
            assert_eq!(Number::parse(text), Err(NumberError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_integers_however_written() {
        let integer = |text: &str| Number::parse(text).unwrap().as_i64();
        assert_eq!(integer("1"), Some(1));
        assert_eq!(integer("-0"), Some(0));
        assert_eq!(integer("1.0"), Some(1));
        assert_eq!(integer("-12.50e1"), Some(-125));
        assert_eq!(integer("10e-1"), Some(1));
        assert_eq!(
            integer("1152921504606847000"),
            Some(1_152_921_504_606_847_000)
        );
        assert_eq!(integer("9e18"), Some(9_000_000_000_000_000_000));
        assert_eq!(integer("1e19"), None);
        assert_eq!(integer("1e300"), None);
        assert_eq!(integer("1.5"), None);
    }

    proptest! {
        #[test]
        fn a_number_is_read_if_its_double_prints_as_it(
            sign in "-?", whole in "0|[1-9][0-9]{0,18}", fraction in "[0-9]{1,18}", exponent in -340_i32..320,
        ) {
            let text = format!("{sign}{whole}.{fraction}E{exponent:+}");
            let digits = format!("{whole}{fraction}");
            let value: f64 = text.parse().unwrap();
            let read = Number::parse(&text);
            if !value.is_finite() {
                prop_assert_eq!(read, Err(NumberError::OutOfRange));
            } else {
                let kept = scientific(&digits, exponent - fraction.len() as i32) == scientific_of(value.abs());
                prop_assert_eq!(read.is_ok(), kept, "{} {}", text, value);
            }
        }

        #[test]
        fn every_double_is_read(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let whole = (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i64);
            for text in [ryu_js::Buffer::new().format(value).to_owned(), serde_json::to_string(&value).unwrap()] {
                let number = Number::parse(&text).unwrap();
                prop_assert_eq!(number.as_f64(), value);
                prop_assert_eq!(number.as_i64().filter(|whole| whole.abs() < 1_000_000_000_000_000), whole);
            }
        }
    }
}
