// Every audit of GraphQL over HTTP that the specification's reference implementation knows.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serverAudits } from "graphql-http";

import { start } from "./server.js";

describe("GraphQL over HTTP", () => {
  let server;
  before(async () => (server = await start()));
  after(() => server.stop());

  for (const audit of serverAudits({ url: () => server.graphql })) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      assert.equal(result.status, "ok", result.reason);
    });
  }
});
