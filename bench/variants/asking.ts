// Variants `object-per-request` and `d1-per-request`: what a request costs that waits for one call of a Durable Object,
// or for one row of D1, before it is passed on. The mesh does neither; this is what it saves.
import { bundle } from "../../src/cli/local/bundle-worker.ts";
import { migrate } from "../product.ts";
import { get, type Counts, type Variant } from "../variant.ts";
import { startWorkerd } from "../workerd.ts";

const file = (name: string): string => new URL(`../workers/${name}`, import.meta.url).pathname;

function asking(name: string, asks: "object" | "d1"): Variant {
  return {
    name,
    async start({ dir, upstreamPort }) {
      const workerd = await startWorkerd(dir, [
        {
          name: "d1",
          code: await bundle(file("d1.ts")),
          classes: ["Database"],
          bindings: ['(name = "DATABASE", durableObjectNamespace = "Database")'],
          listen: ["bench"],
        },
        {
          name: "asking",
          code: await bundle(file("asking.ts")),
          classes: ["Counter"],
          vars: { ASKS: asks },
          bindings: [
            '(name = "COUNTER", durableObjectNamespace = "Counter")',
            '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))',
          ],
          listen: ["default", "bench"],
        },
      ]);
      const count = async (socket: string): Promise<Record<string, number>> =>
        (await (await fetch(`http://127.0.0.1:${workerd.ports[socket]}/`)).json()) as Record<string, number>;
      const counts = async (): Promise<Counts> => {
        const [{ objectCalls = 0 }, { statementsRun = 0 }] = await Promise.all([
          count("asking/bench"),
          count("d1/bench"),
        ]);
        return { objectCalls, d1Queries: statementsRun };
      };
      try {
        await migrate(workerd);
      } catch (error) {
        await workerd.stop();
        throw error;
      }
      return {
        port: workerd.ports["asking/default"] ?? 0,
        pids: [workerd.pid],
        requests: [get(`127.0.0.1:${upstreamPort}`, "/orders/17?full=1")],
        counts,
        stop: workerd.stop,
      };
    },
  };
}

export const objectPerRequest: Variant = asking("object-per-request", "object");
export const d1PerRequest: Variant = asking("d1-per-request", "d1");
