import * as fc from "fast-check";
import { expect, it } from "vitest";
import { unknownKidVerdict } from "../../../src/decide/keys/unknown-kid.ts";
import {
  isFetchDue,
  JWKS_GAP_MS,
  JWKS_LAST_GOOD_MS,
  NO_KEYS,
  usableKeys,
  withAttempt,
  withFailure,
  withKeys,
  type JwksRecord,
} from "../../../src/decide/keys/jwks-record.ts";

const set = (kids: readonly string[]) => ({ keys: kids.map((kid) => ({ kty: "EC", kid })) });

/** What may happen to a URL: time passes, somebody asks, the issuer answers in one way or the other. */
const steps = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat(100), fc.nat(60_000), fc.nat(30 * 3_600_000)),
    kid: fc.option(fc.constantFrom("a", "b", "c")),
    answer: fc.oneof(fc.constant(null), fc.subarray(["a", "b", "c"], { minLength: 1 })),
  }),
  { maxLength: 60 },
);

it("whoever asks and whatever comes back: known keys are fetched once in 30 s, and nothing older than a day is used", () => {
  fc.assert(
    fc.property(steps, (happening) => {
      let record: JwksRecord = NO_KEYS;
      let now = 1_795_392_000_000;
      let last: { at: number; known: boolean } | null = null;
      let confirmed: { at: number; kids: readonly string[] } | null = null;
      for (const { waitMs, kid, answer } of happening) {
        now += waitMs;
        if (isFetchDue(record, kid, now)) {
          if (last !== null) {
            expect(now - last.at).toBeGreaterThanOrEqual(last.known ? JWKS_GAP_MS : 2000);
          }
          record = withAttempt(record, now);
          record = answer === null ? withFailure(record, "down") : withKeys(record, set(answer), answer.join(), now);
          if (answer !== null) {
            confirmed = { at: now, kids: answer };
          }
          last = { at: now, known: confirmed !== null };
        }
        const usable = usableKeys(record, now);
        const expected = confirmed !== null && now - confirmed.at < JWKS_LAST_GOOD_MS ? set(confirmed.kids) : null;
        expect(usable).toEqual(expected);
      }
    }),
  );
});

it("of a flood of unknown key ids one in 30 s is asked for", () => {
  let askedAt: number | null = null;
  const asked: number[] = [];
  for (let now = 0; now < 120_000; now += 10) {
    if (unknownKidVerdict(askedAt, null, now) === "refuse") {
      continue;
    }
    askedAt = now;
    asked.push(now);
  }
  expect(asked).toEqual([0, 30_000, 60_000, 90_000]);
});

it("a key id that was not found lately is asked for behind the request's back", () => {
  expect(unknownKidVerdict(0, 1000, 40_000)).toBe("ask-behind");
  expect(unknownKidVerdict(0, 1000, 20_000)).toBe("refuse");
  expect(unknownKidVerdict(0, 1000, 301_000)).toBe("ask");
});
