import { delimiter } from "node:path";
import { languageHostFolder, type LanguageHost } from "./languageHosts";
import { FakeVercel } from "../vercel/fakeVercel";
import { ExampleProject } from "./exampleProject";
import { mintBundle, type CertificateBundle } from "./mint";
import { findPulumiCli } from "./pulumiCli";
import { assertNoSecrets } from "./secretSweep";
import { newToken } from "./testEnvironment";

export interface ExampleEnvironmentOptions {
    /** The name of the folder in `examples`. */
    readonly example: string;
    /** The names of Vercel's projects; the first one has the id `prj_1`, and so on. */
    readonly projects?: readonly string[];
    /** Of the program, where that is not Node.js. */
    readonly language?: LanguageHost;
}

/** An example on the real CLI, next to a fake Vercel API with one team. */
export class ExampleEnvironment {
    static async start({
        example,
        projects = ["my-site"],
        language,
    }: ExampleEnvironmentOptions): Promise<ExampleEnvironment> {
        const log = (line: string): void => void process.stderr.write(`${line}\n`);
        const cli = await findPulumiCli({ log });
        const host = language === undefined ? undefined : await languageHostFolder(language, log);
        const fakeVercel = await FakeVercel.start();
        const token = newToken();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        projects.forEach((name, index) => {
            fakeVercel.addProject({ id: `prj_${String(index + 1)}`, name, team: "team_1" });
        });
        const environment = {
            ...{ VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
            // For npx: no test depends on what the registry has.
            NPM_CONFIG_UPDATE_NOTIFIER: "false",
        };
        const project = await ExampleProject.copyOf({ cli, example, environment });
        if (host !== undefined) {
            project.setEnvironment({ PATH: [host, project.environment["PATH"]].join(delimiter) });
        }
        return new ExampleEnvironment(fakeVercel, project, token, await mintBundle(), projects.length);
    }

    readonly #keys: string[];

    private constructor(
        readonly fakeVercel: FakeVercel,
        readonly project: ExampleProject,
        readonly token: string,
        readonly bundle: CertificateBundle,
        private readonly projectCount: number,
    ) {
        this.#keys = [bundle.key];
    }

    /** The three files in a folder of the example; its key joins those that must not show up anywhere. */
    writeMaterial(folder: string, { cert, key, ca }: Omit<CertificateBundle, "authority"> = this.bundle): void {
        this.#keys.push(key);
        this.project.writeFile(`${folder}/client.pem`, cert);
        this.project.writeFile(`${folder}/client.key`, key);
        this.project.writeFile(`${folder}/ca.pem`, ca);
    }

    /** The next leaf of the same authority. */
    async renew(): Promise<Omit<CertificateBundle, "authority">> {
        const { certPem, keyPem } = await this.bundle.authority.issue();
        this.#keys.push(keyPem);
        return { cert: certPem, key: keyPem, ca: this.bundle.ca };
    }

    /** A stack as its file describes it. The team is that of the fake Vercel API. */
    async addStack(stack: string, config: Readonly<Record<string, string>>): Promise<void> {
        const file = { config: { "vercel:team": "my-team", ...config } };
        // JSON is YAML, and a file is written faster than the CLI is started for each value.
        this.project.writeFile(`Pulumi.${stack}.yaml`, JSON.stringify(file));
        await this.project.addStack(stack);
    }

    certIds(projectId = "prj_1"): string[] {
        return this.fakeVercel.certificates(projectId).map(({ certId }) => certId);
    }

    allCertIds(): string[] {
        return Array.from({ length: this.projectCount }, (_, index) => this.certIds(`prj_${String(index + 1)}`)).flat();
    }

    countOf(operation: string): number {
        return this.fakeVercel.requests.filter((request) => request.operation === operation).length;
    }

    /** No secret in anything that was printed or written, and the fake API kept to the official document. */
    verify(...shown: readonly string[]): void {
        const text = [this.project.allText(), ...shown].join("\n");
        assertNoSecrets(text, { keys: this.#keys, tokens: [this.token] });
        if (this.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.fakeVercel.specViolations.join("; ")}`);
        }
    }

    async stop(): Promise<void> {
        await this.project.dispose();
        await this.fakeVercel.stop();
    }
}
