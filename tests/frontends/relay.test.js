// Relay's compiler accepts the schema, and the server answers the documents that it makes of ours.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { ask, start } from "./server.js";

const HERE = fileURLToPath(new URL("relay/", import.meta.url));
const COMPILER = fileURLToPath(new URL("node_modules/relay-compiler/cli.js", import.meta.url));

/** The text that the compiler made of a query. */
function document(name) {
  const source = readFileSync(`${HERE}generated/${name}.graphql.ts`, "utf8");
  return JSON.parse(/"text": (".*")/.exec(source)[1]);
}

describe("Relay", () => {
  let server;
  before(async () => (server = await start()));
  after(() => server.stop());

  it("the compiler accepts connections, refetches, subscriptions and mutations", () => {
    rmSync(`${HERE}generated`, { recursive: true, force: true });
    mkdirSync(`${HERE}generated`);
    const run = spawnSync(process.execPath, [COMPILER, "relay.config.json"], { cwd: HERE, encoding: "utf8" });
    assert.equal(run.status, 0, run.stdout + run.stderr);
  });

  it("a connection is read page by page to its end", async () => {
    const text = document("cardsPageQuery");
    const seen = [];
    for (let cursor = null, more = true; more; ) {
      const { scorecards } = await ask(server, text, { period: "2022-H1", count: 5, cursor });
      seen.push(...scorecards.edges.map(({ node }) => node.id));
      ({ endCursor: cursor, hasNextPage: more } = scorecards.pageInfo);
    }
    assert.equal(seen.length, 12);
    assert.equal(new Set(seen).size, 12);
  });

  it("a fragment is asked again by its node's id", async () => {
    const page = await ask(server, document("cardsRankingQuery"), { period: "2022-H1", count: 1 });
    const [{ node }] = page.scorecards.edges;
    const again = await ask(server, document("cardsCardQuery"), { id: node.id });
    assert.equal(again.node.id, node.id);
    assert.deepEqual(again.node.agency, node.agency);
  });

  it("the documents of the mutation and the subscription are valid", async () => {
    const input = { period: "2022-H1", reason: "Relay" };
    const { requestBuild } = await ask(server, document("cardsRequestMutation"), { input });
    assert.deepEqual(requestBuild.errors, []);
    const response = await fetch(server.graphql, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: server.authorization },
      body: JSON.stringify({ query: document("cardsProgressSubscription"), variables: { id: requestBuild.build.id } }),
    });
    const { errors } = await response.json();
    assert.match(errors[0].message, /not supported on this transport/);
  });
});
