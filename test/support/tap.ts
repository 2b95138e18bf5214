/** A line to a server on this machine that keeps every byte, of both directions. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** `sent`: to the server; `answered`: by it. Ended when the test is over. */
export async function tapped(url: string): Promise<{ url: string; sent(): string; answered(): string }> {
  const [sent, answered]: [Buffer[], Buffer[]] = [[], []];
  const open = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect(Number(new URL(url).port), "127.0.0.1");
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    near.on("data", (piece) => sent.push(piece)).pipe(far);
    far.on("data", (piece) => answered.push(piece)).pipe(near);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => {
    listener.close();
    for (const socket of open) socket.destroy();
  });
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const here = new URL(url);
  here.port = String(address.port);
  const text = (pieces: readonly Buffer[]) => Buffer.concat(pieces).toString();
  return { url: here.href, sent: () => text(sent), answered: () => text(answered) };
}
