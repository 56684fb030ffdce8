import { expect } from "chai";
import { describe, it } from "mocha";
import type { LanguageHost } from "../../support/languageHosts";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import type { ResourceState } from "../../support/stack";

export const BILLING = "https://billing.example.com";
export const LEDGER = "https://ledger.example.com:8443";

export const FILES = { certFile: "client.pem", keyFile: "client.key", caFile: "ca.pem" };
export const ORIGINS = JSON.stringify({ billing: BILLING, ledger: LEDGER });

export interface Ran {
    readonly outputs: Record<string, unknown>;
    readonly resources: readonly ResourceState[];
    readonly env: ExampleEnvironment;
}

export interface Program {
    readonly example: string;
    readonly gives: string;
    readonly projects?: readonly string[];
    readonly language?: LanguageHost;
    readonly config: Readonly<Record<string, string>>;
    /** The folders with certificates of their own. */
    readonly folders?: readonly string[];
    readonly check: (ran: Ran) => void;
}

/** By origin. */
export function certIdsAt(env: ExampleEnvironment): Record<string, string> {
    const entries = env.fakeVercel.certificates("prj_1");
    return Object.fromEntries(entries.map(({ origin, certId }) => [String(origin), certId]));
}

/** Each from an empty folder to an `up`, a preview without changes, and `destroy`. */
export function describePrograms(programs: readonly Program[]): void {
    describe("examples, on the real CLI", function () {
        // The first run may have to download or build the CLI.
        this.timeout(25 * 60_000);

        for (const { example, gives, projects, language, config, folders = ["."], check } of programs) {
            it(`${example} gives ${gives}, leaves it alone, and takes it away`, async () => {
                const env = await ExampleEnvironment.start({
                    example,
                    ...(projects === undefined ? {} : { projects }),
                    ...(language === undefined ? {} : { language }),
                });
                try {
                    const { project } = env;
                    for (const [index, folder] of folders.entries()) {
                        env.writeMaterial(folder, index === 0 ? env.bundle : await env.renew());
                    }
                    await env.addStack("dev", config);
                    await project.up();
                    const { deployment } = await project.state();
                    check({ outputs: await project.outputs(), resources: deployment.resources, env });
                    await project.run(["preview", "--expect-no-changes"]);
                    await project.destroy();
                    expect(env.allCertIds()).to.deep.equal([]);
                    env.verify();
                } finally {
                    await env.stop();
                }
            });
        }
    });
}
