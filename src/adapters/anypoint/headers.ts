// Anypoint's policies that write headers: injection, removal, CORS. They become filters of every rule of the API's
// route.
import { isReserved } from "../../decide/header/headers.ts";
import { corsSchema } from "../../model/document/gateway-api/cors.ts";
import { httpRouteFilterSchema } from "../../model/document/gateway-api/http-route-filter.ts";
import { httpMethods } from "../../model/document/gateway-api/http-route-match.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";
import { literalOf } from "./expression.ts";
import type { TranslatePolicy } from "./api.ts";

type Filter = Readonly<Record<string, unknown>>;

const SIDES = [
  ["inboundHeaders", "RequestHeaderModifier", "requestHeaderModifier"],
  ["outboundHeaders", "ResponseHeaderModifier", "responseHeaderModifier"],
] as const;

export const headerInjection: TranslatePolicy = ({ config }) => ({
  filters: SIDES.flatMap(([side, type, member]) => {
    const add = config
      .at(side)
      .items()
      .flatMap((entry): { name: string; value: string }[] => {
        const [name, text] = [entry.at("key").text(), entry.at("value").text()];
        const value = text === null ? null : literalOf(text);
        if (name === null || value === null) {
          entry.drop("An expression is not evaluated here: the header is not written");
          return [];
        }
        return mayWrite(entry, name) ? [{ name, value }] : [];
      });
    return add.length === 0 ? [] : checked(config.at(side), { type, [member]: { add } });
  }),
});

export const headerRemoval: TranslatePolicy = ({ config }) => ({
  filters: SIDES.flatMap(([side, type, member]) => {
    const remove = config
      .at(side)
      .items()
      .flatMap((entry): string[] => {
        const name = entry.text() ?? "";
        if (/^[A-Za-z0-9!#%&'_`~-]+$/.test(name)) {
          return mayWrite(entry, name) ? [name] : [];
        }
        entry.drop("A header is removed by its name here, not by a pattern");
        return [];
      });
    return remove.length === 0 ? [] : checked(config.at(side), { type, [member]: { remove } });
  }),
});

function mayWrite(entry: Field, name: string): boolean {
  if (!isReserved(name.toLowerCase())) {
    return true;
  }
  entry.drop("The mesh writes this header itself and lets no route change it");
  return false;
}

function checked(field: Field, filter: Filter): Filter[] {
  const refusal = refusalOf(httpRouteFilterSchema, filter);
  if (refusal === null) {
    return [filter];
  }
  field.drop(refusal);
  return [];
}

const METHODS: ReadonlySet<string> = new Set(httpMethods);

export const cors: TranslatePolicy = ({ config }) => {
  const allowCredentials = config.at("supportCredentials").flag() === true;
  const groups = config.at("originGroups").items();
  const isPublic = config.at("publicResource").flag() ?? groups.length === 0;
  if (isPublic) {
    for (const group of groups) {
      group.drop("publicResource is set: every origin is allowed, and no group is looked at");
    }
    const any = { allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"] };
    return {
      filters: checked(config, { type: "CORS", cors: { ...any, ...(allowCredentials ? { allowCredentials } : {}) } }),
    };
  }
  const said = groups.flatMap((group) => groupOf(group) ?? []);
  const [first, ...others] = said;
  if (first === undefined) {
    return {};
  }
  for (const other of others) {
    other.group.drop("A route has one CORS filter: the origins of this group are not allowed");
  }
  const filter = { type: "CORS", cors: { ...first.cors, ...(allowCredentials ? { allowCredentials } : {}) } };
  return { filters: checked(first.group, filter) };
};

function groupOf(group: Field): { readonly group: Field; readonly cors: Filter } | null {
  const names = (member: string): string[] =>
    group
      .at(member)
      .items()
      .flatMap((entry) => entry.text() ?? entry.at("methodName").text() ?? []);
  const allowOrigins = names("origins").map((origin) => origin.replace(/\/$/, ""));
  const methods = group
    .at("allowedMethods")
    .items()
    .filter((entry) => entry.at("allowed").flag() !== false);
  const allowMethods = methods
    .flatMap((entry) => entry.text() ?? entry.at("methodName").text() ?? [])
    .map((method) => method.toUpperCase())
    .filter((method) => METHODS.has(method));
  const maxAge = group.at("accessControlMaxAge").number() ?? 30;
  const lists = { allowMethods, allowHeaders: names("headers"), exposeHeaders: names("exposedHeaders") };
  for (const name of ["plainOrigin", "originGroupName"]) {
    group.at(name).take();
  }
  const filled = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
  const origins = allowOrigins.includes("*") ? ["*"] : allowOrigins;
  const cors = { allowOrigins: origins, ...filled, ...(maxAge >= 1 ? { maxAge } : {}) };
  const refusal = refusalOf(corsSchema, cors);
  if (refusal === null) {
    return { group, cors };
  }
  group.drop(refusal);
  return null;
}
