//! The one paging helper: `first` and `after` checked, a window to read, a Relay connection to answer with.
//!
//! A [`Window`] counts rows from the start of the list: right for lists that stand still, and it can begin
//! anywhere. A [`KeyWindow`] goes on after the key of the last row seen: right for lists that grow at their
//! front, whose pages then do not move, and as quick on the last page as on the first.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use async_graphql::connection::Connection;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, QueryEnv, ServerResult, SimpleObject, Value,
};

use super::plain::{Answer, PlainObject, Plan, argument, plain_object};
use super::problem::Problem;

/// The page size when `first` is not given.
pub(crate) const DEFAULT_FIRST: i32 = 20;
/// The largest page.
pub(crate) const MOST_FIRST: i32 = 200;

/// Which rows of an ordered list to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// How many rows come before.
    pub(crate) offset: u64,
    /// How many to answer with.
    pub(crate) size: u64,
}

impl Window {
    /// Checks the arguments of a connection field.
    pub(crate) fn new(first: Option<i32>, after: Option<&str>) -> Result<Self, Problem> {
        let size = page_size(first)?;
        let offset = after.map_or(Ok(0), read_cursor)?;
        Ok(Self { offset, size })
    }

    /// The window that the arguments of a field give, as they stand in the document.
    pub(crate) fn of_arguments(first: &Value, after: &Value) -> Result<Self, Problem> {
        let first = match first {
            Value::Number(first) => first.as_i64().map(|first| i32::try_from(first).unwrap_or(i32::MAX)),
            _ => None,
        };
        let after = if let Value::String(after) = after { Some(after.as_str()) } else { None };
        Self::new(first, after)
    }

    /// One row more than is answered with, to see whether there is a next page.
    pub(crate) fn limit(self) -> u64 {
        self.size + 1
    }
}

/// Which rows to read of a list that is ordered by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyWindow<K> {
    /// Only rows that come after the row with this key.
    pub(crate) after: Option<K>,
    /// How many to answer with.
    size: u64,
}

impl<K: FromStr> KeyWindow<K> {
    /// Checks the arguments of a connection field.
    pub(crate) fn new(first: Option<i32>, after: Option<&str>) -> Result<Self, Problem> {
        let size = page_size(first)?;
        let key = |text: &str| text.strip_prefix('k')?.parse().ok();
        let after = after.map(|text| key(text).ok_or_else(no_cursor)).transpose()?;
        Ok(Self { after, size })
    }

    /// One row more than is answered with, to see whether there is a next page.
    pub(crate) fn limit(&self) -> u64 {
        self.size + 1
    }
}

fn page_size(first: Option<i32>) -> Result<u64, Problem> {
    let first = first.unwrap_or(DEFAULT_FIRST);
    let size = u64::try_from(first).ok().filter(|_| (1..=MOST_FIRST).contains(&first));
    size.ok_or_else(|| {
        Problem::bad_input(
            "first",
            format!("`first` phải từ 1 đến {MOST_FIRST} / must be 1 to {MOST_FIRST}, not {first}"),
        )
    })
}

fn read_cursor(text: &str) -> Result<u64, Problem> {
    let position = text.strip_prefix('c').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let position = position.and_then(|digits| digits.parse::<u32>().ok());
    position.map(u64::from).ok_or_else(no_cursor)
}

fn no_cursor() -> Problem {
    let message = "`after` phải là `endCursor` hoặc `cursor` đã nhận / must be an `endCursor` or `cursor` that this field gave";
    Problem::bad_input("after", message.to_owned())
}

/// What makes the cursors of a page.
#[derive(Clone, Debug)]
enum Cursors {
    /// So many rows come before the page.
    Positions(u64),
    /// Each row's key, and whether the page goes on after another.
    Keys { keys: Vec<String>, goes_on: bool },
}

impl Cursors {
    /// The cursor of the page's row at `index`.
    fn cursor(&self, index: usize) -> Option<String> {
        match self {
            Self::Positions(before) => Some(format!("c{}", before + index as u64 + 1)),
            Self::Keys { keys, .. } => keys.get(index).map(|key| format!("k{key}")),
        }
    }

    fn has_previous(&self) -> bool {
        match self {
            Self::Positions(before) => *before > 0,
            Self::Keys { goes_on, .. } => *goes_on,
        }
    }
}

/// What a connection tells beside its page.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Count {
    /// How many there are over all pages; counted only when it is asked for.
    pub(crate) total_count: i32,
}

plain_object! {
    /// Where a page stands in its list.
    #[graphql(name = "PageInfo")]
    pub(crate) struct Position {
        /// Whether there is a page before.
        has_previous_page: bool,
        /// Whether there is a page after.
        has_next_page: bool,
        /// The first row's cursor.
        start_cursor: Option<String>,
        /// The last row's cursor; pass it as `after` for the next page.
        end_cursor: Option<String>,
    }
}

/// One page of a list, as a Relay connection.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    cursors: Cursors,
    rows: Vec<T>,
    has_next: bool,
    total: Option<u64>,
}

impl<T> Page<T> {
    /// The page of `rows` that were read with [`Window::limit`].
    pub(crate) fn new(window: Window, rows: Vec<T>, total: Option<u64>) -> Self {
        Self::with_cursors(Cursors::Positions(window.offset), window.size, rows, total)
    }

