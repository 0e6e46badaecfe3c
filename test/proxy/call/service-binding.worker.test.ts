import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";
import { writtenId } from "../../support/written-id.ts";

describe("service bindings", () => {
  const yaml = serviceYaml("one", "[{binding: ORDERS}]") + routeYaml("[{backendRefs: [{name: one}]}]");

  it("are called with the caller's own host", async () => {
    const asked: string[] = [];
    const ORDERS = {
      fetch: (url: string) => {
        asked.push(url);
        return Promise.resolve(new Response("bound"));
      },
    };
    const one = testMesh(yaml, { env: { ORDERS } });
    expect(await (await one.send("http://shop.example/x?y")).text()).toBe("bound");
    expect(asked).toEqual(["http://shop.example/x?y"]);
    expect(one.sent).toEqual([]);
  });

  it("that the Worker does not have are a 502 that says so", async () => {
    const problem = await problemOf(await testMesh(yaml).send("http://shop.example/x"));
    expect(problem["detail"]).toBe(
      `Endpoint ${writtenId("shop/one", "ORDERS")} of the service shop/one names the service binding ORDERS, which this Worker does not have`,
    );
  });
});
