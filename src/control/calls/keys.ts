// The mesh's signing keys as operators handle them: which there are, a new one before its time, one out of use at once.
// The keys themselves are in no answer.
import * as z from "zod";
import { isolateState } from "../../isolate/state.ts";
import { KEY_RING, MESH_OBJECT } from "../../model/word/refs.ts";
import type { Env } from "../../env/env.ts";
import { signingKeysSchema, type SigningKeys } from "../../model/api/identity.ts";
import type { RingView } from "../../model/message/key-ring.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { auditOf } from "../operator/audit-entry.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";

const tag = "identity";
const nothing = z.object({});
const same = { role: "admin", scope: "mesh", tag, query: nothing, body: noBody, answer: signingKeysSchema } as const;

export function registerKeys(app: ControlApp): void {
  register(app, {
    ...same,
    id: "listKeys",
    method: "get",
    path: "/keys",
    writes: false,
    summary: "The mesh's signing keys, old and new, without the keys themselves.",
    params: nothing,
    refusals: ["storageUnavailable"],
    handle: ({ env }) => answered(() => ringOf(env).view()),
  });

  register(app, {
    ...same,
    id: "rotateKeys",
    method: "post",
    path: "/keys/rotate",
    writes: true,
    summary: "Have the next key sign now, or as soon as it has been published for ten minutes.",
    description: "Nothing that was signed before is refused: the old key is accepted until its last token has expired.",
    params: nothing,
    refusals: ["storageUnavailable"],
    async handle(exchange) {
      const { store, env } = exchange;
      await store.appendAudit(auditOf(exchange, { action: "rotateKeys", target: "mesh" }));
      return answered(() => changed(ringOf(env).rotate()));
    },
  });

  register(app, {
    ...same,
    id: "revokeKey",
    method: "post",
    path: "/keys/{kid}/revoke",
    writes: true,
    summary: "Take a key out of use at once: what it signed is refused within two seconds, at worst within a minute.",
    description: "When it is the signing key, the next one signs at once.",
    params: z.object({ kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "A key id has letters, digits, - and _ only.") }),
    refusals: ["notFound", "storageUnavailable"],
    async handle(exchange) {
      const { params, store, env } = exchange;
      // The audit first: a revocation that nobody is accountable for must not exist.
      await store.appendAudit(auditOf(exchange, { action: "revokeKey", target: `key:${params.kid}` }));
      return answered(async () => {
        const view = await changed(ringOf(env).revoke(params.kid));
        if (view !== null) {
          await tellIsolates(env);
        }
        return view;
      }, params.kid);
    },
  });
}

function ringOf(env: Env) {
  return env.KEYRING.getByName(KEY_RING);
}

/** This isolate at least knows at once. */
async function changed<View>(asking: Promise<View>): Promise<View> {
  const view = await asking;
  isolateState().keys.doubt();
  return view;
}

/**
 * Every other one asks the ring before it decides again; where this cannot be told, it does so within a minute by
 * itself.
 */
async function tellIsolates(env: Env): Promise<void> {
  try {
    await env.MESH.getByName(MESH_OBJECT).tellRevoked();
  } catch {
    // The key is out of use all the same.
  }
}

async function answered(ask: () => Promise<RingView | null>, kid = ""): Promise<{ body: SigningKeys } | Refusal> {
  try {
    const view = await ask();
    if (view === null) {
      return { problem: "notFound", detail: `There is no key ${kid} in force.` };
    }
    return { body: toWire(view) };
  } catch {
    return { problem: "storageUnavailable", detail: "The object that holds the mesh's keys cannot be reached." };
  }
}

function toWire({ keys, rotatesAt }: RingView): SigningKeys {
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    items: keys.map(({ kid, state, publishedAt, since, until }) => ({
      kid,
      state,
      publishedAt: time(publishedAt),
      since: time(since),
      until: until === null ? null : time(until),
    })),
    rotatesAt: rotatesAt === null ? null : time(rotatesAt),
  };
}
