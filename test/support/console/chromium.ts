/** A real Chromium, as every test and script here starts it. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as driver } from "playwright-core";

/** What the package passes for cloud functions but a test of security must not have. */
const unwanted = [
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--single-process",
  "--no-zygote",
];

export async function openChromium(): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args.filter((arg) => !unwanted.includes(arg) && !/angle|use-gl|swiftshader|gpu/.test(arg)),
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-quic",
      "--no-first-run",
    ],
  });
}
