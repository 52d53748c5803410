// The server under test: the debug binary, on a port and in a directory of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.REFORM_API ?? fileURLToPath(new URL("../../target/debug/reform-api", import.meta.url));

/** Starts a server whose sample province is compiled; gives its URLs, and how to stop it. */
export async function start() {
  const directory = await mkdtemp(join(tmpdir(), "reform-frontends-"));
  const { DATABASE_URL, ...env } = process.env;
  const child = spawn(BINARY, ["--listen", "127.0.0.1:0", "--data-dir", directory], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [host, token] = await Promise.race([
    printed(child.stdout),
    exited.then(([code]) => Promise.reject(new Error(`${BINARY} ended with ${code}`))),
  ]);
  return {
    host,
    authorization: `Bearer ${token}`,
    port: Number(host.split(":").at(-1)),
    graphql: `http://${host}/graphql`,
    socket: `ws://${host}/graphql/ws`,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Where the server listens, and the token that the first start prints. */
async function printed(stdout) {
  let token;
  for await (const line of createInterface({ input: stdout })) {
    token = /: (rfm_\S+)/.exec(line)?.[1] ?? token;
    const found = /GraphiQL: http:\/\/(\S+)\/graphiql/.exec(line);
    if (found) {
      stdout.resume();
      return [found[1], token];
    }
  }
  throw new Error("the server did not say where it listens");
}

/** Asks the server as its administrator and expects no errors. */
export async function ask(server, query, variables) {
  const response = await fetch(server.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: server.authorization },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
