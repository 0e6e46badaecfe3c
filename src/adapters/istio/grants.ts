// ReferenceGrants for the routes that are made. Istio lets a route name services of every namespace; the Gateway API
// asks the other namespace for its leave, so keeping the meaning takes a grant.
import type { PlainDocument } from "../source/import-note.ts";
import { inParts } from "../source/parts.ts";
import type { ServiceName } from "./documents.ts";
import type { Names } from "../source/source-documents.ts";

const MOST = 16;

export class Grants {
  readonly #names: Names;
  /** Service names by namespace of the service, then of the route. */
  readonly #uses = new Map<string, Map<string, Set<string>>>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** A route in `from` sends to the service. */
  use(from: string, { namespace, name }: ServiceName): void {
    if (from === namespace) {
      return;
    }
    const froms = this.#uses.get(namespace) ?? new Map<string, Set<string>>();
    this.#uses.set(namespace, froms);
    froms.set(from, (froms.get(from) ?? new Set()).add(name));
  }

  documents(): PlainDocument[] {
    return [...this.#uses].flatMap(([namespace, froms]) =>
      [...froms].flatMap(([from, services]) => {
        const to = [...services].map((name) => ({ group: "", kind: "Service", name }));
        return inParts(to, MOST).map((some) => ({
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "ReferenceGrant",
          metadata: { name: this.#names.take("ReferenceGrant", namespace, `routes-of-${from}`), namespace },
          spec: {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: from }],
            to: some,
          },
        }));
      }),
    );
  }
}
