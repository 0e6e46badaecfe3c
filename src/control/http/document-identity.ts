// `{ns}/{kind}/{name}` of a path as the identity of a document, and the 404 when there is none of it.
import * as z from "zod";
import type { Store } from "../../store/store.ts";
import { didYouMean } from "../../model/word/did-you-mean.ts";
import { refOf } from "../../model/word/refs.ts";
import { kindByAnyName, type KindName, kinds } from "../../model/document/kinds.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { namespaceParameter } from "./route-parameters.ts";

export interface DocumentIdentity {
  readonly kind: KindName;
  readonly namespace: string;
  readonly name: string;
  readonly ref: string;
}

export const identityParameters = z.object({
  ns: namespaceParameter,
  kind: z.string().min(1).max(100).meta({ description: "In any case, also plural or short: HTTPRoute, httproutes." }),
  name: z.string().min(1).max(253),
});

export function documentIdentityOf({
  ns,
  kind,
  name,
}: z.output<typeof identityParameters>): DocumentIdentity | Refusal {
  const known = kindByAnyName(kind);
  if (known !== null) {
    return { kind: known, namespace: ns, name, ref: refOf(known, ns, name) };
  }
  const meant = didYouMean(
    kind,
    Object.values(kinds).flatMap(({ kind, plural }) => [kind, plural]),
  );
  return {
    problem: "notFound",
    detail: `There is no kind "${kind}".${meant === null ? "" : ` Did you mean ${meant}?`}`,
    extensions: { suggestions: meant === null ? [] : [meant] },
  };
}

/** 404, with the name that was probably meant. */
export async function refuseAbsent(store: Store, { kind, namespace, name, ref }: DocumentIdentity): Promise<Refusal> {
  const there = (await store.documents({ kind, namespace })).map(({ document }) => document.metadata.name);
  const meant = didYouMean(name, there);
  return {
    problem: "notFound",
    detail: `${ref} does not exist.${meant === null ? "" : ` Did you mean ${meant}?`}`,
    extensions: { suggestions: meant === null ? [] : [refOf(kind, namespace, meant)] },
  };
}
