/** The server everything, as it is published, over HTTP; but heard on the loopback address alone. */
import { Server } from "node:net";
import { everything } from "./packages.ts";

const { listen } = Server.prototype;
Object.defineProperty(Server.prototype, "listen", {
  value(this: Server, port: unknown, ready?: () => void): Server {
    this.once("listening", () => console.log(`on ${JSON.stringify(this.address())}`));
    return Reflect.apply(listen, this, [Number(port), "127.0.0.1", ready]);
  },
});
process.argv[2] = "streamableHttp";
await import(everything);
