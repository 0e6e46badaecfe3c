// `parentRefs` of a route: the Gateways it attaches to, or the Services whose callers it concerns (GAMMA).
import * as z from "zod";
import {
  groupSchema,
  kindSchema,
  nameSchema,
  objectNameSchema,
  portSchema,
  sectionNameSchema,
} from "../field/names.ts";
import { quote, say } from "../../word/wording.ts";

const parentRefSchema = z.strictObject({
  group: groupSchema.default("gateway.networking.k8s.io"),
  kind: kindSchema.default("Gateway"),
  namespace: nameSchema.optional(),
  name: objectNameSchema,
  sectionName: sectionNameSchema.optional(),
  port: portSchema.optional(),
});

export type ParentRef = z.infer<typeof parentRefSchema>;

/** The route's parents; no two may say the same thing (CEL rules of `CommonRouteSpec`). */
export const parentRefsSchema = z
  .array(parentRefSchema)
  .max(32)
  .default([])
  .superRefine((refs, context) => {
    const sections = new Map<string, Set<string>>();
    /** Whether references to a parent tell its sections by name, by port, or both. */
    const ways = new Map<string, string>();
    for (const [index, ref] of refs.entries()) {
      const parent = JSON.stringify([ref.group, ref.kind, ref.namespace ?? "", ref.name]);
      const how = JSON.stringify([ref.sectionName !== undefined, ref.port !== undefined]);
      const before = ways.get(parent);
      ways.set(parent, before ?? how);
      const section = JSON.stringify([ref.sectionName ?? "", ref.port ?? 0]);
      const seen = sections.get(parent) ?? new Set<string>();
      sections.set(parent, seen);
      const whole = JSON.stringify(["", 0]);
      if (seen.has(section) || (seen.size > 0 && (section === whole || seen.has(whole)))) {
        const message = say(
          `The parent ${ref.kind} ${quote(ref.name)} is there twice without telling its sections apart`,
          "Give each of the two its own sectionName or port, or remove one.",
        );
        context.addIssue({ code: "custom", message, path: [index], input: ref });
      } else if (before !== undefined && before !== how) {
        const message = say(
          `References to the ${ref.kind} ${quote(ref.name)} tell its sections apart in different ways`,
          "Give sectionName in each of them, or port, or both.",
        );
        context.addIssue({ code: "custom", message, path: [index], input: ref });
      }
      seen.add(section);
    }
  });
