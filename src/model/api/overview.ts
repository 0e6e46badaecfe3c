// Many reads as one: what a page begins with, so that a slow line is waited for once.
import * as z from "zod";

export const overviewSchema = z
  .object({
    answers: z
      .array(
        z.object({
          path: z.string().meta({ description: "With its query, as it would be asked alone." }),
          status: z.int(),
          value: z.unknown().meta({ description: "What the read answers; where it is refused, the problem." }),
        }),
      )
      .readonly(),
  })
  .meta({ id: "Overview" });

export type Overview = z.infer<typeof overviewSchema>;
