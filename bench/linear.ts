/**
 * What 100,000 characters of the worst repetition cost every function that reads or draws strangers' text: processor
 * time, the median of five. A message is drawn from a dozen texts of 10,000.
 */
import { fragments, repeated } from "../test/support/linear/fragments.ts";
import { readers } from "../test/support/linear/readers.ts";

const length = 100_000;
const looks = 5;

function msOf(read: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  read(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function medianOf(read: (text: string) => unknown, text: string): number {
  const times = Array.from({ length: looks }, () => msOf(read, text)).sort((one, other) => one - other);
  return times[Math.floor(looks / 2)] ?? 0;
}

for (const [reader, read] of Object.entries(readers)) {
  const texts = fragments.map((fragment) => ({ fragment, text: repeated(fragment, length) }));
  // Each once finds those that may be the worst, and warms up.
  const seen = texts.map((one) => ({ ...one, ms: msOf(read, one.text) })).sort((a, b) => b.ms - a.ms);
  const [worst] = seen
    .slice(0, 4)
    .map(({ fragment, text }) => ({ fragment, ms: medianOf(read, text) }))
    .sort((one, other) => other.ms - one.ms);
  const row = {
    workload: "linear",
    reader,
    worst: worst?.fragment,
    ms: Math.round((worst?.ms ?? 0) * 10) / 10,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
