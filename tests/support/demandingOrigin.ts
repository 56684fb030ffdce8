import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { mintAuthority } from "./mint";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** An origin on loopback that refuses every client without a certificate of an issuer that it trusts at the time. */
export class DemandingOrigin {
    static async start(trusted: readonly string[]): Promise<DemandingOrigin> {
        const servers = await mintAuthority({ commonName: "Servers" });
        const { certPem, keyPem } = await servers.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
        const own = { cert: certPem, key: keyPem, requestCert: true, rejectUnauthorized: true };
        const server = createServer({ ...own, ca: [...trusted] }, (_, response) => response.end("an answer"));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new DemandingOrigin(server, own, servers.certPem);
    }

    private constructor(
        private readonly server: Server,
        private readonly own: { readonly cert: string; readonly key: string },
        /** The issuer of its own certificate. */
        readonly serverCa: string,
    ) {}

    get url(): string {
        return `https://localhost:${String((this.server.address() as AddressInfo).port)}`;
    }

    /** From now on, these issuers and no others. */
    trust(trusted: readonly string[]): void {
        this.server.setSecureContext({ ...this.own, ca: [...trusted] });
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise<void>((resolve) => this.server.close(() => resolve()));
    }
}
