// Who calls the admin API. One proof counts: a bearer token before the session of a browser, that before the word of
// Cloudflare Access. A bearer token that is no good is refused, whatever else came along.
import { settingsOf } from "../../env/settings.ts";
import { identifyBearer, bootstrap, identifyRecord } from "./bearer.ts";
import { type Identity, unknown, type AdminRequest } from "./identity.ts";
import { personOf, roleOf } from "./oidc-operator.ts";
import { presentedSession, sealOf, type Presented } from "./session.ts";

const ASSERTION = "cf-access-jwt-assertion";

export async function identifyOperator(request: Request, visit: AdminRequest): Promise<Identity> {
  const { headers } = request;
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    return identifyBearer(authorization, visit);
  }
  const session = await presentedSession(request, visit);
  if (session !== null && "refusal" in session) {
    return session;
  }
  const found = session && (await identifySession(session, visit));
  if (found) {
    return found;
  }
  const assertion = headers.get(ASSERTION);
  if (assertion !== null && settingsOf(visit.env).access !== null) {
    return personOf(assertion, "access", visit);
  }
  return unknown("Send an operator token: Authorization: Bearer …", null);
}

/** What was shown at login, judged by what holds now; null = it holds no more, and with it the session. */
async function identifySession({ secret, record }: Presented, visit: AdminRequest): Promise<Identity | null> {
  const identity = await identifyProof(secret, record.proof, visit);
  if (identity === null || !("operator" in identity)) {
    return identity;
  }
  visit.ctx.waitUntil(visit.store.touchSession(record, visit.now).catch(() => undefined));
  return { ...identity, by: "session", expiresAt: record.expiresAt, proofOf: () => record.proof };
}

async function identifyProof(
  secret: string,
  proof: Presented["record"]["proof"],
  visit: AdminRequest,
): Promise<Identity | null> {
  const { env, store, now } = visit;
  switch (proof.kind) {
    case "token": {
      const token = await store.tokenById(proof.tokenId);
      return token && identifyRecord(token, now);
    }
    case "bootstrap": {
      const { adminToken } = settingsOf(env);
      const seal = adminToken === null ? null : await sealOf(secret, adminToken);
      return seal === proof.seal ? { ...bootstrap(), proofOf: () => proof } : null;
    }
    case "person":
      return roleOf(proof, env);
  }
}
