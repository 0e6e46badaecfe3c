import { describe, expect, it } from "vitest";
import { classifyAddress, refusalForAddress, type AddressClass } from "../../../src/decide/text/address.ts";

const table: readonly (readonly [AddressClass, readonly string[]])[] = [
  ["public", ["https://orders.example.com", "https://xn--bcher-kva.example.org/x", "HTTPS://Orders.Example.COM."]],
  [
    "bare-ip",
    ["http://1.1.1.1", "http://134744072", "http://[2606:4700::1111]/", "http://[::ffff:8.8.8.8]", "http://8.8.8.8."],
  ],
  [
    "loopback",
    [
      "http://127.0.0.1",
      "http://127.1",
      "http://127.255.255.254",
      "http://0x7f.1",
      "http://0x7f000001",
      "http://2130706433",
      "http://017700000001",
      "http://０x7f.1",
      "http://１２７.０.０.１",
      "http://①②⑦.⓪.⓪.①",
      "http://127。0。0。1",
      "http://%31%32%37.0.0.1",
      "http://[::1]",
      "http://[::]",
      "http://[0:0:0:0:0:ffff:7f00:1]",
      "http://[::ffff:7f00:1]",
      "http://[::FFFF:127.0.0.1]",
      "http://[::127.0.0.1]",
      "http://[64:ff9b::127.0.0.1]",
      "http://[2002:7f00:1::]",
      "http://[::ffff:0:127.0.0.1]",
      "http://0.0.0.0",
      "http://0",
      "http://localhost",
      "http://LOCALHOST.",
      "http://api.localhost:8080",
      "http://127.0.0.1.",
    ],
  ],
  [
    "private",
    [
      "http://10.0.0.1",
      "http://172.16.0.1",
      "http://172.31.255.255",
      "http://192.168.1.1",
      "http://100.64.0.1",
      "http://100.127.255.255",
      "http://[fd00::1]",
      "http://[fc00::]",
      "http://[fec0::1]",
      "http://[::ffff:10.0.0.1]",
      "http://[64:ff9b::192.168.0.1]",
    ],
  ],
  [
    "link-local",
    [
      "http://169.254.169.254/latest/meta-data",
      "http://[fe80::1]",
      "http://[::ffff:169.254.169.254]",
      "http://0xa9fea9fe",
    ],
  ],
  [
    "reserved",
    [
      "http://192.0.2.1",
      "http://198.18.0.1",
      "http://198.51.100.1",
      "http://203.0.113.1",
      "http://224.0.0.1",
      "http://255.255.255.255",
      "http://0.1.2.3",
      "http://192.0.0.8",
      "http://[2001:db8::1]",
      "http://[2001::1]",
      "http://[ff02::1]",
      "http://[3fff::1]",
      "http://[64:ff9b::8.8.8.8]",
      "http://[100::1]",
      "http://[4000::1]",
    ],
  ],
  [
    "internal-name",
    [
      "http://orders",
      "http://orders.shop.svc.cluster.local",
      "http://metadata.google.internal",
      "http://nas.home.arpa",
      "http://a.test",
    ],
  ],
  [
    "invalid",
    [
      "orders.example.com",
      "ftp://orders.example.com",
      "file:///etc/passwd",
      "https://user@orders.example.com",
      "https://user:secret@orders.example.com",
      "https://orders.example.com@127.0.0.1/",
      "https://",
      "http://[fe80::1%25eth0]/",
      "javascript:alert(1)",
      "",
    ],
  ],
];

describe("classifyAddress", () => {
  for (const [is, urls] of table) {
    it.each(urls)(`says ${is} of %s`, (url) => {
      expect(classifyAddress(url)).toBe(is);
    });
  }

  it("does not take the neighbours of private blocks for private", () => {
    const neighbours = ["9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"];
    for (const ip of [...neighbours, "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.0.1"]) {
      expect([ip, classifyAddress(`http://${ip}`)]).toEqual([ip, "bare-ip"]);
    }
    expect(classifyAddress("http://[fbff::1]")).toBe("reserved");
    expect(classifyAddress("http://[2001:200::1]")).toBe("bare-ip");
  });
});

describe("refusalForAddress", () => {
  it("lets a public https name pass in any cluster", () => {
    for (const allowPrivate of [true, false]) {
      expect(refusalForAddress("https://orders.example.com/base", { allowPrivate })).toBeNull();
      expect(refusalForAddress("https://orders.example.com:8443", { allowPrivate })).toBeNull();
    }
  });

  it("refuses everything that is not public without allowPrivateAddresses, saying what it is", () => {
    const cases: Readonly<Record<string, string>> = {
      "https://127.1": "this machine itself",
      "https://10.0.0.1": "a private network",
      "https://169.254.169.254": "metadata services",
      "https://1.1.1.1": "use a hostname",
      "https://orders": "the public DNS does not have",
      "https://192.0.2.1": "reserved",
    };
    for (const [url, reason] of Object.entries(cases)) {
      const refusal = refusalForAddress(url, { allowPrivate: false });
      expect(refusal).toContain(reason);
      expect(refusal).toContain("allowPrivateAddresses: true");
    }
  });

  it("refuses plain http, odd ports and a final dot on the public network", () => {
    const refuse = (url: string): string | null => refusalForAddress(url, { allowPrivate: false });
    expect(refuse("http://orders.example.com")).toBe(
      "The URL is not https: what crosses the public network must be encrypted.",
    );
    expect(refuse("https://orders.example.com:22")).toContain("The port 22 is not one that serves https");
    expect(refuse("https://orders.example.com:25")).toContain("The port 25");
    expect(refuse("https://orders.example.com.")).toBe("The hostname ends in a dot: write it without.");
  });

  it("allows private places where the cluster does, except the local link", () => {
    const allow = (url: string): string | null => refusalForAddress(url, { allowPrivate: true });
    for (const url of [
      "http://127.0.0.1:9000",
      "http://localhost:3000",
      "http://10.1.2.3",
      "http://db",
      "http://[fd00::1]:80",
    ]) {
      expect([url, allow(url)]).toEqual([url, null]);
    }
    expect(allow("http://169.254.169.254/")).toBe("The URL points to the local link, where metadata services are.");
    expect(allow("http://[::ffff:a9fe:a9fe]/")).toContain("the local link");
  });

  it("refuses what is no URL, or carries credentials, in any cluster", () => {
    for (const url of ["https://user:secret@orders.example.com", "gopher://x", "orders"]) {
      expect(refusalForAddress(url, { allowPrivate: true })).toBe(
        "The URL is not an absolute http or https URL without credentials.",
      );
    }
  });
});
