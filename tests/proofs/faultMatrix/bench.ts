import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { inspect } from "node:util";
import { ClientCertificateProvider } from "../../../provider/provider";
import type { Properties } from "../../../provider/operations/arguments";
import { mintAuthority, type Authority, type Issued } from "../../support/mint";
import { newToken, ORIGIN } from "../../support/testEnvironment";
import { FakeVercel, type FakeVercelOptions } from "../../vercel/fakeVercel";
import type { StoredCertificate } from "../../vercel/store";
import { FaultClock } from "./faultClock";
import { ModelEngine } from "./modelEngine";

/** What it is not known of Vercel, all ways. */
export const POLICIES = {
    "same id": { uploadPolicy: "same-id" },
    "new id, old one stays": { uploadPolicy: "new-id", keepsReplaced: true },
    "new id, old one goes": { uploadPolicy: "new-id", keepsReplaced: false },
} as const satisfies Readonly<Record<string, FakeVercelOptions>>;

export type PolicyName = keyof typeof POLICIES;

/** Keys and certificates for all cells: minting them anew for each would take longer than everything else. */
export class BundlePool {
    static async mint(count: number): Promise<BundlePool> {
        const authority = await mintAuthority();
        const leaves = await Promise.all(Array.from({ length: count }, () => authority.issue()));
        return new BundlePool(authority, leaves);
    }

    private constructor(
        readonly authority: Authority,
        readonly leaves: readonly Issued[],
    ) {}

    leaf(index: number): Issued {
        const leaf = this.leaves[index];
        if (leaf === undefined) {
            throw new Error(
                `expected at most ${String(this.leaves.length)} leaves, got a call for number ${String(index)}`,
            );
        }
        return leaf;
    }
}

/** Faults that only the client's deadline ends. */
const WAITS = new Set(["delay", "late", "drip"]);
const SOON_MS = 10;
const TEAM = "team_1";
/** All cells share a team, and none is about the limit itself. */
const UNLIMITED = 1e6;

/** A fake Vercel API of one policy, on which every cell has a project and a team of its own. */
export class Bench {
    static async start(policy: PolicyName, bundlePool: BundlePool): Promise<Bench> {
        const clock = new FaultClock();
        const limits = { uploads: UNLIMITED, deletions: UNLIMITED, listings: UNLIMITED };
        const fakeVercel = await FakeVercel.start({ ...POLICIES[policy], limits, now: () => clock.now() });
        fakeVercel.onEvent = (event) => {
            if (event.kind === "fault" && WAITS.has(event.fault.kind)) {
                // Once the call has had its effect, and a drip has begun.
                setTimeout(() => clock.expireDeadlines(), SOON_MS);
            }
        };
        const bench = new Bench(policy, fakeVercel, clock, bundlePool);
        fakeVercel.addTeam({ id: TEAM, slug: "my-team" });
        fakeVercel.addToken(bench.token, { teams: [TEAM] });
        return bench;
    }

    readonly token = newToken();
    /** Everything that a user would have seen. */
    readonly shown: string[] = [];
    #cells = 0;

    private constructor(
        readonly policy: PolicyName,
        readonly fakeVercel: FakeVercel,
        readonly clock: FaultClock,
        readonly bundlePool: BundlePool,
    ) {}

    newCell(): Cell {
        this.#cells += 1;
        const number = String(this.#cells);
        this.fakeVercel.clearFaults();
        this.fakeVercel.clearRequests();
        this.fakeVercel.addProject({ id: `prj_${number}`, name: `site-${number}`, team: TEAM });
        return new Cell(this, number);
    }
}

/** One resource with a project of its own: what is declared for it, what the state holds, what the user has seen. */
export class Cell {
    readonly lines: string[] = [];
    readonly engine = new ModelEngine((line) => {
        this.hear(line);
    });
    readonly projectId: string;
    readonly projectName: string;
    /** The declared arguments, apart from the material. */
    overrides: Properties = {};
    /** Which leaf of the bundlePool is declared. */
    declaredLeaf = 0;
    #provider: ClientCertificateProvider | undefined;

