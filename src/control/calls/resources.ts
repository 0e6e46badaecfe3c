// Lists of documents.
import * as z from "zod";
import { resourceListSchema } from "../../model/api/resource.ts";
import { kindByAnyName } from "../../model/document/kinds.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { isRefusal } from "../http/answer.ts";
import { noBody } from "../register/json-body.ts";
import { parseLabelQuery } from "../http/label-query.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { keyedPage, pageQuerySchema } from "../http/paging.ts";
import { etag } from "../register/precondition.ts";
import { type ControlApp, register } from "../register/register.ts";
import { namespaceParameter } from "../http/route-parameters.ts";
import { toResource } from "../register/to-api.ts";

const tag = "documents";

const kindParameter = z
  .string()
  .transform((text, context) => {
    const kind = kindByAnyName(text);
    if (kind !== null) {
      return kind;
    }
    context.addIssue({ code: "custom", message: `There is no kind "${text}".`, input: text });
    return z.NEVER;
  })
  .meta({ type: "string", description: "In any case, also plural or short." });

export function registerResources(app: ControlApp): void {
  register(app, {
    id: "listResources",
    method: "get",
    path: "/resources",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Documents, by kind, namespace and name.",
    params: z.object({}),
    query: pageQuerySchema.extend({
      kind: kindParameter.optional(),
      namespace: namespaceParameter.optional(),
      labelSelector: z.string().max(1000).optional().meta({ description: "`team=shop,tier!=gold,env in (dev,test)`." }),
    }),
    body: noBody,
    answer: resourceListSchema,
    versioned: true,
    refusals: [],
    async handle({ query, store, operator }) {
      const { kind, namespace } = query;
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const labels = query.labelSelector ? parseLabelQuery(query.labelSelector) : null;
      if (labels?.ok === false) {
        return labels.refusal;
      }
      const { head, documents } = await store.listing({ kind, namespace });
      const chosen = documents.filter(
        ({ document: { metadata } }) =>
          coversNamespace(operator, metadata.namespace) && (labels === null || labels.value(metadata.labels)),
      );
      const page = keyedPage(query, chosen, ({ document }) => refOfDocument(document));
      if (isRefusal(page)) {
        return page;
      }
      const { items, nextCursor } = page;
      return {
        body: { items: items.map(toResource), nextCursor, revision: head.revision },
        headers: { etag: etag(head.revision) },
      };
    },
  });
}
