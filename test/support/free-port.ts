/**
 * A port for what must know its own before it listens, and for what is killed and must find it free again. Not one
 * that the system hands out for connections: any other program could have it meanwhile.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that Linux and macOS hand out by themselves, above the last (10080) that `fetch` refuses. */
const [lowest, highest] = [10_081, 32_767];

/** One of 127.0.0.1 that nobody uses now, and that no other test is given while this process lives. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} in 100 tries`);
}

/** Its namesake of UDP stays taken until this process is gone: the sign for all others that the port is given away. */
async function isFree(port: number): Promise<boolean> {
  const sign = createSocket("udp4").unref();
  sign.bind({ port, address: "127.0.0.1", exclusive: true });
  if (!(await listens(sign))) return false;
  const probe = createServer().listen(port, "127.0.0.1");
  const isOurs = await listens(probe);
  probe.close();
  if (isOurs) await once(probe, "close");
  else sign.close();
  return isOurs;
}

function listens(given: NodeJS.EventEmitter): Promise<boolean> {
  return once(given, "listening").then(
    () => true,
    () => false,
  );
}
