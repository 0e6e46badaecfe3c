// `IPAccessPolicy`: which addresses may come. What stands in `deny` is refused; where there is an `allow`, so is what
// does not stand in it. Policies add up: every one that holds for a request must let its address pass.
import * as z from "zod";
import { say } from "../../word/wording.ts";
import { ipBlockSchema } from "../field/ip-block.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";

const block = ipBlockSchema.meta({ examples: ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32"] });
const blocks = z.array(block).max(256).default([]);

const ipAccessPolicySpecSchema = z
  .strictObject({
    targetRefs: targetRefsSchema,
    allow: blocks.describe("Addresses and blocks; none: every address that is not denied."),
    deny: blocks.describe("Addresses and blocks that are refused, whatever is allowed."),
  })
  .refine(({ allow, deny }) => allow.length + deny.length > 0, {
    error: say("The policy does nothing", "Add allow, deny or both."),
  });

export const ipAccessPolicy = {
  kind: "IPAccessPolicy",
  apiVersions: OURS,
  plural: "ipaccesspolicies",
  short: ["ipaccess"],
  scope: "namespace",
  says: "Which addresses may come, and which may not.",
  spec: ipAccessPolicySpecSchema,
  findings: {
    SLV1350: "A block would be every IPv4 address or none: it is the prefix that IPv4 addresses are wrapped in.",
    SLV1351: "A block of an IPAccessPolicy changes nothing: another entry decides about all its addresses.",
    SLV1352: "IPAccessPolicies contradict each other or themselves: what is allowed is refused all the same.",
  },
} as const satisfies KindEntry;
