// Every error the product can tell, once: its stable code, HTTP status, title and slug. RFC 9457 is the wire form.
// Codes are never reused. SLV1xxx documents, 2xxx identity, 3xxx concurrency, 4xxx limits, 5xxx traffic, 9xxx ours.

export const problems = {
  // documents
  malformed: { code: "SLV1000", status: 400, title: "The body cannot be read" },
  unsupportedMediaType: { code: "SLV1001", status: 415, title: "The content type is not supported" },
  payloadTooLarge: { code: "SLV1002", status: 413, title: "The body is too large" },
  validation: { code: "SLV1003", status: 422, title: "The document is not valid" },
  strictWarnings: { code: "SLV1004", status: 422, title: "There are warnings, and strict was asked for" },
  notFound: { code: "SLV1005", status: 404, title: "There is no such resource" },
  noSuchCall: { code: "SLV1006", status: 404, title: "The admin API has no such call" },
  methodNotAllowed: { code: "SLV1007", status: 405, title: "The method is not allowed here" },
  badParameter: { code: "SLV1008", status: 400, title: "A parameter is not valid" },
  endpointRefused: { code: "SLV1009", status: 422, title: "The endpoint cannot be registered" },
  pruneGuard: { code: "SLV1010", status: 409, title: "The prune would remove too much" },
  // identity
  unauthenticated: { code: "SLV2001", status: 401, title: "Who is calling is not known" },
  forbidden: { code: "SLV2003", status: 403, title: "The caller may not do this" },
  forgedRequest: { code: "SLV2010", status: 403, title: "The request may come from another site" },
  loginFailed: { code: "SLV2011", status: 401, title: "The login did not come to its end" },
  noRole: { code: "SLV2012", status: 403, title: "Nobody has given this identity a role" },
  loginUnavailable: { code: "SLV2013", status: 503, title: "The identity provider cannot be asked" },
  identityRequired: { code: "SLV2101", status: 401, title: "This service needs a caller with an identity" },
  tokenRefused: { code: "SLV2110", status: 401, title: "The token is not accepted" },
  clientRefused: { code: "SLV2111", status: 401, title: "The client id or secret is not accepted" },
  certificateRefused: { code: "SLV2112", status: 401, title: "The client certificate is not accepted" },
  proofUncheckable: { code: "SLV2113", status: 503, title: "The keys to check the caller's proof cannot be had" },
  refusedTooOften: { code: "SLV2114", status: 429, title: "Too many credentials were refused" },
  assertionRefused: { code: "SLV2115", status: 401, title: "The request did not come through the mesh" },
  assertionUncheckable: { code: "SLV2116", status: 503, title: "The mesh's word cannot be checked" },
  workloadTokenUnavailable: { code: "SLV2117", status: 503, title: "The workload's token cannot be had" },
  accessDenied: { code: "SLV2150", status: 403, title: "A policy does not let the caller do this" },
  adapterRefused: { code: "SLV2190", status: 403, title: "The proxy may not ask the mesh" },
  serviceMismatch: { code: "SLV2191", status: 403, title: "The proxy asked about another service than its own" },
  // concurrency
  preconditionFailed: { code: "SLV3001", status: 412, title: "The mesh moved since you looked" },
  preconditionRequired: { code: "SLV3002", status: 428, title: "The write must say what it is based on" },
  ownedBySet: { code: "SLV3003", status: 409, title: "The document belongs to another apply set" },
  builtIn: { code: "SLV3004", status: 409, title: "It is built in" },
  stillInUse: { code: "SLV3005", status: 409, title: "It is still in use" },
  noSuchStep: { code: "SLV3006", status: 409, title: "The contract is not in a state for that" },
  secretsFull: { code: "SLV3007", status: 409, title: "There are two secrets already" },
  outpaced: { code: "SLV3008", status: 409, title: "Other writers were faster" },
  unguarded: { code: "SLV3009", status: 409, title: "The service has no breaker to force" },
  notInPhase: { code: "SLV3010", status: 409, title: "The Rollout is not in a state for that" },
  // limits
  quotaExceeded: { code: "SLV4001", status: 429, title: "A limit has no room for the request" },
  askedTooOften: { code: "SLV4002", status: 429, title: "The address asked too often" },
  // traffic
  malformedRequest: { code: "SLV5000", status: 400, title: "The request is malformed" },
  headersTooLarge: { code: "SLV5001", status: 431, title: "The request's headers are too large" },
  uriTooLong: { code: "SLV5002", status: 414, title: "The request's path is too long" },
  noRoute: { code: "SLV5003", status: 404, title: "No route matches the request" },
  invalidBackend: { code: "SLV5004", status: 500, title: "The route's backend is not valid" },
  noHealthyEndpoint: { code: "SLV5005", status: 503, title: "The service has no endpoint that can be used" },
  upstreamFailed: { code: "SLV5006", status: 502, title: "The service could not be reached" },
  deadlineExceeded: { code: "SLV5007", status: 504, title: "The service did not answer in time" },
  notReady: { code: "SLV5008", status: 503, title: "The mesh has no configuration yet" },
  upgradeRefused: { code: "SLV5009", status: 502, title: "The service refused the upgrade" },
  loopDetected: { code: "SLV5010", status: 508, title: "The request came back to the mesh too often" },
  bodyBroken: { code: "SLV5011", status: 400, title: "The request's body broke off" },
  bodyStalled: { code: "SLV5012", status: 408, title: "The request's body did not come" },
  bodyUnsendable: { code: "SLV5013", status: 400, title: "The request has a body that cannot be sent" },
  meshUnreachable: { code: "SLV5014", status: 502, title: "The mesh could not be reached" },
  faultInjected: { code: "SLV5030", status: 503, title: "A fault was put in on purpose" },
  circuitOpen: { code: "SLV5020", status: 503, title: "The service is given time to recover" },
  overloaded: { code: "SLV5021", status: 503, title: "The service has as many requests as it may have at once" },
  // ours
  internal: { code: "SLV9000", status: 500, title: "The mesh made a mistake" },
  storageUnavailable: { code: "SLV9001", status: 503, title: "The registry cannot be reached" },
  controlUnavailable: { code: "SLV9002", status: 503, title: "The control plane cannot be reached" },
} as const satisfies Record<string, { code: `SLV${number}`; status: number; title: string }>;

