// What conditions of Istio's AuthorizationPolicy are about, and how each is said here: as a list of `from` or `to`, or
// as a key of `when`. What is not in here cannot be said.
import { isDropped } from "../../decide/header/headers.ts";
import { accountOf, localAccount, peerPrincipal, serviceAccount, userPrincipals } from "./principals.ts";
import type { Accounts } from "./workloads.ts";

export interface TermContext {
  readonly trustDomain: string;
  /** Of the policy. */
  readonly namespace: string;
  /** Of the RequestAuthentications of the input. */
  readonly issuers: readonly string[];
  /** Services by `<namespace>/<service account>`, where the input shows the pods that run under it. */
  readonly accounts: Accounts;
}

export interface Term {
  /** List of an entry of `from` or `to`; null = only `when` can say it. */
  readonly list: string | null;
  readonly key: string;
  /** The value as ours; null when it cannot be said. */
  readonly values: (text: string, context: TermContext) => readonly string[] | null;
  /** Why the value names something else here than there; null when it does not. */
  readonly changed?: (text: string, context: TermContext) => string | null;
  /** Said all the same, with another meaning, whatever the values. */
  readonly told?: string;
}

const same = (text: string): readonly string[] => [text];

/** Workloads have the names of their services here. Null where the input shows no service of the account. */
function ofServices(account: string | null, { accounts, trustDomain }: TermContext): readonly string[] | null {
  const known = account === null ? undefined : accounts.get(account);
  if (known === undefined) {
    return null;
  }
  return known.services.map(({ namespace, name }) => `spiffe://${trustDomain}/ns/${namespace}/sa/${name}`);
}

const ACCOUNT = "A workload is named after its service here (sa/<service>), not after its Kubernetes service account";
const PEER = "It is the client's address as the platform says it, not the peer's";

const peers: Term = {
  list: "principals",
  key: "source.principal",
  values: (text, context) => {
    const principal = peerPrincipal(text, context.trustDomain);
    return principal === null ? null : (ofServices(accountOf(text), context) ?? [principal]);
  },
  changed: (text, { accounts }) => (text === "*" || accounts.get(accountOf(text) ?? "")?.isWhole ? null : ACCOUNT),
};
const users: Term = {
  list: "principals",
  key: "source.principal",
  values: (text, { issuers }) => userPrincipals(text, issuers),
};
const accounts: Term = {
  ...peers,
  values: (text, context) => {
    const principal = serviceAccount(text, context.namespace);
    return principal === null ? null : (ofServices(localAccount(text, context.namespace), context) ?? [principal]);
  },
  changed: (text, { accounts, namespace }) => (accounts.get(localAccount(text, namespace))?.isWhole ? null : ACCOUNT),
};
const namespaces: Term = { list: "namespaces", key: "source.namespace", values: same };
const peerAddresses: Term = { list: "ipBlocks", key: "source.ip", values: same, changed: () => PEER };
const clientAddresses: Term = { list: "ipBlocks", key: "source.ip", values: same };

export const SOURCE: Readonly<Record<string, Term>> = {
  principals: peers,
  requestPrincipals: users,
  serviceAccounts: accounts,
  namespaces,
  ipBlocks: peerAddresses,
  remoteIpBlocks: clientAddresses,
};

export const OPERATION: Readonly<Record<string, Term>> = {
  methods: { list: "methods", key: "request.method", values: same },
  // Path templates are braces around asterisks.
  paths: { list: "paths", key: "request.path", values: (text) => (/[{}]/.test(text) ? null : [text]) },
  hosts: { list: "hosts", key: "request.host", values: (text) => [text.toLowerCase()] },
};

const ATTRIBUTES: Readonly<Record<string, Term>> = {
  "source.ip": peerAddresses,
  "remote.ip": clientAddresses,
  "source.namespace": namespaces,
  "source.principal": peers,
  "source.serviceAccount": accounts,
  "request.auth.principal": users,
  "request.auth.audiences": claim("aud"),
  "request.auth.presenter": claim("azp"),
};

/** What the key of a `when` is about; null when there is nothing like it here. */
export function termOfKey(key: string): Term | null {
  if (Object.hasOwn(ATTRIBUTES, key)) {
    return ATTRIBUTES[key] ?? null;
  }
  const [, header] = /^request\.headers\[([^[\]]+)\]$/.exec(key) ?? [];
  if (header !== undefined) {
    return headerTerm(header.toLowerCase());
  }
  const [, path] = /^request\.auth\.claims((?:\[[^[\]]+\])+)$/.exec(key) ?? [];
  const names = path?.slice(1, -1).split("][") ?? [];
  // A dot inside one of several names would be taken for a step.
  return names.length === 0 || (names.length > 1 && names.some((name) => name.includes(".")))
    ? null
    : claim(names.join("."));
}

/** The mesh takes some headers off whatever they say: a condition on them would never see them. */
function headerTerm(name: string): Term | null {
  return isDropped(name) ? null : { list: null, key: `header:${name}`, values: same };
}

/** Claims of the mesh's own tokens, which a caller has who is no user. */
const OF_MESH = new Set(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "act"]);

function claim(name: string): Term {
  return {
    list: null,
    key: `claim:${name}`,
    values: (text) => (OF_MESH.has(name.split(".")[0] ?? name) && /\*|^spiffe:/.test(text) ? null : [text]),
    ...(name.includes(".") ? { told: `It is the claim ${name} by itself, and where there is none the path` } : {}),
  };
}
