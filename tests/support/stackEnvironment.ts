import { FakeVercel } from "../vercel/fakeVercel";
import { mintBundle, type CertificateBundle } from "./mint";
import { assertNoSecrets } from "./secretSweep";
import type { PulumiProject, ResourceState } from "./stack";
import { newToken, ORIGIN } from "./testEnvironment";

/** What a test environment begins with: Vercel with one team and project, a token for it, certificates, and a program's project. */
export interface TestEnvironmentParts {
    readonly fakeVercel: FakeVercel;
    readonly project: PulumiProject;
    readonly token: string;
    readonly bundle: CertificateBundle;
    /** Whether another env has the same fake Vercel API, and stops it. */
    readonly sharesFakeVercel?: boolean;
}

/** A stack on the real CLI, next to a fake Vercel API, whatever the language of the program. */
export abstract class StackEnvironment {
    readonly fakeVercel: FakeVercel;
    readonly project: PulumiProject;
    readonly token: string;
    readonly bundle: CertificateBundle;
    readonly #type: string;
    readonly #ownsFakeVercel: boolean;
    readonly #keys: string[];
    readonly #tokens: string[];

    /** @param type What the state names as the type of the resource. */
    protected constructor(
        type: string,
        { fakeVercel, project, token, bundle, sharesFakeVercel = false }: TestEnvironmentParts,
    ) {
        this.#type = type;
        this.fakeVercel = fakeVercel;
        this.project = project;
        this.token = token;
        this.bundle = bundle;
        this.#ownsFakeVercel = !sharesFakeVercel;
        this.#keys = [bundle.key];
        this.#tokens = [token];
    }

    /** The next leaf of the same authority. Its key joins those that must not show up anywhere. */
    async renew(): Promise<{ cert: string; key: string }> {
        const { certPem, keyPem } = await this.bundle.authority.issue();
        this.#keys.push(keyPem);
        return { cert: certPem, key: keyPem };
    }

    /** More keys that must not show up anywhere. */
    addKeys(keys: readonly string[]): void {
        this.#keys.push(...keys);
    }

    /** More tokens that must not show up anywhere. */
    addTokens(tokens: readonly string[]): void {
        this.#tokens.push(...tokens);
    }

    args(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
        const { cert, key, ca } = this.bundle;
        return { project: "site", team: "team_1", origin: ORIGIN, cert, key, ca, ...overrides };
    }

    certIds(): string[] {
        return this.fakeVercel.certificates("prj_1").map(({ certId }) => certId);
    }

    operations(): string[] {
        return this.fakeVercel.requests.map(({ operation }) => operation);
    }

    /** The resource in the state. */
    async stored(name = "mtls"): Promise<ResourceState | undefined> {
        const { deployment } = await this.project.state();
        return deployment.resources.find(({ type, urn }) => type === this.#type && urn.endsWith(`::${name}`));
    }

    /** No secret in anything that the CLI printed or wrote, and the fake API kept to the official document. */
    verify(): void {
        assertNoSecrets(this.project.allText(), { keys: this.#keys, tokens: this.#tokens });
        if (this.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.fakeVercel.specViolations.join("; ")}`);
        }
    }

    /** Stops all, also where what was printed and stored does not bear the look at it. */
    async end(): Promise<void> {
        try {
            this.verify();
        } finally {
            await this.stop();
        }
    }

    async stop(): Promise<void> {
        await this.project.dispose();
        if (this.#ownsFakeVercel) {
            await this.fakeVercel.stop();
        }
    }
}

/** Vercel with one team and project, a token for that team, and certificates. */
export async function startVercel(
    options: Parameters<typeof FakeVercel.start>[0],
): Promise<Pick<TestEnvironmentParts, "fakeVercel" | "token" | "bundle">> {
    const fakeVercel = await FakeVercel.start(options);
    const token = newToken();
    fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
    fakeVercel.addToken(token, { teams: ["team_1"] });
    fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
    return { fakeVercel, token, bundle: await mintBundle() };
}
