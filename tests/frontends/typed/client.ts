// A client whose questions and answers have types, all of them from the schema.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

import { AgainDocument, CompileDocument, RankingDocument } from "./generated/operations.js";

/** Where the API is, and who asks. */
export interface Server {
  graphql: string;
  authorization: string;
}

async function ask<Answer, Variables>(
  server: Server,
  document: TypedDocumentNode<Answer, Variables>,
  variables: Variables,
): Promise<Answer> {
  const response = await fetch(server.graphql, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      authorization: server.authorization,
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Answer; errors?: { message: string }[] };
  if (!data || errors) throw new Error(errors?.map(({ message }) => message).join("; ") ?? "no answer");
  return data;
}

/** The agencies of a period, best first. */
export async function ranked(server: Server, period: string): Promise<{ id: string; code: string; rank: number | null }[]> {
  const { scorecards } = await ask(server, RankingDocument, { period, first: 50 });
  return scorecards.nodes.map(({ agency, rank }) => ({ id: agency.id, code: agency.code, rank: rank ?? null }));
}

/** The name of the agency with an id. */
export async function nameOf(server: Server, id: string): Promise<string | null> {
  const { node } = await ask(server, AgainDocument, { id });
  return node?.__typename === "Agency" ? node.nameVi : null;
}

/** Asks for a build; gives its state, or why it is refused. */
export async function compile(server: Server, period: string, reason: string): Promise<string> {
  const { requestBuild } = await ask(server, CompileDocument, { input: { period, reason } });
  return requestBuild.build?.state ?? requestBuild.errors.map(({ code }) => code).join();
}

export function wrong(server: Server) {
  // @ts-expect-error: a period is a string.
  void ask(server, RankingDocument, { period: 2022 });
  // @ts-expect-error: a reason is needed.
  void ask(server, CompileDocument, { input: { period: "2022-H1" } });
}
