// API tokens of operators: made, listed, withdrawn. The token itself is in one answer, once.
import * as z from "zod";
import { mintedTokenSchema, tokenListSchema, tokenRequestSchema, tokenSchema } from "../../model/api/operators.ts";
import type { TokenRecord } from "../../model/registry/registry.ts";
import { API_TOKEN_ID, mintToken } from "../operator/api-token.ts";
import { auditOf } from "../operator/audit-entry.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { toToken } from "../register/to-api.ts";

const tag = "operators";
const nothing = z.object({});

export function registerTokens(app: ControlApp): void {
  register(app, {
    id: "createToken",
    method: "post",
    path: "/tokens",
    role: "admin",
    scope: "mesh",
    writes: true,
    tag,
    summary: "Make an API token. The answer holds it; it is never shown again.",
    params: nothing,
    query: nothing,
    body: jsonBody(tokenRequestSchema),
    answer: mintedTokenSchema,
    creates: true,
    refusals: ["validation"],
    async handle(exchange) {
      const { body, operator, store, now } = exchange;
      if (body.expiresAt !== undefined && Date.parse(body.expiresAt) <= now) {
        return invalid("#/expiresAt", `${body.expiresAt} has passed.`, "Give a time in the future, or leave it out.");
      }
      if (body.role === "admin" && body.namespaces !== undefined) {
        return invalid("#/namespaces", "An admin token cannot be limited to namespaces.", "Use the role operator.");
      }
      const { id, token, hash } = await mintToken();
      const record: TokenRecord = {
        id,
        hash,
        name: body.name,
        role: body.role,
        namespaces: body.namespaces ?? null,
        createdAt: new Date(now).toISOString(),
        createdBy: operator.name,
        expiresAt: body.expiresAt ?? null,
        lastUsedAt: null,
      };
      const detail = { name: body.name, role: body.role, namespaces: record.namespaces, expiresAt: record.expiresAt };
      await store.createToken(record, auditOf(exchange, { action: "createToken", target: `token:${id}`, detail }));
      return { status: 201, body: { ...toToken(record), token } };
    },
  });

  register(app, {
    id: "listTokens",
    method: "get",
    path: "/tokens",
    role: "admin",
    scope: "mesh",
    writes: false,
    tag,
    summary: "API tokens, oldest first, without the tokens themselves.",
    params: nothing,
    query: nothing,
    body: noBody,
    answer: tokenListSchema,
    refusals: [],
    handle: async ({ store }) => ({ body: { items: (await store.tokens()).map(toToken) } }),
  });

  register(app, {
    id: "deleteToken",
    method: "delete",
    path: "/tokens/{id}",
    role: "admin",
    scope: "mesh",
    writes: true,
    tag,
    summary: "Withdraw an API token, from the next call on.",
    params: z.object({ id: z.string().regex(API_TOKEN_ID, "A token's id is twelve hexadecimal digits.") }),
    query: nothing,
    body: noBody,
    answer: tokenSchema,
    refusals: ["notFound"],
    async handle(exchange) {
      const { params, store } = exchange;
      const known = (await store.tokens()).find(({ id }) => id === params.id);
      const target = `token:${params.id}`;
      const gone = known && (await store.deleteToken(known.id, auditOf(exchange, { action: "deleteToken", target })));
      if (!known || !gone) {
        return { problem: "notFound", detail: `There is no token ${params.id}.` };
      }
      return { body: toToken(known) };
    },
  });
}

function invalid(pointer: string, detail: string, hint: string) {
  return { problem: "validation" as const, detail, errors: [{ pointer, detail, hint }] };
}
