import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import * as https from "node:https";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import type { TlsVersion } from "../../../provider/probe/originProbe";

/** What a server shows and trusts, as PEM text. */
export interface ServerMaterial {
    readonly cert: string;
    readonly key: string;
    /** The issuers of the clients that it trusts. */
    readonly clientCa: string;
}

/** A server on loopback that speaks one version of TLS. */
export interface RunningServer {
    readonly port: number;
    stop(): Promise<void>;
}

export type StartServer = (material: ServerMaterial, version: TlsVersion) => Promise<RunningServer>;

export function hasCommand(command: string, versionArgument: string): boolean {
    return spawnSync(command, [versionArgument], { stdio: "ignore" }).error === undefined;
}

export type NodePolicy = "no request" | "optional" | "application" | "mandatory";

/** Node's own server; with "application" it takes every client in the handshake, and answers 403 to strangers. */
export function nodeServer(policy: NodePolicy): StartServer {
    return async ({ cert, key, clientCa }, version) => {
        const demands = policy === "mandatory";
        const server = https.createServer(
            {
                ...{ cert, key, minVersion: version, maxVersion: version },
                ...(policy === "no request" ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: demands }),
            },
            (request, response) => {
                const known = (request.socket as TLSSocket).authorized;
                response.writeHead(policy === "application" && !known ? 403 : 200).end("an answer");
            },
        );
        await listen(server);
        return {
            port: portOf(server),
            stop: async () => {
                server.closeAllConnections();
                await close(server);
            },
        };
    };
}

/** The test server of OpenSSL. */
export function opensslServer(...args: readonly string[]): StartServer {
    return async (material, version) => {
        const folder = writeMaterial(material);
        const child = spawn(
            "openssl",
            [
                ...["s_server", "-accept", "127.0.0.1:0", "-www", version === "TLSv1.2" ? "-tls1_2" : "-tls1_3"],
                ...["-cert", "server.pem", "-key", "server.key", "-CAfile", "clients.pem"],
                ...args,
            ],
            { cwd: folder, stdio: ["ignore", "pipe", "ignore"] },
        );
        const port = await printedPort(child);
        return { port, stop: () => stopChild(child, folder) };
    };
}

/** nginx cannot choose a free port, so it listens on a socket in a folder, behind a forwarder that can. */
export function nginxServer(verifyClient: "on" | "optional"): StartServer {
    return async (material, version) => {
        const folder = writeMaterial(material);
        writeFileSync(join(folder, "nginx.conf"), nginxConfiguration(folder, verifyClient, version));
        const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
            stdio: "ignore",
        });
        const path = join(folder, "nginx.sock");
        await connectable(path, child);
        const forwarder = net.createServer((socket) => {
            const upstream = net.connect(path);
            socket.on("error", () => upstream.destroy()).pipe(upstream);
            upstream.on("error", () => socket.destroy()).pipe(socket);
        });
        await listen(forwarder);
        return {
            port: portOf(forwarder),
            stop: async () => {
                await close(forwarder);
                await stopChild(child, folder);
            },
        };
    };
}

function nginxConfiguration(folder: string, verifyClient: string, version: TlsVersion): string {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${folder};`,
    );
    return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
    access_log off;
    ${temporary.join("\n    ")}
    server {
        listen unix:${folder}/nginx.sock ssl;
        ssl_protocols ${version};
        ssl_certificate ${folder}/server.pem;
        ssl_certificate_key ${folder}/server.key;
        ssl_client_certificate ${folder}/clients.pem;
        ssl_verify_client ${verifyClient};
        return 200 "an answer";
    }
}
`;
}

function writeMaterial({ cert, key, clientCa }: ServerMaterial): string {
    const folder = mkdtempSync(join(tmpdir(), "probe-"));
    writeFileSync(join(folder, "server.pem"), cert);
    writeFileSync(join(folder, "server.key"), key, { mode: 0o600 });
    writeFileSync(join(folder, "clients.pem"), clientCa);
    return folder;
}

function printedPort(child: ChildProcess): Promise<number> {
    return new Promise((resolve, reject) => {
        let text = "";
        child.stdout?.on("data", (chunk: Buffer) => {
            text += chunk.toString();
            const port = /ACCEPT \S+:(\d+)/.exec(text)?.[1];
            if (port !== undefined) {
                resolve(Number(port));
            }
        });
        child.once("close", (code) => reject(new Error(`the server ended with ${String(code)}: ${text}`)));
    });
}

const MOST_TRIES = 500;

/** nginx does not say when it is ready. */
async function connectable(path: string, child: ChildProcess): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES && child.exitCode === null; tries += 1) {
        const connected = await new Promise<boolean>((resolve) => {
            const socket = net.connect(path, () => {
                socket.destroy();
                resolve(true);
            });
            socket.once("error", () => setTimeout(() => resolve(false), 10));
        });
        if (connected) {
            return;
        }
    }
    throw new Error(`nginx is not there (exit code ${String(child.exitCode)})`);
}

async function stopChild(child: ChildProcess, folder: string): Promise<void> {
    if (child.exitCode === null) {
        const closed = new Promise((resolve) => child.once("close", resolve));
        child.kill("SIGKILL");
        await closed;
    }
    await rm(folder, { recursive: true, force: true });
}

export function listen(server: net.Server): Promise<void> {
    return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

export function close(server: net.Server): Promise<void> {
    return new Promise((resolve) => server.close(() => resolve()));
}

export function portOf(server: net.Server): number {
    return (server.address() as AddressInfo).port;
}
