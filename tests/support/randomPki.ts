import type { FindingCode } from "../../provider/certificates/findings";
import { tlv } from "./derWriter";
import {
    extension,
    KeyPool,
    keyPem,
    mintCertificate,
    nameConstraints,
    SERVER_AUTH,
    type CertificateOptions,
    type Minted,
} from "./pki";

/** A rule that the generator breaks, and the findings any of which names it. */
export const RULES = {
    "expired authority": ["expired"],
    "authority of tomorrow": ["not-yet-valid"],
    "expired leaf": ["expired"],
    "no date": ["date-unreadable"],
    "authority for servers": ["issuer-not-for-clients"],
    "leaf for servers": ["no-client-auth"],
    "leaf that may not sign": ["no-digital-signature"],
    "name constraint": ["name-constraint-violated"],
    "path length": ["path-too-long"],
    "CA flag": ["issuer-is-no-ca"],
    "key usage": ["issuer-may-not-sign"],
    "key identifier": ["key-identifier-mismatch"],
    "critical extension": ["unknown-critical-extension"],
    "weak key": ["rsa-too-short"],
    "weak digest": ["weak-signature"],
    "missing issuer": ["chain-unverified"],
    "foreign signature": ["signature-mismatch"],
} as const satisfies Readonly<Record<string, readonly FindingCode[]>>;

export type Rule = keyof typeof RULES;

export interface RandomPki {
    readonly leaf: string;
    /** With the leaf, in any order. */
    readonly cert: string;
    readonly ca: string;
    readonly key: string;
    readonly rule: Rule | undefined;
    /** The name of the certificate that breaks it, or that is missing. */
    readonly broken: string | undefined;
    /** The same without the break: whether it was the cause. */
    readonly sound: Pick<RandomPki, "leaf" | "cert" | "ca"> | undefined;
}

const DAY_MS = 86_400_000;
const pool = new KeyPool();

/** Numbers from a seed (mulberry32), so that a red case is red again. */
export class Dice {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    next(): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }

    below(count: number): number {
        return Math.floor(this.next() * count);
    }

    chance(probability: number): boolean {
        return this.next() < probability;
    }

    pick<T>(values: readonly [T, ...T[]]): T {
        return values[this.below(values.length)] ?? values[0];
    }

    shuffle<T>(values: readonly T[]): readonly T[] {
        return values
            .map((value) => ({ value, at: this.next() }))
            .sort((a, b) => a.at - b.at)
            .map(({ value }) => value);
    }
}

/** A certificate with the places that it stands in. */
interface Placed {
    readonly minted: Minted;
    readonly inCert: boolean;
    readonly inCa: boolean;
}

type Style = Pick<CertificateOptions, "authorityKeyId" | "subjectKeyId">;
const STYLES: readonly [Style, ...Style[]] = [
    {},
    { authorityKeyId: "none", subjectKeyId: false },
    { authorityKeyId: "none" },
    { authorityKeyId: "serial" },
];

/**
 * One to three roots, a way of up to three authorities from the first of them to the leaf, some of them renewed, expired
 * or signed by another root as well, wherever people put them; half of the time with a rule broken on the way.
 */
export function randomPki(seed: number): RandomPki {
    const dice = new Dice(seed);
    const rules = Object.keys(RULES) as [Rule, ...Rule[]];
    const rule = dice.chance(0.6) ? dice.pick(rules) : undefined;
    const plan = seed * 7919;
    const least = rule === undefined ? 0 : leastDepth(rule);
    const broken = build(new Dice(plan), rule, least);
    const { leaf, cert, ca } = build(new Dice(plan), undefined, least);
    return { ...broken, rule, sound: rule === undefined ? undefined : { leaf, cert, ca } };
}

type Built = Pick<RandomPki, "leaf" | "cert" | "ca" | "key" | "broken">;

