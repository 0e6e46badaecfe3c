// What a variant of the benchmark is: something that takes HTTP on a port and passes it to the upstream.

export interface Stage {
  /** An empty directory of this variant's own. */
  readonly dir: string;
  readonly upstreamPort: number;
}

export interface Counts {
  /** Durable Object calls since the start. */
  readonly objectCalls: number;
  /** The same by binding, where they are told apart. */
  readonly byObject?: Readonly<Record<string, number>>;
  /** D1 statements since the start. */
  readonly d1Queries: number;
}

export interface Subject {
  readonly port: number;
  /** Every process whose CPU time counts. */
  readonly pids: readonly number[];
  /** Whole requests as they go over the wire; the load sends them in turn. */
  readonly requests: readonly string[];
  readonly counts: () => Promise<Counts>;
  readonly stop: () => Promise<void>;
}

export interface Variant {
  readonly name: string;
  readonly start: (stage: Stage) => Promise<Subject>;
}

/** A GET as a load sends it. */
export function get(host: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ host, "user-agent": "selvage-bench", accept: "*/*", ...headers });
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
