// The admin API as a client sees it: requests against the whole Worker, and answers that are held to what every answer
// of it promises, whatever the test is about.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Env } from "../../../src/env/env.ts";
import worker from "../../../src/index.ts";
import { type MintedToken, mintedTokenSchema, type TokenRequest } from "../../../src/model/api/operators.ts";
import { type Problem, type ProblemItem, problems } from "../../../src/model/word/problem.ts";

export const ROOT_TOKEN = "test-admin-token";
/** Loading the control plane for the first time takes a while on a busy machine. */
export const FIRST_LOAD_MS = 120_000;

export interface Sent {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly env?: Partial<Env>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** Members that tests look into. Each call's answer has some of them; which, is what the test is about. */
interface Body extends Problem {
  readonly errors: readonly ProblemItem[];
  readonly items: readonly Body[];
  readonly isolates: readonly unknown[];
  readonly results: readonly { readonly expiresAt: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly warnings: readonly unknown[];
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly exposure: string };
  readonly revision: number;
  readonly generation: number;
  readonly current: number;
  readonly behind: number;
  readonly ready: boolean;
  readonly nextCursor: string | null;
  readonly planId: string;
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly fix: string;
  readonly seq: number;
  readonly action: string;
  readonly hash: string;
  readonly previousHash: string;
}

/** One call below `/_selvage/v1`, as the bootstrap admin unless another token is given; null = none at all. */
export function api(method: string, path: string, sent: Sent = {}): Promise<Answered> {
  return ask(method, `/_selvage/v1${path}`, sent);
}

export async function ask(method: string, path: string, sent: Sent = {}): Promise<Answered> {
  const { token = ROOT_TOKEN, body } = sent;
  const headers = new Headers(sent.headers);
  if (token !== null) {
    headers.set("authorization", `Bearer ${token}`);
  }
  const plain = typeof body === "string" || body instanceof ReadableStream || body instanceof Uint8Array;
  if (body !== undefined) {
    headers.set("content-type", sent.type ?? (plain ? "application/yaml" : "application/json"));
  }
  const request = new Request(`http://mesh.test${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: plain ? body : JSON.stringify(body) }),
  });
  const ctx = createExecutionContext();
  const response = await worker.fetch(request, { ...env, ...sent.env }, ctx);
  const text = await response.text();
  // What goes on behind the answer must not outlive the test, which forgets the database.
  await waitOnExecutionContext(ctx);
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
  const answered = {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : null,
  };
  holdToPromises(answered);
  return answered;
}

function holdToPromises({ status, headers, body }: Answered): void {
  expect(headers.get("x-request-id")).toMatch(/^\S+$/);
  expect(headers.get("access-control-allow-origin")).toBeNull();
  expect(headers.get("cache-control")).toMatch(/^no-store/);
  if (status < 400 || body === null) {
    return;
  }
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body.status).toBe(status);
  expect(body.requestId).toBe(headers.get("x-request-id"));
  const known = Object.values(problems).find(({ code }) => code === body.code);
  expect(known).toMatchObject({ status, title: body.title });
  expect(body.detail).not.toBe("");
}

/** A new API token, and its id. */
export async function mint(request: TokenRequest): Promise<MintedToken> {
  const answered = await api("POST", "/tokens", { body: request });
  expect(answered.status).toBe(201);
  return mintedTokenSchema.parse(answered.body);
}

/** An API token of the role, limited to the namespaces when there are any. */
export async function tokenFor(role: TokenRequest["role"], namespaces?: readonly string[]): Promise<string> {
  return (await mint({ name: `a ${role}`, role, ...(namespaces ? { namespaces } : {}) })).token;
}

/** A Service with one endpoint, as YAML. */
export const serviceYaml = (name: string, namespace = "shop", spec = "exposure: public"): string =>
  `---\napiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {${spec}}\n`;

/** Applies YAML and expects that to work. */
export async function applied(yaml: string, query = ""): Promise<Answered> {
  const answered = await api("POST", `/apply${query}`, { body: yaml });
  expect(answered.body).toMatchObject({ revision: expect.any(Number) });
  return answered;
}
