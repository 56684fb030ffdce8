import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { keyPem, KeyPool, mintCertificate } from "./pki";

/** Whom OpenSSL's own command takes a chain for: everyone, those of partial-chain trust only, or nobody. */
export type Standing = "accepted" | "partial" | "refused";

export interface CommandVerdict {
    readonly standing: Standing;
    /** What it prints of its reasons. */
    readonly output: string;
}

/** `openssl verify -purpose sslclient`, with the certificates in the order that they are given in. */
export class OpensslVerify {
    readonly #folder: string;
    readonly #level: string;

    private constructor(folder: string) {
        this.#folder = folder;
        this.#level = String(securityLevel());
    }

    static async start(): Promise<OpensslVerify> {
        return new OpensslVerify(await mkdtemp(join(tmpdir(), "openssl-verify-")));
    }

    async stop(): Promise<void> {
        await rm(this.#folder, { recursive: true });
    }

    /** @param name Of the files, so that several can be asked at a time. */
    async judge(name: string, leaf: string, cert: string, ca: string): Promise<CommandVerdict> {
        const file = (part: string): string => join(this.#folder, `${name}.${part}.pem`);
        await Promise.all([writeFile(file("leaf"), leaf), writeFile(file("cert"), cert), writeFile(file("ca"), ca)]);
        const args = [
            "-purpose",
            "sslclient",
            "-auth_level",
            this.#level,
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
            file("ca"),
        ];
        const rest = ["-untrusted", file("cert"), file("leaf")];
        const whole = await run(["verify", ...args, ...rest]);
        if (whole.code === 0) {
            return { standing: "accepted", output: whole.output };
        }
        const partial = await run(["verify", "-partial_chain", ...args, ...rest]);
        return { standing: partial.code === 0 ? "partial" : "refused", output: whole.output };
    }
}

function run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    return new Promise((resolve, reject) => {
        execFile("openssl", args, (error, stdout, stderr) => {
            if (error !== null && typeof error.code !== "number") {
                reject(error);
                return;
            }
            resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
        });
    });
}

/** The version of the command, as `process.versions.openssl` has Node's. */
export async function opensslVersion(): Promise<string> {
    const { output } = await run(["version"]);
    return /^OpenSSL (\S+)/.exec(output)?.[1] ?? "";
}

/** The security level of the contexts of this Node: by the keys that it refuses. */
function securityLevel(): number {
    const pool = new KeyPool();
    const takes = (bits: number): boolean => {
        const key = pool.rsa(bits);
        try {
            tls.createSecureContext({ cert: mintCertificate({ name: "short", key }).pem, key: keyPem(key) });
            return true;
        } catch {
            // That it throws is the answer.
            return false;
        }
    };
    return takes(512) ? 0 : takes(1024) ? 1 : 2;
}
