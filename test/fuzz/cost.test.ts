// The short half of the cost fuzz (`npx node test/fuzz/cost.ts` is the long one, through a mesh): what one text costs a
// reader.
import { describe, expect, it } from "vitest";
import { MAX_HEADER_BYTES } from "../../src/decide/header/headers.ts";
import { HANG_MS, readerCost } from "./reader-cost.ts";
import { READERS } from "./readers.ts";

describe("the cost of a stranger's text", () => {
  it.each(READERS.map((reader) => [reader.name, reader] as const))(
    "is bounded for each reader, however it is written: %s",
    (_, reader) => {
      const { worstMs, shape } = readerCost(reader, MAX_HEADER_BYTES);
      expect(worstMs, shape).toBeLessThanOrEqual(HANG_MS);
    },
  );
});
