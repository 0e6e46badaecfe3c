// `targetRefs`: what a policy attaches to, in its own namespace (GEP-713). A target that does not exist is a lint
// finding.
import * as z from "zod";
import { objectNameSchema, sectionNameSchema } from "./names.ts";
import { quote, say } from "../../word/wording.ts";

const GROUPS = {
  Mesh: ["selvage.dev"],
  Gateway: ["gateway.networking.k8s.io"],
  Service: ["", "selvage.dev"],
  HTTPRoute: ["gateway.networking.k8s.io"],
} as const satisfies Record<string, readonly string[]>;

const targetRefSchema = z
  .strictObject({
    group: z.string().max(253).optional().describe("May be left out: the kind says it."),
    kind: z.enum(["Mesh", "Gateway", "Service", "HTTPRoute"]),
    name: objectNameSchema.optional().describe("There is one mesh, so kind Mesh needs no name."),
    sectionName: sectionNameSchema.optional().describe("Name of a rule of an HTTPRoute."),
  })
  .superRefine(({ group, kind, name, sectionName }, context) => {
    const groups: readonly string[] = GROUPS[kind];
    if (group !== undefined && !groups.includes(group)) {
      const message = say(
        `There is no ${kind} in the group ${quote(group)}`,
        `Remove group, or write ${quote(groups.at(-1))}.`,
      );
      context.addIssue({ code: "custom", message, path: ["group"], input: group });
    }
    if (name === undefined && kind !== "Mesh") {
      const message = say(`The ${kind} that the policy attaches to has no name`, "Add name.");
      context.addIssue({ code: "custom", message, path: ["name"], input: undefined, params: { missing: true } });
    }
    if (sectionName !== undefined && kind !== "HTTPRoute") {
      const message = say("sectionName names a rule of an HTTPRoute", `Remove it: a ${kind} has no rules.`);
      context.addIssue({ code: "custom", message, path: ["sectionName"], input: sectionName });
    }
  });

/** Must be written down; an empty list selects nothing, which is a warning. */
export const targetRefsSchema = z.array(targetRefSchema).max(16);

export type TargetRef = z.infer<typeof targetRefSchema>;
