// AuthorizationPolicies as a user writes them, asked about requests: for tests of what they decide.
import { compileAuthorization } from "../../src/compile/policy/authorization.ts";
import type { AuthorizationRequest } from "../../src/decide/authorize/request.ts";
import { decideAuthorization } from "../../src/decide/authorize/authorize.ts";
import { ANONYMOUS } from "../../src/decide/identity/caller.ts";
import type { Authorization } from "../../src/model/snapshot/access.ts";
import type { Caller, Claims, Party } from "../../src/model/snapshot/caller.ts";
import { documentsOf } from "./compiled.ts";

/** Policies p0, p1, … of namespace shop, each the inside of a spec as YAML flow: `action: DENY, rules: [{}]`. */
export function policies(...specs: readonly string[]): Authorization[] {
  const yaml = specs.map(
    (spec, index) =>
      `---\napiVersion: selvage.dev/v1\nkind: AuthorizationPolicy\nmetadata: {name: p${index}, namespace: shop}\nspec: {targetRefs: [{kind: Mesh}], ${spec}}\n`,
  );
  return documentsOf(yaml.join("")).flatMap((document) =>
    document.kind === "AuthorizationPolicy" ? [compileAuthorization(document)] : [],
  );
}

export interface Question {
  readonly caller?: Caller;
  readonly ip?: string | null;
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly otherPaths?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function asked(question: Question = {}): AuthorizationRequest {
  const { headers = {} } = question;
  return {
    caller: question.caller ?? ANONYMOUS,
    clientAddress: question.ip === undefined ? "192.0.2.7" : question.ip,
    method: question.method ?? "GET",
    host: question.host ?? "shop.example.com",
    path: question.path ?? "/orders/1",
    otherPaths: () => question.otherPaths ?? [],
    header: (name) => headers[name] ?? null,
  };
}

/** `"allow"`, `"allow shop/p0"`, `"deny shop/p0"` (a DENY) or `"none shop/p0"` (no ALLOW matches). */
export function decided(table: readonly Authorization[], question: Question = {}): string {
  const verdict = decideAuthorization(table, [...table.keys()], asked(question));
  if (verdict.allowed) {
    return verdict.policy === null ? "allow" : `allow ${verdict.policy}`;
  }
  return `${verdict.because === "denied" ? "deny" : "none"} ${verdict.policy}`;
}

export function workload(name: string, namespace = "shop"): Party {
  return { principal: `spiffe://mesh.local/ns/${namespace}/sa/${name}`, namespace, name };
}

export function application(name: string, namespace = "shop"): Party {
  return { principal: `spiffe://mesh.local/ns/${namespace}/app/${name}`, namespace, name };
}

export function caller(parts: Partial<Caller>): Caller {
  return { ...ANONYMOUS, ...parts };
}

export function user(subject: string | null, claims: Claims = {}, issuer = "https://id.example.com"): Caller {
  return caller({ user: { provider: "idp", issuer, subject }, claims: { iss: issuer, sub: subject, ...claims } });
}
