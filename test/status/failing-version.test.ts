// A version that fails where another one does well.
import { expect, it } from "vitest";
import { failingVersion } from "../../src/status/failing-version.ts";
import type { ServiceSignals } from "../../src/model/api/signals.ts";

const of = (...versions: [name: string, requests: number, errors: number][]): Pick<ServiceSignals, "versions"> => ({
  versions: versions.map(([name, requests, errors]) => ({
    name,
    signals: { requests, errors, errorPercent: requests === 0 ? 0 : (errors / requests) * 100 },
  })) as unknown as ServiceSignals["versions"],
});

it("is found however few of the requests it gets", () => {
  expect(failingVersion(of(["v1", 900, 1], ["v2", 90, 0], ["v3", 9, 4]))).toMatchObject({
    version: "v3",
    other: { name: "v2" },
  });
});

it.each([
  ["every version fails alike", of(["v1", 100, 30], ["v2", 100, 40])],
  ["it failed once or twice", of(["v1", 100, 0], ["v2", 3, 2])],
  ["it fails a little", of(["v1", 1000, 0], ["v2", 1000, 40])],
  ["it is the only one that is asked", of(["v1", 0, 0], ["v2", 100, 90])],
  ["nothing is asked", of()],
])("is none where %s", (_, signals) => {
  expect(failingVersion(signals)).toBeNull();
});
