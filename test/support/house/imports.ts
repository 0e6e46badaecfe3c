// House rules about imports: who may know whom, and what a cold isolate evaluates.
import { isProduct, layer, type House, type Rule, type Violation } from "./rule.ts";
import type { Import, Source } from "./source.ts";
import { coldLibraries, dataPlaneRoots, decider, ends, table, walks } from "./table.ts";

/** Every import of product code that `test` calls wrong, with its words. */
function each(house: House, test: (from: Source, one: Import) => string | null): Violation[] {
  return house.sources
    .filter(({ path }) => isProduct(path))
    .flatMap((from) =>
      from.imports.flatMap((one) => {
        const what = test(from, one);
        return what === null ? [] : [{ path: from.path, line: one.line, what }];
      }),
    );
}

const pathOf = ({ path }: Import): string => path ?? "";

const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

const insideOf = (path: string, allowed: readonly string[]): boolean => {
  const short = path.replace(/^src\//, "");
  return allowed.some((one) => short === one || short.startsWith(`${one}/`));
};

const importTable: Rule = {
  rule: "a folder imports only what the table in docs/architecture.md gives it",
  because: "nouns, verbs, stages and memory stay apart only while nobody reaches across; `import type` ties as well",
  mend: "move the shared part down (model for nouns, decide for verbs) or pass it in as an argument; the table is test/support/house/table.ts",
  check: (house) =>
    each(house, (from, one) => {
      const own = layer(from.path);
      const may = table[own];
      if (may === undefined) {
        return `the folder "${own}" is not in the table`;
      }
      if (one.path === null) {
        const name = packageOf(one.specifier);
        return may.packages.includes("*") || may.packages.includes(name) ? null : `${own} imports the package ${name}`;
      }
      if (layer(one.path) === own || insideOf(one.path, may.ours)) {
        return null;
      }
      if (insideOf(one.path, may.types)) {
        return one.typeOnly ? null : `${own} may only \`import type\` ${one.path}`;
      }
      return `${own} imports ${one.path}`;
    }),
  breaks: [
    { files: { "src/model/a.ts": 'import type { X } from "../decide/x.ts";' }, violations: 1 },
    {
      files: { "src/decide/a.ts": 'import { Hono } from "hono";\nexport * from "../store/store.ts";' },
      violations: 2,
    },
    { files: { "src/proxy/a.ts": 'import { Mesh } from "../../durable/mesh.ts";' }, violations: 1 },
    { files: { "src/proxy/a.ts": 'type S = import("../store/store.ts").Store;' }, violations: 1 },
    { files: { "src/cli/a.ts": 'import { compile } from "../compile/compile.ts";' }, violations: 1 },
    { files: { "durable/a.ts": 'const x = await import("../src/control/app.ts");' }, violations: 1 },
    { files: { "src/misc/a.ts": 'import "../model/a.ts";' }, violations: 1 },
  ],
  keeps: {
    "src/proxy/a.ts": 'import { isolateState } from "../isolate/state.ts";',
    "src/registry/a.ts": 'import type { Live } from "../isolate/snapshot.ts";',
    "src/decide/a.ts": 'import type { Rule } from "../model/snapshot.ts";\n// import x from "../proxy/a.ts"',
  },
};

const indexIsTheTop: Rule = {
  rule: "nobody imports src/index.ts",
  because: "it is the map of the whole Worker; who imports it imports everything",
  mend: "move what you need out of it into a file of its own",
  check: (house) => each(house, (_, one) => (one.path === "src/index.ts" ? "imports src/index.ts" : null)),
  breaks: [{ files: { "src/control/a.ts": 'import type worker from "../index.ts";' }, violations: 1 }],
  keeps: { "src/control/a.ts": 'import { x } from "./index.ts";' },
};

const isStage = (path: string): boolean => /^src\/proxy\/[^/]+\.ts$/.test(path) && !walks.has(path);

const stagesStandAlone: Rule = {
  rule: "every file at the top of src/proxy is a walk or a stage, and a stage is imported by the walks and by nobody else",
  because: "the order of the stages is written in one place; a stage that calls another hides a second order",
  mend: "let the walk pass on what a stage found, or move the shared piece into a folder of src/proxy",
  check: (house) => {
    const wanted = new Set(house.sources.flatMap(({ path, imports }) => (walks.has(path) ? imports : [])).map(pathOf));
    const unused = house.sources
      .filter(({ path }) => isStage(path) && !wanted.has(path))
      .map(({ path }) => ({ path, what: "is a stage that no walk goes through" }));
    const calls = each(house, ({ path }, one) =>
      one.path !== null && isStage(one.path) && !walks.has(path) ? `imports the stage ${one.path}` : null,
    );
    return [...unused, ...calls];
  },
  breaks: [
    {
      files: {
        "src/proxy/decide-request.ts": 'import { route } from "./route.ts";\nimport { admit } from "./admit.ts";',
        "src/proxy/route.ts": 'import type { Admitted } from "./admit.ts";',
        "src/proxy/admit.ts": "",
      },
      violations: 1,
    },
    {
      files: {
        "src/proxy/pipeline.ts": 'import { forward } from "./forward.ts";',
        "src/proxy/forward.ts": "",
        "src/proxy/call/shared.ts": 'import { forward } from "../forward.ts";',
      },
      violations: 1,
    },
    { files: { "src/proxy/quarantine.ts": "export const quarantine = 1;" }, violations: 1 },
  ],
  keeps: {
    "src/proxy/pipeline.ts": 'import { forward } from "./forward.ts";',
    "src/proxy/forward.ts": 'import { refuse } from "./call/refuse.ts";',
  },
};

const stagesAreListed: Rule = {
  rule: `what decides about a request stands in the list of ${decider}, and in no other walk`,
  because: "a stage beside the list is silently skipped for Envoy, nginx and Traefik",
  mend: "add it to STAGES with its reason; what only a request has that the mesh itself carries goes to the pipeline's list",
  check: (house) => {
    const source = house.sources.find(({ path }) => path === decider);
    const list = /STAGES[^=]*=\s*\[([^\]]*)\]/.exec(source?.text ?? "")?.[1] ?? "";
    const names = list.replaceAll(/\/\/.*/g, "").match(/[\w$]+/g) ?? [];
    const known = new Set(source?.imports.map(pathOf).filter((path) => isStage(path) && !ends.includes(path)));
    const fileOf = (name: string): string =>
      `src/proxy/${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}.ts`;
    const listed = new Set(names.map(fileOf));
    const unlisted = [...known].filter((path) => !listed.has(path)).map((path) => ({ path, what: "is not in STAGES" }));
    const twice = each(house, ({ path }, one) =>
      path !== decider && walks.has(path) && one.path !== null && known.has(one.path)
        ? `${one.path} is in STAGES already`
        : null,
    );
    return [...unlisted, ...twice];
  },
  breaks: [
    {
      files: {
        "src/proxy/decide-request.ts":
          'import { route } from "./route.ts";\nimport { rateLimit } from "./rate-limit.ts";\nexport const STAGES: readonly Stage[] = [\n// Why.\nroute,\n];',
      },
      violations: 1,
    },
    {
      files: {
        "src/proxy/decide-request.ts": 'import { route } from "./route.ts";\nexport const STAGES = [route];',
        "src/proxy/external-decision.ts": 'import { route } from "./route.ts";',
      },
      violations: 1,
    },
  ],
  keeps: {
    "src/proxy/decide-request.ts":
      'import { admit } from "./admit.ts";\nimport { rateLimit } from "./rate-limit.ts";\nexport const STAGES: readonly Stage[] = [\n// Why.\nrateLimit,\n];',
    "src/proxy/pipeline.ts": 'import { forward } from "./forward.ts";',
  },
};

