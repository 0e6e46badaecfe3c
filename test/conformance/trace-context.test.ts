// The W3C's own tests of Trace Context through the mesh, traced and untraced. A step of three callbacks is a request
// that is tried three times; it is taken where the mesh traces, since an untraced request has one span.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";

type Pair = readonly [name: string, value: string];

interface Expectation {
  readonly field: "traceparent" | "tracestate" | "trace_id" | "parent_id" | "trace_flags";
  readonly op: string;
  readonly value?: unknown;
  readonly key?: string;
  readonly keys?: unknown;
}

interface Case {
  readonly class: string;
  readonly name: string;
  readonly steps: readonly {
    readonly request_headers: readonly Pair[];
    readonly callbacks?: number;
    readonly expect: readonly Expectation[];
  }[];
}

const file = new URL("../../../shared/conformance/trace-context/cases.json", import.meta.url);
const haveCases = existsSync(file);
const cases: readonly Case[] = haveCases ? JSON.parse(readFileSync(file, "utf8")).tests : [];

/** What arrived, as raw lines. */
let arrivals: (readonly Pair[])[] = [];
let failures = 0;
const backend = createServer(({ rawHeaders }, response) => {
  arrivals.push(
    rawHeaders.flatMap((name, at): Pair[] => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ""]] : [])),
  );
  failures -= 1;
  response.writeHead(failures >= 0 ? 503 : 200).end();
});

/** Lines as they are written here, with the names' case and repetitions. */
async function send(url: string, headers: readonly Pair[]): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = [["host", `${hostname}:${port}`], ["connection", "close"], ...headers].map((pair) => pair.join(": "));
  socket.end(`GET /svc/traced/ HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  socket.resume();
  await once(socket, "close");
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

interface Arrived {
  readonly traceparents: readonly string[];
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: number;
  /** null = there was none. */
  readonly tracestate: string | null;
  readonly members: readonly Pair[];
}

function arrivedOf(lines: readonly Pair[]): Arrived {
  const all = (wanted: string): string[] => lines.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const traceparents = all("traceparent");
  const [, traceId = "", parentId = "", flags = "00"] = TRACEPARENT.exec(traceparents[0] ?? "") ?? [];
  const states = all("tracestate");
  const tracestate = states.length === 0 ? null : states.join(",");
  const members = (tracestate ?? "")
    .split(",")
    .filter((member) => member.trim() !== "")
    .map((member): Pair => [member.split("=", 1)[0]?.trim() ?? "", member.slice(member.indexOf("=") + 1)]);
  return { traceparents, traceId, parentId, flags: Number.parseInt(flags, 16), tracestate, members };
}

function hold(one: Expectation, arrived: readonly Arrived[], previous: Arrived | null): void {
  const [first] = arrived;
  if (first === undefined) {
    throw new Error("nothing arrived");
  }
  const { field, op, value, key } = one;
  const state = first.tracestate ?? "";
  const said = JSON.stringify(one);
  switch (`${field} ${op}`) {
    case "traceparent one_valid_header":
      for (const { traceparents } of arrived) {
        expect(traceparents, said).toEqual([expect.stringMatching(TRACEPARENT)]);
      }
      return;
    case "trace_id equals":
      return expect(first.traceId, said).toBe(value);
    case "trace_id not_equals":
      return expect(first.traceId, said).not.toBe(value);
    case "trace_id all_callbacks_equal":
      return expect(new Set(arrived.map(({ traceId }) => traceId)), said).toEqual(new Set([value]));
    case "parent_id not_equals":
      return expect(first.parentId, said).not.toBe(value);
    case "parent_id distinct_over_callbacks":
      return expect(new Set(arrived.map(({ parentId }) => parentId)).size, said).toBe(value);
    case "trace_flags mask_set":
      return expect(first.flags & Number(value), said).toBe(Number(value));
    case "tracestate contains":
      return expect(state, said).toContain(value);
    case "tracestate contains_any":
      return expect(
        (value as readonly string[]).some((text) => state.includes(text)),
        said,
      ).toBe(true);
    case "tracestate order": {
      const places = (value as readonly string[]).map((text) => state.indexOf(text));
      return expect(places, said).toEqual(places.toSorted((a, b) => a - b));
    }
    case "tracestate key_present":
      return expect(
        first.members.map(([name]) => name),
        said,
      ).toContain(key);
    case "tracestate key_absent":
      return expect(
        first.members.map(([name]) => name),
        said,
      ).not.toContain(key);
    case "tracestate equals":
      return expect(first.members.find(([name]) => name === key)?.[1], said).toBe(value);
    case "tracestate length":
      return expect(first.members, said).toHaveLength(Number(value));
    case "tracestate same_length_as_previous_step":
      return expect(first.members.length, said).toBe(previous?.members.length);
    case "tracestate absent_or_not_empty":
      return expect(first.tracestate, said).not.toBe("");
    default:
      throw new Error(`not known: ${said}`);
  }
}

it.skipIf(process.env.SELVAGE_CI === undefined && !haveCases)("has the cases of the W3C, in CI always", () => {
  expect(haveCases).toBe(true);
});

describe.skipIf(!haveCases).each(["0", "100"])(
  "W3C Trace Context where %s of 100 are traced (skipped where ../shared/conformance/trace-context is absent)",
  (percent) => {
    let mesh: TestMesh;
    beforeAll(async () => {
      if (!backend.listening) {
        backend.listen(0, "127.0.0.1");
        await once(backend, "listening");
      }
      const address = backend.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      mesh = await startMesh({ args: ["--var", `TRACE_PERCENT=${percent}`] });
      const documents = `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: traced}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:${port}"}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: traced}
spec: {targetRefs: [{kind: Service, name: traced}], retry: {attempts: 2, on: [5xx], backoff: {base: 1ms}}}
`;
      const applied = await mesh.cli(["apply", "-f", "-", "--wait"], documents);
      expect(applied.code, applied.stderr).toBe(0);
    });
    afterAll(async () => {
      await mesh?.stop();
      if (percent === "100") {
        backend.close();
      }
    });

    const taken = cases.filter(({ class: of }) => of !== "AdvancedTest" || percent !== "0");
    it.each(taken)("$name", async ({ steps }) => {
      let previous: Arrived | null = null;
      for (const { request_headers: headers, callbacks = 1, expect: expectations } of steps) {
        arrivals = [];
        failures = callbacks - 1;
        await send(mesh.url, headers);
        const arrived = arrivals.map(arrivedOf);
        expect(arrived).toHaveLength(callbacks);
        for (const one of expectations) {
          hold(one, arrived, previous);
        }
        previous = arrived[0] ?? null;
      }
    });
  },
);
