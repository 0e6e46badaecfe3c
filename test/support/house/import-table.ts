// The import table of docs/architecture.md, written from the one that the rules check.
import { table } from "./table.ts";

/** What the table cannot say: what a layer must stay clear of, whatever it imports. */
const never: Readonly<Record<string, string>> = {
  bounded: "anything else of ours",
  model: "anything of ours",
  decide: "clock, randomness, I/O",
  durable: "change, proxy, control",
  compile: "clock, I/O",
  store: "everything but D1",
  registry: "proxy, control",
  isolate: "proxy, control, change",
  proxy: "control, store; a stage another stage",
  control: "proxy",
};

const BEGIN = "<!-- import table: npm run structure -- --write -->";
const END = "<!-- end of the import table -->";

function importTable(): string {
  const rows = Object.entries(table).map(([layer, { ours, types, packages }]) => {
    const shown = ours.map((one) => (one.endsWith(".ts") ? `\`${one}\`` : one));
    const typed = types.map((one) => `types of ${one}`);
    const named = packages.map((one) => (one === "*" ? "any package" : `\`${one}\``));
    return [layer, [...shown, ...typed, ...named].join(", ") || "nothing", never[layer] ?? ""];
  });
  const all = [["layer", "may import", "never"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** The page with its table as it should be. */
export function withImportTable(page: string): string {
  const [before, rest = ""] = page.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) {
    throw new Error(`docs/architecture.md has lost the marks of its import table: ${BEGIN}`);
  }
  return `${before ?? ""}${BEGIN}\n\n${importTable()}\n\n${END}${after}`;
}