    /// The page of rows, each with its key, that were read with [`KeyWindow::limit`].
    pub(crate) fn by_key<K: Display>(window: &KeyWindow<K>, rows: Vec<(K, T)>, total: Option<u64>) -> Self {
        let (keys, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|(key, row)| (key.to_string(), row)).unzip();
        let cursors = Cursors::Keys { keys, goes_on: window.after.is_some() };
        Self::with_cursors(cursors, window.size, rows, total)
    }

    fn with_cursors(cursors: Cursors, size: u64, mut rows: Vec<T>, total: Option<u64>) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_next = rows.len() > size;
        rows.truncate(size);
        Self { cursors, rows, has_next, total }
    }

    fn position(&self) -> Position {
        let last = self.rows.len().checked_sub(1);
        Position {
            has_previous_page: self.cursors.has_previous(),
            has_next_page: self.has_next,
            start_cursor: last.and_then(|_| self.cursors.cursor(0)),
            end_cursor: last.and_then(|last| self.cursors.cursor(last)),
        }
    }
}

type Relay<T> = Connection<String, T, Count>;

impl<T: OutputType + Answer> OutputType for Page<T> {
    fn type_name() -> Cow<'static, str> {
        Relay::<T>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Relay::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let plan = Self::plan(&[&ctx.item.node], ctx.query_env);
        Ok(self.answer(&plan))
    }
}

/// A short list that is held whole and paged where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Held<T>(pub(crate) Vec<T>);

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Held<T> {
    /// A page of it.
    pub(crate) fn page(&self, window: Window) -> Page<T> {
        let [skipped, taken] =
            [window.offset, window.limit()].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
        let rows = self.0.iter().skip(skipped).take(taken).cloned().collect();
        Page::new(window, rows, u64::try_from(self.0.len()).ok())
    }
}

impl<T: OutputType + Answer + Clone> OutputType for Held<T> {
    fn type_name() -> Cow<'static, str> {
        Page::<T>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Page::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = Self::plan_field_of(&field.node, &[&ctx.item.node], ctx.query_env);
        Ok(self.answer(&plan))
    }
}

impl<T: OutputType + Answer + Clone> Answer for Held<T> {
    /// Whoever loads the list has checked the arguments.
    fn plan_field_of(field: &Field, selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        let [first, after] = ["first", "after"].map(|name| argument(field, name, query));
        let mut plan = Page::<T>::plan(selections, query);
        plan.window = Window::of_arguments(&first, &after).ok();
        plan
    }

    fn answer(&self, plan: &Plan) -> Value {
        plan.window.map_or(Value::Null, |window| self.page(window).answer(plan))
    }
}

const PAGE_INFO: usize = 0;
const NODES: usize = 1;
const EDGES: usize = 2;
const TOTAL_COUNT: usize = 3;

impl<T: OutputType + Answer> PlainObject for Page<T> {
    fn plan_field(field: &Field, selections: &[&SelectionSet], query: &QueryEnv) -> Option<(usize, Plan)> {
        match field.name.node.as_str() {
            "pageInfo" => Some((PAGE_INFO, Position::plan(selections, query))),
            "nodes" => Some((NODES, T::plan(selections, query))),
            "edges" => Some((EDGES, Plan::of_object::<Edge<T>>(selections, query))),
            "totalCount" => Some((TOTAL_COUNT, Plan::default())),
            _ => None,
        }
    }

    fn answer_field(&self, at: usize, plan: &Plan) -> Value {
        match at {
            PAGE_INFO => self.position().answer(plan),
            NODES => Value::List(self.rows.iter().map(|row| row.answer(plan)).collect()),
            EDGES => {
                let edges = self.rows.iter().enumerate();
                let edges = edges.map(|(index, row)| Edge { cursors: &self.cursors, index, row });
                Value::List(edges.map(|edge| plan.answer_object(&edge)).collect())
            }
            _ => Value::from(self.total.and_then(|total| i32::try_from(total).ok()).unwrap_or(i32::MAX)),
        }
    }
}

impl<T: OutputType + Answer> Answer for Page<T> {
    fn plan(selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        Plan::of_object::<Self>(selections, query)
    }

    fn answer(&self, plan: &Plan) -> Value {
        plan.answer_object(self)
    }
}

/// A row with its cursor. Its schema type is the connection's own.
struct Edge<'a, T> {
    cursors: &'a Cursors,
    index: usize,
    row: &'a T,
}

impl<T> Edge<'_, T> {
    fn cursor(&self) -> Value {
        Value::String(self.cursors.cursor(self.index).unwrap_or_default())
    }
}

impl<T: Answer> OutputType for Edge<'_, T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Edge", T::type_name()))
    }

    fn create_type_info(_: &mut Registry) -> String {
        // The connection registers the type; this object only answers for it.
        Self::qualified_type_name()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Object(IndexMap::from([(Name::new("cursor"), self.cursor())])))
    }
}

impl<T: Answer> PlainObject for Edge<'_, T> {
    fn plan_field(field: &Field, selections: &[&SelectionSet], query: &QueryEnv) -> Option<(usize, Plan)> {
        match field.name.node.as_str() {
            "cursor" => Some((0, Plan::default())),
            "node" => Some((1, T::plan(selections, query))),
            _ => None,
        }
    }

    fn answer_field(&self, at: usize, plan: &Plan) -> Value {
        if at == 0 { self.cursor() } else { self.row.answer(plan) }
    }
}
