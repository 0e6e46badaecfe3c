// What is not a call of the admin API: a path that does not exist (404, with the nearest ones), or a method that the
// path does not take (405). Reads the same registry that the OpenAPI document is made from.
import { didYouMean } from "../../model/word/did-you-mean.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { ControlApp } from "./register.ts";

interface Template {
  readonly method: string;
  readonly segments: readonly string[];
}

export function refuseUnknownCall(app: ControlApp, method: string, path: string): Refusal {
  const templates = templatesOf(app);
  const given = path.split("/");
  const sharing = templates.filter(({ segments }) => fits(segments, given));
  if (sharing.length > 0) {
    const methods = [...new Set(sharing.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
    const allow = methods.sort().join(", ");
    return {
      problem: "methodNotAllowed",
      detail: `${method} is not a method of ${path}; it takes ${allow}.`,
      headers: { allow },
    };
  }
  const suggestion = nearest(
    path,
    templates.map(({ segments }) => fill(segments, given)),
  );
  return {
    problem: "noSuchCall",
    detail: `There is no ${path} here.${suggestion === null ? "" : ` Did you mean ${suggestion}?`}`,
    extensions: { suggestions: suggestion === null ? [] : [suggestion] },
  };
}

/** What all paths begin with says nothing about which one was meant, and is easily left out. */
const SHARED = /^\/(_selvage\/)?(v\d+\/)?/;

function nearest(path: string, candidates: readonly string[]): string | null {
  const tails = candidates.map((candidate) => [candidate.replace(SHARED, ""), candidate] as const);
  // The front page is near to everything and meant by nobody.
  const byTail = new Map(tails.filter(([tail]) => tail !== ""));
  const tail = path.replace(SHARED, "");
  return byTail.get(tail) ?? byTail.get(didYouMean(tail, [...byTail.keys()]) ?? "") ?? null;
}

function templatesOf(app: ControlApp): Template[] {
  return app.registry.definitions.flatMap((definition) =>
    definition.type === "route"
      ? [{ method: definition.route.method.toUpperCase(), segments: definition.route.path.split("/") }]
      : [],
  );
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function fits(template: readonly string[], given: readonly string[]): boolean {
  return (
    template.length === given.length &&
    template.every((segment, index) => (isParameter(segment) ? given[index] !== "" : segment === given[index]))
  );
}

/** The template with the caller's own words where it has parameters, so that these do not count as differences. */
function fill(template: readonly string[], given: readonly string[]): string {
  return template.map((segment, index) => (isParameter(segment) ? given[index] || segment : segment)).join("/");
}
