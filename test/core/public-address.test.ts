/** Which addresses are the Internet's: compared with Node's own reading of addresses and networks. */
import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AddressRefused,
  isAddress,
  isPublicAddress,
  mayReach,
  reachableOnly,
} from "../../src/core/public-address.ts";

test.each([
  "127.0.0.1",
  "127.9.9.9",
  "0.0.0.0",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:0:127.0.0.1",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b:1::1",
  "2001::7f00:1",
  "2002:7f00:1::",
  "fc00::1",
  "fd12::1",
  "fe80::1",
  "fe80::1%eth0",
  "ff02::1",
])("%s is not the Internet's", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["no address", "", "2130706433", "0x7f.1", "127.1", "8.8.8.08", "8.8.8.256", "1::2::3", "1:2:3"])(
  "%j is no address, and so not the Internet's",
  (text) => {
    expect([isAddress(text), isPublicAddress(text)]).toEqual([false, false]);
  },
);

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "172.32.0.1",
  "100.128.0.1",
  "192.1.0.1",
  "2606:4700::1111",
  "2a00:1450::1",
  "2001:4860:4860::8888",
])("%s is", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

describe("10,000 addresses", () => {
  /** Node's own, from the same networks: written twice, because a mistake in one of them is what is looked for. */
  const v4 = new BlockList();
  for (const [network, bits] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["168.63.129.16", 32],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
  ] as const)
    v4.addSubnet(network, bits, "ipv4");

  test("of IPv4 are read as Node reads them", () => {
    const edge = fc.constantFrom(
      0,
      1,
      10,
      15,
      16,
      31,
      32,
      63,
      64,
      100,
      127,
      128,
      168,
      169,
      172,
      192,
      198,
      254,
    );
    const byte = fc.oneof(edge, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        const address = bytes.join(".");
        expect(isPublicAddress(address)).toBe(!v4.check(address, "ipv4"));
      }),
      { numRuns: 10_000 },
    );
  });

  test("of IPv6 and texts like it are addresses where Node says so", () => {
    const piece = fc.constantFrom(
      "0",
      "1",
      "ffff",
      "64",
      "ff9b",
      "fe80",
      ":",
      "::",
      "8.8.8.8",
      "12345",
      "g",
      "",
    );
    const text = fc.oneof(
      fc.ipV6(),
      fc.array(piece, { maxLength: 10 }).map((list) => list.join(":")),
    );
    fc.assert(
      fc.property(text, (address) => {
        if (!address.includes(":")) return;
        expect(isAddress(address)).toBe(isIP(address) === 6);
      }),
      { numRuns: 10_000 },
    );
  });

  test("of IPv4 inside IPv6, in every spelling, are not the Internet's", () => {
    const prefix = fc.constantFrom(
      "::",
      "::ffff:",
      "::ffff:0:",
      "64:ff9b::",
      "0:0:0:0:0:ffff:",
      "64:ff9b:1::",
    );
    fc.assert(
      fc.property(prefix, fc.ipV4(), fc.boolean(), (before, address, inHex) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const tail = inHex ? `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}` : address;
        expect(isPublicAddress(before + tail)).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("a look-up that gives public addresses alone", () => {
  const answers = (rounds: string[][], isPrivate = false) => {
    let asked = 0;
    const find = reachableOnly((_name: string, _options: { all?: boolean }, done) => {
      const addresses = rounds[Math.min(asked++, rounds.length - 1)] ?? [];
      done(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      );
    }, isPrivate);
    const ask = (all: boolean) => {
      let given: unknown[] = [];
      find("api.example", { all }, (...answer) => {
        given = answer;
      });
      return given;
    };
    return { ask, asked: () => asked };
  };

  test("gives what it has checked, and asks for it once: a name that answers otherwise later has no say", () => {
    const rebinding = answers([["8.8.8.8"], ["127.0.0.1"]]);
    expect(rebinding.ask(false)).toEqual([null, "8.8.8.8", 4]);
    expect(rebinding.asked()).toBe(1);
    expect(rebinding.ask(true)).toEqual([new AddressRefused("api.example", false), []]);
  });

  test("that fails is told as it failed: Node gives an error and nothing beside it", () => {
    const failed = new Error("getaddrinfo ENOTFOUND");
    const find = reachableOnly((_name: string, _options: { all?: boolean }, done) => done(failed), false);
    const given: unknown[] = [];
    find("api.example", { all: true }, (...answer) => given.push(...answer));
    expect(given).toEqual([failed, []]);
  });

  test("gives none when one of several is inside, and none when there is none", () => {
    expect(answers([["8.8.8.8", "10.0.0.1"]]).ask(true)).toEqual([
      new AddressRefused("api.example", false),
      [],
    ]);
    expect(answers([[]]).ask(true)).toEqual([new AddressRefused("api.example", false), []]);
    expect(answers([["8.8.8.8", "2606:4700::1111"]]).ask(true)).toEqual([
      null,
      [
        { address: "8.8.8.8", family: 4 },
        { address: "2606:4700::1111", family: 6 },
      ],
    ]);
  });

  test("of a host that is listed as private gives what is inside, and never where credentials are given out", () => {
    const inside = answers([["10.0.0.1"], ["169.254.169.254"], ["10.0.0.1", "::ffff:169.254.169.254"]], true);
    expect(inside.ask(false)).toEqual([null, "10.0.0.1", 4]);
    expect(inside.ask(true)).toEqual([new AddressRefused("api.example", true), []]);
    expect(inside.ask(true)).toEqual([new AddressRefused("api.example", true), []]);
  });
});

test.each([
  ...["169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "FD00:0EC2:0:0:0:0:0:254"],
  ...["168.63.129.16", "192.0.0.192", "fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42"],
  ...["fd00:a9fe:a9fe::1", "fd00:100::100:200", "fe80::a9fe:a9fe%eth0", "::ffff:168.63.129.16"],
  ...[
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "::169.254.169.254",
  ],
])("%s is never spoken to, listed as private or not", (address) => {
  expect([mayReach(address, true), mayReach(address, false)]).toEqual([false, false]);
});

test.each([
  "10.0.0.1",
  "127.0.0.1",
  "::1",
  "192.168.1.1",
  "::ffff:10.0.0.1",
  "fd00:ec2::253",
  "100.100.100.201",
])("%s is spoken to where it is listed as private", (address) => {
  expect([mayReach(address, true), mayReach(address, false)]).toEqual([true, false]);
});
