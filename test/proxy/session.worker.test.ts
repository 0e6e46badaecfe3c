import { describe, expect, it } from "vitest";
import { hosts, meshOfOne } from "../support/worker/services.ts";

describe("sessions", () => {
  const session = ", sessionPersistence: {sessionName: sid, absoluteTimeout: 1h}";

  it("keep a caller at the endpoint that answered first", async () => {
    const first = meshOfOne(session, { random: [0.9] });
    const given = (await first.send("http://shop.example/")).headers.get("set-cookie") ?? "";
    expect(given).toMatch(/^sid=[0-9a-f]{16}\.[0-9a-z]+\.[0-9a-z]+; Path=\/; HttpOnly$/);
    expect(hosts(first)).toEqual(["b"]);
    const later = meshOfOne(session, { random: [0] });
    const answer = await later.send("http://shop.example/", { headers: { cookie: `x=1; ${given.split(";")[0]}` } });
    expect(hosts(later)).toEqual(["b"]);
    expect(answer.headers.has("set-cookie")).toBe(false);
  });

  it("move when the endpoint fails, and say so", async () => {
    const given =
      (await meshOfOne(`${session}, retry: {attempts: 1}`).send("http://shop.example/")).headers.get("set-cookie") ??
      "";
    const failing = meshOfOne(`${session}, retry: {attempts: 1}`, {
      service: ({ url }) =>
        url.includes("//a.") ? Promise.reject(new Error("Network connection lost.")) : new Response("moved"),
    });
    const answer = await failing.send("http://shop.example/", { headers: { cookie: given.split(";")[0] ?? "" } });
    expect(hosts(failing)).toEqual(["a", "b"]);
    expect(answer.headers.get("set-cookie")).not.toBe(given);
  });

  it("holds for everything below the address that was used, or the path that the rule names", async () => {
    const pathOf = async (rule: string, url: string): Promise<string | undefined> =>
      /Path=([^;]*)/.exec((await meshOfOne(rule).send(url)).headers.get("set-cookie") ?? "")?.[1];
    const matched = ", matches: [{path: {value: /orders}}], sessionPersistence: ";
    expect(await pathOf(`${matched}{sessionName: sid}`, "http://shop.example/orders/1")).toBe("/");
    expect(await pathOf(`${matched}{cookie: {name: sid, path: /orders}}`, "http://shop.example/orders/1")).toBe(
      "/orders",
    );
  });

  it("has its name in the words of either release of the Gateway API", async () => {
    const nameOf = async (rule: string): Promise<string | undefined> =>
      (await meshOfOne(`, sessionPersistence: ${rule}`).send("http://shop.example/")).headers
        .get("set-cookie")
        ?.split("=")[0];
    expect(await nameOf("{cookie: {name: new}}")).toBe("new");
    expect(await nameOf("{sessionName: old, cookieConfig: {lifetimeType: Session}}")).toBe("old");
    const header = meshOfOne(", sessionPersistence: {type: Header, header: {name: x-place}}");
    expect((await header.send("http://shop.example/")).headers.has("x-place")).toBe(true);
  });

  it("can live in a header", async () => {
    const one = meshOfOne(", sessionPersistence: {sessionName: X-Session, type: Header}", { random: [0.9] });
    const token = (await one.send("http://shop.example/")).headers.get("x-session") ?? "";
    const later = meshOfOne(", sessionPersistence: {sessionName: X-Session, type: Header}");
    await later.send("http://shop.example/", { headers: { "x-session": token } });
    expect(hosts(later)).toEqual(["b"]);
  });
});
