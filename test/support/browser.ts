// What a browser does in a login, for journeys.
import { expect } from "vitest";

/** A browser: cookies, and no redirect followed by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  constructor(origin: string) {
    this.#origin = origin;
  }
  async go(path: string, init: RequestInit = {}): Promise<Response & { said: string }> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie !== "") {
      headers.set("cookie", cookie);
    }
    const response = await fetch(new URL(path, this.#origin), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      if (line.includes("Max-Age=0")) {
        this.cookies.delete(name);
      } else {
        this.cookies.set(name, value);
      }
    }
    return Object.assign(response, { said: await response.text() });
  }
  /** Sets out, and answers where it was sent to. */
  async setOut(path = "/_selvage/login"): Promise<string> {
    const response = await this.go(path);
    expect([response.status, response.said]).toEqual([303, ""]);
    return response.headers.get("location") ?? "";
  }
  /** Comes back with what the provider gave. */
  async comeBack(query: Readonly<Record<string, string>>): Promise<Response & { said: string }> {
    return this.go(`/_selvage/login/callback?${new URLSearchParams(query)}`);
  }
  async whoami(): Promise<unknown> {
    return JSON.parse((await this.go("/_selvage/v1/whoami")).said);
  }
}
