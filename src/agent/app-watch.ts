// Checks the app again and again and tells when its health turns: what app-health.ts decides, by the clock.
import { healthAfter, initialHealth, type AppHealth, type Thresholds, type AppVerdict } from "./app-health.ts";

interface WatchPorts {
  readonly thresholds: Thresholds;
  readonly intervalMs: number;
  /** Never rejects. */
  probe(): Promise<boolean>;
  turned(verdict: AppVerdict): void;
}

/** While it is not known to be well, and while a verdict is about to turn, checks come at least this often. */
const EAGER_MS = 1_000;

export class AppWatch {
  readonly #ports: WatchPorts;
  #health: AppHealth = initialHealth;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  get verdict(): AppVerdict {
    return this.#health.verdict;
  }

  async check(): Promise<void> {
    const passed = await this.#ports.probe();
    if (this.#isStopped) {
      return;
    }
    const before = this.#health.verdict;
    this.#health = healthAfter(this.#health, passed, this.#ports.thresholds);
    const { verdict, against } = this.#health;
    if (verdict !== before) {
      this.#ports.turned(verdict);
    }
    const { intervalMs } = this.#ports;
    const isSettled = verdict !== "unknown" && against === 0;
    this.#timer = setTimeout(() => void this.check(), isSettled ? intervalMs : Math.min(EAGER_MS, intervalMs));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
