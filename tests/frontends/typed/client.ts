// A client whose questions and answers have types, all of them from the schema.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

import { AgainDocument, CompileDocument, RankingDocument } from "./generated/operations.js";

async function ask<Answer, Variables>(
  url: string,
  document: TypedDocumentNode<Answer, Variables>,
  variables: Variables,
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Answer; errors?: { message: string }[] };
  if (!data || errors) throw new Error(errors?.map(({ message }) => message).join("; ") ?? "no answer");
  return data;
}

/** The agencies of a period, best first. */
export async function ranked(url: string, period: string): Promise<{ id: string; code: string; rank: number | null }[]> {
  const { scorecards } = await ask(url, RankingDocument, { period, first: 50 });
  return scorecards.nodes.map(({ agency, rank }) => ({ id: agency.id, code: agency.code, rank: rank ?? null }));
}

/** The name of the agency with an id. */
export async function nameOf(url: string, id: string): Promise<string | null> {
  const { node } = await ask(url, AgainDocument, { id });
  return node?.__typename === "Agency" ? node.nameVi : null;
}

/** Asks for a build; gives its state, or why it is refused. */
export async function compile(url: string, period: string, reason: string): Promise<string> {
  const { requestBuild } = await ask(url, CompileDocument, { input: { period, reason } });
  return requestBuild.build?.state ?? requestBuild.errors.map(({ code }) => code).join();
}

export function wrong(url: string) {
  // @ts-expect-error: a period is a string.
  void ask(url, RankingDocument, { period: 2022 });
  // @ts-expect-error: a reason is needed.
  void ask(url, CompileDocument, { input: { period: "2022-H1" } });
}
