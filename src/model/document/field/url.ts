// Form of the addresses that documents hold. Whether an address may be used is decided later, by cluster:
// decide/text/address.ts.
import * as z from "zod";
import { operatorPrefix } from "../../word/operator-path.ts";
import { quote, say } from "../../word/wording.ts";

function fault(text: string, allowQuery: boolean): string | null {
  if (text.length > 2048) {
    return say("The URL is longer than 2048 characters", "Shorten it.");
  }
  // WHATWG parsing quietly repairs these; a repaired address is not the one that was reviewed.
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(text)) {
    return say("The URL holds a space, a backslash or a control character", "Percent-encode it or remove it.");
  }
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    return say(
      "This is not an absolute http or https URL",
      "Write scheme and host, such as https://orders.example.com.",
    );
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || /^https?:\/\/[^/?#]*@/i.test(text)) {
    return say("The URL carries credentials", "Documents never hold a secret: remove the part before the @.");
  }
  if (text.includes("#")) {
    return say("The URL has a fragment", "Remove the part from # on; it is never sent.");
  }
  if (allowQuery) {
    return null;
  }
  if (text.includes("?")) {
    return say("The URL has a query", "Remove the part from ? on; the query of each request is the caller's.");
  }
  return pathFault(text.replace(/^https?:\/\/[^/]+/i, ""));
}

/** Requests' paths are put behind it as text: it must be what every reader of the URL makes of it. */
function pathFault(path: string): string | null {
  if (path === "") {
    return null;
  }
  const canonical = operatorPrefix(path);
  if (!canonical.ok) {
    return say(canonical.detail, canonical.hint);
  }
  if (canonical.path === path) {
    return null;
  }
  return say("The URL's path is not in its canonical form", `Write ${quote(canonical.path)} behind the host.`);
}

function urlSchema(allowQuery: boolean) {
  return z.string().superRefine((text, context) => {
    const message = fault(text, allowQuery);
    if (message !== null) {
      context.addIssue({ code: "custom", message, input: text });
    }
  });
}

/** Where requests are sent: absolute http(s), no credentials, query or fragment; its path is a prefix. */
export const endpointUrlSchema = urlSchema(false).meta({ format: "uri" });

/** Where something is fetched from: absolute http(s), no credentials or fragment. */
export const resourceUrlSchema = urlSchema(true).meta({ format: "uri" });
