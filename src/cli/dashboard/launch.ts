// Shows an address in the browser of whoever sits here, by what the system has for that. No shell reads the address.
import { spawn } from "node:child_process";

/** `BROWSER` first, as other commands do; it is one program, without arguments. */
function program(): readonly [string, ...string[]] {
  if (process.env.BROWSER) {
    return [process.env.BROWSER];
  }
  switch (process.platform) {
    case "darwin":
      return ["open"];
    case "win32":
      return ["rundll32", "url.dll,FileProtocolHandler"];
    default:
      return ["xdg-open"];
  }
}

/** Whether there was something to show it; the browser is left running. */
export function launch(url: string): Promise<boolean> {
  const [command, ...before] = program();
  return new Promise((resolve) => {
    const child = spawn(command, [...before, url], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