    constructor(
        readonly bench: Bench,
        number: string,
    ) {
        this.projectId = `prj_${number}`;
        this.projectName = `site-${number}`;
    }

    get origin(): string {
        const { origin } = this.overrides;
        return typeof origin === "string" ? origin : ORIGIN;
    }

    /** The provider process of one run. */
    newRun(): ClientCertificateProvider {
        const { fakeVercel, clock, token } = this.bench;
        this.#provider = new ClientCertificateProvider({
            clock,
            environment: { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
            folder: process.cwd(),
            random: () => 0.5,
            writeLine: (line) => {
                this.hear(line);
            },
        });
        return this.#provider;
    }

    /** A line to the user, on stderr or on the resource. */
    hear(line: string): void {
        this.lines.push(line);
        this.bench.shown.push(line);
    }

    declared(): Properties {
        const { certPem, keyPem } = this.bench.bundlePool.leaf(this.declaredLeaf);
        return {
            project: this.projectName,
            team: TEAM,
            origin: ORIGIN,
            cert: certPem,
            key: keyPem,
            ca: this.bench.bundlePool.authority.certPem,
            __provider: "text",
            ...this.overrides,
        };
    }

    async up(options: { readonly replace?: boolean } = {}): Promise<void> {
        await this.engine.up(this.newRun(), this.declared(), options);
    }

    /** Somebody else's certificate, or one that an earlier run has left. */
    place(leaf: number): string {
        const { certPem } = this.bench.bundlePool.leaf(leaf);
        const { fakeVercel, bundlePool } = this.bench;
        return fakeVercel.placeCertificate(this.projectId, {
            origin: ORIGIN,
            cert: certPem,
            ca: bundlePool.authority.certPem,
        });
    }

    held(origin = this.origin): readonly StoredCertificate[] {
        return this.bench.fakeVercel.certificates(this.projectId).filter((entry) => entry.origin === origin);
    }

    /** What keeps the declared certificate from being in place, and alone. */
    whyNotDeclared(): string | undefined {
        const { current, pendingDeletes } = this.engine;
        const entries = this.bench.fakeVercel.certificates(this.projectId);
        const [entry] = entries;
        if (current === undefined) {
            return "the state has no resource";
        }
        if (entry === undefined || entries.length !== 1) {
            return `${String(entries.length)} certificates at Vercel`;
        }
        const { certId, fingerprint, staleCertIds } = current.outputs;
        const { keyPem, certPem } = this.bench.bundlePool.leaf(this.declaredLeaf);
        const problems = {
            "another id in the state": certId !== entry.certId,
            "another origin": entry.origin !== this.origin,
            "another certificate":
                new X509Certificate(entry.cert).fingerprint256 !== new X509Certificate(certPem).fingerprint256,
            "another key": entry.keySha256 !== publicKeySha256(keyPem),
            "another fingerprint in the state": fingerprint !== current.inputs["fingerprint"],
            "stale ids": Array.isArray(staleCertIds) && staleCertIds.length > 0,
            "initialisation errors": current.initErrors.length > 0,
            "pending deletions": pendingDeletes.length > 0,
        };
        const found = Object.entries(problems).filter(([, is]) => is);
        return found.length === 0 ? undefined : found.map(([problem]) => problem).join(", ");
    }

    whyNotGone(): string | undefined {
        const left = this.bench.fakeVercel.certificates(this.projectId).length;
        if (left > 0) {
            return `${String(left)} certificates left at Vercel`;
        }
        return this.engine.current === undefined ? undefined : "the state still has the resource";
    }

    /** An error as a user sees it; with all its depths for the sweep. */
    show(error: unknown): string {
        this.bench.shown.push(inspect(error, { depth: null, showHidden: true }));
        return error instanceof Error ? error.message : "";
    }
}

function publicKeySha256(keyPem: string): string {
    const spki = createPublicKey(createPrivateKey(keyPem)).export({ type: "spki", format: "der" });
    return createHash("sha256").update(spki).digest("hex");
}
