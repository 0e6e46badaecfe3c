// What asking the mesh costs a user's own nginx: the same service through the same nginx, without and with
// auth_request. `npx node bench/adapter.ts [requests]` prints both, in turns of one run, so that a busy machine slows
// both alike.
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { startBackend } from "../test/support/backend.ts";
import { startMesh } from "../test/support/mesh.ts";
import { startNginx } from "../test/support/nginx.ts";

const requests = Number(process.argv[2] ?? 2000);
const EXAMPLE = readFileSync(new URL("../examples/nginx/selvage.conf", import.meta.url), "utf8");

const backend = await startBackend("orders");
const mesh = await startMesh();
const host = new URL(backend.url).host;
await mesh.cli(
  ["apply", "--wait", "-f", "-"],
  `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec: {exposure: public, endpoints: [{url: "${backend.url}"}]}\n`,
);
const asking = EXAMPLE.replaceAll("127.0.0.1:8787", new URL(mesh.url).host).replaceAll("127.0.0.1:9000", host);
const plain = "location /plain/ { proxy_pass http://orders_service; }\n\n  location / {";
const nginx = await startNginx(asking.replace("location / {", plain));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const times = { plain: [] as number[], asked: [] as number[] };
for (let turn = 0; turn < requests + 100; turn++) {
  for (const [name, path] of [
    ["plain", "/plain/x"],
    ["asked", "/x"],
  ] as const) {
    const started = performance.now();
    await once(`${nginx.url}${path}`);
    // The first ones wake everything up.
    if (turn >= 100) {
      times[name].push(performance.now() - started);
    }
  }
}
agent.destroy();
await nginx.stop();
await mesh.stop();
await backend.close();

const [without, withIt] = [times.plain, times.asked].map((list) => list.toSorted((a, b) => a - b));
const at = (sorted: readonly number[] | undefined, share: number): number =>
  sorted?.[Math.floor(requests * share)] ?? 0;
console.log(`${requests} requests each, one at a time, milliseconds`);
console.log(`                 p50      p99`);
console.log(`nginx alone   ${at(without, 0.5).toFixed(3)}    ${at(without, 0.99).toFixed(3)}`);
console.log(`asks the mesh ${at(withIt, 0.5).toFixed(3)}    ${at(withIt, 0.99).toFixed(3)}`);
console.log(`the hop       ${(at(withIt, 0.5) - at(without, 0.5)).toFixed(3)}`);

function once(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url} answered ${response.statusCode}`));
      }
      response.resume();
      response.on("end", () => resolve());
    }).on("error", reject);
  });
}
