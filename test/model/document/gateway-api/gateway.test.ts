import { describe, expect, it } from "vitest";
import { gateway, specOf, told } from "../../../support/documents/expect-refusal.ts";

describe("a Gateway", () => {
  it("refuses TLS where there is none, and keeping it where requests must be seen", () => {
    expect(
      told(
        gateway(`  - {name: a, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: x}]}}
  - {name: b, port: 443, protocol: https, tls: {mode: Passthrough}}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/listeners/0/tls 7:41 | A listener with protocol HTTP has no TLS | Remove tls, or use protocol: HTTPS.",
      "SLV1104 /spec/listeners/1/tls 8:43 | An HTTPS listener must terminate TLS to see requests | Use mode: Terminate.",
    ]);
  });

  it("refuses listeners that cannot be told apart", () => {
    expect(
      told(
        gateway(`  - {name: a, port: 80, protocol: HTTP, hostname: a.com}
  - {name: a, port: 81, protocol: HTTP}
  - {name: c, port: 80, protocol: HTTP, hostname: a.com}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/listeners/1/name 8:12 | Entry 1 has the same name as entry 0 | Change or remove one of them.",
      "SLV1104 /spec/listeners/2/port 9:21 | Entry 2 has the same port, protocol and hostname as entry 0 | Change or remove one of them.",
    ]);
  });

  it("refuses listeners that say too little or too much", () => {
    expect(
      told(
        gateway(`  - {name: a, port: 443, protocol: HTTPS, tls: {}}
  - {name: b, port: 1, protocol: TLS}
  - {name: c, port: 2, protocol: TCP, hostname: a.com}
  - {name: d, port: 70000, protocol: 'a b'}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/listeners/0/tls/certificateRefs 7:43 | tls with mode Terminate names no certificate | Add certificateRefs or options, or remove tls: the platform terminates TLS with its own certificate.",
      "SLV1104 /spec/listeners/1/tls 8:5 | A TLS listener must say what becomes of the TLS session | Add tls with its mode.",
      "SLV1104 /spec/listeners/2/hostname 9:49 | A listener with protocol TCP sees no hostnames | Remove hostname.",
      "SLV1104 /spec/listeners/3/port 10:21 | 70000 is out of range | Use a number that is at most 65535.",
      'SLV1104 /spec/listeners/3/protocol 10:38 | "a b" is not a protocol | Write HTTP or HTTPS.',
    ]);
  });

  it("refuses a selector that selects nothing", () => {
    expect(
      told(
        gateway(`  - name: a
    port: 80
    protocol: HTTP
    allowedRoutes: {namespaces: {from: Selector}}
  - {name: b, port: 81, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: In}, {key: b, operator: Exists, values: [x]}]}}}}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/listeners/0/allowedRoutes/namespaces/selector 10:21 | from: Selector needs a selector | Add selector with matchLabels, or use from: All or Same.",
      "SLV1104 /spec/listeners/1/allowedRoutes/namespaces/selector/matchExpressions/0/values 11:116 | In needs values to compare with | List at least one under values.",
      "SLV1104 /spec/listeners/1/allowedRoutes/namespaces/selector/matchExpressions/1/values 11:167 | Exists takes no values | Remove values, or use In.",
    ]);
  });

  it("suggests who may attach", () => {
    expect(told(gateway("  - {name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: all}}}"))).toEqual([
      'SLV1104 /spec/listeners/0/allowedRoutes/namespaces/from 7:76 | "all" is not one of All, Selector, Same, None | Did you mean All?',
    ]);
  });

  it("refuses an address twice, and one that is not", () => {
    expect(
      told(
        gateway(`  - {name: a, port: 80, protocol: HTTP}
  addresses: [{value: 1.2.3.4}, {value: 1.2.3.4}, {}, {}, {type: Hostname, value: A_B}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/addresses/4/value 8:83 | The address is not a hostname | Write a lower-case DNS name, or leave value out.",
      "SLV1104 /spec/addresses/1/value 8:41 | Entry 1 has the same address as entry 0 | Change or remove one of them.",
    ]);
  });

  it("refuses TLS for one port twice, and trust in nobody", () => {
    expect(
      told(
        gateway(`  - {name: a, port: 80, protocol: HTTP}
  tls: {frontend: {default: {validation: {caCertificateRefs: []}}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/tls/frontend/default/validation/caCertificateRefs 8:43 | The list has 0 entries | Give at least 1.",
      'SLV1104 /spec/tls/frontend/perPort/1/port 8:105 | The port "1" is there twice | Remove it, or merge it with entry 0.',
    ]);
  });

  const many = (count: number): string => `{${Array.from({ length: count }, (_, at) => `k${at}: v`).join(", ")}}`;
  const listener = "  - {name: a, port: 80, protocol: HTTP}\n";

  it("refuses addresses that are none, and types of nobody", () => {
    const spec = `${listener}  addresses: [{type: Bogus, value: x}, {type: IPAddress, value: 1.2.3}, {value: "::1"}, {type: example.net/Slot, value: seven}]\n`;
    expect(told(gateway(spec)).map((one) => one.split(" | ")[1])).toEqual([
      '"Bogus" is not a type of address',
      "The address is not an IP address",
    ]);
  });

  it("takes at most eight labels and annotations, and sixteen options", () => {
    const infrastructure = (count: number): string =>
      `${listener}  infrastructure: {labels: ${many(count)}, annotations: ${many(count)}}\n`;
    const options = (count: number): string =>
      `  - {name: a, port: 443, protocol: HTTPS, tls: {options: ${many(count)}}}\n`;
    expect(specOf(gateway(infrastructure(8)))).toBeDefined();
    expect(specOf(gateway(options(16)))).toBeDefined();
    expect(told(gateway(infrastructure(9))).map((one) => one.split(" | ")[1])).toEqual([
      "There are 9 labels, and 8 may be",
      "There are 9 annotations, and 8 may be",
    ]);
    expect(told(gateway(options(17))).map((one) => one.split(" | ")[1])).toEqual([
      "There are 17 options, and 16 may be",
    ]);
  });

  it("takes sixteen certificates of authorities", () => {
    const spec = (count: number): string =>
      `${listener}  tls: {frontend: {default: {validation: {caCertificateRefs: [${Array.from({ length: count }, (_, at) => `{group: "", kind: ConfigMap, name: c${at}}`).join(", ")}]}}}}\n`;
    expect(specOf(gateway(spec(16)))).toBeDefined();
    expect(told(gateway(spec(17)))).toHaveLength(1);
  });
});
