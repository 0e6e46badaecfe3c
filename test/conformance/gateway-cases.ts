// The Gateway API conformance cases as data (see the README beside them): their types, and where to find them.
import { existsSync, readFileSync } from "node:fs";

const folder = new URL("../../../shared/conformance/gateway-api/", import.meta.url);

export const haveCases = existsSync(folder);

export interface ConformanceTest {
  readonly name: string;
  readonly manifest_file: string;
  readonly cases: readonly ConformanceCase[];
}

export interface ConformanceCase {
  readonly id: string;
  readonly name: string;
  readonly gateway: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly request: {
    readonly method: string;
    readonly scheme: string;
    readonly host: string | null;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** `delete <Kind> <namespace>/<name> after case <n>`. */
  readonly precondition?: string;
  readonly fixture?: { readonly backend_sets_response_headers?: Readonly<Record<string, string>> };
  readonly websocket?: readonly WebSocketStep[];
  readonly expect: Expectation;
}

interface WebSocketStep {
  readonly send_text?: string;
  readonly expect_text?: string;
  readonly send_binary?: readonly number[];
  readonly expect_binary?: readonly number[];
}

interface Expectation {
  readonly status: readonly number[];
  readonly backend?: { readonly namespace: string; readonly name: string | null };
  readonly backend_request?: {
    readonly method: string;
    readonly host: string | null;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly absent_headers: readonly string[];
  };
  readonly response?: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly headers_one_of?: Readonly<Record<string, readonly string[]>>;
    readonly absent_headers?: readonly string[];
    readonly ignore_whitespace_in_values?: boolean;
  };
  readonly answered_by_gateway?: boolean;
  readonly redirect?: {
    readonly scheme?: string | null;
    readonly host?: string | null;
    readonly port?: string | number | null;
    readonly path?: string | null;
  };
  readonly mirrored_to?: readonly { readonly namespace: string; readonly name: string; readonly percent?: number }[];
  readonly mirror_distribution?: { readonly requests: number; readonly concurrency: number; readonly attempts: number };
  readonly distribution?: {
    readonly requests: number;
    readonly concurrency: number;
    readonly attempts: number;
    readonly tolerance_absolute: number;
    readonly weights: Readonly<Record<string, number>>;
  };
  readonly repeat?: {
    readonly requests: number;
    readonly every_backend_request: { readonly header_equals_serving_backend: string };
  };
}

export function loadCases(): readonly ConformanceTest[] {
  if (!haveCases) {
    return [];
  }
  return ["cases.json", "cases-reference-grant.json"].flatMap((file) => {
    const parsed = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { tests: ConformanceTest[] };
    return parsed.tests;
  });
}

export function manifestOf(test: ConformanceTest): string {
  return readFileSync(new URL(test.manifest_file, folder), "utf8");
}
