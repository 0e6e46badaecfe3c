// The test Worker's bindings: the product's own, and the migrations that setup.ts applies.
import type { D1Migration } from "cloudflare:test";
import type { Env as ProductEnv } from "../../../src/env/env.ts";
import type * as main from "../../../src/index.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      readonly mainModule: typeof main;
    }
    interface Env extends ProductEnv {
      readonly TEST_MIGRATIONS: D1Migration[];
      /** "1": tests that draw at random draw more. */
      readonly SELVAGE_LONG: string;
      readonly PUBLISHED_VECTORS: Readonly<Record<string, string>>;
    }
  }
}
