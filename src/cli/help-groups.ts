// Which commands stand together in `selvage --help`, in which order, and the examples below them.

const groups: Readonly<Record<string, readonly string[]>> = {
  "Run here:": ["up", "agent", "demo", "echo", "dev-issuer"],
  "Run on Cloudflare:": ["init", "deploy"],
  "Documents:": [
    "apply",
    "diff",
    "validate",
    "import",
    "export",
    "edit",
    "patch",
    "label",
    "annotate",
    "delete",
    "wait",
  ],
  "Look:": [
    "status",
    "top",
    "graph",
    "report",
    "cost",
    "get",
    "describe",
    "explain",
    "replay",
    "trace",
    "tail",
    "logs",
    "check",
    "history",
    "audit",
    "open",
  ],
  "Act:": ["rollback", "rollout", "breaker", "override", "limit", "endpoint", "keys", "registry"],
  "Clients:": ["app", "workload", "contract", "catalog"],
  "This command:": ["context", "auth", "token", "version", "bug-report", "completion", "help"],
};

export const groupOf = (command: string): string =>
  Object.entries(groups).find(([, names]) => names.includes(command))?.[0] ?? "More:";

const order = Object.values(groups).flat();

/** By their place in the groups; one that is in none comes last. */
export const inOrder = <Named extends { name(): string }>(commands: readonly Named[]): Named[] =>
  commands.toSorted((a, b) => placeOf(a.name()) - placeOf(b.name()));

const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

export const EXAMPLES = `
Examples:
  selvage up --demo                         # a mesh with a bookstore, here
  selvage apply -f mesh/ --wait             # all documents or none
  selvage diff -f mesh/ --set shop --prune  # what that would change
  selvage get services -A -o wide
  selvage get svc orders -o jsonpath='{.spec.exposure}'
  selvage status                            # what is wrong, the worst first
  selvage rollback --to 41 --dry-run

selvage COMMAND --help says more about each. Exit codes: 0 done, 1 differences or
unhealthy, 2 usage, 3 not permitted, 4 not found, 5 conflict, 6 not valid,
8 not reachable.`;

/** Of single commands. */
export const examplesOf: Readonly<Record<string, string>> = {
  deploy: `
Examples:
  selvage deploy --dry-run          # what would be called; nothing is sent
  selvage deploy
  CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ACCOUNT_ID=… selvage deploy --yes

What it does, each step only where it is not done: the D1 database, its tables,
the Worker, a first operator's token (in NAME.token), and a context.`,
  init: `
Examples:
  selvage init my-mesh && cd my-mesh
  selvage init --name shop          # here; what is there already is never touched`,
  apply: `
Examples:
  selvage apply -f mesh.yaml -f routes/ --wait
  selvage apply -k overlays/prod --set shop --prune --reason "release 41"
  selvage import istio -f istio/ | selvage apply -f -`,
  import: `
Examples:
  selvage import istio -f istio/ | selvage apply -f -
  kubectl get canary,svc -A -o yaml | selvage import flagger -f - > rollouts.yaml
  selvage import argo-rollouts -f rollouts/ --strict   # nothing, unless all of it can be said`,
  get: `
Examples:
  selvage get services              # svc, Service, service/orders, svc,httproute
  selvage get endpoints -A -w       # again whenever something changes
  selvage get routes -l app=shop -o custom-columns=NAME:.metadata.name,AGE:.metadata.createdAt
  selvage get svc -A -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'`,
  delete: `
Examples:
  selvage delete httproute orders prices -n shop
  selvage delete httproutes -l app=shop --dry-run
  selvage delete -f mesh/`,
  patch: `
Examples:
  selvage patch service orders -p '{"spec": {"exposure": "public"}}'
  selvage patch svc orders --type json -p '[{"op": "remove", "path": "/spec/owner"}]'`,
  wait: `
Examples:
  selvage wait httproute orders --for condition=Accepted
  selvage wait service orders --for jsonpath='{.spec.exposure}'=public --timeout 60
  selvage wait override brownout --for delete`,
  catalog: `
Examples:
  SELVAGE_CLIENT_ID=slvc_… SELVAGE_CLIENT_SECRET=slvs_… selvage catalog
  selvage catalog shop/prices                  # as an operator: for the applications of one's namespaces
  selvage catalog shop/prices --openapi > prices.json`,
  open: `
Examples:
  selvage open                      # what is wrong now
  selvage open limits               # any screen
  selvage open svc/payments -n shop
  selvage open SLV4001              # what a code means, and what to do`,
  agent: `
Examples:
  selvage agent --service orders -n shop --app http://127.0.0.1:8080 --health /healthz \\
    --inbound 4143 --advertise https://orders-1.example.com
  selvage agent --service storefront --outbound 4140 --credentials client.json
  curl http://127.0.0.1:4140/svc/orders.shop/   # as the workload storefront

Secrets are read from SELVAGE_TOKEN, SELVAGE_CLIENT_ID and SELVAGE_CLIENT_SECRET, or from files.
SIGTERM drains, waits for what is under way and takes the endpoint out; another one ends at once.`,
  context: `
Examples:
  selvage context add prod --server https://mesh.example.com --token-file -
  selvage context use prod
  selvage --context prod status`,
  explain: `
Examples:
  selvage explain POST https://shop.example.com/orders -H 'content-type: application/json'
  selvage explain /svc/orders.shop/ --as spiffe://mesh.local/ns/shop/sa/storefront
  selvage explain GET /svc/orders.shop/ --client-ip 192.0.2.7 --revision 41
  selvage explain trafficpolicy.circuitBreaker.openFor   # what a field means`,
};
