/** Forms: a field is found without reading the rest, and a form of too many fields is never read. */
import { describe, expect, test } from "vitest";
import { fieldAhead, formOf } from "../../../adapters/email/form.ts";

const urlencoded = new Headers({ "content-type": "application/x-www-form-urlencoded" });
const bytes = (text: string) => Buffer.from(text);

describe("a field ahead", () => {
  test.each([
    ["timestamp=1&token=t", "1"],
    ["token=t&timestamp=1%2B2", "1+2"],
    ["token=t&timestamp=a+b&x=timestamp=9", "a b"],
    ["mytimestamp=9&token=t", ""],
    ["", ""],
    [`timestamp=${"9".repeat(600)}`, ""],
  ])("of %j", (body, value) => {
    expect(fieldAhead(urlencoded, bytes(body), "timestamp")).toBe(value);
  });

  test("of a multipart form is what the whole form says", async () => {
    const form = new FormData();
    form.set("subject", '; name="token"\r\n\r\nforged');
    form.set("mytoken", "none");
    form.set("token", "t-1");
    form.set("attachment", new Blob(["\r\n--x\r\n"]), "a.txt");
    const request = new Request("http://127.0.0.1", { method: "POST", body: form });
    const body = new Uint8Array(await request.arrayBuffer());
    expect((await formOf(request.headers, body)).text("token")).toBe("t-1");
    expect(fieldAhead(request.headers, body, "token")).toBe("t-1");
    expect(fieldAhead(request.headers, body, "timestamp")).toBe("");
  });

  test("of what is no form says so", () => {
    const json = new Headers({ "content-type": "application/json" });
    expect(() => fieldAhead(json, bytes("{}"), "token")).toThrow("a form is expected");
    const bare = new Headers({ "content-type": "multipart/form-data" });
    expect(() => fieldAhead(bare, bytes("--\r\n"), "token")).toThrow("a form is expected");
  });
});

test("a form of more than a thousand fields is not read", async () => {
  await expect(formOf(urlencoded, bytes("a&".repeat(1_001)))).rejects.toThrow("too many fields");
  const parts = `${'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(1_001)}--b--\r\n`;
  const multipart = new Headers({ "content-type": "multipart/form-data; boundary=b" });
  await expect(formOf(multipart, bytes(parts))).rejects.toThrow("too many fields");
  expect((await formOf(urlencoded, bytes("a=1&".repeat(900)))).text("a")).toBe("1");
});
