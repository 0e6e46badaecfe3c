// Pages hold what others wrote: names, summaries, messages. None of it becomes markup.
import { describe, expect, it } from "vitest";
import { html, inline, page } from "../../../src/control/page/html.ts";

const hostile = `<img src=x onerror="alert('1')">&amp;`;
const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;";

describe("html", () => {
  it("escapes text, also in attributes and lists", () => {
    expect(html`<a title="${hostile}">${[hostile, html`<b>${1}</b>`]}</a>`.toString()).toBe(
      `<a title="${escaped}">${escaped}<b>1</b></a>`,
    );
  });

  it("escapes title and nonce of a page", () => {
    const text = page(hostile, '"><script>', html`<p></p>`);
    expect(text).toContain(`<title>${escaped}</title>`);
    expect(text).not.toContain("<script");
  });

  it("makes code of what stands between backquotes, and nothing else", () => {
    expect(inline("send `<x>` or <y>").toString()).toBe("send <code>&lt;x&gt;</code> or &lt;y&gt;");
  });
});
