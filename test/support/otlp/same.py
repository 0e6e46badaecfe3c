# Are these two one message? One line of stdin for each pair: {"kind", "json", "protobuf" (base64)}. Judged by Google's
# library with OpenTelemetry's own generated messages: neither is ours. Prints what differs; exit code 1 then.
import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
IDS = {"traceId", "spanId", "parentSpanId"}


def protobuf_json(value):
    """OTLP's JSON has ids in hexadecimal where protobuf's own has base64."""
    if isinstance(value, list):
        return [protobuf_json(one) for one in value]
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(one)).decode() if name in IDS else protobuf_json(one)
            for name, one in value.items()
        }
    return value


wrong = 0
count = 0
for line in sys.stdin:
    pair = json.loads(line)
    kind = REQUESTS[pair["kind"]]
    said = json_format.ParseDict(protobuf_json(json.loads(pair["json"])), kind())
    written = kind.FromString(base64.b64decode(pair["protobuf"]))
    count += 1
    if said != written or said.SerializeToString(deterministic=True) != written.SerializeToString(deterministic=True):
        wrong += 1
        print("as JSON:", said, "as protobuf:", written, sep="\n")
print(count)
sys.exit(1 if wrong else 0)
