//! The one number type of the scoring core: an exact rational.
//!
//! Points, ratios, counts and percentages are all [`Exact`], so that leaves re-add to the total exactly and
//! 94.996 % never becomes 95 %. Rounding happens in one place, [`Exact::print`], and only to show a number.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// The longest text accepted as a number; longer input is refused rather than computed with. So is a decimal
/// whose fraction would be longer: what is accepted is written as a text that is accepted.
const MAX_TEXT: usize = 200;

/// An exact rational number. Its text form is a reduced fraction: `6`, `-3`, `72/13`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

/// A text that is not an exact number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an exact number; write it as `12`, `2.5` or `72/13`")]
pub struct NotExact(pub String);

impl Exact {
    /// Zero.
    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    /// One.
    pub fn one() -> Self {
        Self::from(1)
    }

    /// One hundred, the factor between a ratio and a percentage.
    pub fn hundred() -> Self {
        Self::from(100)
    }

    /// `numerator / denominator`; `None` when the denominator is zero.
    pub fn ratio(numerator: &Self, denominator: &Self) -> Option<Self> {
        (!denominator.is_zero()).then(|| Self(&numerator.0 / &denominator.0))
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether this is a whole number.
    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// The number as a decimal with `scale` digits after the point, halves rounded away from zero.
    ///
    /// For printing only: nothing computes with the result.
    pub fn print(&self, scale: u32) -> String {
        let factor = BigInt::from(10).pow(scale);
        let scaled = (&self.0 * BigRational::from_integer(factor)).round().to_integer();
        let sign = if scaled.is_negative() { "-" } else { "" };
        let mut digits = scaled.abs().to_string();
        let scale = scale as usize;
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        if digits.len() <= scale {
            digits.insert_str(0, &"0".repeat(scale + 1 - digits.len()));
        }
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        format!("{sign}{whole}.{fraction}")
    }

    /// The number without superfluous digits: a decimal of at most `scale` digits after the point when
    /// that is exact (`2.5`), else the fraction (`72/13`).
    pub fn brief(&self, scale: u32) -> String {
        let printed = self.print(scale);
        match printed.parse::<Self>() {
            Ok(same) if same == *self && printed.contains('.') => {
                printed.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Ok(same) if same == *self => printed,
            _ => self.to_string(),
        }
    }

    /// `floor(self × 10^digits)` as an integer, for ordering in a database; `None` beyond 64 bits.
    pub fn sort_key(&self, digits: u32) -> Option<i64> {
        let factor = BigRational::from_integer(BigInt::from(10).pow(digits));
        i64::try_from((&self.0 * factor).floor().to_integer()).ok()
    }
}

impl From<i64> for Exact {
    fn from(whole: i64) -> Self {
        Self(BigRational::from_integer(whole.into()))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Exact {
    type Err = NotExact;

    fn from_str(text: &str) -> Result<Self, NotExact> {
        let refuse = || NotExact(text.chars().take(MAX_TEXT).collect());
        if text.len() > MAX_TEXT {
            return Err(refuse());
        }
        let parsed = match text.split_once('/') {
            Some((above, below)) => whole(above)
                .zip(whole(below).filter(|below| below.is_positive()))
                .map(|(above, below)| BigRational::new(above, below)),
            None => decimal(text),
        };
        // A decimal's fraction is at most twice as long.
        let may_be_long = text.len() > MAX_TEXT / 2;
        let parsed = parsed.filter(|number| !may_be_long || number.to_string().len() <= MAX_TEXT);
        parsed.map(Self).ok_or_else(refuse)
    }
}

/// An integer with an optional minus sign and nothing else.
fn whole(text: &str) -> Option<BigInt> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// `12`, `-3` or `2.50` as a rational.
fn decimal(text: &str) -> Option<BigRational> {
    let Some((before, after)) = text.split_once('.') else {
        return whole(text).map(BigRational::from_integer);
    };
    let unsigned = before.strip_prefix('-').unwrap_or(before);
    if unsigned.is_empty() || after.is_empty() || after.starts_with('-') {
        return None;
    }
    let digits = whole(&format!("{before}{after}"))?;
    let scale = u32::try_from(after.len()).ok()?;
    Some(BigRational::new(digits, BigInt::from(10).pow(scale)))
}

impl Add<&Exact> for Exact {
    type Output = Exact;
    fn add(self, other: &Exact) -> Exact {
        Exact(self.0 + &other.0)
    }
}

impl Sub<&Exact> for Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        Exact(self.0 - &other.0)
    }
}

impl Mul<&Exact> for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        Exact(&self.0 * &other.0)
    }
}

impl<'a> Sum<&'a Exact> for Exact {
    fn sum<I: Iterator<Item = &'a Exact>>(numbers: I) -> Self {
        numbers.fold(Self::zero(), |sum, number| sum + number)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Exact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or a decimal or fraction in quotes (\"2.5\", \"72/13\")")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Exact, E> {
                Ok(Exact::from(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Exact, E> {
                Ok(Exact(BigRational::from_integer(number.into())))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    #[test]
    fn text_forms_are_read_exactly_and_printed_reduced() {
        for (text, printed) in
            [("6", "6"), ("-3", "-3"), ("2.50", "5/2"), ("144/26", "72/13"), ("-0.5", "-1/2"), ("0.000", "0")]
        {
            assert_eq!(exact(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "-", "1e3", "1/0", "1/-2", ".5", "5.", "1.-5", "+1", "NaN", "1,5", "½", " 1"] {
            assert_eq!(text.parse::<Exact>(), Err(NotExact(text.to_owned())), "{text}");
        }
        assert!("9".repeat(MAX_TEXT + 1).parse::<Exact>().is_err());
    }

    #[test]
    fn what_is_read_is_written_so_that_it_is_read_again() {
        for digits in 1..MAX_TEXT - 1 {
            for text in [format!("0.{}", "3".repeat(digits)), format!("-{}.7", "9".repeat(digits))] {
                if let Ok(number) = text.parse::<Exact>() {
                    assert_eq!(number.to_string().parse(), Ok(number), "{text}");
                }
            }
        }
        assert!(format!("0.{}", "3".repeat(99)).parse::<Exact>().is_ok());
        assert!(format!("0.{}", "3".repeat(100)).parse::<Exact>().is_err());
        assert!(format!("0.{}5", "0".repeat(190)).parse::<Exact>().is_ok(), "reduced it is short");
    }

    #[test]
    fn printing_rounds_halves_away_from_zero() {
        for (text, scale, printed) in [
            ("72/13", 2, "5.54"),
            ("94.996", 2, "95.00"),
            ("0.005", 2, "0.01"),
            ("-0.005", 2, "-0.01"),
            ("-0.001", 2, "0.00"),
            ("1/3", 0, "0"),
            ("12", 2, "12.00"),
        ] {
            assert_eq!(exact(text).print(scale), printed, "{text}");
        }
    }

    #[test]
    fn brief_shows_a_decimal_only_when_it_is_exact() {
        for (text, brief) in [("2.50", "2.5"), ("12", "12"), ("100", "100"), ("72/13", "72/13"), ("0", "0")] {
            assert_eq!(exact(text).brief(4), brief);
        }
    }
}
