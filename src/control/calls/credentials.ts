// Credentials of applications and services: made, rotated, withdrawn. A secret is in one answer, once. Each change is a
// revision, so it reaches every isolate as fast as any other, and its propagation can be asked for.
import * as z from "zod";
import { addSecret, rotateSecret } from "../../change/client-secrets.ts";
import { credentialsSchema, mintedCredentialsSchema, rotateRequestSchema } from "../../model/api/clients.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { ClientKind } from "../../model/registry/identity.ts";
import { documentNameSchema } from "../../model/document/field/names.ts";
import { mintFor, readFor, revokeFor } from "../client/client-credentials.ts";
import { SECRET_ID } from "../client/client-secret.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { namespaceParameter } from "../http/route-parameters.ts";

const tag = "clients";
const nothing = z.object({});
const params = z.object({ ns: namespaceParameter, name: documentNameSchema });
const params1 = params.extend({
  id: z.string().regex(SECRET_ID, "A secret's id is twelve hexadecimal digits."),
});
const PROPAGATION = "In force everywhere as soon as the revision is: `GET /revisions/{n}/propagation`.";

export function registerCredentials(app: ControlApp): void {
  for (const kind of ["Application", "Service"] as const) {
    registerFor(app, kind);
  }
}

function registerFor(app: ControlApp, kind: ClientKind): void {
  const owner = kind === "Application" ? "applications" : "services";
  const base = `/${owner}/{ns}/{name}/credentials` as const;
  const common = { scope: "path", tag, query: nothing } as const;

  register(app, {
    ...common,
    id: `mint${kind}Credentials`,
    method: "post",
    path: base,
    role: "operator",
    writes: true,
    summary: `Make a client secret for the ${kind}. The answer holds it; it is never shown again.`,
    description: `The first call makes the client id too. A second secret may live beside the first; not a third. ${PROPAGATION}`,
    params,
    body: noBody,
    answer: mintedCredentialsSchema,
    creates: true,
    refusals: ["notFound", "secretsFull", "outpaced", "storageUnavailable"],
    handle: (exchange) =>
      mintFor(exchange, kind, { action: `mint${kind}Credentials`, verb: "mint", reason: null }, addSecret),
  });

  // The second address is the first one without its middle.
  for (const [path, id] of [
    [`${base}/rotate`, `rotate${kind}Credentials`],
    [`/${owner}/{ns}/{name}/rotate`, `rotate${kind}`],
  ] as const) {
    register(app, {
      ...common,
      id,
      method: "post",
      path,
      role: "operator",
      writes: true,
      summary: "Make a new secret and let the former one end after an overlap, 24 hours if nothing else is said.",
      description: `With two secrets in force there is none to spare: revoke one, or say \`overlap: 0s\`, which ends both. ${PROPAGATION}`,
      params,
      body: jsonBody(rotateRequestSchema, { overlap: "24h" }),
      answer: mintedCredentialsSchema,
      creates: true,
      refusals: ["notFound", "validation", "secretsFull", "outpaced", "storageUnavailable"],
      handle: (exchange) => {
        const { overlap, reason = null } = exchange.body;
        return mintFor(exchange, kind, { action: id, verb: "rotate", reason }, (client, fresh, now) =>
          rotateSecret(client, fresh, parseDuration(overlap) ?? 0, now),
        );
      },
    });
  }

  register(app, {
    ...common,
    id: `list${kind}Credentials`,
    method: "get",
    path: base,
    role: "viewer",
    writes: false,
    summary: `The client id of the ${kind} and its secrets in force, without the secrets themselves.`,
    params,
    body: noBody,
    answer: credentialsSchema,
    refusals: ["notFound"],
    handle: (exchange) => readFor(exchange, kind),
  });

  register(app, {
    ...common,
    id: `revoke${kind}Credentials`,
    method: "delete",
    path: base,
    role: "operator",
    writes: true,
    summary: "Withdraw every secret. The client id stays, for secrets to come.",
    description: PROPAGATION,
    params,
    body: noBody,
    answer: credentialsSchema,
    refusals: ["notFound", "storageUnavailable"],
    handle: (exchange) => revokeFor(exchange, kind, `revoke${kind}Credentials`, null),
  });

  register(app, {
    ...common,
    id: `revoke${kind}Secret`,
    method: "delete",
    path: `${base}/{id}`,
    role: "operator",
    writes: true,
    summary: "Withdraw one secret.",
    description: PROPAGATION,
    params: params1,
    body: noBody,
    answer: credentialsSchema,
    refusals: ["notFound", "storageUnavailable"],
    handle: (exchange) => revokeFor(exchange, kind, `revoke${kind}Secret`, exchange.params.id),
  });
}
