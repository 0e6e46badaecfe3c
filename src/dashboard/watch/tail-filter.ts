// What of the requests one wants to see: as the address says it, as the mesh is asked, as one would type it. Pure.
import { selvageLine } from "../word/command.ts";

const names = ["namespace", "service", "status", "method", "path", "caller"] as const;

/** Empty = any. */
export type TailFilter = Readonly<Record<(typeof names)[number], string>>;

export function filterOf(query: URLSearchParams): TailFilter {
  const said = (name: string): string => query.get(name)?.trim() ?? "";
  return {
    namespace: said("namespace"),
    service: said("service"),
    status: said("status"),
    method: said("method"),
    path: said("path"),
    caller: said("caller"),
  };
}

export const isNarrow = (filter: TailFilter): boolean => names.some((name) => filter[name] !== "");

/** For `GET /tail`; what is no filter there is refused there, in words. */
export function tailQuery(filter: TailFilter): Record<string, string> {
  const said = names.filter((name) => filter[name] !== "");
  return Object.fromEntries(said.map((name) => [name, name === "method" ? filter[name].toUpperCase() : filter[name]]));
}

export function tailLine({ namespace, service, status, method, path, caller }: TailFilter): string {
  const option = (name: string, value: string): string[] => (value === "" ? [] : [name, value]);
  return selvageLine([
    "tail",
    ...option("-n", namespace),
    ...option("--service", service),
    ...(status === "500" ? ["--errors"] : option("--status", status)),
    ...option("--method", method),
    ...option("--path", path),
    ...option("--caller", caller),
  ]);
}

/** The address with another value of one of them; all else in it stays. */
export function withFilter(query: URLSearchParams, name: keyof TailFilter, value: string): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value === "") {
    next.delete(name);
  } else {
    next.set(name, value);
  }
  return next;
}

export function withoutFilters(query: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(query);
  names.forEach((name) => next.delete(name));
  return next;
}
