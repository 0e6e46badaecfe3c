// Ports for what tests start, apart for each process of the test run, so that two never hand out the same one, and
// below those that the system gives to outgoing connections.
import { findPorts } from "../../src/cli/local/ports.ts";

const WIDTH = 2_000;
const worker = Number(process.env.VITEST_POOL_ID ?? "5");
const FIRST = 10_000 + WIDTH * ((worker - 1) % 5);
let next = Math.floor(Math.random() * WIDTH);

/** The first of `count` ports in a row on which nobody listens. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < WIDTH; tries += count) {
    if (next + count > WIDTH) {
      next = 0;
    }
    const first = FIRST + next;
    next += count;
    if ((await findPorts("127.0.0.1", first, count)).ok) {
      return first;
    }
  }
  throw new Error("no free port");
}
