import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { mintAuthority } from "./mint";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** Ends TLS for a server in clear, under a certificate for `localhost` that lives as long as the test. */
export class TlsFront {
    /** @param target The server in clear, on this machine. */
    static async start(target: string): Promise<TlsFront> {
        const authority = await mintAuthority();
        const { certPem, keyPem } = await authority.issue({
            commonName: "localhost",
            extendedKeyUsages: [SERVER_AUTH],
        });
        const folder = await mkdtemp(join(tmpdir(), "tls-front-"));
        await writeFile(join(folder, "ca.pem"), authority.certPem);
        const front = new TlsFront(folder, createServer({ cert: certPem, key: keyPem }), Number(new URL(target).port));
        await new Promise<void>((resolve) => front.#server.listen(0, "127.0.0.1", resolve));
        return front;
    }

    readonly #folder: string;
    readonly #server: Server;
    readonly #sockets = new Set<Socket>();

    private constructor(folder: string, server: Server, port: number) {
        this.#folder = folder;
        this.#server = server;
        // Everything that goes wrong with one end is shown to the other by closing it, as a real front would.
        server.on("secureConnection", (outer) => {
            const inner = connect(port, "127.0.0.1");
            for (const [one, other] of [
                [outer, inner],
                [inner, outer],
            ] as const) {
                this.#sockets.add(one);
                one.on("error", () => other.destroy());
                one.on("close", () => other.destroy());
                one.pipe(other);
            }
        });
    }

    get url(): string {
        return `https://localhost:${String((this.#server.address() as AddressInfo).port)}`;
    }

    get authority(): string {
        return `localhost:${String((this.#server.address() as AddressInfo).port)}`;
    }

    /** For `NODE_EXTRA_CA_CERTS`. */
    get caFile(): string {
        return join(this.#folder, "ca.pem");
    }

    async stop(): Promise<void> {
        this.#sockets.forEach((socket) => socket.destroy());
        await new Promise((resolve) => this.#server.close(resolve));
        await rm(this.#folder, { recursive: true });
    }
}
