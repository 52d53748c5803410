// Subscriptions with the public client `graphql-ws`, over a good connection and over one that is cut.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import { ask, start } from "./server.js";

const REQUEST = `mutation ($reason: String!) {
  requestBuild(input: { period: "2022-H1", reason: $reason }) { build { id } errors { code } }
}`;
const PROGRESS = `subscription ($id: ID!) {
  buildProgress(id: $id) { state partsEnded partsTotal cardsUnchanged }
}`;
const END = { state: "SUCCEEDED", partsEnded: 2, partsTotal: 2, cardsUnchanged: 12 };

describe("graphql-transport-ws", () => {
  let server;
  before(async () => (server = await start()));
  after(() => server.stop());

  /** A client that shows the administrator's token as a browser can. */
  const client = (url, options = {}) => {
    const connectionParams = { authorization: server.authorization };
    return createClient({ url, webSocketImpl: WebSocket, connectionParams, ...options });
  };
  const requestBuild = async (reason) => (await ask(server, REQUEST, { reason })).requestBuild.build.id;

  it("a build is watched to its end", async () => {
    const watching = client(server.socket);
    const id = await requestBuild("watched");
    const seen = [];
    for await (const { data, errors } of watching.iterate({ query: PROGRESS, variables: { id } })) {
      assert.equal(errors, undefined);
      seen.push(data.buildProgress);
    }
    assert.deepEqual(seen.at(-1), END);
    await watching.dispose();
  });

  it("a build is watched to its end over a connection that is cut", async () => {
    const proxy = await cuttable(server.port);
    const acknowledged = [];
    const watching = client(`ws://127.0.0.1:${proxy.port}/graphql/ws`, {
      retryAttempts: 10,
      retryWait: () => sleep(50),
      on: { connected: () => acknowledged.push(Date.now()) },
    });
    const id = await requestBuild("cut");
    const seen = [];
    for await (const { data } of watching.iterate({ query: PROGRESS, variables: { id } })) {
      seen.push(data.buildProgress);
      if (seen.length === 1) proxy.cut();
    }
    assert.deepEqual(seen.at(-1), END);
    assert.ok(acknowledged.length >= 2, "the client connected again");
    await watching.dispose();
    proxy.close();
  });

  it("what ended while nobody was connected is told on subscribing again", async () => {
    const watching = client(server.socket);
    const id = await requestBuild("unwatched");
    const ended = async () => (await ask(server, `query ($id: ID!) { build(id: $id) { state } }`, { id })).build.state;
    while ((await ended()) !== "SUCCEEDED") await sleep(50);
    const seen = [];
    for await (const { data } of watching.iterate({ query: PROGRESS, variables: { id } })) seen.push(data.buildProgress);
    assert.deepEqual(seen, [END]);
    await watching.dispose();
  });

  it("queries and mutations are answered, and refusals are errors", async () => {
    const asking = client(server.socket);
    const once = async (query, variables) => (await asking.iterate({ query, variables }).next()).value;
    assert.equal((await once("{ blocks { code } }")).data.blocks.length, 2);
    const requested = await once(REQUEST, { reason: "over the socket" });
    assert.deepEqual(requested.data.requestBuild.errors, []);
    const refused = await once("{ nothing }").catch((errors) => errors);
    assert.equal(refused[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
    await asking.dispose();
  });

  it("a client may ping, stop listening and listen again", async () => {
    let pongs = 0;
    const watching = client(server.socket, { lazy: false, keepAlive: 50, on: { pong: () => pongs++ } });
    const id = await requestBuild("pinged");
    for (let round = 0; round < 3; round++) {
      const progress = watching.iterate({ query: PROGRESS, variables: { id } });
      assert.ok((await progress.next()).value.data.buildProgress.state);
      await progress.return();
    }
    await sleep(200);
    assert.ok(pongs > 0, "the server answered pings");
    await watching.dispose();
  });
});

/** A TCP proxy whose connections can be cut. */
async function cuttable(port) {
  const sockets = new Set();
  const proxy = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => (sockets.delete(socket), other.destroy()));
      socket.pipe(other);
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: proxy.address().port,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => (proxy.close(), sockets.forEach((socket) => socket.destroy())),
  };
}
