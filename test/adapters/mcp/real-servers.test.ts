/** Two servers of others, as they are published: everything and filesystem. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mcp } from "../../../adapters/mcp/tools.ts";
import { call, contextOf, folder, node, server, toolboxOf } from "./bench.ts";
import { everything, filesystem } from "./packages.ts";

async function accepted(options: Parameters<typeof mcp>[0]) {
  const before = mcp(options);
  await before.accept();
  await before.stop();
  return server(options);
}

const files = (at: string) => ({
  ...{ configDir: at, name: "files", command: node, args: [filesystem, at] },
});

test("filesystem: a file is written once it is approved, and read", async () => {
  const at = folder();
  const allow = ["read_text_file", "write_file"];
  const tools = { read_text_file: { effect: "read" } } as const;
  const from = await accepted({ ...files(at), allow, tools });
  expect(Object.keys(toolboxOf(from).specs)).toEqual(["files_read_text_file", "files_write_file"]);
  const path = join(at, "note.txt");
  expect(await call(from, "files_write_file", { path, content: "hello" })).toMatchObject({
    type: "finished",
  });
  expect(readFileSync(path, "utf8")).toBe("hello");
  writeFileSync(path, "hello again");
  expect(await call(from, "files_read_text_file", { path })).toMatchObject({
    output: JSON.stringify({ content: "hello again" }),
  });
});

test("filesystem: what it refuses is a failure with its words", async () => {
  const at = folder();
  const from = await accepted({ ...files(at), allow: ["read_text_file"], effect: "read" });
  expect(await call(from, "files_read_text_file", { path: "/etc/passwd" })).toMatchObject({
    type: "failed",
    message: expect.stringContaining("Access denied"),
  });
});

test("everything: all of its tools can be accepted, and are called by names of here", async () => {
  const at = folder();
  const from = await accepted({
    ...{ configDir: at, name: "everything", prefix: "any", command: node, args: [everything] },
    ...{ allow: "*", effect: "read" },
  });
  const status = await from.look();
  expect(status).toMatchObject({ ok: true, version: expect.stringContaining("protocol 2025-11-25") });
  expect(await call(from, "any_get_sum", { a: 2, b: 40 })).toMatchObject({
    output: expect.stringContaining("42"),
  });
  // What it calls read-only prints its environment: there is nothing in it.
  expect(await call(from, "any_get_env", {})).toMatchObject({ output: "{}" });
  const picture = await call(from, "any_get_tiny_image", {});
  expect(picture).toMatchObject({
    output: expect.stringMatching(/\[attached: image-1\.png, image\/png, \d+ bytes\]/),
    attachments: [{ name: "image-1.png", mediaType: "image/png" }],
  });
  const { error } = toolboxOf(from).check("any_get_sum", '{"a": "2"}');
  expect(error?.message).toContain("input/a must be number");
  expect(await toolboxOf(from).preview("any_echo", { message: "x" }, contextOf())).toContain(
    "MCP server everything",
  );
});
