// Whether the mesh can listen where it was asked to, found out before anything is started.
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

type LocalPorts = { readonly ok: true; readonly first: number } | { readonly ok: false; readonly message: string };

/** Longest wait for a port that a mesh killed a moment ago still holds. */
const PATIENCE_MS = 1_500;

/** Checks `count` ports from `first` on; `first` 0 finds free ones. */
export async function findPorts(host: string, first: number, count: number): Promise<LocalPorts> {
  if (first === 0) {
    return findFree(host, count);
  }
  const deadline = performance.now() + PATIENCE_MS;
  for (let port = first; port < first + count;) {
    const error = await refusal(host, port);
    if (error === null) {
      port += 1;
    } else if (error !== "EADDRINUSE" || performance.now() > deadline) {
      return { ok: false, message: say(error, host, port) };
    } else {
      await sleep(50);
    }
  }
  return { ok: true, first };
}

async function findFree(host: string, count: number): Promise<LocalPorts> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const errors = await Promise.all(Array.from({ length: count }, (_, i) => refusal(host, first + i)));
    if (errors.every((error) => error === null)) {
      return { ok: true, first };
    }
    const other = errors.find((error) => error !== null && error !== "EADDRINUSE");
    if (other) {
      return { ok: false, message: say(other, host, first) };
    }
  }
  return { ok: false, message: `no ${count} free ports in a row on ${host}` };
}

/** The error code of listening there, null when it can be done. */
async function refusal(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    if (server.listening) {
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

/** What listening there threw, in a sentence. */
export function listenError(error: unknown, host: string, port: number): string {
  return say(error instanceof Error && "code" in error ? String(error.code) : String(error), host, port);
}

function say(code: string, host: string, port: number): string {
  const where = `${host}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use on ${host}; choose another one with --port`;
    case "EACCES":
      return `listening on ${where} is not permitted; choose a port above 1023 with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another one with --host`;
    default:
      return `cannot listen on ${where} (${code})`;
  }
}