const noCircles: Rule = {
  rule: "no circles of imports, type-only ones included",
  because: "files in a circle can only be understood, tested and moved together",
  mend: "move what both sides need into a third file below them",
  check: (house) => {
    const known = new Map(house.sources.filter(({ path }) => isProduct(path)).map((one) => [one.path, one]));
    const done = new Set<string>();
    const circles: Violation[] = [];
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        circles.push({ path, what: [...trail.slice(trail.indexOf(path)), path].join(" → ") });
        return;
      }
      if (done.has(path)) {
        return;
      }
      for (const one of known.get(path)?.imports ?? []) {
        if (one.path !== null) {
          walk(one.path, [...trail, path]);
        }
      }
      done.add(path);
    };
    for (const path of known.keys()) {
      walk(path, []);
    }
    return circles;
  },
  breaks: [
    {
      files: {
        "src/model/a.ts": 'import type { B } from "./b.ts";',
        "src/model/b.ts": 'import { c } from "./c.ts";',
        "src/model/c.ts": 'type A = import("./a.ts").A;',
      },
      violations: 1,
    },
    { files: { "src/model/a.ts": 'export { x } from "./a.ts";' }, violations: 1 },
  ],
  keeps: {
    "src/model/a.ts": 'import "./b.ts"; import "./c.ts";',
    "src/model/b.ts": 'import "./c.ts";',
    "src/model/c.ts": "",
  },
};

