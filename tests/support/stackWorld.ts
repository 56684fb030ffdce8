import { StandIn } from "../vercel/standIn";
import { mintTriple, type Triple } from "./mint";
import { assertNoSecrets } from "./secretSweep";
import type { PulumiProject, ResourceState } from "./stack";
import { newToken, ORIGIN } from "./world";

/** What a world begins with: Vercel with one team and project, a token for it, certificates, and a program's project. */
export interface WorldParts {
    readonly standIn: StandIn;
    readonly project: PulumiProject;
    readonly token: string;
    readonly triple: Triple;
    /** Whether another world has the same stand-in, and stops it. */
    readonly sharesStandIn?: boolean;
}

/** A stack on the real CLI, next to a stand-in for Vercel, whatever the language of the program. */
export abstract class StackWorld {
    readonly standIn: StandIn;
    readonly project: PulumiProject;
    readonly token: string;
    readonly triple: Triple;
    readonly #type: string;
    readonly #ownsStandIn: boolean;
    readonly #keys: string[];
    readonly #tokens: string[];

    /** @param type What the state names as the type of the resource. */
    protected constructor(type: string, { standIn, project, token, triple, sharesStandIn = false }: WorldParts) {
        this.#type = type;
        this.standIn = standIn;
        this.project = project;
        this.token = token;
        this.triple = triple;
        this.#ownsStandIn = !sharesStandIn;
        this.#keys = [triple.key];
        this.#tokens = [token];
    }

    /** The next leaf of the same authority. Its key joins those that must not show up anywhere. */
    async renew(): Promise<{ cert: string; key: string }> {
        const { certPem, keyPem } = await this.triple.authority.issue();
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
        const { cert, key, ca } = this.triple;
        return { project: "site", team: "team_1", origin: ORIGIN, cert, key, ca, ...overrides };
    }

    certIds(): string[] {
        return this.standIn.certificates("prj_1").map(({ certId }) => certId);
    }

    operations(): string[] {
        return this.standIn.requests.map(({ operation }) => operation);
    }

    /** The resource in the state. */
    async stored(name = "mtls"): Promise<ResourceState | undefined> {
        const { deployment } = await this.project.state();
        return deployment.resources.find(({ type, urn }) => type === this.#type && urn.endsWith(`::${name}`));
    }

    /** No secret in anything that the CLI printed or wrote, and the stand-in kept to the official document. */
    verify(): void {
        assertNoSecrets(this.project.allText(), { keys: this.#keys, tokens: this.#tokens });
        if (this.standIn.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.standIn.specViolations.join("; ")}`);
        }
    }

    async stop(): Promise<void> {
        await this.project.dispose();
        if (this.#ownsStandIn) {
            await this.standIn.stop();
        }
    }
}

/** Vercel with one team and project, a token for that team, and certificates. */
export async function startVercel(
    options: Parameters<typeof StandIn.start>[0],
): Promise<Pick<WorldParts, "standIn" | "token" | "triple">> {
    const standIn = await StandIn.start(options);
    const token = newToken();
    standIn.addTeam({ id: "team_1", slug: "my-team" });
    standIn.addToken(token, { teams: ["team_1"] });
    standIn.addProject({ id: "prj_1", name: "site", team: "team_1" });
    return { standIn, token, triple: await mintTriple() };
}
