// Variant `bare`: the pass-through Worker that every ratio is taken against.
import { bundle } from "../../src/cli/local/bundle-worker.ts";
import { get, type Variant } from "../variant.ts";
import { startWorkerd } from "../workerd.ts";

export const bare: Variant = {
  name: "bare",
  async start({ dir, upstreamPort }) {
    const code = await bundle(new URL("../workers/bare.ts", import.meta.url).pathname);
    const workerd = await startWorkerd(dir, [{ name: "bare", code, listen: ["default"] }]);
    return {
      port: workerd.ports["bare/default"] ?? 0,
      pids: [workerd.pid],
      requests: [get(`127.0.0.1:${upstreamPort}`, "/orders/17?full=1")],
      counts: async () => ({ objectCalls: 0, d1Queries: 0 }),
      stop: workerd.stop,
    };
  },
};
