// `validate`: everything there is to say about documents and the mesh that they would make, without a plan and without
// writing. What apply refuses as a whole is told here one by one.
import { createdAtOf, statusesOf } from "../../change/change-rows.ts";
import { inTurns } from "../../change/in-turns.ts";
import { compiling, type CompileOptions } from "../../compile/compile.ts";
import { errorsWithoutOverrides, overrideFindings } from "../../change/override-rules.ts";
import { patternMemo } from "../../change/pattern-memo.ts";
import { plan } from "../../change/plan.ts";
import type { Store } from "../../store/store.ts";
import type { Validation, ValidationFinding } from "../../model/api/apply.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { type ProblemItem, problems } from "../../model/word/problem.ts";
import type { Documents } from "../register/documents-body.ts";
import type { Operator } from "../operator/operator.ts";
import { visible } from "../operator/redact.ts";

type LintOptions = { readonly now: number } & Required<Pick<CompileOptions, "localMesh" | "meshDomain" | "hasSecret">>;

export async function lint(
  store: Store,
  body: Documents,
  operator: Operator,
  { now, ...given }: LintOptions,
): Promise<Validation> {
  if (!body.ok) {
    return { valid: false, errors: (body.refusal.errors ?? []).map(fromItem), warnings: [] };
  }
  const { head, documents, identities } = await store.mesh();
  const planned = plan(
    documents,
    body.documents.map(({ document }) => document),
    { manager: "validate" },
  );
  if (!planned.ok) {
    return { valid: false, errors: (planned.refusal.errors ?? []).map(fromItem), warnings: [] };
  }
  const at = new Date(now).toISOString();
  const createdAt = createdAtOf(documents, planned.plan.changes, at);
  const previous = statusesOf(documents);
  const memo = { compilePattern: patternMemo.compile };
  const settings = {
    revision: head.revision + 1,
    now: at,
    ...given,
    identities,
    createdAt,
    previous,
    ...memo,
  };
  const compiled = await inTurns(compiling(planned.plan.next, settings));
  const all = [
    ...body.warnings,
    ...planned.plan.findings,
    ...overrideFindings(planned.plan.changes, at),
    ...compiled.findings,
    ...(await inTurns(errorsWithoutOverrides(planned.plan.next, settings))),
  ];
  const findings = visible(operator, all).map((finding) => place(finding, body.documents));
  const errors = findings.filter(({ severity }) => severity === "error");
  return { valid: errors.length === 0, errors, warnings: findings.filter(({ severity }) => severity === "warning") };
}

/** A finding about a document of the body, pointed at in the body; one about another document stays as it is. */
function place(finding: Finding, documents: (Documents & { ok: true })["documents"]): ValidationFinding {
  const source = documents.find(({ document }) => refOfDocument(document) === finding.ref);
  if (source === undefined) {
    return finding;
  }
  const pointer = `#/${source.index}${finding.pointer}`;
  return { ...finding, pointer, ...source.locate(finding.pointer) };
}

function fromItem({ pointer, detail, hint, line, column, code }: ProblemItem): ValidationFinding {
  return {
    severity: "error",
    code: isDocumentCode(code) ? code : problems.validation.code,
    ref: "",
    pointer,
    message: detail,
    ...(hint === undefined ? {} : { hint }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

function isDocumentCode(code: string | undefined): code is `SLV1${number}` {
  return code !== undefined && /^SLV1\d{3}$/.test(code);
}
