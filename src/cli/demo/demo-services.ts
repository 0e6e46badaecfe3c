// Who runs in the demo: which program runs which service of examples/bookstore, and which Node program stands in for it
// on a machine without that language.
import type { DemoService } from "./demo-process.ts";

const python = (service: string, version: string): DemoService => ({
  service,
  version,
  language: "python",
  program: `python/${service}.py`,
  twin: `node/${service}.mjs`,
});

const perl = (service: string, version: string): DemoService => ({
  service,
  version,
  language: "perl",
  program: `perl/${service}.pl`,
  twin: `node/${service}.mjs`,
});

const node = (service: string, version: string): DemoService => ({
  service,
  version,
  language: "node",
  program: `node/${service}.mjs`,
  twin: null,
});

export const bookstore: readonly DemoService[] = [
  node("storefront", "v1"),
  python("catalog", "v1"),
  perl("reviews", "v1"),
  python("reviews", "v2"),
  perl("inventory", "v1"),
  python("recommendations", "v1"),
  node("payments", "v1"),
];
