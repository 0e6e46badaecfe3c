// Contracts: who may use which service, and the service's answer to who asks. Deciding is for operators of the
// service's namespace, wherever the Contract document lives; each decision is a revision.
import * as z from "zod";
import type { ContractAction } from "../../decide/identity/contract-state.ts";
import { contractDecisionSchema, contractListSchema, decidedContractSchema } from "../../model/api/clients.ts";
import { documentNameSchema, scopedNameSchema } from "../../model/document/field/names.ts";
import { decideContract, viewContracts } from "../client/contract-decision.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { coversNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { namespaceParameter } from "../http/route-parameters.ts";
import { partsOfKey } from "../../model/word/refs.ts";

const tag = "clients";
const nothing = z.object({});

const summaries: Readonly<Record<ContractAction, string>> = {
  approve: "Grant a contract that is pending, or was rejected.",
  reject: "Refuse a contract that is pending.",
  revoke: "Withdraw a contract that was granted.",
  restore: "Grant a contract again that was revoked.",
};

export function registerContracts(app: ControlApp): void {
  register(app, {
    id: "listContracts",
    method: "get",
    path: "/contracts",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Contracts and what became of them: those of the operator's namespaces and those with their services.",
    params: nothing,
    query: z.object({
      namespace: namespaceParameter.optional(),
      service: scopedNameSchema.optional().meta({ description: "`<namespace>/<name>`, or a name in any namespace." }),
    }),
    body: noBody,
    answer: contractListSchema,
    refusals: [],
    async handle({ query, store, operator, now }) {
      const items = viewContracts(await store.mesh(), now).filter(({ namespace, service }) => {
        const { namespace: theirs, name } = partsOfKey(service);
        const wanted = query.namespace === undefined || query.namespace === namespace || query.namespace === theirs;
        const asked = query.service === undefined || [service, name].includes(query.service);
        return wanted && asked && (coversNamespace(operator, namespace) || coversNamespace(operator, theirs));
      });
      return { body: { items } };
    },
  });

  for (const action of ["approve", "reject", "revoke", "restore"] as const) {
    register(app, {
      id: `${action}Contract`,
      method: "post",
      path: `/contracts/{ns}/{name}/${action}`,
      role: "operator",
      scope: "each",
      writes: true,
      tag,
      summary: summaries[action],
      description:
        "For operators of the service's namespace. A decision holds for the application, service and tier that the " +
        "contract names; one that names another is pending again. In force everywhere as soon as the revision is.",
      params: z.object({ ns: namespaceParameter, name: documentNameSchema }),
      query: nothing,
      body: jsonBody(contractDecisionSchema, {}),
      answer: decidedContractSchema,
      refusals: ["notFound", "validation", "noSuchStep", "outpaced", "storageUnavailable"],
      handle: (exchange) => decideContract(exchange, action),
    });
  }
}
