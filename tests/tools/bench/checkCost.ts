import { join } from "node:path";
import { ClientCertificateProvider } from "../../../provider/provider";
import { PROVIDER_TEXT } from "../../../provider/registration";
import { systemClock } from "../../../provider/vercel/clock";
import { forkFor } from "./forked";
import { reformat, type Mint } from "./material";
import type { Declared } from "./programs/declared";
import { spreadOf, type Spread } from "./samples";

/** Processor time of the provider for `check` and `diff` of one resource that did not change, in milliseconds. */
export interface CheckCost {
    readonly n: number;
    readonly cpuMs: Spread;
    /** The same where the texts hold what is not stored, so that they are parsed each time; older reports lack it. */
    readonly rawMs?: Spread;
}

/** A resource whose declaration is the same as in the run before. */
export interface Unchanged {
    readonly id: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly news: Readonly<Record<string, unknown>>;
}

const REPETITIONS = 5;

/** Without the CLI and gRPC: the operations alone, each time in a new process. */
export async function measureCheckCost(mint: Mint, n: number): Promise<CheckCost> {
    const declared = await mint.declare(n);
    return { n, cpuMs: await costOf(declared), rawMs: await costOf(reformat(declared)) };
}

async function costOf(declared: readonly Declared[]): Promise<Spread> {
    const resources = await unchanged(declared);
    const costs: number[] = [];
    for (let time = 0; time < REPETITIONS; time += 1) {
        const { cpuMs } = await forkFor<{ cpuMs: number }>(join(__dirname, "checkCostChild.js"), resources);
        costs.push(cpuMs / declared.length);
    }
    return spreadOf(costs);
}

async function unchanged(declared: readonly Declared[]): Promise<readonly Unchanged[]> {
    const provider = new ClientCertificateProvider({
        clock: systemClock,
        environment: {},
        folder: process.cwd(),
        writeLine: () => undefined,
    });
    const resources: Unchanged[] = [];
    for (const { project, team, origin, cert, key, ca } of declared) {
        const news = { project, team, origin, cert, key, ca, __provider: PROVIDER_TEXT };
        const { inputs, failures } = await provider.check({}, news);
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("; "));
        }
        const { fingerprint, expiries } = inputs;
        const outputs = { project, team, origin, certId: "cert", fingerprint, staleCertIds: [], expiries };
        // The engine hands secrets to the provider as they are.
        resources.push({ id: `${team}/${project}/${origin}`, inputs: { ...inputs, key }, outputs, news });
    }
    return resources;
}
