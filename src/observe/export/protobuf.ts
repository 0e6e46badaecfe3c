// The messages of OTLP as protobuf: the same objects that go out as JSON, written by the numbers and types of the
// published opentelemetry-proto. Loaded where OTLP_PROTOCOL asks for it, and nowhere else.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

type Scalar = "string" | "hex" | "bool" | "enum" | "double" | "int64" | "fixed64";

interface Field {
  readonly no: number;
  readonly as: Scalar | Message;
}

/** By the names that the JSON has. */
type Message = Readonly<Record<string, Field>>;

const field = (no: number, as: Field["as"]): Field => ({ no, as });

const VALUE: Message = {
  stringValue: field(1, "string"),
  boolValue: field(2, "bool"),
  intValue: field(3, "int64"),
  doubleValue: field(4, "double"),
};
const ATTRIBUTE: Message = { key: field(1, "string"), value: field(2, VALUE) };
const RESOURCE = field(1, { attributes: field(1, ATTRIBUTE) });
const SCOPE = field(1, { name: field(1, "string") });

const EVENT: Message = {
  timeUnixNano: field(1, "fixed64"),
  name: field(2, "string"),
  attributes: field(3, ATTRIBUTE),
};
const SPAN: Message = {
  traceId: field(1, "hex"),
  spanId: field(2, "hex"),
  parentSpanId: field(4, "hex"),
  name: field(5, "string"),
  kind: field(6, "enum"),
  startTimeUnixNano: field(7, "fixed64"),
  endTimeUnixNano: field(8, "fixed64"),
  attributes: field(9, ATTRIBUTE),
  events: field(11, EVENT),
  status: field(15, { code: field(3, "enum") }),
};

const RECORD: Message = {
  timeUnixNano: field(1, "fixed64"),
  severityNumber: field(2, "enum"),
  severityText: field(3, "string"),
  body: field(5, VALUE),
  attributes: field(6, ATTRIBUTE),
  traceId: field(9, "hex"),
  observedTimeUnixNano: field(11, "fixed64"),
};

const NUMBER: Message = {
  attributes: field(7, ATTRIBUTE),
  startTimeUnixNano: field(2, "fixed64"),
  timeUnixNano: field(3, "fixed64"),
  asDouble: field(4, "double"),
};
const HISTOGRAM: Message = {
  attributes: field(9, ATTRIBUTE),
  startTimeUnixNano: field(2, "fixed64"),
  timeUnixNano: field(3, "fixed64"),
  count: field(4, "fixed64"),
  sum: field(5, "double"),
  bucketCounts: field(6, "fixed64"),
  explicitBounds: field(7, "double"),
};
const TEMPORALITY = field(2, "enum");
const METRIC: Message = {
  name: field(1, "string"),
  description: field(2, "string"),
  unit: field(3, "string"),
  gauge: field(5, { dataPoints: field(1, NUMBER) }),
  sum: field(7, {
    dataPoints: field(1, NUMBER),
    aggregationTemporality: TEMPORALITY,
    isMonotonic: field(3, "bool"),
  }),
  histogram: field(9, { dataPoints: field(1, HISTOGRAM), aggregationTemporality: TEMPORALITY }),
};

/** The three requests at once: each has one of these members, and all of them have the number 1. */
const REQUEST: Message = {
  resourceSpans: field(1, { resource: RESOURCE, scopeSpans: field(2, { scope: SCOPE, spans: field(2, SPAN) }) }),
  resourceLogs: field(1, { resource: RESOURCE, scopeLogs: field(2, { scope: SCOPE, logRecords: field(2, RECORD) }) }),
  resourceMetrics: field(1, {
    resource: RESOURCE,
    scopeMetrics: field(2, { scope: SCOPE, metrics: field(2, METRIC) }),
  }),
};

/** @param request as it is written in JSON; a member that is not in the tables above is a bug of ours, and throws */
export function protobufOf(request: object): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeMessage(writer, request, REQUEST);
  return writer.finish();
}

/**
 * What a collector says that it did not take. @throws where it is no protobuf
 */
export function partialSuccessOf(answer: Uint8Array): { readonly rejected: number; readonly message: string } {
  const partial = lastOf(answer, 1);
  if (!(partial instanceof Uint8Array)) {
    return { rejected: 0, message: "" };
  }
  const message = lastOf(partial, 2);
  return {
    rejected: Number(lastOf(partial, 1) ?? 0),
    message: message instanceof Uint8Array ? new TextDecoder().decode(message) : "",
  };
}

function writeMessage(writer: BinaryWriter, value: object, message: Message): void {
  for (const [name, one] of Object.entries(value)) {
    const field = message[name];
    if (field === undefined) {
      throw new Error(`protobuf: OTLP has no ${name} here`);
    }
    writeField(writer, one, field);
  }
}

function writeField(writer: BinaryWriter, value: unknown, { no, as }: Field): void {
  if (typeof as === "string") {
    if (Array.isArray(value)) {
      // Numbers in a row are packed: one tag for all of them.
      writer.tag(no, WireType.LengthDelimited).fork();
      value.forEach((one) => writeScalar(writer, one, as));
      writer.join();
    } else {
      writeScalar(writer.tag(no, WIRE_TYPES[as]), value, as);
    }
    return;
  }
  for (const one of Array.isArray(value) ? value : [value]) {
    writer.tag(no, WireType.LengthDelimited).fork();
    writeMessage(writer, Object(one), as);
    writer.join();
  }
}

const WIRE_TYPES: Readonly<Record<Scalar, WireType>> = {
  string: WireType.LengthDelimited,
  hex: WireType.LengthDelimited,
  bool: WireType.Varint,
  enum: WireType.Varint,
  int64: WireType.Varint,
  double: WireType.Bit64,
  fixed64: WireType.Bit64,
};

function writeScalar(writer: BinaryWriter, value: unknown, as: Scalar): void {
  switch (as) {
    case "string":
      writer.string(String(value));
      return;
    case "hex":
      writer.bytes(bytesOf(String(value)));
      return;
    case "bool":
      writer.bool(value === true);
      return;
    case "enum":
      writer.int32(Number(value));
      return;
    case "double":
      writer.double(Number(value));
      return;
    case "int64":
      writer.int64(String(value));
      return;
    case "fixed64":
      writer.fixed64(String(value));
  }
}

function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  return bytes.map((_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** The last field of this number: text and messages as bytes, numbers as they are. */
function lastOf(bytes: Uint8Array, wanted: number): Uint8Array | bigint | string | undefined {
  const reader = new BinaryReader(bytes);
  let found: Uint8Array | bigint | string | undefined;
  while (reader.pos < reader.len) {
    const [no, type] = reader.tag();
    if (no === wanted && type === WireType.LengthDelimited) {
      found = reader.bytes();
    } else if (no === wanted && type === WireType.Varint) {
      found = reader.int64();
    } else {
      reader.skip(type, no);
    }
  }
  return found;
}