/** The same dice give the same PKI, but for what a broken rule changes. */
function build(dice: Dice, rule: Rule | undefined, least: number): Built {
    const style = dice.pick(STYLES);
    const shuffled = new Dice(dice.below(2 ** 31));
    const names = dice.chance(0.1) ? ["Root", "Root", "Root"] : ["Root A", "Root B", "Root C"];
    const roots = names.slice(0, 1 + dice.below(3)).map((name, index) =>
        mintCertificate({
            name,
            key: pool.get(`root ${String(index)}`),
            isAuthority: true,
            ...style,
            ...tweakRoot(dice),
        }),
    );
    const depth = Math.max(least, dice.below(4));
    const at = 1 + dice.below(Math.max(1, rule === "path length" ? depth - 1 : depth));
    const all: Placed[] = roots.map((minted, index) => ({
        minted,
        inCert: dice.chance(0.15),
        inCa: index === 0 ? dice.chance(0.97) : dice.chance(0.6),
    }));
    let issuer = roots[0];
    let broken: string | undefined;
    for (let level = 1; level <= depth; level += 1) {
        const options: CertificateOptions = {
            name: `Authority ${String(level)}`,
            key: pool.get(`authority ${String(level)} ${String(dice.below(3))}`),
            issuer,
            isAuthority: true,
            ...style,
        };
        const isBroken = level === at && rule !== undefined && ON_AUTHORITY.has(rule);
        const minted = mintCertificate({ ...options, ...(isBroken ? ON_AUTHORITY.get(rule) : {}) });
        broken = isBroken ? options.name : broken;
        const [inCert, inCa] = dice.pick([
            [true, false],
            [true, false],
            [true, false],
            [true, false],
            [true, true],
            [false, true],
        ]);
        const isMissing = rule === "missing issuer" && level === at;
        broken = isMissing ? options.name : broken;
        all.push(...(isMissing ? [] : [{ minted, inCert, inCa }]), ...twinsOf(dice, options, roots));
        issuer = minted;
    }
    const leafOptions: CertificateOptions = {
        name: "client",
        key: pool.get("leaf"),
        issuer,
        ...style,
        dnsNames: ["client.example.com"],
    };
    const onLeaf = rule === undefined ? undefined : breakLeaf(rule, leafOptions, depth);
    const leaf = mintCertificate({ ...leafOptions, ...onLeaf });
    const stray = dice.chance(0.08)
        ? [
              {
                  minted: mintCertificate({ name: "Stray", key: pool.get("stray"), isAuthority: true, ...style }),
                  inCert: true,
                  inCa: dice.chance(0.3),
              },
          ]
        : [];
    const placed = shuffled.shuffle([...all, ...stray]);
    const inCa = placed.filter((one) => one.inCa);
    const ca = (inCa.length > 0 ? inCa : all.slice(0, 1)).map(({ minted }) => minted.pem);
    const others = placed.filter((one) => one.inCert).map(({ minted }) => minted.pem);
    const leafAt = shuffled.chance(0.7) ? 0 : shuffled.below(others.length + 1);
    const cert = [...others.slice(0, leafAt), leaf.pem, ...others.slice(leafAt)];
    return {
        leaf: leaf.pem,
        cert: cert.join(""),
        ca: ca.join(""),
        key: keyPem(pool.get("leaf")),
        broken:
            onLeaf === undefined
                ? broken
                : rule === "key identifier" || rule === "foreign signature"
                  ? (issuer?.options.name ?? "")
                  : "client",
    };
}

function tweakRoot(dice: Dice): Partial<CertificateOptions> {
    if (dice.chance(0.08)) {
        return { toMs: nowMs - 5 * DAY_MS, fromMs: nowMs - 500 * DAY_MS };
    }
    return dice.chance(0.05) ? { version: 1 } : {};
}

/** The same name again: renewed, expired, of tomorrow, with another key, or by another root. */
function twinsOf(dice: Dice, options: CertificateOptions, roots: readonly Minted[]): readonly Placed[] {
    const twins: Placed[] = [];
    const add = (probability: number, more: () => Partial<CertificateOptions>): void => {
        if (dice.chance(probability)) {
            const minted = mintCertificate({ ...options, ...more() });
            twins.push({ minted, inCert: dice.chance(0.6), inCa: dice.chance(0.3) });
        }
    };
    add(0.12, () => ({ toMs: nowMs + 900 * DAY_MS }));
    add(0.12, () => ({ fromMs: nowMs - 800 * DAY_MS, toMs: nowMs - 10 * DAY_MS }));
    add(0.04, () => ({ fromMs: nowMs + 10 * DAY_MS }));
    add(0.1, () => ({ key: pool.get("renewed") }));
    add(0.15, () => ({ issuer: roots.at(-1) }));
    add(0.06, () => ({ issuer: undefined }));
    return twins;
}

const nowMs = Date.now();

const ON_AUTHORITY: ReadonlyMap<Rule, Partial<CertificateOptions>> = new Map<Rule, Partial<CertificateOptions>>([
    ["expired authority", { fromMs: nowMs - 800 * DAY_MS, toMs: nowMs - 3 * DAY_MS }],
    ["authority of tomorrow", { fromMs: nowMs + DAY_MS }],
    ["no date", { rawEnd: "20991399000000Z" }],
    ["authority for servers", { purposes: [SERVER_AUTH] }],
    ["name constraint", { extensions: [nameConstraints("permitted", [tlv(0x82, Buffer.from("example.org"))])] }],
    ["path length", { pathLength: 0 }],
    ["CA flag", { caFlag: false }],
    ["key usage", { keyUsage: 0x80 }],
    ["critical extension", { extensions: [extension("1.3.6.1.4.1.32473.7", tlv(0x05), true)] }],
    ["weak key", { key: pool.rsa(512) }],
    ["weak digest", { digest: "sha1" }],
]);

/** A path length binds only where there is an authority below. */
function leastDepth(rule: Rule): number {
    return rule === "path length" ? 2 : ON_AUTHORITY.has(rule) ? 1 : 0;
}

const ON_LEAF: ReadonlyMap<Rule, Partial<CertificateOptions>> = new Map<Rule, Partial<CertificateOptions>>([
    ["expired leaf", { fromMs: nowMs - 100 * DAY_MS, toMs: nowMs - 3_600_000 }],
    ["leaf for servers", { purposes: [SERVER_AUTH] }],
    ["leaf that may not sign", { keyUsage: 0x20 }],
    ["foreign signature", { signingKey: pool.get("somebody else") }],
]);

function breakLeaf(rule: Rule, { issuer }: CertificateOptions, depth: number): Partial<CertificateOptions> | undefined {
    if (rule === "key identifier") {
        return issuer?.keyId === undefined
            ? { authorityKeyId: "serial", wrongKeyId: Buffer.from([0x55, 0x66]) }
            : { authorityKeyId: "key", wrongKeyId: Buffer.from("0123456789") };
    }
    if (rule === "missing issuer" && depth === 0) {
        return { issuer: mintCertificate({ name: "Elsewhere", key: pool.get("elsewhere"), isAuthority: true }) };
    }
    return ON_LEAF.get(rule);
}
