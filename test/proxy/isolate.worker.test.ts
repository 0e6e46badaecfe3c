import { expect, it } from "vitest";
import { placeOf } from "../../src/proxy/exchange/ports.ts";

it.each([
  ["the platform's data centre and continent", { colo: "AMS", continent: "EU" }, null, [null, "AMS", "EU"]],
  ["what the operator says beside it", { colo: "AMS" }, "lab", ["lab", "AMS", null]],
  ["nothing, on a workerd of one's own", { clientIp: "127.0.0.1:5000" }, null, [null, null, null]],
  ["nothing, without cf", undefined, null, [null, null, null]],
])("an isolate is where it is told: %s", (_, cf, told, [region, colo, continent]) => {
  expect(placeOf({ cf }, { region: told })).toEqual({ region, colo, continent });
});
