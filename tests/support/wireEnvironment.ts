import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { FakeVercel } from "../vercel/fakeVercel";
import { mintBundle, type CertificateBundle } from "./mint";
import { PROVIDER_TEXT, ProviderHost } from "./providerHost";
import { SweptOutput } from "./sweptOutput";
import { TlsFront } from "./tlsFront";
import { newToken } from "./testEnvironment";

const REPOSITORY = resolve(__dirname, "../../..");
/** More than any suite needs: what limits do is looked at elsewhere. */
const NO_LIMITS = { uploads: 10_000, deletions: 10_000, listings: 10_000 };

export type Environment = Readonly<Record<string, string>>;

/** The provider's real process, the fake Vercel API in clear and behind TLS, and all that the process shows. */
export class WireEnvironment {
    static async start(): Promise<WireEnvironment> {
        const fakeVercel = await FakeVercel.start({ limits: NO_LIMITS });
        const env = new WireEnvironment(fakeVercel, await TlsFront.start(fakeVercel.url), await mintBundle());
        fakeVercel.addToken(env.token);
        fakeVercel.addProject({ id: "prj_1", name: "site" });
        return env;
    }

    readonly token = newToken();
    readonly proxyUser = `user-${randomBytes(8).toString("hex")}`;
    /** With characters that a URL escapes. */
    readonly proxyPassword = `${randomBytes(8).toString("hex")}@/%${randomBytes(8).toString("hex")}`;
    readonly output = new SweptOutput();

    private constructor(
        readonly fakeVercel: FakeVercel,
        readonly front: TlsFront,
        readonly bundle: CertificateBundle,
    ) {}

    /** Runs something with a provider's process of its own; all that it shows and throws is kept for the sweep. */
    async withHost<T>(environment: Environment, use: (host: ProviderHost) => Promise<T>): Promise<T> {
        const host = await ProviderHost.start({
            cwd: REPOSITORY,
            environment: { VERCEL_API_TOKEN: this.token, NODE_EXTRA_CA_CERTS: this.front.caFile, ...environment },
            configuration: {},
        });
        try {
            return await use(host);
        } catch (error) {
            this.output.addError(error);
            throw error;
        } finally {
            await host.stop();
            this.output.add(host.stdout, host.stderr);
        }
    }

    /** A listing, an upload and a deletion, as a resource makes them; what the process wrote to stderr. */
    async session(environment: Environment): Promise<string> {
        return await this.withHost(environment, async (host) => {
            const { inputs } = await host.check({}, this.inputs());
            const { id, properties } = await host.create(inputs);
            this.output.add(JSON.stringify(properties));
            // The process leaves alone what it uploaded itself; a deletion of anything else is sent.
            await host.delete(id, { ...properties, certId: "cert_gone_already" });
            return host.stderr;
        });
    }

    /** For an origin of its own. */
    inputs(): Readonly<Record<string, unknown>> {
        const { cert, key, ca } = this.bundle;
        const origin = `https://${randomBytes(6).toString("hex")}.example.com`;
        return { project: "site", origin, cert, key, ca, __provider: PROVIDER_TEXT };
    }

    /** Ends everything, sweeps what was shown for every secret in use, and says how much that was. */
    async stop(): Promise<void> {
        await Promise.all([this.fakeVercel.stop(), this.front.stop()]);
        const { token, proxyUser, proxyPassword, bundle } = this;
        const passwords = [proxyPassword, encodeURIComponent(proxyPassword)];
        // The header for a proxy holds the base64 of user and password together.
        const tokens = [token, proxyUser, ...passwords, ...passwords.map((password) => `${proxyUser}:${password}`)];
        const swept = this.output.verify({ keys: [bundle.key], tokens });
        console.log(`      ${swept}`);
        if (this.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.fakeVercel.specViolations.join("; ")}`);
        }
    }
}
