// The page to try the API on: what it loads and runs is what its policy allows.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";

import { start } from "./server.js";

describe("GraphiQL", () => {
  let server, page, policy;
  before(async () => {
    server = await start();
    const response = await fetch(`http://${server.host}/graphiql`);
    page = await response.text();
    const directives = response.headers.get("content-security-policy").split("; ");
    policy = new Map(directives.map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1)]));
  });
  after(() => server.stop());

  it("its inline scripts are allowed by their hashes", () => {
    const inline = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script);
    assert.equal(inline.length, 1);
    for (const script of inline) {
      const hash = createHash("sha256").update(script).digest("base64");
      assert.ok(policy.get("script-src").includes(`'sha256-${hash}'`));
    }
    assert.doesNotMatch(page, /\son\w+=|javascript:/);
    assert.ok(!policy.get("script-src").includes("'unsafe-inline'"));
  });

  it("what it loads comes from where it may", () => {
    const loads = (pattern, directive) => {
      const origins = [...page.matchAll(pattern)].map(([, url]) => new URL(url).origin);
      assert.ok(origins.length > 0, directive);
      for (const origin of origins) assert.ok(policy.get(directive).includes(origin), `${directive} ${origin}`);
    };
    loads(/<script[^>]*\ssrc="([^"]+)"/g, "script-src");
    loads(/<link rel="stylesheet" href="([^"]+)"/g, "style-src");
    loads(/<link rel="icon" href="([^"]+)"/g, "img-src");
  });

  it("it asks the endpoints that there are, of this server alone", async () => {
    const [, http] = /url: createUrl\('([^']+)'\)/.exec(page);
    const [, socket] = /subscriptionUrl: createUrl\('([^']+)', true\)/.exec(page);
    assert.equal(new URL(http, `http://${server.host}`).href, server.graphql);
    assert.equal(new URL(socket, `ws://${server.host}`).href, server.socket);
    assert.deepEqual(policy.get("connect-src"), ["'self'"]);
  });

  it("no answer may be framed, sniffed or used by another site", async () => {
    for (const path of ["/graphiql", "/graphql", "/nowhere", "/health/live"]) {
      const { headers } = await fetch(`http://${server.host}${path}`);
      assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("referrer-policy"), "no-referrer", path);
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
      assert.equal(headers.get("access-control-allow-origin"), null, path);
    }
  });
});
