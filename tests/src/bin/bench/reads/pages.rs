//! The pages that are measured, as frontends ask for them.

use axum::body::Bytes;
use serde_json::json;

use super::client::Ask;
use super::widen::code_of;

/// A page: a GraphQL document with its variables, and the floor's path for the same.
#[derive(Debug)]
pub struct Page {
    pub name: &'static str,
    document: &'static str,
    variables: fn(usize) -> serde_json::Value,
    floor: fn(usize) -> String,
}

/// One card with its pillars, lines and the top ten of its block; a sorted page of fifty cards.
pub const PAGES: &[Page] = &[
    Page {
        name: "page",
        document: "query Page($agency: String!) {
  scorecard(agency: $agency, period: \"2022-H1\") {
    id revision state total totalExact effectiveMax indexPercent rank missingCount contentHash
    agency { code nameVi nameEn }
    grade { code nameVi }
    pillars { code nameVi points effectiveMax indexPercent }
    lines { code parentCode level nameVi state points pointsExact maxPoints effectiveMax rule }
  }
  ranking(period: \"2022-H1\", block: \"DEPARTMENTS\", first: 10) {
    nodes { rank scorecard { indexPercent agency { code nameVi } } }
  }
}",
        variables: |number| json!({ "agency": code_of(number) }),
        floor: |number| format!("/page/{}", code_of(number)),
    },
    Page {
        name: "rank",
        document: "query Rank($after: String) {
  scorecards(period: \"2022-H1\", block: \"DEPARTMENTS\", orderBy: INDEX, first: 50, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id state total indexPercent rank
      agency { code nameVi nameEn }
      grade { code nameVi }
      pillars { code nameVi points effectiveMax indexPercent }
    }
  }
}",
        variables: |number| json!({ "after": format!("c{}", offset_of(number)) }),
        floor: |number| format!("/rank/{}", offset_of(number)),
    },
];

/// Readers of a ranking look at its first pages.
fn offset_of(number: usize) -> usize {
    number % 4 * 50
}

impl Page {
    pub fn ask_api(&self, number: usize) -> Ask {
        let body = json!({ "query": self.document, "variables": (self.variables)(number) }).to_string();
        Ask { path: "/graphql".to_owned(), body: Some(Bytes::from(body)) }
    }

    pub fn ask_floor(&self, number: usize) -> Ask {
        Ask { path: (self.floor)(number), body: None }
    }
}
