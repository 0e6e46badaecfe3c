// The token call: credentials of an application or a workload, or a token of a cluster, for a short token of the mesh.
// It has no operator, and answers in OAuth's own form (RFC 6749 §5) instead of problems.
import { portsOf } from "../../isolate/ports.ts";
import { settingsOf, type Settings } from "../../env/settings.ts";
import { isolateState } from "../../isolate/state.ts";
import { ACCESS_TOKEN_SECONDS, ACCESS_TOKEN_TYPE, clusterClient } from "../../decide/identity/mesh-caller.ts";
import { meshAudience, principalOf } from "../../decide/identity/mesh-names.ts";
import {
  ACCESS_TOKEN_URN,
  CLIENT_CREDENTIALS,
  oauthErrorSchema,
  oauthRequestSchema,
  oauthTokenSchema,
  TOKEN_EXCHANGE,
} from "../../model/api/identity.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import { mint } from "../../tokens/mint.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { countFailure, judgeClient, tooManyFailures } from "../oauth/client.ts";
import { exchange, faultOfExchange } from "../oauth/exchange.ts";
import { newerThan } from "../oauth/newer-snapshot.ts";
import { invalid, readOAuthRequest, unknownClient, type OAuthRefusal, type OAuthRequest } from "../oauth/request.ts";
import { registerPage, type WebPageRequest } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";

const errorContent = { "application/json": { schema: oauthErrorSchema } };

export function registerOAuth(app: ControlApp): void {
  registerPage(app, {
    id: "createAccessToken",
    method: "post",
    path: "/_selvage/v1/oauth/token",
    tag: "identity",
    summary: "Get a token of the mesh for a client's credentials, or for a workload's token of its cluster.",
    description:
      "RFC 6749 §4.4 (`client_credentials`; the client's id and secret in `Authorization: Basic` or in the body) and RFC 8693 " +
      "(token exchange of a Cluster's trusted issuer). No operator's token is needed. Refusals are OAuth's: RFC 6749 §5.2.",
    body: { "application/x-www-form-urlencoded": { schema: oauthRequestSchema } },
    content: { "application/json": { schema: oauthTokenSchema } },
    refusals: ["internal"],
    otherwise: {
      400: { description: "The request is not valid.", content: errorContent },
      401: { description: "The client is not accepted.", content: errorContent },
      429: { description: "Too many credentials were refused.", content: errorContent },
      503: { description: "Tokens cannot be made, or the cluster's keys cannot be had.", content: errorContent },
    },
    async handle(visit) {
      const answer = await answerOf(visit);
      return "error" in answer ? refusalOf(answer, visit) : tokenOf(answer);
    },
  });
}

interface Issued {
  readonly token: string;
  readonly seconds: number;
  readonly exchanged: boolean;
}

async function answerOf({ request, env, ctx }: WebPageRequest): Promise<Issued | OAuthRefusal> {
  const asked = await readOAuthRequest(request);
  if ("error" in asked) {
    return asked;
  }
  const { grant, parameter } = asked;
  if (grant !== CLIENT_CREDENTIALS && grant !== TOKEN_EXCHANGE) {
    return invalid(`Use ${CLIENT_CREDENTIALS} or ${TOKEN_EXCHANGE}.`, "unsupported_grant_type");
  }
  if (parameter("scope") !== null) {
    return invalid("The mesh has no scopes: leave it out.", "invalid_scope");
  }
  const now = Date.now();
  const { snapshot, keys: held } = isolateState();
  const ports = portsOf(env);
  const [live, keys] = await Promise.all([snapshot.current(ports, ctx, now), held.current(ports, ctx, now)]);
  if (live === null || keys === null) {
    return unavailable();
  }
  const settings = settingsOf(env);
  const asking: Asking = {
    env,
    settings,
    ctx,
    now,
    keys,
    snapshot: live.snapshot,
    ip: callerAddress({ request, env }),
  };
  return grant === TOKEN_EXCHANGE ? forClusterToken(asked, asking) : forCredentials(asked, asking);
}

