// `?service=shop/orders` or `?service=orders&namespace=shop`: whose signals or requests a question is about.
import * as z from "zod";
import { nameSchema } from "../../model/document/field/names.ts";
import { scopedName, serviceKey } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { say } from "../../model/word/wording.ts";
import { lacksNamespace, type Operator } from "../operator/operator.ts";

export const serviceQuery = {
  service: z
    .string()
    .max(200)
    .regex(/^[^/]+(?:\/[^/]+)?$/, {
      error: say("This does not name a service", "Write its name, or <namespace>/<name>."),
    })
    .optional()
    .meta({ description: "`<namespace>/<name>`, or a name in `namespace`." }),
  namespace: nameSchema.optional().meta({ description: "Services of this namespace alone." }),
};

interface Named {
  /** null = all. */
  readonly service: ServiceKey | null;
  readonly namespace: string | undefined;
}

/** The one that is named, and its namespace; refused where the operator is not let into it. */
export function namedService(
  query: { readonly service?: string | undefined; readonly namespace?: string | undefined },
  operator: Operator,
): Named | Refusal {
  const named = query.service === undefined ? null : scopedName(query.service, query.namespace ?? "default");
  const namespace = named?.namespace ?? query.namespace;
  const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
  return outside ?? { service: named === null ? null : serviceKey(named.namespace, named.name), namespace };
}
