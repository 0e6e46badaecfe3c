import { expect, it } from "vitest";
import { placeOf } from "../../src/proxy/isolate.ts";

it.each([
  ["the platform's data centre and continent", { colo: "AMS", continent: "EU" }, {}, [null, "AMS", "EU"]],
  ["what the operator says beside it", { colo: "AMS" }, { REGION: "lab" }, ["lab", "AMS", null]],
  ["nothing, on a workerd of one's own", { clientIp: "127.0.0.1:5000" }, { REGION: "" }, [null, null, null]],
  ["nothing, without cf", undefined, {}, [null, null, null]],
])("an isolate is where it is told: %s", (_, cf, env, [region, colo, continent]) => {
  expect(placeOf({ cf }, env)).toEqual({ region, colo, continent });
});