interface Asking extends Pick<WebPageRequest, "env" | "ctx"> {
  readonly settings: Settings;
  readonly now: number;
  readonly keys: MeshKeys;
  readonly snapshot: Snapshot;
  readonly ip: string | null;
}

async function forCredentials({ credentials }: OAuthRequest, asking: Asking): Promise<Issued | OAuthRefusal> {
  if (credentials === null) {
    return unknownClient();
  }
  const { settings, keys, snapshot } = asking;
  const client = await judgeClient(
    credentials,
    keys,
    snapshot,
    (sparing) => newerThan(snapshot, asking, sparing),
    asking,
  );
  if ("error" in client) {
    return client;
  }
  const kind = client.kind === "Service" ? "sa" : "app";
  const sub = principalOf(settings, kind, client.namespace, client.name);
  return issue(asking, sub, credentials.id, ACCESS_TOKEN_SECONDS, false);
}

async function forClusterToken(asked: OAuthRequest, asking: Asking): Promise<Issued | OAuthRefusal> {
  const { env, settings, ctx, now, snapshot } = asking;
  const mesh = meshAudience(settings);
  const fault = faultOfExchange(asked, mesh);
  if (fault !== null) {
    return fault;
  }
  const refused = tooManyFailures(asking);
  if (refused !== null) {
    return refused;
  }
  const trust = snapshot.identities?.trust ?? [];
  const found = await exchange(asked.parameter("subject_token") ?? "", {
    env,
    ctx,
    trust,
    mesh,
    trustDomain: settings.trustDomain,
    now,
  });
  if (found !== null && "error" in found) {
    return found;
  }
  if (found === null) {
    countFailure(asking);
    return invalid("The subject_token is not accepted.", "invalid_grant");
  }
  const { namespace, name, cluster, expiresAtMs } = found;
  if (!Object.hasOwn(snapshot.services, `${namespace}/${name}`)) {
    return invalid(`The token is good, but there is no Service ${namespace}/${name}.`, "invalid_grant");
  }
  const seconds = Math.min(ACCESS_TOKEN_SECONDS, Math.floor((expiresAtMs - now) / 1000));
  if (seconds < 1) {
    return invalid("The subject_token is about to expire.", "invalid_grant");
  }
  return issue(asking, principalOf(settings, "sa", namespace, name), clusterClient(cluster), seconds, true);
}

async function issue(
  { settings, keys, now }: Asking,
  sub: string,
  client: string,
  seconds: number,
  exchanged: boolean,
): Promise<Issued> {
  const iat = Math.floor(now / 1000);
  const names = { iss: settings.issuer, sub, aud: meshAudience(settings), client_id: client };
  const claims = { ...names, iat, nbf: iat, exp: iat + seconds, jti: crypto.randomUUID() };
  return { token: await mint(keys.signing, ACCESS_TOKEN_TYPE, claims), seconds, exchanged };
}

function unavailable(): OAuthRefusal {
  const description = "The mesh cannot make tokens at the moment.";
  return { status: 503, error: "temporarily_unavailable", description, retryAfter: 2 };
}

/** RFC 6749 §5.1: nobody may keep it. */
const NEVER_STORED = { "cache-control": "no-store", pragma: "no-cache", "x-content-type-options": "nosniff" };

function tokenOf({ token, seconds, exchanged }: Issued): Response {
  const issued = exchanged ? { issued_token_type: ACCESS_TOKEN_URN } : {};
  const body = { access_token: token, token_type: "Bearer", expires_in: seconds, ...issued };
  return Response.json(body, { headers: NEVER_STORED });
}

function refusalOf({ status, error, description, retryAfter }: OAuthRefusal, { requestId }: WebPageRequest): Response {
  const headers = {
    ...NEVER_STORED,
    "x-request-id": requestId,
    ...(status === 401 ? { "www-authenticate": 'Basic realm="selvage", charset="UTF-8"' } : {}),
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  };
  return Response.json({ error, error_description: description, requestId }, { status, headers });
}
