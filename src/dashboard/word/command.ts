// What a person would type for what a screen shows or does: `selvage …`, or curl.
import { namespaceFlag, quoted } from "../../status/trouble.ts";

/** `selvage breaker get orders -n shop`. Undefined and empty parts are left out. */
export function selvageLine(words: readonly (string | undefined)[], namespace = "default"): string {
  const said = words.filter((word): word is string => word !== undefined && word !== "");
  return `selvage ${said.map(quoted).join(" ")}${namespaceFlag(namespace)}`;
}

/** The token is named, never shown. */
export function curlLine(origin: string, method: string, path: string, body?: object): string {
  const parts = [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    "-H",
    '"authorization: Bearer $SELVAGE_TOKEN"',
    ...(body === undefined ? [] : ["-H", "'content-type: application/json'", "-d", quoted(JSON.stringify(body))]),
    quoted(`${origin}/_selvage/v1${path}`),
  ];
  return parts.join(" ");
}
