/** A self-signed certificate made of nothing but node:crypto: no program of the machine is asked. */
import { createSign, generateKeyPairSync } from "node:crypto";

/** DER: tag, length, contents. */
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), body]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const bits = (bytes: Uint8Array) => der(0x03, Buffer.of(0), bytes);
const text = (tag: number, value: string) => der(tag, Buffer.from(value));

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11 */
const rsaSha256 = sequence(der(0x06, Buffer.from("2a864886f70d01010b", "hex")), der(0x05));
/** commonName, 2.5.4.3 */
const commonName = der(0x06, Buffer.from("550403", "hex"));

/** Key and certificate as PEM; RFC 5280, section 4.1. */
export function selfSigned(name: string): { key: string; certificate: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const subject = sequence(der(0x31, sequence(commonName, text(0x0c, name))));
  const validity = sequence(text(0x17, "260101000000Z"), text(0x17, "360101000000Z"));
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const serial = der(0x02, Buffer.of(1));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const toSign = sequence(version3, serial, rsaSha256, subject, validity, subject, spki);
  const signature = createSign("RSA-SHA256").update(toSign).sign(privateKey);
  const whole = sequence(toSign, rsaSha256, bits(signature)).toString("base64");
  const lines = whole.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}
