import { describe, expect, it } from "vitest";
import { gateway, told } from "../../../support/documents/expect-refusal.ts";

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
});
