import { join } from "node:path";
import { ClientCertificateProvider } from "../../../provider/provider";
import { PROVIDER_TEXT } from "../../../provider/registration";
import { systemClock } from "../../../provider/vercel/clock";
import { forkFor } from "./forked";
import type { Mint } from "./material";
import { spreadOf, type Spread } from "./samples";

/** Processor time of the provider for `check` and `diff` of one resource that did not change, in milliseconds. */
export interface CheckCost {
    readonly n: number;
    readonly cpuMs: Spread;
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
    const resources = await unchanged(mint, n);
    const costs: number[] = [];
    for (let time = 0; time < REPETITIONS; time += 1) {
        const { cpuMs } = await forkFor<{ cpuMs: number }>(join(__dirname, "checkCostChild.js"), resources);
        costs.push(cpuMs / n);
    }
    return { n, cpuMs: spreadOf(costs) };
}

async function unchanged(mint: Mint, n: number): Promise<readonly Unchanged[]> {
    const provider = new ClientCertificateProvider({
        clock: systemClock,
        environment: {},
        folder: process.cwd(),
        writeLine: () => undefined,
    });
    const resources: Unchanged[] = [];
    for (const { project, team, origin, cert, key, ca } of await mint.declare(n)) {
        const news = { project, team, origin, cert, key, ca, __provider: PROVIDER_TEXT };
        const { inputs, failures } = await provider.check({}, news);
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("; "));
        }
        const outputs = { project, team, origin, certId: "cert", fingerprint: inputs["fingerprint"], staleCertIds: [] };
        resources.push({ id: `${team}/${project}/${origin}`, inputs, outputs, news });
    }
    return resources;
}