export type ProblemName = keyof typeof problems;

/** One finding inside a problem: what is wrong, where, and what to do. */
export interface ProblemItem {
  /** JSON Pointer (RFC 6901) into the body, `#` first, for a list of documents starting with the document's index. */
  readonly pointer: string;
  readonly detail: string;
  readonly code?: string;
  readonly hint?: string;
  /** 1-based, when the source was text. */
  readonly line?: number;
  readonly column?: number;
}

/** The body of every `application/problem+json` answer (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly ProblemItem[];
  readonly [extension: string]: unknown;
}

/** An expected refusal, as a value: which problem, in this case's words, with what else the caller needs to know. */
export interface Refusal {
  readonly problem: ProblemName;
  readonly detail: string;
  readonly errors?: readonly ProblemItem[];
  /** Further members of the body. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Further response headers, e.g. `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered, as far as the answer has to name it. */
export interface Answered {
  readonly requestId: string;
  /** Of the request, absolute: the mesh explains its codes where it was asked. */
  readonly url: string;
}

/** Builds the wire form. `type` is where the mesh that answers says what the code means. */
export function toProblem(refusal: Refusal, { requestId, url }: Answered): Problem {
  const { code, status, title } = problems[refusal.problem];
  return {
    type: `${originOf(url)}/_selvage/problems/${code}`,
    title,
    status,
    detail: refusal.detail,
    code,
    requestId,
    ...(refusal.errors ? { errors: refusal.errors } : {}),
    ...refusal.extensions,
  };
}

function originOf(url: string): string {
  // `OPTIONS *` has a star where the path is.
  return /^[^:]*:\/\/[^/?#*]*/.exec(url)?.[0] ?? "";
}
