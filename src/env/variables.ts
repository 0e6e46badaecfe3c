// Variables and secrets of the Worker, each with what it means. They are texts as somebody wrote them: settings.ts
// reads them, and nobody else does.

export interface Variables {
  /** The bootstrap operator token (a secret). Without it the admin API answers 401 until an API token exists. */
  readonly SELVAGE_ADMIN_TOKEN?: string;
  /** OpenID provider of operators: its issuer, as tokens spell it in `iss`. */
  readonly OPERATOR_OIDC_ISSUER?: string;
  /** Audience of its access tokens for this API; unset = the client id, so that ID tokens are taken. */
  readonly OPERATOR_OIDC_AUDIENCE?: string;
  /** This mesh at the provider; without it there is no login by browser, only bearer tokens. */
  readonly OPERATOR_OIDC_CLIENT_ID?: string;
  /** A secret; unset = a public client, by PKCE alone. */
  readonly OPERATOR_OIDC_CLIENT_SECRET?: string;
  /** Cloudflare Access in front: `team.cloudflareaccess.com`. */
  readonly ACCESS_TEAM_DOMAIN?: string;
  /** The application's AUD tag; several with commas between. */
  readonly ACCESS_AUD?: string;
  /**
   * Who of the provider's people is what here: a list of rules, JSON. The first that fits counts; nobody without one
   * gets in.
   */
  readonly OPERATOR_ROLES?: string;
  /**
   * What proxies that ask for decisions send as `selvage-adapter-token` (a secret). Without it only a local mesh
   * answers.
   */
  readonly ADAPTER_TOKEN?: string;
  /** SPIFFE trust domain of the mesh. */
  readonly TRUST_DOMAIN?: string;
  /** `iss` of what the mesh signs, when it is to be an address; unset = `spiffe://<TRUST_DOMAIN>`. */
  readonly MESH_ISSUER?: string;
  /**
   * Where clients and services reach the mesh: `https://mesh.example.com`, for the addresses that it publishes about
   * itself. Unset = MESH_ISSUER where that is an address, else ADMIN_HOST; without any of them it publishes none.
   */
  readonly MESH_URL?: string;
  /** When set, `<service>.<namespace>.<MESH_DOMAIN>` addresses a service without a path prefix. */
  readonly MESH_DOMAIN?: string;
  /** When set, the only host that answers under `/_selvage/`. */
  readonly ADMIN_HOST?: string;
  /**
   * "true" under `selvage up`: the cluster of endpoints without one is `local`, where private addresses are allowed.
   */
  readonly LOCAL_MESH?: string;
  /** Set where every caller is on this machine (`selvage up` on a loopback address): the callers' address. */
  readonly LOCAL_CLIENT_ADDRESS?: string;
  /**
   * "true": a proxy in front tells by `selvage-entry`, `x-forwarded-proto` and `x-forwarded-port` where a request came
   * in, and by `x-forwarded-for` from whom.
   */
  readonly TRUST_ENTRY?: string;
  /**
   * How many proxies in front append to `x-forwarded-for`, Cloudflare itself among them; unset = 1: its last entry is
   * the caller.
   */
  readonly TRUSTED_HOPS?: string;
  /**
   * A line in the log for each request: "requests" = all, "problems" = those that end with 500 or more, else "none".
   */
  readonly LOG?: string;
  /** Among how many objects services are divided for what is counted of them, 1 to 256; unset = 4. */
  readonly TELEMETRY_OBJECTS?: string;
  /** "true": whoever reaches the mesh may read `/_selvage/metrics`; else an operator's token is needed. */
  readonly METRICS_PUBLIC?: string;
  /** Percent of requests that are traced whole, 0 to 100; unset = 1. Refused, failed and slow ones are kept besides. */
  readonly TRACE_PERCENT?: string;
  /** A collector of traces (OTLP over HTTP): `https://collector.example:4318`; unset = none. */
  readonly OTLP_ENDPOINT?: string;
  /** How it is told: "http/json" or "http/protobuf"; unset = "http/json". */
  readonly OTLP_PROTOCOL?: string;
  /** "true": lines of the access log go to that collector, and not to the platform's log. */
  readonly OTLP_LOGS?: string;
  /** "true": metrics are pushed to that collector each minute. */
  readonly OTLP_METRICS?: string;
  /** Percent of requests that have a line in the access log, 0 to 100; unset = 0. */
  readonly ACCESS_LOG?: string;
  /** Headers for it, a secret: `authorization=Bearer …`, several with commas between. */
  readonly OTLP_HEADERS?: string;
  /** From how many milliseconds on a request is slow, and kept; unset = 2000. */
  readonly TRACE_SLOW_MS?: string;
  /** Days that sums of ten seconds, a minute and an hour are kept; unset = "1,30,400". */
  readonly TELEMETRY_DAYS?: string;
  /**
   * "always": services' answers carry `x-request-id` and `selvage-revision`, too; unset or "asked" = where the caller
   * asks for that.
   */
  readonly ANSWER_HEADERS?: string;
  /**
   * Region that this data plane runs in, as Clusters name theirs: where the platform does not tell, or to overrule it.
   */
  readonly REGION?: string;
  /** Name of this data-plane isolate group, shown in propagation receipts (`--edges`). */
  readonly EDGE?: string;
}
