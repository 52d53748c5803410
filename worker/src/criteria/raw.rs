//! What was read, before it is known whether it means anything: values with the places where they stand. YAML,
//! JSON and tables all become this one tree, so that every complaint can name its row and column.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_saphyr::{Location, Spanned};

use super::misfit::Misfit;

/// How deep a document may be nested; a set needs 12 levels.
const MOST_DEPTH: usize = 24;
/// The most values that a document may hold.
const MOST_VALUES: usize = 100_000;

/// Where something stands: the line and column of a text, or the row of a table and the name of its column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub row: u32,
    /// From 1 in a text; the column's name in a table.
    pub column: String,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// A value of which only the shape is known. Whatever number is not a whole one of 64 bits is kept as its text.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Nothing,
    Flag(bool),
    Whole(i64),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(String, Raw)>),
}

/// A text that is neither YAML nor JSON, or is beyond the bounds.
pub(super) struct Unreadable {
    pub(super) place: Option<Place>,
    pub(super) vi: String,
    pub(super) en: String,
}

/// Reads a YAML document; JSON is YAML.
pub(super) fn parse(text: &str) -> Result<Raw, Unreadable> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MOST_DEPTH,
            max_nodes: MOST_VALUES,
            max_events: 2 * MOST_VALUES,
            max_documents: 1,
            max_anchors: 100,
            max_aliases: 100,
            max_recorded_anchor_events: MOST_VALUES,
        },
        strict_booleans: true,
        with_snippet: false,
    };
    let spanned: Spanned<Untyped> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let why = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
        Unreadable {
            place: error.location().map(place),
            vi: format!("không đúng cú pháp YAML hoặc JSON: {why}"),
            en: format!("not valid YAML or JSON: {why}"),
        }
    })?;
    Ok(resolve(spanned, text))
}

fn place(location: Location) -> Place {
    let row = u32::try_from(location.line()).unwrap_or(u32::MAX);
    Place { row, column: location.column().to_string() }
}

/// A value as the parser gives it; numbers are read from the text itself, so that none is ever a float.
enum Untyped {
    Nothing,
    Flag(bool),
    Number,
    Text(String),
    List(Vec<Spanned<Untyped>>),
    Map(Vec<(String, Spanned<Untyped>)>),
}

fn resolve(spanned: Spanned<Untyped>, text: &str) -> Raw {
    let value = match spanned.value {
        Untyped::Nothing => Value::Nothing,
        Untyped::Flag(flag) => Value::Flag(flag),
        Untyped::Number => number(written(text, spanned.defined)),
        Untyped::Text(text) => Value::Text(text),
        Untyped::List(items) => Value::List(items.into_iter().map(|item| resolve(item, text)).collect()),
        Untyped::Map(entries) => {
            Value::Map(entries.into_iter().map(|(key, item)| (key, resolve(item, text))).collect())
        }
    };
    Raw { value, place: place(spanned.referenced) }
}

/// What stands in the text at a place.
fn written(text: &str, location: Location) -> &str {
    let span = location.span();
    let bounds = span.byte_offset().zip(span.byte_len()).and_then(|(start, length)| {
        let start = usize::try_from(start).ok()?;
        text.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    });
    bounds.unwrap_or_default().trim()
}

fn number(text: &str) -> Value {
    text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Whole)
}

impl<'de> Deserialize<'de> for Untyped {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyShape)
    }
}

struct AnyShape;

impl<'de> Visitor<'de> for AnyShape {
    type Value = Untyped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Untyped, E> {
        Ok(Untyped::Nothing)
    }

    fn visit_none<E>(self) -> Result<Untyped, E> {
        Ok(Untyped::Nothing)
    }

    fn visit_some<D: de::Deserializer<'de>>(self, some: D) -> Result<Untyped, D::Error> {
        some.deserialize_any(self)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Untyped, E> {
        Ok(Untyped::Flag(flag))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Untyped, E> {
        Ok(Untyped::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Untyped, E> {
        Ok(Untyped::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Untyped, E> {
        Ok(Untyped::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Untyped, E> {
        Ok(Untyped::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Untyped, E> {
        Ok(Untyped::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Untyped, E> {
        Ok(Untyped::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Untyped, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Untyped::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Untyped, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Untyped::Map(map))
    }
}

impl Raw {
    pub(super) fn text(text: impl Into<String>, place: &Place) -> Self {
        Self { value: Value::Text(text.into()), place: place.clone() }
    }

    pub(super) fn list(items: Vec<Self>, place: &Place) -> Self {
        Self { value: Value::List(items), place: place.clone() }
    }

    pub(super) fn map(entries: Vec<(String, Self)>, place: &Place) -> Self {
        Self { value: Value::Map(entries), place: place.clone() }
    }

    /// What a map holds under a key.
    pub(super) fn under(&self, key: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, raw)| raw)
    }

    /// Takes out of a map what it holds under a key.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        let Value::Map(entries) = &mut self.value else { return None };
        let at = entries.iter().position(|(name, _)| name == key)?;
        Some(entries.remove(at).1)
    }

    /// A scalar as it is read.
    pub(super) fn as_text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Whole(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The place of what stands at `path` (`pillars[0].children[1]`), or of what is nearest above it.
    pub(super) fn place_of(&self, path: &str) -> &Place {
        let mut at = self;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let below = match (&at.value, step.strip_suffix(']')) {
                (Value::List(items), Some(number)) => {
                    number.parse().ok().and_then(|number: usize| items.get(number))
                }
                _ => at.under(step),
            };
            match below {
                Some(below) => at = below,
                None => break,
            }
        }
        &at.place
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for &'de Raw {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A map's entry whose misfit names its key.
struct Keyed<'de> {
    key: &'de str,
    raw: &'de Raw,
}

impl<'de> IntoDeserializer<'de, Misfit> for Keyed<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Deserialises through a map's or list's entry, and leads a misfit to it.
macro_rules! lead {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Misfit> {
            self.raw.$method($($argument,)* visitor).map_err(|misfit| misfit.under(self.key))
        })*
    };
}

impl<'de> de::Deserializer<'de> for Keyed<'de> {
    type Error = Misfit;

    lead! {
        deserialize_any() deserialize_option() deserialize_string() deserialize_str() deserialize_seq()
        deserialize_map() deserialize_newtype_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}

/// A list's item whose misfit names its place.
struct Items<'de>(std::iter::Enumerate<std::slice::Iter<'de, Raw>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let item = self.0.next().map(|(at, raw)| seed.deserialize(raw).map_err(|misfit| misfit.at(at)));
        item.transpose()
    }
}

impl<'de> de::Deserializer<'de> for &'de Raw {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::Whole(number) => visitor.visit_i64(*number),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, raw)| (key.as_str(), Keyed { key, raw }));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.value {
            // A list of values in the order of the fields is not what anybody means.
            Value::List(_) => Err(de::Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.value {
            // A code such as 3 is a text, whatever it looks like.
            Value::Whole(number) => visitor.visit_string(number.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.value {
            Value::Text(text) => {
                visitor.visit_enum(IntoDeserializer::<Misfit>::into_deserializer(text.as_str()))
            }
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, raw)| (key.as_str(), Keyed { key, raw }));
                visitor.visit_enum(de::value::MapAccessDeserializer::new(MapDeserializer::new(entries)))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}
