// Where the runtime may have few file descriptors: connections come in here, at most so many, and go on to it. It takes
// whatever connects, and dies of the first one that it has no descriptor for; this closes what is beyond, and all
// others stay. Only in front of loopback, where an address of a caller says nothing.
import { execFileSync } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";

/** With more than this a machine has other bounds before. */
const FEW = 4096;
/** What the runtime needs beside connections: files, pipes, its own sockets. */
const RESERVED = 150;
/** It has two for a connection of a caller and two for the one to the service; one is to spare. */
const EACH = 5;

/** How many connections may be open at once for each edge; null = there is no need to bound them. */
export function connectionBound(limit: number | null, edges: number): number | null {
  if (limit === null || limit >= FEW) {
    return null;
  }
  return Math.max(4, Math.floor((limit - RESERVED) / EACH / edges));
}

/** The hard limit that this process and its runtime have; null = none, or nobody says. */
export function descriptorLimit(): number | null {
  try {
    const limit = Number(execFileSync("/bin/sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }));
    return Number.isInteger(limit) && limit > 0 ? limit : null;
  } catch {
    return null;
  }
}

export interface Front {
  /** Takes no more; what is open goes on. */
  readonly close: () => void;
  readonly destroy: () => void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Resolves when it listens. */
export async function startFront(outer: Address, inner: Address, most: number): Promise<Front> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    const runtime = connect({ ...inner, allowHalfOpen: true, noDelay: true });
    join(caller, runtime, open);
    join(runtime, caller, open);
  });
  server.maxConnections = most;
  await listening(server, outer);
  return {
    close: () => server.close(),
    destroy: () => {
      server.close();
      open.forEach((socket) => socket.destroy());
    },
  };
}

function join(from: Socket, to: Socket, open: Set<Socket>): void {
  open.add(from);
  from.pipe(to);
  // Who breaks a connection off says so to the other side: a mesh notices by it that a caller has left.
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => {
    open.delete(from);
    to.destroySoon();
  });
}

async function listening(server: Server, { host, port }: Address): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  await promise;
  server.off("error", reject);
  // A connection that it has no descriptor for is closed by the system's own means.
  server.on("error", () => undefined);
}
