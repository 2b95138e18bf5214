/**
 * Would live for ever. Arguments: a port to hold a connection to, so that its end is seen; "busy": no thread is free.
 */
import { once } from "node:events";
import { connect } from "node:net";

const [port = "", kind = ""] = process.argv.slice(2);
const connection = connect(Number(port), "127.0.0.1");
await once(connection, "connect");
connection.write("alive");
process.on("SIGTERM", () => {});
// The write above is with the system by then.
await new Promise((resolve) => connection.write("", resolve));
while (kind === "busy");
