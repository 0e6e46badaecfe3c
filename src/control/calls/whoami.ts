// Who the mesh takes the caller for: for dashboards, `selvage whoami`, and people who wonder about a 403.
import * as z from "zod";
import { whoamiSchema } from "../../model/api/operators.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";

export function registerWhoami(app: ControlApp): void {
  register(app, {
    id: "whoami",
    method: "get",
    path: "/whoami",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "operators",
    summary: "Who the mesh takes the caller for: name, role, namespaces, and how it knows.",
    params: z.object({}),
    query: z.object({}),
    body: noBody,
    answer: whoamiSchema,
    refusals: [],
    handle: ({ operator, identity: { by, expiresAt } }) => ({
      body: {
        ...operator,
        by: by === "access-service" ? "access" : by,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      },
    }),
  });
}
