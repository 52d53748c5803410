// Code generated from the schema and our documents compiles strictly, and its client is answered.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { start } from "./server.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));

function succeeds(program, ...args) {
  const run = spawnSync(process.execPath, [`${HERE}node_modules/${program}`, ...args], { cwd: HERE, encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}

describe("Typed code", () => {
  let server;
  before(async () => (server = await start()));
  after(() => server.stop());

  it("is generated from the schema", () => {
    rmSync(`${HERE}typed/generated`, { recursive: true, force: true });
    succeeds("@graphql-codegen/cli/cjs/bin.js", "--config", "typed/codegen.json");
  });

  it("compiles strictly", () => succeeds("typescript/bin/tsc", "--project", "typed/tsconfig.json"));

  it("asks the server", async () => {
    const { compile, nameOf, ranked } = await import("./typed/generated/js/client.js");
    const cards = await ranked(server, "2022-H1");
    assert.equal(cards.length, 12);
    assert.equal(cards[0].rank, 1);
    assert.ok(await nameOf(server, cards[0].id));
    assert.equal(await compile(server, "2022-H1", "typed"), "QUEUED");
    assert.equal(await compile(server, "2031-H1", "typed"), "UNKNOWN_PERIOD");
  });
});
