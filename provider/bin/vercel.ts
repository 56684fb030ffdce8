import { nameProblem, quote, type Identity } from "../operations/identity";
import { VercelClient, type CertificateEntry } from "../vercel/client";
import { resolveBaseUrl, resolveToken, type Environment } from "../vercel/settings";
import { CommandError, EXIT, type CommandHost } from "./command";

/** The certificates of a project at Vercel, by a token in the environment. */
export async function listAtVercel(
    { project, team }: Pick<Identity, "project" | "team">,
    host: CommandHost,
): Promise<readonly CertificateEntry[]> {
    for (const [what, name] of [
        ["a project", project],
        ["a team", team],
    ] as const) {
        const got = name === undefined ? undefined : nameProblem(name);
        if (got !== undefined) {
            throw new CommandError(
                `expected the name or id of ${what}, got ${got}; copy it from its settings`,
                EXIT.usage,
            );
        }
    }
    const token = tokenFrom(host.environment);
    const client = new VercelClient({
        baseUrl: resolveBaseUrl(host.environment),
        clock: host.clock,
        notify: (line) => host.complain(line),
    });
    return await client.listCertificates({ project, team, token });
}

/** As the provider finds it, but for the configuration of a stack, which there is none of here. */
function tokenFrom(environment: Environment): string {
    const names = ["VERCEL_API_TOKEN", "VERCEL_TOKEN"];
    if (names.every((name) => (environment[name] ?? "").trim() === "")) {
        throw new CommandError(
            `expected a Vercel token in the environment variable ${names.map(quote).join(" or ")}, got none; set one of them`,
        );
    }
    return resolveToken({ environment, configuration: () => undefined });
}
