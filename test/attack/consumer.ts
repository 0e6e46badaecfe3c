// Attacks of a neighbour by a route on shop's service for its own callers: whatever hangs on it, it only tightens.
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { doc, route } from "./documents.ts";
import { arrived, header, said, type Attack, type Setting } from "./setting.ts";

const keys = generateKeyPair("ES256");
const owners = generateKeyPair("ES256");
const jwt = async (pair: typeof keys, claims: Readonly<Record<string, string>>): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .setIssuer("https://id.example/")
    .setAudience("vault")
    .setExpirationTime("5m")
    .sign((await pair).privateKey);
const provider = async (pair: typeof keys, more = ""): Promise<string> => {
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK((await pair).publicKey)), kid: "k", alg: "ES256" }] });
  return `jwt: {providers: [{name: idp, issuer: "https://id.example/", audiences: [vault], jwks: ${jwks}, algorithms: [ES256]${more}}]}`;
};

/** Shop's service, for callers with a role that shop's own provider gave them. */
const vault = async ({ origin }: Setting): Promise<string> =>
  doc(
    "Service",
    "vault",
    `{exposure: mesh, endpoints: [{url: "${origin}"}], receive: [x-forwarded-for, x-request-id, selvage-assertion, selvage-source, traceparent]}`,
    "shop",
  ) +
  doc(
    "AuthenticationPolicy",
    "vault",
    `{targetRefs: [{kind: Service, name: vault}], mode: require, mesh: {}, ${await provider(owners)}}`,
    "shop",
  ) +
  doc(
    "AuthorizationPolicy",
    "vault",
    `{targetRefs: [{kind: Service, name: vault}], action: ALLOW, rules: [{when: [{key: "claim:role", values: [admin]}]}]}`,
    "shop",
  );

const ON = "parentRefs: [{kind: Service, name: vault, namespace: shop}]";
const BACK = "backendRefs: [{name: vault, namespace: shop}]";
const onRoute = "targetRefs: [{kind: HTTPRoute, name: taker}]";
const taker = (filters = "[]"): string => route("taker", `{${ON}, rules: [{filters: ${filters}, ${BACK}}]}`);

