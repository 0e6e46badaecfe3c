// As much of a PNG as tells that it is one, how large, and that something is drawn on it.
import { inflateSync } from "node:zlib";

interface PngShape {
  readonly width: number;
  readonly height: number;
  /** Rows of pixels that are not like any other: of an empty picture there are two or three. */
  readonly rows: number;
}

const SIGNATURE = "89504e470d0a1a0a";

/** Reads 8 bits RGBA, which is what a canvas writes; fails on anything else. */
export function pngShape(bytes: Buffer): PngShape {
  if (bytes.subarray(0, 8).toString("hex") !== SIGNATURE) {
    throw new Error("no PNG");
  }
  const data: Buffer[] = [];
  let at = 8;
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") {
      data.push(bytes.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const rows = inflateSync(Buffer.concat(data));
  if (rows.length !== height * (1 + width * 4)) {
    throw new Error(`${width} × ${height} pixels are not ${rows.length} bytes`);
  }
  const stride = 1 + width * 4;
  const different = new Set(
    Array.from({ length: height }, (_, row) => rows.toString("latin1", row * stride, (row + 1) * stride)),
  );
  return { width, height, rows: different.size };
}
