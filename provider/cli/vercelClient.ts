import { nameProblem, type Owner } from "../operations/identity";
import { VercelClient, type CertificateEntry, type ProjectAddress, type VercelClientOptions } from "../vercel/client";
import { isVariableName, resolveBaseUrl, resolveToken, TOKEN_VARIABLES, type Environment } from "../vercel/settings";
import { CommandError, EXIT, type CommandHost, type Parsed } from "./command";
import { quote } from "../text/quoting";

/** Whose certificates are meant, beside the project, which is the operand; and by which token. */
export const OWNER_OPTIONS = {
    team: { value: "TEAM", help: "Id (team_…) or slug of the team; default: the token's own scope" },
    "token-env": {
        value: "NAME",
        help: "The environment variable with the token; default: VERCEL_API_TOKEN, else VERCEL_TOKEN",
    },
} as const;

export function ownerOf(parsed: Parsed): Owner {
    const [project = ""] = parsed.operands;
    return { project, team: parsed.value("team"), tokenEnv: parsed.value("token-env") };
}

/** The certificates of a project at Vercel, by a token in the environment. */
export async function listAtVercel(owner: Owner, host: CommandHost): Promise<readonly CertificateEntry[]> {
    const { client, address } = connectToVercel(owner, host);
    return await client.listCertificates(address);
}

/** A client for a project, by a token in the environment. Makes no call. */
export function connectToVercel(
    { project, team, tokenEnv }: Owner,
    host: CommandHost,
    observe?: VercelClientOptions["observe"],
): { readonly client: VercelClient; readonly address: ProjectAddress } {
    for (const [what, name] of Object.entries({ project, team })) {
        const got = name === undefined ? undefined : nameProblem(name);
        if (got !== undefined) {
            throw new CommandError(
                `expected the name or id of a ${what}, got ${got}; copy it from its settings`,
                EXIT.usage,
            );
        }
    }
    const token = tokenFrom(host.environment, tokenEnv);
    const client = new VercelClient({
        baseUrl: resolveBaseUrl(host.environment),
        clock: host.clock,
        notify: (line) => host.writeError(line),
        observe,
    });
    return { client, address: { project, team, token } };
}

/** As the provider finds it, but for the configuration of a stack, which there is none of here. */
function tokenFrom(environment: Environment, tokenEnv: string | undefined): string {
    if (tokenEnv !== undefined && !isVariableName(tokenEnv)) {
        throw new CommandError(
            "--token-env: expected the name of an environment variable, of A-Z, 0-9 and _, got a text that is none, " +
                "which is not shown because it may be a token",
            EXIT.usage,
        );
    }
    const names = tokenEnv === undefined ? TOKEN_VARIABLES : [tokenEnv];
    if (names.every((name) => (environment[name] ?? "").trim() === "")) {
        throw new CommandError(
            `no Vercel token in the environment variable ${names.map(quote).join(" or ")}; set ${names.length > 1 ? "one of them" : "it"}`,
        );
    }
    return resolveToken({ tokenEnv, environment, configuration: { namespace: "vercel", get: () => undefined } });
}
