//! The one number type of the scoring core: an exact rational.
//!
//! Points, ratios, counts and percentages are all [`Exact`], so that leaves re-add to the total exactly and
//! 94.996 % never becomes 95 %. Rounding happens in one place, [`Exact::print`], and only to show a number.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::{BigRational, Rational64};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, Zero};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// The longest text accepted as a number; longer input is refused rather than computed with. So is a decimal
/// whose fraction would be longer: what is accepted is written as a text that is accepted.
const MAX_TEXT: usize = 200;

/// An exact rational number. Its text form is a reduced fraction: `6`, `-3`, `72/13`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Number);

/// Both forms are reduced, and a number that fits the small form has no other: so equal numbers are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Number {
    /// What fits two machine words and can be negated: nearly every number of a card.
    Small(Rational64),
    /// Any other.
    Big(BigRational),
}

use Number::{Big, Small};

/// The digits up to which a small number is printed and ordered in machine words.
const SMALL_DIGITS: u32 = 18;

/// A text that is not an exact number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an exact number; write it as `12`, `2.5` or `72/13`")]
pub struct NotExact(pub String);

impl Exact {
    /// Zero.
    pub fn zero() -> Self {
        Self(Small(Rational64::new_raw(0, 1)))
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
        let quotient = || numerator.with(denominator, |a, b| a.checked_div(b), |above, below| above / below);
        (!denominator.is_zero()).then(quotient)
    }

    /// An operation in machine words, or where its result does not fit them, in any size.
    fn with(
        &self,
        other: &Self,
        small: fn(&Rational64, &Rational64) -> Option<Rational64>,
        big: fn(BigRational, &BigRational) -> BigRational,
    ) -> Self {
        if let (Small(a), Small(b)) = (&self.0, &other.0)
            && let Some(result) = small(a, b)
            && *result.numer() != i64::MIN
        {
            return Self(Small(result));
        }
        Self::from(big(self.big(), &other.big()))
    }

    fn big(&self) -> BigRational {
        match &self.0 {
            Small(small) => BigRational::new_raw((*small.numer()).into(), (*small.denom()).into()),
            Big(big) => big.clone(),
        }
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        matches!(&self.0, Small(small) if small.is_zero())
    }

    /// Whether this is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Small(small) => small.is_negative(),
            Big(big) => big.is_negative(),
        }
    }

    /// Whether this is a whole number.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Small(small) => small.is_integer(),
            Big(big) => big.is_integer(),
        }
    }

    /// The number as a decimal with `scale` digits after the point, halves rounded away from zero.
    ///
    /// For printing only: nothing computes with the result.
    pub fn print(&self, scale: u32) -> String {
        let (negative, mut digits) = self.rounded(scale);
        let sign = if negative { "-" } else { "" };
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

    /// Whether `self × 10^scale`, rounded, is negative, and its digits.
    fn rounded(&self, scale: u32) -> (bool, String) {
        match &self.0 {
            Small(small) if scale <= SMALL_DIGITS => {
                let (above, below) = (i128::from(*small.numer()), i128::from(*small.denom()));
                let rounded = (2 * above.abs() * 10_i128.pow(scale) + below) / (2 * below);
                (above < 0 && rounded != 0, rounded.to_string())
            }
            _ => {
                let factor = BigRational::from_integer(BigInt::from(10).pow(scale));
                let rounded = (self.big() * factor).round().to_integer();
                (rounded.is_negative(), rounded.abs().to_string())
            }
        }
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
        match &self.0 {
            Small(small) if digits <= SMALL_DIGITS => {
                let above = i128::from(*small.numer()) * 10_i128.pow(digits);
                i64::try_from(above.div_euclid(i128::from(*small.denom()))).ok()
            }
            _ => {
                let factor = BigRational::from_integer(BigInt::from(10).pow(digits));
                i64::try_from((self.big() * factor).floor().to_integer()).ok()
            }
        }
    }
}

impl From<BigRational> for Exact {
    fn from(number: BigRational) -> Self {
        let word = |number: &BigInt| i64::try_from(number).ok().filter(|word| *word != i64::MIN);
        match word(number.numer()).zip(word(number.denom())) {
            Some((above, below)) => Self(Small(Rational64::new_raw(above, below))),
            None => Self(Big(number)),
        }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => a.cmp(b),
            (Big(a), Big(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Exact {
    fn from(whole: i64) -> Self {
        Self::from(BigRational::from_integer(whole.into()))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Small(small) => small.fmt(f),
            Big(big) => big.fmt(f),
        }
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
        parsed.map(Self::from).ok_or_else(refuse)
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
        self.with(other, |a, b| a.checked_add(b), |a, b| a + b)
    }
}

impl Sub<&Exact> for Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        self.with(other, |a, b| a.checked_sub(b), |a, b| a - b)
    }
}

impl Mul<&Exact> for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        self.with(other, |a, b| a.checked_mul(b), |a, b| a * b)
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
                Ok(Exact::from(BigRational::from_integer(number.into())))
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

    /// Numbers on both sides of where the machine word ends.
    fn around_the_word() -> Vec<Exact> {
        let texts = ["0", "1", "-1/3", "72/13", "9223372036854775807", "-9223372036854775807"];
        let more = ["-9223372036854775808", "9223372036854775808", "1/9223372036854775807"];
        let most =
            ["1/9223372036854775808", "-9223372036854775809/4611686018427387904", "4611686018427387904"];
        texts.into_iter().chain(more).chain(most).map(exact).collect()
    }

    #[test]
    fn a_number_is_the_same_in_machine_words_and_in_any_size() {
        for a in around_the_word() {
            for b in around_the_word() {
                let (big_a, big_b) = (a.big(), b.big());
                assert_eq!(a.clone() + &b, Exact::from(&big_a + &big_b), "{a} + {b}");
                assert_eq!(a.clone() - &b, Exact::from(&big_a - &big_b), "{a} - {b}");
                assert_eq!(&a * &b, Exact::from(&big_a * &big_b), "{a} × {b}");
                assert_eq!(a.cmp(&b), big_a.cmp(&big_b), "{a} and {b}");
                let quotient = (!b.is_zero()).then(|| Exact::from(&big_a / &big_b));
                assert_eq!(Exact::ratio(&a, &b), quotient, "{a} / {b}");
            }
            let big = Exact(Big(a.big()));
            for digits in [0, 2, 12, 18, 19] {
                assert_eq!(a.print(digits), big.print(digits), "{a}");
                assert_eq!(a.sort_key(digits), big.sort_key(digits), "{a}");
            }
            assert_eq!(a.to_string(), big.to_string());
            assert_eq!(a.to_string().parse(), Ok(a));
        }
    }

    #[test]
    fn brief_shows_a_decimal_only_when_it_is_exact() {
        for (text, brief) in [("2.50", "2.5"), ("12", "12"), ("100", "100"), ("72/13", "72/13"), ("0", "0")] {
            assert_eq!(exact(text).brief(4), brief);
        }
    }
}
