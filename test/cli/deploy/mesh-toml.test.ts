// The wrangler.toml of somebody's mesh says what the product's own says, but for names and paths.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, it } from "vitest";
import { meshToml, packagePaths } from "../../../src/cli/deploy/mesh-toml.ts";
import { CONTROL_WORKER, MAIN_WORKER } from "../../../src/cli/local/workers.ts";

const root = new URL("../../..", import.meta.url).pathname;
const product = readFileSync(`${root}wrangler.toml`, "utf8");
const paths = { main: "p/index.js", migrations: "p/migrations", assets: "p/dashboard" };

/** Of the product, with the names and paths of a mesh in their places. */
const expected = (text: string): unknown =>
  JSON.parse(
    JSON.stringify(parse(text), (key, value: unknown) => {
      switch (key) {
        case "main":
          return paths.main;
        case "migrations_dir":
          return paths.migrations;
        case "directory":
          return paths.assets;
        default:
          return value === MAIN_WORKER ? "shop" : value === CONTROL_WORKER ? "shop-control" : value;
      }
    }),
  );

it("has every binding, class, tag, flag, trigger and environment of the product's", () => {
  const made = meshToml(product, "shop", paths);
  expect(parse(made)).toEqual(expected(product));
  expect(JSON.stringify(parse(made))).not.toContain(MAIN_WORKER);
});

it("binds its own control plane once the comment signs are off", () => {
  const uncommented = (text: string): string =>
    text.replace(/^# \[\[services\]\]\n(?:# .+\n)+/m, (lines) => lines.replaceAll(/^# /gm, ""));
  expect(parse(uncommented(meshToml(product, "shop", paths)))).toEqual(expected(uncommented(product)));
});

it("points at the package from where it is", () => {
  expect(packagePaths(root, `${root}meshes/shop`)).toEqual({
    main: "../../src/index.ts",
    migrations: "../../migrations",
    assets: "../../dist/dashboard",
  });
  expect(packagePaths("/home/mia/node_modules/selvage", "/home/mia/shop")).toEqual({
    main: "../node_modules/selvage/dist/deploy/index.js",
    migrations: "../node_modules/selvage/migrations",
    assets: "../node_modules/selvage/dist/dashboard",
  });
});
