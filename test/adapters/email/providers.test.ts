/** Mail from every provider, in its own form and under its own proof: the same mail, the same run. */
import { describe, expect, test } from "vitest";
import { providerBench } from "../../support/mail/provider-bench.ts";
import { forms } from "../../support/mail/providers.ts";

const at = providerBench();
const { deliver } = at;

/** Mails by name → the task that they are, whoever carries them. */
const tasks: [string, string][] = [
  ["gmail-top-posted", "Re: Which version should I deploy?\n\nTake v1.2.4, please. Grüße"],
  ["thunderbird-bottom-posted", "Re: Which version should I deploy?\n\nv1.2.4, after lunch"],
  ["outlook-top-posted", "RE: Which version should I deploy?\n\nTake v1.2.4 – it’s tested."],
  ["apple-html-only", "Re: Which version should I deploy?\n\nv1.2.4 & nothing else"],
  ["german-latin1", "AW: Version für Staging\n\nBitte v1.2.4, für Staging genügt das."],
  ["attachment", "Read this log\n\nWhy does the deploy fail?"],
  ["forwarded", "Fwd: urgent\n\nIs this real?"],
];

describe.each(Object.keys(forms))("%s", (provider) => {
  const send = async (name: string, id: string) =>
    deliver(provider, await (forms[provider] as (typeof forms)[string])(name, id));

  test.each(tasks)("%s starts one run with their own words, also when it comes twice", async (name, task) => {
    const before = at.bench.inlet.launches.length;
    const first = await send(name, `${provider}-${name}`);
    expect(first, JSON.stringify(at.bench.inlet.auditRows.at(-1))).toMatchObject({
      status: 200,
      body: { run_id: expect.any(String) },
    });
    expect(await send(name, `${provider}-${name}`)).toMatchObject({
      status: 200,
      body: { duplicate: true },
    });
    expect(at.bench.inlet.launches.length - before).toBe(1);
    const launch = at.bench.inlet.launches.at(-1)?.launch;
    expect(launch).toMatchObject({ task, actor: { principal: "email:dana@example.com" } });
    if (name === "attachment") expect(launch?.context[0]?.text).toContain("11 bytes");
  });

  test.each(["auto-reply", "forged", "bounce"])("%s is dropped, and looks taken", async (name) => {
    const before = at.bench.inlet.launches.length;
    expect(await send(name, `${provider}-${name}`)).toEqual({ status: 200, body: { taken: true } });
    expect(at.bench.inlet.launches).toHaveLength(before);
  });

  test("without its proof, or with a changed one, it is refused", async () => {
    const before = at.bench.inlet.auditRows.length;
    const good = await (forms[provider] as (typeof forms)[string])("forwarded", "unproved");
    const { authorization, "x-twilio-email-event-webhook-signature": signature, ...rest } = good.headers;
    if (authorization ?? signature)
      expect(await deliver(provider, { ...good, headers: rest })).toMatchObject({ status: 401 });
    const changed: Record<string, string> = authorization
      ? { authorization: authorization.replace(" ", " x") }
      : {};
    const body =
      typeof good.body === "string"
        ? good.body.replace("SignatureVersion", "X")
        : tampered(good.body as Uint8Array);
    expect(
      await deliver(provider, {
        body: authorization ? good.body : body,
        headers: { ...good.headers, ...changed },
      }),
    ).toMatchObject({ status: 401 });
    expect(at.bench.inlet.auditRows).toHaveLength(before);
  });
});

/** Another token than the one that was signed, or any other byte. */
function tampered(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.from(
      Buffer.from(body).toString("latin1").replace("token-", "taken-").replace("agent@", "agemt@"),
      "latin1",
    ),
  );
}
