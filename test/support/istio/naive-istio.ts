// Istio's AuthorizationPolicy read aloud, over rules as they are written there. Only for callers without proxies
// between, so that the peer's address is the client's.
export interface IstioRequest {
  /** `<namespace>/<account>` of the peer; null = no mutual TLS. */
  readonly peer: string | null;
  /** Subject of the user's token; undefined = no token, null = a token without subject. */
  readonly subject: string | null | undefined;
  /** Further claims of the token. */
  readonly claims: Readonly<Record<string, string>>;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const ISSUER = "https://id.example.com";

export function claimsOf({ subject, claims }: IstioRequest): Readonly<Record<string, string>> {
  if (subject === undefined) {
    return {};
  }
  return { ...claims, iss: ISSUER, ...(subject === null ? {} : { sub: subject }) };
}

type Lists = Readonly<Record<string, readonly string[]>>;

export interface IstioRule {
  readonly from?: readonly { readonly source: Lists }[];
  readonly to?: readonly { readonly operation: Lists }[];
  readonly when?: readonly {
    readonly key: string;
    readonly values?: readonly string[];
    readonly notValues?: readonly string[];
  }[];
}

export function naivelyMatches({ from = [], to = [], when = [] }: IstioRule, request: IstioRequest): boolean {
  const all = (lists: Lists): boolean =>
    Object.entries(lists).every(([name, values]) => {
      const positive = name.startsWith("not") ? name.charAt(3).toLowerCase() + name.slice(4) : name;
      return values.length === 0 || isOne(positive, values, request) === (positive === name);
    });
  return (
    (from.length === 0 || from.some(({ source }) => all(source))) &&
    (to.length === 0 || to.some(({ operation }) => all(operation))) &&
    when.every(
      ({ key, values = [], notValues = [] }) =>
        (values.length === 0 || isOne(key, values, request)) &&
        (notValues.length === 0 || !isOne(key, notValues, request)),
    )
  );
}

function isOne(name: string, values: readonly string[], request: IstioRequest): boolean {
  const text = attribute(name, request);
  if (/\.ip$|ipBlocks$/i.test(name)) {
    return values.some((block) => inBlock(request.address, block));
  }
  if (name === "serviceAccounts") {
    return values.some((one) => text === (one.includes("/") ? one : `shop/${one}`));
  }
  const spelt = (pattern: string): string => (name === "hosts" ? pattern.toLowerCase() : pattern);
  return text !== null && values.some((pattern) => like(spelt(pattern), text));
}

function attribute(name: string, request: IstioRequest): string | null {
  const { peer, subject, method, path, host, headers } = request;
  const [, header] = /^request\.headers\[(.*)\]$/.exec(name) ?? [];
  if (header !== undefined) {
    return headers[header.toLowerCase()] ?? null;
  }
  const [, claim] = /^request\.auth\.claims\[(.*)\]$/.exec(name) ?? [];
  if (claim !== undefined) {
    return claimsOf(request)[claim] ?? null;
  }
  const [namespace = "", account = ""] = peer?.split("/") ?? [];
  switch (name) {
    case "principals":
    case "source.principal":
      return peer === null ? null : `cluster.local/ns/${namespace}/sa/${account}`;
    case "requestPrincipals":
    case "request.auth.principal":
      return typeof subject === "string" ? `${ISSUER}/${subject}` : null;
    case "namespaces":
    case "source.namespace":
      return peer === null ? null : namespace;
    case "serviceAccounts":
      return peer;
    case "methods":
      return method;
    case "paths":
      return path;
    case "hosts":
      return host;
    default:
      return null;
  }
}

function like(pattern: string, text: string): boolean {
  if (pattern === "*") {
    return text !== "";
  }
  if (pattern.endsWith("*")) {
    return text.startsWith(pattern.slice(0, -1));
  }
  return pattern.startsWith("*") ? text.endsWith(pattern.slice(1)) : text === pattern;
}

function inBlock(address: string, block: string): boolean {
  const [network = "", length = "32"] = block.split("/");
  const number = (text: string): number => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(network) / size);
}