/** Asks shop's vault as the neighbour's workload, once its documents are there, and takes them back. */
async function taking(
  s: Setting,
  documents: string,
  headers: Readonly<Record<string, string>>,
  read: (answer: Awaited<ReturnType<Setting["get"]>>) => string = arrived,
): Promise<string> {
  await s.applied(await vault(s));
  const identity = await s.identity("evil/client");
  const made = await s.evil(documents.replaceAll("ORIGIN", s.origin));
  const answer = await s.get("/svc/vault.shop/x", { "selvage-identity": identity, ...headers });
  if (made.startsWith("200")) {
    for (const [, kind, name] of documents.matchAll(/kind: (\w+), metadata: \{name: (\w+)/g)) {
      await s.dropped(`${kind?.toLowerCase()}/${name}`);
    }
  }
  return `${made}; ${read(answer)}`;
}
const bearer = async (pair: typeof keys): Promise<Readonly<Record<string, string>>> => ({
  authorization: `Bearer ${await jwt(pair, { sub: "root", role: "admin" })}`,
});
const LET_IN = { authorization: "" };
const policies: readonly (readonly [what: string, documents: (s: Setting) => Promise<string>])[] = [
  [
    "an AuthenticationPolicy with a provider of its own under the owner's issuer and name",
    async () => taker() + doc("AuthenticationPolicy", "taker", `{${onRoute}, mode: require, ${await provider(keys)}}`),
  ],
  [
    "an AuthenticationPolicy that permits, and takes the role from a header of its own",
    async () =>
      taker() +
      doc(
        "AuthenticationPolicy",
        "taker",
        `{${onRoute}, mode: permit, ${await provider(keys, ', from: [{header: authorization, prefix: "Bearer "}]')}}`,
      ),
  ],
  [
    "an AuthenticationPolicy on the rule by its name",
    async () =>
      route("taker", `{${ON}, rules: [{name: one, ${BACK}}]}`) +
      doc(
        "AuthenticationPolicy",
        "taker",
        `{targetRefs: [{kind: HTTPRoute, name: taker, sectionName: one}], mode: permit, ${await provider(keys)}}`,
      ),
  ],
  [
    "an ALLOW of everybody on its route",
    async () =>
      taker() +
      doc("AuthorizationPolicy", "taker", `{${onRoute}, action: ALLOW, rules: [{}]}`) +
      doc("AuthenticationPolicy", "taken", `{${onRoute}, mode: permit, ${await provider(keys)}}`),
  ],
];

const loosened = policies.map(([what, documents]): Attack => ({
  what: `shop's vault by a token of the neighbour's own key, and ${what}`,
  expected: "401 or 403",
  run: async (s) => taking(s, await documents(s), await bearer(keys)),
  holds: /; 40[13] SLV\d+$/,
}));

/** What arrives of headers, for a caller whom shop's own provider knows. */
const forged = (
  what: string,
  documents: () => Promise<string>,
  sent: Readonly<Record<string, string>> = {},
): Attack => ({
  what,
  expected: "who calls and from where is the mesh's word; nothing forged arrives",
  run: async (s) =>
    taking(s, await documents(), { ...(await bearer(owners)), ...sent }, (answer) => {
      const source = header(answer, "selvage-source");
      return `${said(answer)}, forged: ${/forged|203\.0\.113\.9/.test(answer.body)}, for: ${header(answer, "x-forwarded-for")}, assertion: ${header(answer, "selvage-assertion").length > 50}, source: ${source}`;
    }),
  holds:
    /; (?:4\d\d SLV\d+, .*|5\d\d SLV5\d+, .*|200, forged: false, for: 127\.0\.0\.1, assertion: true, source: \S+)$/,
});

const headers: readonly Attack[] = [
  forged("a route that removes the mesh's assertion, the caller's address and the source", async () =>
    taker(
      "[{type: RequestHeaderModifier, requestHeaderModifier: {remove: [selvage-assertion, x-forwarded-for, selvage-source, x-request-id]}}]",
    ),
  ),
  forged("a route that adds to x-forwarded-for, authorization and x-user", async () =>
    taker(
      "[{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-forwarded-for, value: 203.0.113.9}, {name: authorization, value: forged}, {name: selvage-assertion, value: forged}]}}]",
    ),
  ),
  forged(
    "claims of a caller's token as x-forwarded-for, selvage-source and authorization",
    async () =>
      taker() +
      doc(
        "AuthenticationPolicy",
        "taker",
        `{${onRoute}, mode: permit, ${await provider(keys, ", claimToHeaders: [{claim: sub, header: x-forwarded-for}, {claim: sub, header: selvage-source}]")}}`,
      ),
  ),
  forged(
    "an authorization service of its own that writes x-forwarded-for, selvage-source and authorization",
    async () =>
      doc(
        "Service",
        "judge",
        `{exposure: public, endpoints: [{url: "ORIGIN/say/${Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-forwarded-for: 203.0.113.9\r\nselvage-source: forged\r\nauthorization: forged\r\n\r\n").toString("base64url")}"}]}`,
      ) +
      taker(
        "[{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: judge}, http: {allowedResponseHeaders: [x-forwarded-for, selvage-source, authorization]}}}]",
      ),
  ),
];

const others: readonly Attack[] = [
  {
    what: "a RateLimitPolicy of a thousand on its route, where the owner gives three",
    expected: "three",
    run: async (s) => {
      await s.applied(
        doc("Service", "few", `{exposure: mesh, endpoints: [{url: "${s.origin}"}]}`, "shop") +
          doc(
            "RateLimitPolicy",
            "few",
            "{targetRefs: [{kind: Service, name: few}], limits: [{name: all, requests: 3, window: 1h, key: [], mode: strict}]}",
            "shop",
          ),
      );
      await s.evil(
        route(
          "more",
          "{parentRefs: [{kind: Service, name: few, namespace: shop}], rules: [{backendRefs: [{name: few, namespace: shop}]}]}",
        ) +
          doc(
            "RateLimitPolicy",
            "more",
            "{targetRefs: [{kind: HTTPRoute, name: more}], limits: [{name: all, requests: 1000, window: 1h, key: []}]}",
          ),
      );
      const identity = await s.identity("evil/client");
      const seen: number[] = [];
      for (let nth = 0; nth < 5; nth++) {
        seen.push((await s.get("/svc/few.shop/x", { "selvage-identity": identity })).status);
      }
      await s.dropped("ratelimitpolicy/more");
      await s.dropped("httproute/more");
      return seen.join(" ");
    },
    holds: /^200 200 200 429 429$/,
  },
  {
    what: "an address that the owner denies, allowed on the route",
    expected: "403",
    run: async (s) => {
      await s.applied(
        doc("IPAccessPolicy", "vault", "{targetRefs: [{kind: Service, name: vault}], deny: [127.0.0.0/8]}", "shop") +
          (await vault(s)),
      );
      const answer = await taking(
        s,
        taker() + doc("IPAccessPolicy", "taker", `{${onRoute}, allow: [127.0.0.0/8]}`),
        await bearer(owners),
      );
      await s.mesh.cli(["delete", "ipaccesspolicy/vault", "-n", "shop", "--if-match", "*"]);
      return answer;
    },
    holds: /; 403 SLV\d+$/,
  },
  {
    what: "a route that leads the callers of the vault to the ledger, by weight, mirror and rewrite",
    expected: "500 or 403; nothing at the ledger",
    run: async (s) =>
      taking(
        s,
        route(
          "taker",
          `{${ON}, rules: [{backendRefs: [{name: vault, namespace: shop, weight: 0}, {name: ledger, namespace: shop, weight: 1}]}]}`,
        ),
        await bearer(owners),
      ),
    holds: /; (?:500 SLV5004|403 SLV\d+|422.*)$/,
  },
  {
    what: "a route without any grant whose parent is shop's route, Gateway or Application",
    expected: "refused, or attached to nothing",
    run: async (s) => {
      const seen: string[] = [];
      for (const parent of [
        "{kind: HTTPRoute, name: shop, namespace: shop}",
        "{kind: Service, name: vault, namespace: shop, port: 99999}",
        "{kind: Application, group: selvage.dev, name: till, namespace: shop}",
      ]) {
        seen.push(await s.evil(route("odd", `{parentRefs: [${parent}], rules: [{backendRefs: [{name: front}]}]}`)));
      }
      await s.dropped("httproute/odd").catch(() => undefined);
      return seen.join(", ");
    },
    holds: /^(?:(?:4\d\d|200 [^,]*SLV1[23]\d\d)[^,]*(?:, |$)){3}$/,
  },
  {
    what: "callers of other namespaces, led by its route on shop's vault",
    expected: "the route is for its own callers only: the vault answers shop's as ever",
    run: async (s) => {
      await s.applied(await vault(s));
      await s.evil(
        taker("[{type: RequestRedirect, requestRedirect: {hostname: evil.example}}]").replace(`, ${BACK}`, ""),
      );
      const web = await s.get("/svc/vault.shop/x", {
        "selvage-identity": await s.identity("shop/web"),
        ...(await bearer(owners)),
      });
      const nobody = await s.get("/svc/vault.shop/x", { ...(await bearer(owners)), ...LET_IN });
      await s.dropped("httproute/taker");
      return `${arrived(web)}; ${said(nobody)}; ${web.headers.get("location") ?? "no location"}`;
    },
    holds: /^200 GET \/x HTTP\/1\.1; 401 SLV\d+; no location$/,
  },
];

export const CONSUMERS: readonly Attack[] = [...loosened, ...headers, ...others];
