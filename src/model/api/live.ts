// The live feed: what its messages are, in both directions, and which reads may be followed. Everything in it is an
// answer of the admin API; the feed only says it sooner, and what changed in place of all of it.
import * as z from "zod";
import { patchOperationSchema } from "./apply.ts";

const path = z.string().meta({ description: "As it is followed: below `/_selvage/v1`, with its query." });
const at = z.string().meta({ description: "RFC 3339: when the mesh was asked." });

/**
 * Sent by the reader, each in place of the one before: paths below `/_selvage/v1` with their query. `anew`: the reader
 * has just written something, and wants nothing that was read before.
 */
export const followSchema = z.object({
  follow: z.array(z.string().max(500)).max(40),
  anew: z.boolean().optional(),
});

const liveMessageSchema = z
  .discriminatedUnion("event", [
    z.object({ event: z.literal("open"), at, gapSeconds: z.number().nullable() }).meta({
      description: "The first. `gapSeconds`: how long nothing was told since `since`; null = it is a first visit.",
    }),
    z.object({ event: z.literal("snapshot"), path, at, value: z.unknown() }),
    z.object({ event: z.literal("delta"), path, at, patch: z.array(patchOperationSchema).readonly() }).meta({
      description: "RFC 6902, against what was told of the path before; empty = it is as it was.",
    }),
    z.object({ event: z.literal("refused"), path, at, status: z.int() }).meta({
      description: "It may not be read, or is not there any more; it is not asked again.",
    }),
    z.object({ event: z.literal("gap"), path, at, seconds: z.number() }).meta({
      description: "It was not asked for so long, more than three times its pace. What it was meanwhile is not known.",
    }),
  ])
  .meta({ id: "LiveMessage" });

/** What the call answers who does not open a WebSocket. */
export const liveSchema = z
  .object({
    follows: z.array(z.object({ path: z.string(), seconds: z.number() })).readonly(),
    most: z.int().meta({ description: "Paths of one reader." }),
    watchers: z.int().meta({ description: "Readers of this isolate." }),
    mostWatchers: z.int(),
    first: liveMessageSchema.meta({ description: "What a WebSocket is told first." }),
  })
  .meta({ id: "LiveFeed" });

export type LiveMessage = z.infer<typeof liveMessageSchema>;
export type LiveFeed = z.infer<typeof liveSchema>;
