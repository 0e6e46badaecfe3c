// What the admin API says of a change, held against requests that were kept.
import * as z from "zod";

const replayKinds = ["denied", "limited", "rerouted", "allowed", "changed"] as const;

const sideSchema = z
  .object({
    status: z.int().nullable().meta({ description: "null = the service's own." }),
    decision: z.string(),
    policy: z.string().nullable(),
    code: z.string().nullable(),
    route: z.string().nullable(),
    destination: z.string().nullable(),
  })
  .meta({ id: "ReplayedSide" });

const differenceSchema = z
  .object({
    kind: z.enum(replayKinds).meta({
      description:
        "What was let in and would be refused; would be over a limit; would go elsewhere; was refused and would be let in; would be answered otherwise.",
    }),
    caller: z.string(),
    route: z.string().nullable().meta({ description: "As the mesh is now." }),
    requests: z.int(),
    uncertain: z.int().meta({ description: "Of them, requests of which a value that rules read is not known." }),
    example: z.object({
      requestId: z.string(),
      at: z.string(),
      method: z.string(),
      host: z.string(),
      path: z.string(),
      before: sideSchema,
      after: sideSchema,
    }),
  })
  .meta({ id: "ReplayDifference" });

export const replaySchema = z
  .object({
    revision: z.int().meta({ description: "That the change was held against." }),
    replayed: z.int(),
    skipped: z.int().meta({ description: "Kept requests whose proofs cannot be shown again: of users, and bad ones." }),
    since: z.string().nullable().meta({ description: "The oldest of them." }),
    items: z.array(differenceSchema).readonly(),
  })
  .meta({ id: "Replay" });

export type ReplayAnswer = z.infer<typeof replaySchema>;
