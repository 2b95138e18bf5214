/** Files that calls brought, over the API: only pictures open in a browser. */
import { expect, test } from "vitest";
import { bench } from "../support/http/server.ts";

async function answered(mediaType: string) {
  using b = await bench();
  const { id: runId } = await b.launch();
  const file = { hash: "h1", name: 'käse\r\n"x".png', mediaType, bytes: Buffer.from("<script>") };
  await b.engine.store.saveAttachment({ runId, ...file });
  const answer = await b.call("GET", `/agent/runs/${runId}/attachments/h1`);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

test("a picture is answered as what it is", async () => {
  const { status, headers, body } = await answered("image/png");
  expect([status, body, headers.get("content-type")]).toEqual([200, "<script>", "image/png"]);
  expect(headers.get("content-disposition")).toMatch(/^inline; filename\*=UTF-8''k%C3%A4se/);
});

test.each(["image/svg+xml", "text/html", "application/xhtml+xml", "application/pdf"])(
  "%s, which can hold scripts, is only saved",
  async (mediaType) => {
    const { headers } = await answered(mediaType);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toMatch(/^attachment; /);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("another run's file, and one that is not there, are not found", async () => {
  using b = await bench();
  const [one, other] = [await b.launch(), await b.launch()];
  const file = { hash: "h1", name: "a.png", mediaType: "image/png", bytes: new Uint8Array(3) };
  await b.engine.store.saveAttachment({ runId: one.id, ...file });
  for (const path of [`${other.id}/attachments/h1`, `${one.id}/attachments/h2`]) {
    const answer = await b.call("GET", `/agent/runs/${path}`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: "not_found" }),
    ]);
  }
});
