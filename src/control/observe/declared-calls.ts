// Who is meant to call which service, as the documents in force say: Gateways by the routes at them, applications by
// their contracts, principals by name in policies that allow them.
import type { Snapshot, ServiceKey } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { applicationNode, gatewayNode, nodeOfCaller, type NodeName } from "./graph-node.ts";

interface DeclaredCall {
  readonly from: NodeName;
  readonly service: ServiceKey;
  /** The document, as `Kind/namespace/name`. */
  readonly by: string;
}

export function declaredCalls(snapshot: Snapshot): DeclaredCall[] {
  return [...ofRoutes(snapshot), ...ofContracts(snapshot), ...ofPolicies(snapshot)];
}

function ofRoutes({ router }: Snapshot): DeclaredCall[] {
  return router.matches.flatMap(({ rule, listener }) => {
    const gateway = router.listeners[listener]?.gateway;
    const { route, backends } = router.rules[rule] ?? { route: "", backends: [] };
    return gateway === undefined
      ? []
      : backends.flatMap(({ target }) =>
          "service" in target
            ? [{ from: gatewayNode(partsOfKey(gateway)), service: target.service, by: `HTTPRoute/${route}` }]
            : [],
        );
  });
}

function ofContracts({ identities }: Snapshot): DeclaredCall[] {
  return Object.entries(identities?.contracts ?? {}).flatMap(([service, applications]) =>
    Object.entries(applications).map(([application, { contract }]) => ({
      from: applicationNode(partsOfKey(application)),
      service,
      by: `Contract/${contract}`,
    })),
  );
}

function ofPolicies({ services, policies: { authorization = [] } }: Snapshot): DeclaredCall[] {
  return Object.entries(services).flatMap(([service, { policies }]) =>
    (policies.authorization ?? []).flatMap((index) => {
      const policy = authorization[index];
      const sources = policy?.action === "ALLOW" ? policy.rules.flatMap(({ from }) => from) : [];
      const named = sources.flatMap(({ principals }) => principals).map((principal) => nodeOfCaller(principal));
      return named
        .filter(({ kind }) => kind !== "class")
        .map((from) => ({ from, service, by: `AuthorizationPolicy/${policy?.policy ?? ""}` }));
    }),
  );
}
