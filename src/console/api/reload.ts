/** Loads the page anew when a part of it is gone, but never into the error page of a server that is away. */
import { base } from "./client.ts";

const pauseMs = 1_000;
/** A page that was loaded anew so short a time ago lacks its part for another reason: loading again would never end. */
const againMs = 30_000;
const key = "belay-reloaded-at";

let isWaiting = false;

/** Waits until the server gives out the console's page again. Once is enough for any number of parts. */
export async function reloadOnceServed(): Promise<void> {
  if (isWaiting || Math.abs(Date.now() - Number(sessionStorage.getItem(key))) < againMs) return;
  isWaiting = true;
  while (!(await isServed())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
}

/** During a restart a proxy, or another program on the port, may answer. */
async function isServed(): Promise<boolean> {
  try {
    const response = await fetch(`${base}/`, { cache: "no-store" });
    return response.ok && (await response.text()).includes('id="root"');
  } catch {
    return false;
  }
}
