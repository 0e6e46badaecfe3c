// Why a request would be answered as it would: asked of the data plane's own stages, without sending anything.
import * as z from "zod";
import { explainRequestSchema, explanationSchema } from "../../model/api/explain.ts";
import type { Explanation, ExplainFault } from "../../model/message/explanation.ts";
import type { Document } from "../../model/document/document.ts";
import { partsOfRef, refOfDocument } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Store } from "../../store/store.ts";
import { jsonBody } from "../register/json-body.ts";
import { lacksNamespace, lacksRole, type Operator } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { type Deciding, explanationFor, refOfPolicy } from "../view/explanation.ts";

export function registerExplain(app: ControlApp): void {
  register(app, {
    id: "explainRequest",
    method: "post",
    path: "/explain",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "explain",
    summary:
      "Every decision about a request that is not sent, with the document behind it, on the newest or any stored revision.",
    description:
      "The request walks the data plane's own stages. Nothing is forwarded, fetched or counted; what only a call could tell " +
      "(ExternalAuth, keys that are not held) is `unknown`. Whoever is limited to namespaces sees what concerns these.",
    params: z.object({}),
    query: z.object({}),
    body: jsonBody(explainRequestSchema),
    answer: explanationSchema,
    refusals: ["notFound", "badParameter", "storageUnavailable"],
    async handle({ body, request, env, ctx, store, operator }) {
      const lacking = body.as === undefined ? null : mayImagine(operator, body.as);
      if (lacking !== null) {
        return lacking;
      }
      if (app.dataPlane === null) {
        return { problem: "storageUnavailable", detail: "This Worker has no data plane to ask." };
      }
      const { revision: newest } = await store.head();
      const revision = body.revision ?? newest;
      const { method, headers, clientIp = null, as = null } = body;
      const url = body.url.startsWith("/") ? `${new URL(request.url).origin}${body.url}` : body.url;
      const question = { method, url, headers: new Headers(headers), clientAddress: clientIp, as, revision };
      const told = await app.dataPlane.explain(question, request, env, ctx);
      if ("fault" in told) {
        return refusalOf(told);
      }
      return { body: explanationFor(operator, told, await decidingOf(store, told, newest)) };
    },
  });
}

/** Whose identity somebody may take on in thought: of callers that they could give credentials to. */
function mayImagine(operator: Operator, principal: string): Refusal | null {
  const [, namespace = ""] = /^spiffe:\/\/[^/]*\/ns\/([^/]*)\//.exec(principal) ?? [];
  return lacksRole(operator, "operator") ?? lacksNamespace(operator, namespace);
}

function refusalOf({ fault, detail }: ExplainFault): Refusal {
  switch (fault) {
    case "no-revision":
      return { problem: "notFound", detail };
    case "no-party":
      return { problem: "badParameter", detail };
    case "not-ready":
      return { problem: "storageUnavailable", detail };
  }
}

/** As the revision had them: all of its documents are read where it is not the newest. */
async function decidingOf(store: Store, { revision, decisions }: Explanation, newest: number): Promise<Deciding> {
  const named = decisions.flatMap(({ policy, alternatives }) => [policy, ...alternatives.map((one) => one.policy)]);
  const refs = new Set(named.flatMap((policy) => (policy === null ? [] : [refOfPolicy(policy)])));
  if (refs.size === 0) {
    return new Map();
  }
  const documents = revision === newest ? await storedNow(store, [...refs]) : await store.documentsAt(revision);
  return new Map(documents.map((document) => [refOfDocument(document), document]));
}

async function storedNow(store: Store, refs: readonly string[]): Promise<Document[]> {
  const found = await Promise.all(
    refs.map((ref) => {
      const { kind, namespace, name } = partsOfRef(ref);
      return store.document(kind, namespace, name);
    }),
  );
  return found.flatMap((one) => (one === null ? [] : [one.document]));
}
