import { parseUrl } from "./url";

/** The stack's configuration under the namespace of this provider, such as `vercel:team`. */
export interface Configuration {
    readonly namespace: string;
    get(name: "apiToken" | "team"): string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that cannot be used. The message never holds a token. */
export class SettingsError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "SettingsError";
        this.stack = "";
    }
}

/** Where a token is looked for, besides the configuration. */
export const TOKEN_VARIABLES = ["VERCEL_API_TOKEN", "VERCEL_TOKEN"] as const;

export interface TokenSources {
    /** The name of the environment variable that a resource asks for; unset, it is an error, without a fallback. */
    readonly tokenEnv?: string | undefined;
    readonly environment: Environment;
    readonly configuration: Configuration;
}

/**
 * The token of a call. The environment comes first because a refresh and a destroy see the configuration of the last
 * `pulumi up`, and a token that was replaced since then must win.
 */
export function resolveToken({ tokenEnv, environment, configuration }: TokenSources): string {
    const setting = `${configuration.namespace}:apiToken`;
    const sources: readonly (readonly [string, string | undefined])[] =
        tokenEnv === undefined
            ? [
                  ["VERCEL_API_TOKEN", environment["VERCEL_API_TOKEN"]],
                  [`the configuration ${setting}`, configuration.get("apiToken")],
                  ["VERCEL_TOKEN", environment["VERCEL_TOKEN"]],
              ]
            : [[tokenEnv, environment[tokenEnv]]];
    for (const [source, value] of sources) {
        const token = present(value);
        if (token !== undefined) {
            return usable(token, source);
        }
    }
    if (tokenEnv === undefined) {
        throw new SettingsError(
            "no Vercel token; set the environment variable VERCEL_API_TOKEN where pulumi runs, " +
                `or run pulumi config set --secret ${setting}`,
        );
    }
    // Whoever gives the token itself where its variable's name is wanted must not read it in a message.
    const shown = isVariableName(tokenEnv) ? tokenEnv : "(a name that is not all of A-Z, 0-9 and _, so not shown)";
    throw new SettingsError(
        `no Vercel token: the environment variable ${shown}, which tokenEnv names, is not set; set it where pulumi runs`,
    );
}

/** The team that is meant where a resource names none; the environment is not asked, or machines would disagree. */
export function resolveTeam(argument: string | undefined, configuration: Configuration): string | undefined {
    return present(argument) ?? present(configuration.get("team"));
}

const DEFAULT_BASE_URL = "https://api.vercel.com";
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Where Vercel's API is. In clear only on this machine: the private key goes there. */
export function resolveBaseUrl(environment: Environment): string {
    const given = present(environment["VERCEL_API_URL"]);
    if (given === undefined) {
        return DEFAULT_BASE_URL;
    }
    const refuse = (got: string): SettingsError =>
        new SettingsError(`VERCEL_API_URL: expected https://host[:port][/path], or http:// on loopback, got ${got}`);
    const url = parseUrl(given);
    if (url === undefined) {
        throw refuse("a text that is no URL");
    }
    if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
        throw refuse("a URL with credentials, a query or a fragment");
    }
    if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.test(url.hostname))) {
        throw refuse(`${url.protocol}//${url.host}, which would send the private key in clear`);
    }
    return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Refuses to send anything where Node is told to take whatever answers for Vercel. */
export function refuseUnverifiedTls(environment: Environment): void {
    if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
        throw new SettingsError(
            "NODE_TLS_REJECT_UNAUTHORIZED is 0, which would give token and key to anybody who answers; unset it, and for a " +
                "proxy that reads TLS give its authority in NODE_EXTRA_CA_CERTS",
        );
    }
}

export const LONGEST_VARIABLE_NAME = 128;

/** As POSIX has the names of its own variables (XBD 8.1). Those of lower case are left out: a token could be one. */
export function isVariableName(text: string): boolean {
    return text.length <= LONGEST_VARIABLE_NAME && /^[A-Z_][A-Z0-9_]*$/.test(text);
}

function present(text: string | undefined): string | undefined {
    const trimmed = text?.trim();
    return trimmed === "" ? undefined : trimmed;
}

/** A token with a blank or a line break in it is a pasting mistake, and would break the header that carries it. */
function usable(token: string, source: string): string {
    if (!/^[\x21-\x7e]+$/.test(token)) {
        throw new SettingsError(
            `${source}: the token has blanks or other characters in it that no token has; copy it again`,
        );
    }
    return token;
}
