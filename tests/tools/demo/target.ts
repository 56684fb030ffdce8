import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { VercelClient, type CertificateEntry, type ProjectAddress } from "../../../provider/vercel/client";
import { systemClock } from "../../../provider/vercel/clock";
import { resolveBaseUrl } from "../../../provider/vercel/settings";
import { FakeVercel } from "../../vercel/fakeVercel";

/** Where the demo runs: the fake Vercel API on this machine, or, after asking, the real service. */
export interface Target {
    readonly description: string;
    readonly project: string;
    readonly team: string | undefined;
    readonly environment: Readonly<Record<string, string>>;
    list(): Promise<readonly CertificateEntry[]>;
    /** What somebody else would do in the dashboard. */
    remove(certId: string): Promise<void>;
    stop(): Promise<void>;
}

export async function chooseTarget(environment: NodeJS.ProcessEnv): Promise<Target> {
    const token = environment["VERCEL_API_TOKEN"];
    const project = environment["VERCEL_PROJECT"];
    if (token && project && (await confirmRealService(project))) {
        const address = { token, project, team: environment["VERCEL_TEAM"] };
        return targetAt(resolveBaseUrl(environment), address, `the real service, project ${project}`, () =>
            Promise.resolve(),
        );
    }
    return await startFakeVercel();
}

async function confirmRealService(project: string): Promise<boolean> {
    if (!process.stdin.isTTY) {
        console.log(
            "VERCEL_API_TOKEN and VERCEL_PROJECT are set, but nobody can be asked here: using the fake Vercel API.",
        );
        return false;
    }
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await prompt.question(
        `Upload and remove demo certificates in the Vercel project ${JSON.stringify(project)}? Type yes, or Enter for the fake Vercel API: `,
    );
    prompt.close();
    return answer.trim().toLowerCase() === "yes";
}

async function startFakeVercel(): Promise<Target> {
    const fakeVercel = await FakeVercel.start();
    const token = `vcp_${randomBytes(24).toString("hex")}`;
    fakeVercel.addTeam({ id: "team_demo", slug: "demo" });
    fakeVercel.addToken(token, { teams: ["team_demo"] });
    fakeVercel.addProject({ id: "prj_demo", name: "site", team: "team_demo" });
    return targetAt(
        fakeVercel.url,
        { token, project: "site", team: "team_demo" },
        `a fake Vercel API at ${fakeVercel.url}`,
        () => fakeVercel.stop(),
    );
}

function targetAt(baseUrl: string, address: ProjectAddress, description: string, stop: () => Promise<void>): Target {
    const client = new VercelClient({ baseUrl, clock: systemClock, notify: (line) => console.log(line) });
    return {
        description,
        project: address.project,
        team: address.team,
        environment: { VERCEL_API_TOKEN: address.token, VERCEL_API_URL: baseUrl },
        list: () => client.listCertificates(address),
        remove: (certId) => client.deleteCertificate(address, certId, address.project),
        stop,
    };
}
