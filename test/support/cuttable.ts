/** A line between a client and a server on this machine, which can be held and cut. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Line {
  url: string;
  /** From now on nothing that the server says reaches the client. */
  hold(): void;
  /** Every connection breaks, on both sides; no new one is taken. */
  cut(): void;
}

export async function lineTo(server: string): Promise<Line> {
  const open = new Set<Socket>();
  let isHeld = false;
  const listener = createServer((near) => {
    const far = connect(Number(new URL(server).port), "127.0.0.1");
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    near.pipe(far);
    far.on("data", (piece) => {
      if (!isHeld) near.write(piece);
    });
    far.on("close", () => near.destroy());
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    hold() {
      isHeld = true;
    },
    cut() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}
