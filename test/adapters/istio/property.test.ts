import { array, assert, constantFrom, jsonValue, nat, oneof, property, tuple } from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { importGatewayApi } from "../../../src/adapters/source/import-gateway-api.ts";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { bookshop } from "../../support/istio/bookshop.ts";

type Path = readonly (string | number)[];

/** Every mapping and list below a value, and every value in them. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) {
    return [path];
  }
  return [
    path,
    ...Object.entries(value).flatMap(([key, child]) =>
      places(child, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** A copy with another value at a place. */
function withValue(value: unknown, [step, ...rest]: Path, put: (before: unknown) => unknown): unknown {
  if (step === undefined) {
    return put(value);
  }
  if (Array.isArray(value)) {
    return value.map((child: unknown, index) => (index === step ? withValue(child, rest, put) : child));
  }
  const record = value as Record<string, unknown>;
  return { ...record, [step]: withValue(record[step], rest, put) };
}

const all = bookshop.flatMap((document, index) => places(document).map((path) => ({ index, path })));

it("imports the bookshop into documents that the mesh takes as YAML", () => {
  const { documents, notes } = importIstio(bookshop);
  const parsed = parseDocuments(documents.map((one) => stringify(one)).join("---\n"), "yaml");
  expect(parsed.ok ? parsed.warnings : parsed.refusal).toEqual([]);
  expect(documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    "Namespace/shop",
    ...["page", "details", "ratings", "reviews"].map((name) => `Service/${name}`),
    "Gateway/entrance",
    "HTTPRoute/page",
    "HTTPRoute/reviews",
    "FaultPolicy/ratings-0",
    "HTTPRoute/ratings",
    "TrafficPolicy/reviews",
    "AuthenticationPolicy/customers",
    "AuthorizationPolicy/nobody",
    "AuthorizationPolicy/page",
    "AuthorizationPolicy/reviews",
  ]);
  expect(notes.map(({ severity, ref, pointer }) => `${severity} ${ref} ${pointer}`)).toEqual([
    "dropped Gateway/shop/entrance /spec/selector",
    "changed VirtualService/shop/page /spec/http/0/match/1/uri/prefix",
    "changed VirtualService/shop/page /spec/http/0/match/2/uri/prefix",
    "changed VirtualService/shop/reviews /spec/http/1/retries",
    "changed VirtualService/shop/ratings /spec/http/0/route/0/destination/subset",
    "changed VirtualService/shop/ratings /spec/http/1/route/0/destination/subset",
    "changed DestinationRule/shop/reviews /spec/trafficPolicy/connectionPool/http/http2MaxRequests",
    "dropped DestinationRule/shop/reviews /spec/trafficPolicy/connectionPool/tcp/maxConnections",
    "dropped DestinationRule/shop/reviews /spec/trafficPolicy/loadBalancer/consistentHash/httpCookie/ttl",
    "dropped PeerAuthentication/shop/default /spec/mtls/mode",
    "changed RequestAuthentication/shop/customers /spec",
    "changed AuthorizationPolicy/shop/nobody /spec",
    "changed AuthorizationPolicy/shop/reviews /spec/rules/0/from/0/source/principals",
  ]);
});

it("tells a field that it does not know, wherever it stands", () => {
  // Specs of core kinds are kept whole; everything else is read field by field.
  const mappings = all.filter(({ index, path }) => {
    const value = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], bookshop[index]);
    const kept = ["Namespace", "Service"].includes((bookshop[index] as { kind: string }).kind) && path[0] === "spec";
    return typeof value === "object" && value !== null && !Array.isArray(value) && !kept;
  });
  for (const { index, path } of mappings) {
    const changed = withValue(bookshop[index], path, (before) => ({ ...(before as object), zzz: { deep: [1] } }));
    const { notes } = importIstio(bookshop.map((document, at) => (at === index ? changed : document)));
    const pointer = [...path, "zzz"].map((step) => `/${step}`).join("");
    const found = notes.some(
      (note) => note.pointer !== "" && note.severity === "dropped" && `${pointer}/`.startsWith(`${note.pointer}/`),
    );
    const whole = notes.some((note) => note.pointer === "" && note.severity === "dropped");
    expect(found || whole, `${pointer} of document ${index}`).toBe(true);
  }
}, 30_000);

const odd = oneof(
  constantFrom<unknown>(
    null,
    "",
    "*",
    "/",
    "a b",
    0,
    -1,
    1e9,
    true,
    [],
    {},
    [null],
    "%X%",
    "A.B.",
    "9s",
    "(",
    "x".repeat(2000),
  ),
  jsonValue({ maxDepth: 2 }),
);

it("never makes a document that the parser refuses, whatever stands in the source", () => {
  const edits = array(tuple(nat(all.length - 1), odd), { minLength: 1, maxLength: 6 });
  assert(
    property(edits, (list) => {
      let sources: readonly unknown[] = bookshop;
      for (const [at, value] of list) {
        const { index, path } = all[at]!;
        sources = sources.map((document, place) => {
          if (place !== index) {
            return document;
          }
          try {
            return withValue(document, path, () => value);
          } catch {
            // An earlier edit took the place away.
            return document;
          }
        });
      }
      for (const { documents } of [importIstio(sources), importGatewayApi(sources)]) {
        const text = JSON.stringify(documents);
        const parsed = parseDocuments(text, "json");
        expect(parsed.ok ? [] : parsed.refusal).toEqual([]);
      }
    }),
    { seed: 20_261_123, numRuns: 60 },
  );
}, 30_000);

it("never lets an edited AuthorizationPolicy lose its deny-by-default", () => {
  const index = bookshop.length - 1;
  const below = places(bookshop[index]).filter(([first, second]) => first === "spec" && second === "rules");
  assert(
    property(constantFrom(...below), odd, (path, value) => {
      const changed = withValue(bookshop[index], path, () => value);
      const { documents } = importIstio([...bookshop.slice(0, index), changed]);
      const policy = documents.find(
        ({ kind, metadata }) => kind === "AuthorizationPolicy" && metadata.name === "reviews",
      );
      expect(policy?.spec).toMatchObject({ action: "ALLOW", targetRefs: [{ name: "reviews" }] });
    }),
    { seed: 7, numRuns: 60 },
  );
}, 30_000);
