// What a login sends: a token, as JSON or from our own form, and where to go afterwards.
import * as z from "zod";
import { loginRequestSchema } from "../../model/api/operators.ts";
import { mediaType, type Outcome, readText, refuseBody } from "../http/body.ts";
import { jsonBody } from "../register/json-body.ts";

/** Where a login leads when it does not say: the page that says what is here. */
const DEFAULT_RETURN = "/_selvage/";

interface Login {
  readonly token: string;
  readonly isForm: boolean;
  readonly returnTo: string;
}

const json = jsonBody(loginRequestSchema);

export async function readLogin(request: Request): Promise<Outcome<Login>> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    const body = await json.read(request);
    return body.ok ? { ok: true, value: { token: body.value.token, isForm: false, returnTo: DEFAULT_RETURN } } : body;
  }
  const text = await readText(request);
  if (!text.ok) {
    return text;
  }
  const fields = new URLSearchParams(text.value);
  const token = z.string().min(1).max(8192).safeParse(fields.get("token"));
  if (!token.success) {
    return refuseBody({ problem: "validation", detail: "The form has no token." });
  }
  return { ok: true, value: { token: token.data.trim(), isForm: true, returnTo: returnOf(fields.get("return")) } };
}

/** Only below our own prefix: a login must not lead to another site (CWE-601). */
export function returnOf(path: string | null): string {
  if (path === null || !/^\/_selvage\/[\w./?=&%~+:@,!*()$-]*$/.test(path) || path.length > 500) {
    return DEFAULT_RETURN;
  }
  const url = new URL(path, "http://mesh.invalid");
  return url.host === "mesh.invalid" && url.pathname.startsWith("/_selvage/")
    ? url.pathname + url.search
    : DEFAULT_RETURN;
}
