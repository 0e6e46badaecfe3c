// The tree as the house rules see it: read from the disk, or built from a sample.
import { globSync, readFileSync } from "node:fs";
import type { House } from "./rule.ts";
import { source } from "./source.ts";

export const root = new URL("../../..", import.meta.url).pathname;

const skipped = /(^|\/)(node_modules|dist|generated|__pycache__)\//;
/** They name what was there when they were written. */
const past = new Set(["CHANGELOG.md", "docs/decisions.md"]);

export function readHouse(): House {
  const paths = globSync("{src,durable,test,bench,examples}/**/*", { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    .filter((path) => !skipped.test(path))
    .sort();
  const others = globSync(["*", ".*", "docs/**/*", "migrations/*", ".ci/*"], { cwd: root });
  const documents = others.filter((path) => path.endsWith(".md") && !past.has(path)).sort();
  return {
    paths,
    sources: paths.filter((path) => /\.tsx?$/.test(path)).map((path) => source(path, read(path))),
    documents: documents.map((path) => ({ path, text: read(path) })),
    named: new Set([...paths, ...others]),
  };
}

export function builtHouse(files: Readonly<Record<string, string>>): House {
  const of = (end: RegExp): [path: string, text: string][] => Object.entries(files).filter(([path]) => end.test(path));
  return {
    paths: Object.keys(files),
    sources: of(/\.tsx?$/).map(([path, text]) => source(path, text)),
    documents: of(/\.md$/).map(([path, text]) => ({ path, text })),
    named: new Set(Object.keys(files)),
  };
}

const read = (path: string): string => readFileSync(root + path, "utf8");
