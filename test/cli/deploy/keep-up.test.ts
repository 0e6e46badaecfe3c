// A mesh's wrangler.toml after years: what a new version needs is added, and nothing of its owner's is touched.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { keepUp, withControl, withDatabaseId } from "../../../src/cli/deploy/keep-up.ts";
import { readMeshConfig } from "../../../src/cli/deploy/mesh-config.ts";
import { meshToml } from "../../../src/cli/deploy/mesh-toml.ts";

const product = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
const paths = {
  main: "../node_modules/selvage/dist/deploy/index.js",
  migrations: "../node_modules/selvage/migrations",
  assets: "../node_modules/selvage/dist/dashboard",
};
const current = meshToml(product, "shop", paths);
const ID = "0b0c7a4e-7c11-4b7e-9a39-111111111111";

function kept(text: string): string {
  const read = readMeshConfig(text);
  const done = read.ok ? keepUp(text, read.config, product, paths) : read;
  return done.ok && "text" in done ? done.text : `refused: ${"missing" in done ? done.missing : ""}`;
}

/** Without a section that stands in the text with these first lines. */
const without = (text: string, lines: string): string => {
  expect(text).toContain(lines);
  return text.replace(new RegExp(`${lines.replaceAll(/[[\].*]/g, "\\$&")}(?:.+\\n)*\\n?`), "");
};

describe("keepUp", () => {
  it("leaves a file alone that has all there is", () => {
    expect(kept(current)).toBe(current);
    const own = `# mine\r\n${current.replaceAll("\n", "\r\n")}[[kv_namespaces]]\r\nbinding = "X"\r\nid = "1"\r\n`;
    expect(kept(own)).toBe(own);
  });

  it("leaves the product's own alone", () => {
    const read = readMeshConfig(product);
    const at = { main: "src/index.ts", migrations: "migrations", assets: "dist/dashboard" };
    expect(read.ok && keepUp(product, read.config, product, at)).toMatchObject({ ok: true, text: product });
  });

  it("points at the package that is called, for an upgrade from another place", () => {
    const old = current.replaceAll("../node_modules/selvage/", "../../.npm/_npx/1a2b/node_modules/selvage/");
    expect(kept(old)).toBe(current);
  });

  it("leaves a Worker of somebody's own that calls ours", () => {
    const own = current.replace(`main = "${paths.main}"`, `main = "src/mine.ts"`).replace(paths.assets, "public");
    expect(kept(own)).toBe(own);
  });

  it("adds objects and tags of a new version, for both Workers, at the end", () => {
    const old = [
      `[[durable_objects.bindings]]\nname = "ROLLOUT"\n`,
      `[[migrations]]\ntag = "v4"\n`,
      `[[env.control.durable_objects.bindings]]\nname = "ROLLOUT"\n`,
    ].reduce(without, `${current}\n[vars.more]\nx = 1 # mine\n`);
    expect(old).not.toContain("ROLLOUT");
    const text = kept(old);
    expect(text.startsWith(old.trimEnd())).toBe(true);
    const sorted = (toml: string): unknown => {
      const table = parse(toml) as { env: { control: object } };
      return { ...table, env: table.env.control };
    };
    expect(sorted(text)).toEqual(sorted(`${current}\n[vars.more]\nx = 1\n`));
    expect(kept(text)).toBe(text);
  });

  it("raises the date and adds flags, and keeps a later date and other flags", () => {
    const flags =
      'compatibility_flags = ["global_fetch_strictly_public", "enable_request_signal", "no_nodejs_global_timers"]';
    const old = current
      .replace(/^compatibility_date = .*$/m, 'compatibility_date = "2024-01-01" # then')
      .replace(flags, 'compatibility_flags = ["mine", "enable_request_signal"]');
    expect(kept(old)).toBe(
      current
        .replace(/^(compatibility_date = .*)$/m, "$1 # then")
        .replace(
          flags,
          'compatibility_flags = ["mine", "enable_request_signal", "global_fetch_strictly_public", "no_nodejs_global_timers"]',
        ),
    );
    const later = current.replace(/^compatibility_date = .*$/m, 'compatibility_date = "2099-01-01"');
    expect(kept(later)).toBe(later);
  });

  it("says what is missing where it cannot be written in", () => {
    const old = current.replace(/^compatibility_flags = .*$/m, 'compatibility_flags = [\n  "mine",\n]');
    expect(kept(old)).toBe("refused: global_fetch_strictly_public, enable_request_signal, no_nodejs_global_timers");
  });
});

describe("withDatabaseId", () => {
  it("writes the id into the mesh's database and no other, for both Workers", () => {
    const own = `${current}\n[[d1_databases]]\nbinding = "MINE"\ndatabase_name = "mine"\ndatabase_id = "kept"\n`;
    expect(withDatabaseId(own, ID)).toBe(own.replaceAll("00000000-0000-0000-0000-000000000000", ID));
  });

  it("adds it where there is none, and keeps the ends of lines", () => {
    const own = current.replaceAll(/^database_id = .*\n/gm, "").replaceAll("\n", "\r\n");
    const text = withDatabaseId(own, ID);
    expect(text).toBe(own.replaceAll('binding = "DB"\r\n', `binding = "DB"\r\ndatabase_id = "${ID}"\r\n`));
  });

  it("finds none that is written in another way", () => {
    const own = current.replace(/^\[\[d1_databases\]\]\n(?:.+\n)+/m, "");
    const inline = `d1_databases = [{ binding = "DB", database_name = "shop" }]\n${own}`;
    expect(readMeshConfig(inline)).toMatchObject({ ok: true });
    expect(withDatabaseId(inline, ID)).toBeNull();
  });
});

describe("withControl", () => {
  it("takes the comment signs off the lines of the control plane, and off no other", () => {
    const text = withControl(current) ?? "";
    expect(parse(text)).toMatchObject({
      services: [{ binding: "CONTROL", service: "shop-control", entrypoint: "Control" }],
      define: { CONTROL_ELSEWHERE: "true" },
    });
    expect(text.length).toBe(current.length - 2 * 6);
    expect(withControl(text)).toBe(text);
    expect(withControl(current.replaceAll("# [[services]]", ""))).toBeNull();
  });

  it("finds them whatever the ends of lines are", () => {
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    expect(withControl(crlf(current))).toBe(crlf(withControl(current) ?? ""));
  });
});

describe("readMeshConfig", () => {
  it.each([
    ["name = ", "cannot be read: "],
    [`name = "x"\n`, "is no mesh's: compatibility_date"],
    [current.replace('binding = "DB"', 'binding = "OTHER"'), "is no mesh's: it has no D1 database DB"],
    [current.replace('database_name = "shop"', 'database_name = "--remote"'), "is no mesh's: it has no D1 database DB"],
    [current.replace('name = "shop"', 'name = "$(x)"'), 'names its Worker "$(x)"'],
  ])("refuses %#", (text, message) => {
    expect(readMeshConfig(text)).toEqual({ ok: false, message: expect.stringContaining(message) });
  });
});
