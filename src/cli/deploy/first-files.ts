// What `selvage init` writes, as texts; nothing is read or written here.

/** A file of the folder, and what it is, in one line. */
export interface FirstFile {
  readonly path: string;
  readonly what: string;
  readonly text: string;
}

/** What the name of a mesh may be: a host's, its database's, its Workers', of which the second adds `-control`. */
export const isMeshName = (name: string): boolean => /^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/.test(name);

/** @param toml the text of wrangler.toml */
export function firstFiles(name: string, toml: string): readonly FirstFile[] {
  return [
    { path: "wrangler.toml", what: "the Worker, its database and its objects, as Cloudflare gets them", text: toml },
    { path: "mesh/hello.yaml", what: "a first Service, and an HTTPRoute to it", text: HELLO },
    { path: ".gitignore", what: "tokens, and what runs leave behind", text: IGNORED },
    { path: "README.md", what: "these files and the commands that go with them", text: readme(name) },
  ];
}

const HELLO = `# A service that runs somewhere else. Put an address of your own in place of this one.
apiVersion: selvage.dev/v1
kind: Service
metadata: { name: hello }
spec:
  exposure: public # everybody may call it; left out, only who has an identity of the mesh
  endpoints:
    - url: "https://example.com"
---
# The way to it: /hello on any host of the mesh. /svc/hello/ works without.
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: hello }
spec:
  rules:
    - matches: [{ path: { type: PathPrefix, value: /hello } }]
      filters:
        - type: URLRewrite
          urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: / } }
      backendRefs: [{ group: selvage.dev, kind: Service, name: hello }]
`;

const IGNORED = `# Operators' tokens.
*.token
# Secrets of a Worker that runs here.
.dev.vars*
.env*
# The data of \`selvage up\`.
.selvage/
.wrangler/
node_modules/
`;

const readme = (name: string): string => `# ${name}

A Selvage mesh.

- \`wrangler.toml\`: the Worker, its database and its objects, as Cloudflare gets them
- \`mesh/\`: the documents; \`hello.yaml\` is a first service and a route to it

\`selvage\` is \`npx selvage\` where its package is installed, and \`npm run -s selvage --\`, with whole paths, in a checkout.

On this machine:

\`\`\`sh
selvage up                          # http://127.0.0.1:8787, until Ctrl-C
selvage apply -f mesh/ --wait       # in another terminal
curl http://127.0.0.1:8787/hello
\`\`\`

On Cloudflare:

\`\`\`sh
selvage deploy                      # again for a new version, and wherever it stopped
selvage --context ${name} apply -f mesh/ --wait
selvage --context ${name} status
\`\`\`

\`${name}.token\` is the first operator's token, and may do everything. Make others with \`token create\`, then take it
away: \`npx wrangler secret delete SELVAGE_ADMIN_TOKEN\`.
`;
