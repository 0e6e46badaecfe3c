import { describe, expect, it } from "vitest";
import { refusalForAddress } from "../../../src/decide/text/address.ts";

describe("a cloud's metadata service is nobody's endpoint, whatever the cluster allows", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.170.2/v2/credentials",
    "http://0xa9fea9fe/",
    "http://[::ffff:169.254.169.254]/",
    "http://metadata.google.internal/computeMetadata/v1",
    "http://METADATA.google.internal./",
    "http://metadata/",
    "http://instance-data/",
    "http://[fd00:ec2::254]/",
    "http://[FD00:EC2:0:0:0:0:0:0254]/",
    "http://[fd20:ce::254]/",
    "http://100.100.100.200/",
    "http://[::ffff:100.100.100.200]/",
    "http://[64:ff9b::6464:64c8]/",
    "http://168.63.129.16/",
    "https://api.metadata.cloud.ibm.com/",
  ])("%s", (url) => {
    for (const allowPrivate of [true, false]) {
      expect(refusalForAddress(url, { allowPrivate })).toMatch(/metadata service/);
    }
  });

  it.each(["http://10.0.0.1/", "http://metadata.shop.internal/", "http://[fd00:ec2::1]/", "http://100.100.100.201/"])(
    "%s is private, and no more",
    (url) => {
      expect(refusalForAddress(url, { allowPrivate: true })).toBeNull();
    },
  );
});
