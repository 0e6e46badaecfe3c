// A connection that does not come about is given up in time.
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { openRequest, upstreamAt } from "../../src/agent/upstream.ts";

it("gives up on a mesh that takes connections and never greets", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const upstream = upstreamAt(new URL(`https://127.0.0.1:${port}`), 1_000, 100);
  const asking = openRequest(upstream, { method: "GET", target: "/svc/a/", headers: ["host", "a"] });
  asking.end();
  expect(await once(asking, "error")).toMatchObject([{ code: "ETIMEDOUT" }]);
  upstream.connections.destroy();
  silent.close();
});
