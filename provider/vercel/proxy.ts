import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import tls, { type ConnectionOptions } from "node:tls";
import { SettingsError, type Environment } from "./settings";
import { parseUrl } from "./url";

const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] as const;
const HTTPS_PORT = "443";

/** The proxy for a call over https, as most programs read it from the environment; `undefined` for none. */
export function proxyFor(target: URL, environment: Environment): URL | undefined {
    const variable = PROXY_VARIABLES.find((name) => (environment[name] ?? "").trim() !== "");
    const exempt = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
    if (variable === undefined || isExempt(target, exempt)) {
        return undefined;
    }
    const given = (environment[variable] ?? "").trim();
    const url = parseUrl(given.includes("://") ? given : `http://${given}`);
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
        throw new SettingsError(
            `${nameAsSet(variable, environment)}: expected http://[user:password@]host[:port] of the proxy, got a text of another form`,
        );
    }
    return url;
}

/** Windows finds a variable by its name in any case: a message has the one that somebody has set. */
function nameAsSet(variable: string, environment: Environment): string {
    const names = Object.keys(environment);
    return names.includes(variable) ? variable : (names.find((name) => name.toLowerCase() === variable) ?? variable);
}

/** Names are of a host and all below it, with a port or for every one; `*` is everything. */
function isExempt({ hostname, port }: URL, list: string): boolean {
    return list
        .toLowerCase()
        .split(/[\s,]+/)
        .some((entry) => {
            const [, host = "", onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
            const isHost = host !== "" && (hostname === host || hostname.endsWith(`.${host}`));
            return (
                entry === "*" || (isHost && (onlyPort ?? port) === port) || (isHost && !port && onlyPort === HTTPS_PORT)
            );
        });
}

/** Before what a proxy did instead of opening a tunnel: a status, or the code of an error. Nothing was sent then. */
export const PROXY_REFUSED = "PROXY_";

function tunnelError(reason: string): Error {
    return Object.assign(new Error("the proxy opened no tunnel"), { code: `${PROXY_REFUSED}${reason}` });
}

/**
 * Connections through a proxy: CONNECT (RFC 9110 §9.3.6), and TLS to the origin in it. Node reads the proxy's answer, so
 * that it is bounded, and a proxy that hangs up is an error. User and password are in a header of the request only:
 * NODE_DEBUG prints the options of connections.
 */
export class TunnelAgent extends https.Agent {
    readonly #proxy: URL;
    readonly #signal: AbortSignal;

    constructor(proxy: URL, signal: AbortSignal) {
        super();
        this.#proxy = proxy;
        this.#signal = signal;
    }

    override createConnection(
        options: ConnectionOptions,
        callback: (error: Error | null, stream: Duplex) => void,
    ): undefined {
        const fail = callback as (error: Error) => void;
        const { protocol, hostname, port, username, password } = this.#proxy;
        const path = `${options.host ?? ""}:${String(options.port ?? HTTPS_PORT)}`;
        const host = hostname.replace(/^\[|\]$/g, "");
        const connection = { host, port, method: "CONNECT", path, agent: false as const, signal: this.#signal };
        const connect = (protocol === "https:" ? https : http).request(connection);
        connect.setHeader("Host", path);
        if (username !== "") {
            const credentials = [username, password].map(unescaped).join(":");
            connect.setHeader("Proxy-Authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
        }
        connect.once("connect", ({ statusCode = 0 }, socket) => {
            if (statusCode === 200) {
                callback(null, tls.connect({ ...options, socket }));
            } else {
                socket.destroy();
                fail(tunnelError(String(statusCode)));
            }
        });
        connect.on("error", (error) => {
            fail(tunnelError("code" in error ? String(error.code) : "UNKNOWN"));
        });
        connect.end();
        return undefined;
    }
}

/** A URL escapes what stands in it; whoever wrote a bare % there meant that. */
function unescaped(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
