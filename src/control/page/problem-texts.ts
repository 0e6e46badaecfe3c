// What each problem means and what to do about it, for `/_selvage/problems/{code}` and docs/errors.md. A new problem
// without an entry here does not compile.
import type { ProblemName } from "../../model/word/problem.ts";

interface ProblemText {
  /** When it is answered, and what it says about the mesh. */
  readonly why: string;
  /** What the reader can do about it. */
  readonly fix: string;
}

export const problemTexts: Readonly<Record<ProblemName, ProblemText>> = {
  malformed: {
    why: "The body is not the JSON or YAML that its content type announces, is not UTF-8, or uses YAML in a way that is refused (an alias that expands too often, a duplicate key, a custom tag). Nothing was read from it.",
    fix: "The detail, and where the source was YAML the line and column, say where reading stopped. `selvage validate -f FILE` shows the same without writing.",
  },
  unsupportedMediaType: {
    why: "The call does not read the content type that was sent, or the body is compressed.",
    fix: "Send `content-type: application/json`, or `application/yaml` for apply, diff and validate, and no content-encoding.",
  },
  payloadTooLarge: {
    why: "The body has more than 1 MiB. The limit counts bytes as they arrive, so a missing or wrong content-length does not help.",
    fix: "Apply fewer documents at a time. Give each part its own `set`, so that pruning one leaves the others alone.",
  },
  validation: {
    why: "The body can be read, but what it says is not valid: an unknown field or kind, a value outside its range, a reference that leads nowhere. Nothing was written, not even the documents that are valid.",
    fix: "Each entry of `errors` has a JSON Pointer, the line and column when the source was YAML, and usually a hint.",
  },
  strictWarnings: {
    why: "The documents are valid, the mesh that they would make has warnings, and `strict=true` asked to refuse in that case.",
    fix: "Resolve the warnings in `errors`, or apply without `strict`.",
  },
  notFound: {
    why: "No document, revision, endpoint or token of that name exists, or its kind does not exist.",
    fix: "Check namespace, kind and name. `GET /_selvage/v1/resources` lists what there is; a document without a namespace is in `default`.",
  },
  noSuchCall: {
    why: "No call of the admin API has this path.",
    fix: "`/_selvage/docs` lists every call. `suggestions` names the nearest ones.",
  },
  methodNotAllowed: {
    why: "The path exists, the method does not exist there.",
    fix: "Use one of the methods in the `allow` header.",
  },
  badParameter: {
    why: "A path or query parameter, or a header that steers the call, is unknown, given twice or not in its range. Unknown ones are refused because a misspelt `dryRun` would otherwise write.",
    fix: "`errors` names each parameter, with its nearest correct spelling.",
  },
  endpointRefused: {
    why: "The endpoint's address may not be used: not https, a private, loopback or link-local address, a port outside the allowed ones, or a cluster that does not exist.",
    fix: "Register a public https address. Where private addresses are meant, set `allowPrivateAddresses: true` on the endpoint's Cluster.",
  },
  pruneGuard: {
    why: "The prune would remove more than three documents and more than 30 % of the set: usually the sign of a wrong directory or an empty file.",
    fix: "Look at the plan with `dryRun=true`. If the removal is meant, delete the documents by name, or prune in smaller steps.",
  },
  unauthenticated: {
    why: "The call came without an operator token, or with one that is not known or has expired.",
    fix: "Send `authorization: Bearer <token>`: the bootstrap token (the secret `SELVAGE_ADMIN_TOKEN`) or an API token made with `POST /_selvage/v1/tokens`.",
  },
  forbidden: {
    why: "The operator is known, but their role or their namespaces do not reach this far. `requiredRole` or `requiredNamespace` says what would.",
    fix: "Use a token with that role and namespace. Tokens are made by admins.",
  },
  forgedRequest: {
    why: "The request was proven by what a browser adds by itself (a session's cookie, Cloudflare Access), and could have been made by a page of another site: `Sec-Fetch-Site` is not `same-origin`, `Origin` is another host, or a form could have sent it.",
    fix: "Programs: send `Authorization: Bearer …`, which needs none of this. Pages of this host: send JSON, or the header `selvage-csrf` when there is no body.",
  },
  loginFailed: {
    why: "The way to the identity provider and back was not walked by one browser in one go, or what the provider said in the end does not hold: its signature, issuer, audience, nonce or time.",
    fix: "Start again at `/_selvage/login`. If it stays, compare `OPERATOR_OIDC_ISSUER` and `OPERATOR_OIDC_CLIENT_ID` with the provider's settings; the log says which check failed.",
  },
  noRole: {
    why: "The identity provider knows the person or service, and no rule of `OPERATOR_ROLES` gives them a role here.",
    fix: "Ask an admin of the mesh to add a rule for the e-mail address, domain, group or claim.",
  },
  loginUnavailable: {
    why: "The identity provider's description or its keys could not be read, and none that were read before are good any more.",
    fix: "Repeat the call after `retry-after`. An API token works meanwhile. The log says what failed.",
  },
  identityRequired: {
    why: "The service has `exposure: mesh`, the default, and the caller has shown no identity; or an AuthenticationPolicy, which `selvage-decision` names, asks for a proof that did not come. The detail says which.",
    fix: "Call with a workload or application identity, set `exposure: public` on the Service, or publish it on a hostname with an HTTPRoute.",
  },
  tokenRefused: {
    why: "A token came where the AuthenticationPolicy in force looks for one, and it does not hold: its issuer, audience, algorithm, time or signature is not as the policy demands, or it cannot be read. Which of them is told to the operator, not to the caller. A policy with `mode: permit` lets requests without a token pass, never those with a bad one.",
    fix: "Get a new token from the issuer. Where it stays, compare the token's `iss`, `aud` and `alg` with the policy's provider: they are compared character for character.",
  },
  clientRefused: {
    why: "A client id or secret came, and the pair is not known, is revoked or expired, or the application has no contract in force with the service, which offers tiers.",
    fix: "Send the id and the secret that were shown when the credentials were made. `selvage contract` shows whether the application's contract with the service is approved.",
  },
  certificateRefused: {
    why: "The client presented a certificate that the platform could not verify, or that has been revoked.",
    fix: "Present a certificate of an authority that the zone trusts for client certificates.",
  },
  proofUncheckable: {
    why: "A proof came that needs a key to be checked, and the key cannot be had: the issuer's key set has not answered and none younger than a day is held, the Worker secret that a policy names is missing or too short, or the mesh's own keys cannot be reached. Nobody is let in unchecked.",
    fix: "Repeat the request after `retry-after`. If it stays, check that the `jwksUri` of the policy answers, and that its `secretRef` names a secret of the Worker of at least 32 bytes (48 for HS384, 64 for HS512).",
  },
  refusedTooOften: {
    why: "Too many credentials from this address were wrong, and so were these, as far as is known here. Right ones are let in all the while; one that was made less than two seconds ago may have to wait.",
    fix: "Repeat the request after `retry-after`, with credentials that are known to be good.",
  },
  assertionRefused: {
    why: "The agent in front of a service (`selvage agent --inbound`) got a request without a `selvage-assertion` of the mesh, or with one that is for another service, has expired or was not signed by the mesh. `detail` says which.",
    fix: "Call the service through the mesh, at `/svc/<service>/…`. Where it came through the mesh, compare the agent's `--service`, `--namespace` and `--assertion` with the Service, and the clock of its machine with the mesh's.",
  },
  assertionUncheckable: {
    why: "The agent in front of a service has not been able to read the mesh's published keys, so it cannot tell whether the request came through the mesh. Nothing is let in on trust.",
    fix: "Repeat the request after `retry-after`. From the agent's machine, `/_selvage/.well-known/jwks.json` of the mesh must be readable.",
  },
  workloadTokenUnavailable: {
    why: "The agent beside a service (`selvage agent --outbound`) has no token of the mesh for it: the mesh cannot be reached, or does not accept the workload's credentials. The call was not sent: without an identity it would be somebody else's.",
    fix: "The agent says the reason on its standard error. `selvage workload credentials SERVICE` shows whether the secret is still in force; `--add` makes another one.",
  },
  accessDenied: {
    why: "A policy on the request's way denies it, or allows others and not this one. `selvage-decision` names the policy.",
    fix: "Look at the policy: of an AuthorizationPolicy who may (`from`), what (`to`), under which conditions (`when`); of others what they allow and deny. What the mesh cannot judge, such as a repeated header of which one value fits, counts against the caller.",
  },
  adapterRefused: {
    why: "A proxy asked for a decision (`/_selvage/authz/…`, `/_selvage/ratelimit/json`) and may not: the mesh has no secret `ADAPTER_TOKEN`, or the proxy did not send it. Whoever may ask may also spend other callers' quota.",
    fix: "`wrangler secret put ADAPTER_TOKEN`, and have the proxy send the same value in the header `selvage-adapter-token`. A local mesh without that secret answers everybody.",
  },
  serviceMismatch: {
    why: "A proxy said in `selvage-service` before which service it stands, and the path it asked with names another one, or none: usually a client sent `/../` and the proxy did not make the path canonical.",
    fix: "Make paths canonical in the proxy before it asks (Envoy: `normalize_path: true`, `merge_slashes: true`). If the proxy itself is set up wrongly, give the same service in the path and in the header.",
  },
  preconditionFailed: {
    why: "The write was based on a version that is not the current one: somebody else wrote in between. Nothing was written.",
    fix: "Read again (`currentEtag` is the current version), look at what changed, and repeat the write with the new `If-Match`.",
  },
  preconditionRequired: {
    why: "Writing one resource overwrites what is there, so the write must say what it was based on.",
    fix: 'Send `If-Match: "<resourceVersion>"` as the `ETag` of GET shows it, or `If-None-Match: *` to create. Admins may send `If-Match: *`.',
  },
  ownedBySet: {
    why: "The document was applied with another apply set: two sources of truth would undo each other's work for ever. Nothing was written.",
    fix: "Change it where it is managed from; the detail names the set. To move it, leave it out there first, without prune.",
  },
  builtIn: {
    why: "The resource is there without having been written, so there is nothing to delete.",
    fix: "An admin may apply one of the same name, which takes its place until it is deleted.",
  },
  stillInUse: {
    why: "Contracts that are in force are measured by the Tier: without it their applications would be refused. Nothing was written.",
    fix: "Change those contracts to another tier, or revoke or delete them, then try again. `selvage contract ls` shows them.",
  },
  noSuchStep: {
    why: "What was asked for has no meaning in the contract's present state, or the contract cannot be in force at all; the detail says which, and `state` what it is.",
    fix: "The detail names the steps that are possible.",
  },
  secretsFull: {
    why: "An application or service may have two secrets in force, so that one can be rotated without an outage. There are two; `secrets` names them.",
    fix: "Revoke the one that nobody uses any more (`selvage app credentials NAME`, `selvage app revoke NAME SECRET`), or wait until one ends.",
  },
  outpaced: {
    why: "Other writers changed the mesh each time this write was planned anew. Nothing was written.",
    fix: "Try again after `retry-after` seconds.",
  },
  notInPhase: {
    why: "A Rollout that runs can be promoted, paused and aborted, one that is paused resumed, and only one that was taken back retried.",
    fix: "Ask where it stands with selvage rollout get, and say what fits.",
  },
  unguarded: {
    why: "No TrafficPolicy with `circuitBreaker` or `outlierDetection` covers the service, so nothing would obey the order.",
    fix: "Apply such a TrafficPolicy. To stop the traffic without one, drain the endpoints or set their weight to 0.",
  },
  quotaExceeded: {
    why: "A limit of a RateLimitPolicy that holds for the request is used up. `violated` names the limit, `selvage-decision` the policy. Where the limit has a queue, the request was held for as long as the policy allows, or as many are held already.",
    fix: "Come again after `retry-after` seconds. `selvage limit get` shows how much of each limit is used, by which key.",
  },
  askedTooOften: {
    why: "Large pages that everybody may read are answered twenty times at once to an address, and once more every three seconds.",
    fix: "Come again after `retry-after` seconds, and keep what was answered: it stays the same until the mesh is deployed anew.",
  },
  malformedRequest: {
    why: "The request cannot be understood in only one way: a path that climbs above the root, an encoded slash or control character, a header that may occur once and occurs twice.",
    fix: "Send a path in normal form and each such header once.",
  },
  headersTooLarge: {
    why: "The request has more header fields, or larger ones, than the mesh passes on.",
    fix: "Send fewer or shorter headers; cookies are the usual cause.",
  },
  uriTooLong: {
    why: "Path and query are longer than the mesh passes on.",
    fix: "Move the data into the body.",
  },
  noRoute: {
    why: "No listener, HTTPRoute or service address matches host, path, method, headers and query of the request.",
    fix: "`selvage get httproute` shows what is routed, `/svc/<service>.<namespace>/` always reaches a registered service.",
  },
  invalidBackend: {
    why: "The rule that matched sends this share of its traffic to something that is not there or may not be referred to. The Gateway API demands a 500 for that share.",
    fix: "The route's status, condition `ResolvedRefs`, says which reference and why: create the Service, or a ReferenceGrant in its namespace.",
  },
  noHealthyEndpoint: {
    why: "The service is known, but has no endpoint that can be used: none registered, all drained, all weights 0, or the version that the route asks for has none.",
    fix: "`selvage get endpoints` shows what is registered. Start an agent, or write endpoints into the Service.",
  },
  upstreamFailed: {
    why: "An endpoint was chosen, and the connection to it failed or broke before its answer began.",
    fix: "Check that the endpoint's address is reachable from the mesh and that the service is running.",
  },
  deadlineExceeded: {
    why: "The service did not answer within the request's deadline.",
    fix: "Find out why it is slow, or raise `timeouts` of the HTTPRoute rule or the TrafficPolicy.",
  },
  notReady: {
    why: "This part of the mesh has not been able to load any configuration since it started. It does not guess: nothing is routed.",
    fix: "`/_selvage/readyz` says whether the registry can be reached. Repeat the request after `retry-after`.",
  },
  upgradeRefused: {
    why: "The request asked for a WebSocket, and the service answered with a success that is no 101. Refusals of its own (3xx to 5xx) pass as they are.",
    fix: "Check that the service speaks the protocol at this path.",
  },
  circuitOpen: {
    why: "Too many calls to the service, or to the version that was wanted, failed or were slow, so the mesh sends it nothing for a moment; or an operator has forced it open. The service was not asked.",
    fix: "Repeat the request after `retry-after`. `selvage breaker get` shows the state, and why; `selvage breaker force NAME closed` lets traffic through regardless.",
  },
  overloaded: {
    why: "The service has as many requests on their way as the TrafficPolicy's `concurrency` lets the whole fleet have, no place in its queue was free, or the request waited there until its deadline; or its class (`priority`) is refused at the present load. The service was not asked.",
    fix: "Repeat the request after `retry-after`. If the service can take more, raise `concurrency.max`; if callers would rather wait, give it a `queue`.",
  },
  bodyBroken: {
    why: "The request announced a body that did not come as announced: its connection ended before the body did, or a chunk of it is malformed. It is the caller's failure, so it counts for no breaker, no ejection, no retry and no load of the service, which has not got the body as a whole.",
    fix: "Send the request again. If it happens often, look at what stands between caller and mesh: proxies that end connections, or a client that gives up early.",
  },
  bodyStalled: {
    why: "The request announced a body, and no byte of it came for 30 seconds. The time that an upload takes is not limited, only a pause in it, and it counts for no deadline of the service.",
    fix: "Send the request again, and the body without pauses. A client that has to wait for its data should have it before it begins to send.",
  },
  loopDetected: {
    why: "The request has passed through the mesh too many times: a service's endpoint is an address of the mesh itself.",
    fix: "Point the endpoint at the service, not at the route that leads to it.",
  },
  bodyUnsendable: {
    why: "The request is a GET or HEAD with a body. The Workers runtime sends none with these methods, and to leave it out would make it another request: a search without its filter.",
    fix: "Send the same as a POST; Elasticsearch and OpenSearch, for which this is usual, take searches by POST as well. A `content-length: 0` and empty chunks are no body.",
  },
  meshUnreachable: {
    why: "The agent beside a service (`selvage agent --outbound`) could not reach the mesh with the app's call, or the connection broke before an answer began.",
    fix: "Check that the mesh's address, the agent's `--mesh` or `--server`, can be reached from its machine. Whether a call that broke off was carried out is not known.",
  },
  faultInjected: {
    why: "A FaultPolicy aborts a share of the requests on purpose; the service was not asked. The status is the policy's own.",
    fix: "If it is not wanted, delete the FaultPolicy that `policy` names, or narrow its `match`.",
  },
  internal: {
    why: "A bug of ours, or of the platform. The answer says nothing about it on purpose; the log has an entry with the same request id.",
    fix: "Repeat the call once. If it stays, report it with the `requestId`.",
  },
  storageUnavailable: {
    why: "The registry's database refused or did not answer. A write either happened as a whole or not at all; traffic is not affected, it runs on the last loaded revision.",
    fix: "Read `GET /_selvage/v1/revisions` to see whether the write happened, then repeat it.",
  },
  controlUnavailable: {
    why: "The admin API is a Worker of its own (binding `CONTROL`) and did not answer; traffic is not affected.",
    fix: "Try again; if it stays, deploy it (`npx wrangler deploy --env control`) or take the binding away, and `CONTROL_ELSEWHERE` with it.",
  },
};
