// What a Relay frontend asks: pages that go on, fragments that are asked again, objects by their id.

import { graphql } from "react-relay";

export const ranking = graphql`
  query cardsRankingQuery($period: String!, $block: String, $count: Int!, $cursor: String) {
    ...cards_page @arguments(period: $period, block: $block, count: $count, cursor: $cursor)
  }
`;

export const page = graphql`
  fragment cards_page on Query
  @refetchable(queryName: "cardsPageQuery")
  @argumentDefinitions(
    period: { type: "String!" }
    block: { type: "String" }
    count: { type: "Int", defaultValue: 5 }
    cursor: { type: "String" }
  ) {
    scorecards(period: $period, block: $block, orderBy: RANK, first: $count, after: $cursor)
      @connection(key: "cards_page_scorecards", filters: ["period", "block"]) {
      totalCount
      edges {
        node {
          id
          ...cards_card
        }
      }
    }
  }
`;

export const card = graphql`
  fragment cards_card on Scorecard @refetchable(queryName: "cardsCardQuery") {
    rank
    indexPercent
    state
    agency {
      code
      nameVi
    }
  }
`;

export const progress = graphql`
  subscription cardsProgressSubscription($id: ID!) {
    buildProgress(id: $id) {
      id
      state
      partsEnded
      partsTotal
    }
  }
`;

export const request = graphql`
  mutation cardsRequestMutation($input: RequestBuildInput!, $connections: [ID!]!) {
    requestBuild(input: $input) {
      build @prependNode(connections: $connections, edgeTypeName: "BuildEdge") {
        id
        state
      }
      errors {
        code
        field
        messageVi
      }
    }
  }
`;