const controlIsLazy: Rule = {
  rule: "src/control is reached by `import()` only",
  because: "it brings zod and hono; an isolate that only carries traffic must not evaluate them",
  mend: 'write `const { controlApp } = await import("./control/app.ts")` where the call arrives',
  check: (house) =>
    each(house, (from, one) => {
      const outside = layer(from.path) !== "control" && one.path?.startsWith("src/control/") === true;
      return outside && !one.typeOnly && !one.dynamic ? `imports ${one.path} when it loads` : null;
    }),
  breaks: [{ files: { "src/index.ts": 'import { controlApp } from "./control/app.ts";' }, violations: 1 }],
  keeps: { "src/index.ts": 'const { controlApp } = await import("./control/app.ts");' },
};

const coldStart: Rule = {
  rule: `what serves traffic never loads ${coldLibraries.join(", ")}`,
  because: "evaluating them is most of a cold start, and a request needs none of them",
  mend: "import their types only, or move the code that needs them to src/control",
  check: (house) => {
    const known = new Map(house.sources.map((one) => [one.path, one]));
    const trails = new Map<string, string>(dataPlaneRoots.map((path) => [path, path]));
    const found: Violation[] = [];
    for (const [path, trail] of trails) {
      for (const one of known.get(path)?.imports ?? []) {
        if (one.typeOnly || one.dynamic) {
          continue;
        }
        if (one.path !== null && !trails.has(one.path)) {
          trails.set(one.path, `${trail} → ${one.path}`);
        }
        const name = packageOf(one.specifier);
        if (coldLibraries.some((library) => library === name)) {
          found.push({ path, line: one.line, what: `loads ${name} (${trail})` });
        }
      }
    }
    return found;
  },
  breaks: [
    {
      files: {
        "src/proxy/pipeline.ts": 'import { a } from "../model/a.ts";',
        "src/model/a.ts": 'import { b } from "./b.ts";',
        "src/model/b.ts": 'import { type ZodType } from "zod";',
      },
      violations: 1,
    },
    { files: { "src/index.ts": 'export * from "@asteasolutions/zod-to-openapi";' }, violations: 1 },
  ],
  keeps: {
    "src/index.ts": 'const app = await import("./control/app.ts");',
    "src/proxy/pipeline.ts": 'import type { A } from "../model/a.ts";',
    "src/model/a.ts": 'import * as z from "zod";',
    "src/control/app.ts": 'import { Hono } from "hono";',
  },
};

const zodAsNamespace: Rule = {
  rule: 'zod is imported as `import * as z from "zod"`',
  because:
    "a bundler drops what a namespace does not use; the export `z` brings all of it along, 350 kB of other languages",
  mend: 'write `import * as z from "zod"`, or `import type * as z` for types alone',
  check: ({ sources }) =>
    sources
      .filter(({ path, text }) => isProduct(path) && /^import (?!type )[^*;]*? from "zod";/m.test(text))
      .map(({ path }) => ({ path, what: "imports names of zod" })),
  breaks: [{ files: { "src/model/a.ts": 'import { z } from "zod";' }, violations: 1 }],
  keeps: { "src/model/a.ts": 'import * as z from "zod";', "src/model/b.ts": 'import type { z } from "zod";' },
};

export const importRules: readonly Rule[] = [
  importTable,
  indexIsTheTop,
  stagesStandAlone,
  stagesAreListed,
  noCircles,
  controlIsLazy,
  coldStart,
  zodAsNamespace,
];
