import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { expect } from "chai";
import { after, before, beforeEach, describe, it } from "mocha";
import { ProjectClientCert, type PrivateKeySource, type ProjectClientCertArgs } from "../../../provider/index";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { PROVIDER_TEXT } from "../../support/providerHost";

type Message = Record<string, unknown>;
type RegisterRequest = Parameters<MockMonitor["registerResource"]>[0] & { toObject(): Message };

const registered: RegisterRequest[] = [];

/** The mock monitor's own method, behind which every registration is kept. */
const registerResource = MockMonitor.prototype.registerResource;

/** What a dynamic resource of the SDK sends for the same arguments: the model that the engine knows. */
class DynamicTwin extends pulumi.dynamic.Resource {
    constructor(name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
        const provider: pulumi.dynamic.ResourceProvider = {
            create: () => Promise.resolve({ id: "unused", outs: {} }),
        };
        super(provider, name, props, opts, "vercel", "ProjectClientCert");
    }
}

const ARGUMENTS = {
    project: "site",
    team: "team_1",
    origin: "https://billing.example.com",
    cert: "the certificate",
    key: pulumi.secret("the key"),
    ca: "the issuers",
    skipValidation: false,
    allowOverwrite: true,
};

/** Lines of the caller and ids of a request differ between any two resources. */
const CALLER_FIELDS = new Set(["sourceposition", "stacktrace"]);

function comparable(request: RegisterRequest): Message {
    const fields = Object.entries(request.toObject()).filter(([name]) => !CALLER_FIELDS.has(name));
    return { ...Object.fromEntries(fields), object: withoutProvider(request.getObject()?.toJavaScript()) };
}

function withoutProvider(object: Message | undefined): Message {
    return Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => name !== "__provider"));
}

/** Registrations are sent after the constructor has returned; waiting for an output waits for them. */
async function urnOf(resource: pulumi.Resource): Promise<string> {
    return await new Promise((resolve) => resource.urn.apply(resolve));
}

/** Compiled, never called: where one of these were no error of types, the build would fail. */
export function refusedByTypes(): readonly PrivateKeySource[] {
    return [
        "PEM",
        { file: "client.key", passphrase: { env: "PASSPHRASE" } },
        { env: "CLIENT_KEY", passphrase: pulumi.output("text") },
        { command: ["op", pulumi.output("read")] },
        // @ts-expect-error: two sources
        { file: "client.key", env: "CLIENT_KEY" },
        // @ts-expect-error: two sources
        { env: "CLIENT_KEY", command: ["op"] },
        // @ts-expect-error: a command prints a key that is not encrypted
        { command: ["op"], passphrase: "text" },
        // @ts-expect-error: two sources of a passphrase
        { file: "client.key", passphrase: { file: "passphrase", env: "PASSPHRASE" } },
        // @ts-expect-error: no shell splits a command
        { command: "op read" },
        // @ts-expect-error: no source
        { passphrase: "text" },
    ];
}

describe("ProjectClientCert, in the program", () => {
    before(async () => {
        const mocks: pulumi.runtime.Mocks = {
            newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
            call: ({ inputs }) => inputs,
        };
        await pulumi.runtime.setMocks(mocks, "project", "stack", false);
        MockMonitor.prototype.registerResource = async function (this: MockMonitor, request, callback): Promise<void> {
            registered.push(request as RegisterRequest);
            await registerResource.call(this, request, callback);
        };
    });
    after(() => {
        MockMonitor.prototype.registerResource = registerResource;
    });
    beforeEach(() => registered.splice(0));

    it("sends the engine what a dynamic resource of the SDK sends, but for the provider's text", async () => {
        const options = { protect: true, ignoreChanges: ["cert"] };
        await urnOf(new ProjectClientCert("same-name", ARGUMENTS, options));
        await urnOf(new DynamicTwin("same-name", { ...ARGUMENTS, key: pulumi.output(ARGUMENTS.key) }, options));
        const [ours, theirs] = registered;
        if (ours === undefined || theirs === undefined) {
            throw new Error(`expected two registrations, got ${String(registered.length)}`);
        }
        expect(comparable(ours)).to.deep.equal(comparable(theirs));
        expect(Object.keys(comparable(ours))).to.include("protect");
    });

    it("registers under the type that every state names, to the letter", async () => {
        await urnOf(new ProjectClientCert("frozen-type", ARGUMENTS));
        expect(registered[0]?.toObject()["type"]).to.equal("pulumi-nodejs:dynamic/vercel:ProjectClientCert");
    });

    it("names the provider by the text that every state holds, to the letter", async () => {
        await urnOf(new ProjectClientCert("frozen", ARGUMENTS));
        expect(registered[0]?.getObject()?.toJavaScript()["__provider"]).to.equal(PROVIDER_TEXT);
        expect(PROVIDER_TEXT).to.equal(
            'exports.handler=()=>{const n="pulumi-vercel-client-cert";let f;try{f=require.resolve(n+"/provider/v1",{paths:[".",require.main.path]})}catch{throw new Error(`npm package ${n} not found from ${process.cwd()}: install it there; refresh and destroy need it too`)}return require(f)}',
        );
    });

    it("makes a private key given as plain text a secret", async () => {
        for (const key of ["the key", pulumi.output("the key")]) {
            registered.splice(0);
            await urnOf(new ProjectClientCert("secret", { ...ARGUMENTS, key }));
            const sent = registered[0]?.getObject()?.toJavaScript()["key"];
            // The signature of a secret on Pulumi's wire, and the value that the engine encrypts.
            expect(sent).to.deep.equal({
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                value: "the key",
            });
        }
    });

    it("leaves a reference to the key readable: a path is no secret", async () => {
        await urnOf(new ProjectClientCert("reference", { ...ARGUMENTS, key: { file: "client.key" } }));
        expect(registered[0]?.getObject()?.toJavaScript()["key"]).to.deep.equal({ file: "client.key" });
    });

    it("sends an output without a value as null, so that check can tell it from what is left out", async () => {
        for (const name of ["team", "origin", "expectedFingerprint", "tokenEnv"] as const) {
            const sent = async (value: ProjectClientCertArgs["expectedFingerprint"]): Promise<unknown> => {
                registered.splice(0);
                await urnOf(new ProjectClientCert("gated", { ...ARGUMENTS, [name]: value }));
                return registered[0]?.getObject()?.toJavaScript()[name];
            };
            for (const nothing of [undefined, null]) {
                const absent = pulumi.output<unknown>(nothing) as pulumi.Output<string>;
                expect(await sent(absent), name).to.equal(null);
                expect(await sent(absent.apply((known) => known)), name).to.equal(null);
                expect(await sent(Promise.resolve(nothing as unknown as string)), name).to.equal(null);
            }
            expect(await sent(Promise.resolve("v1:abc")), name).to.equal("v1:abc");
            expect(await sent(pulumi.output("v1:abc")), name).to.equal("v1:abc");
            expect(await sent(undefined), name).to.equal(undefined);
        }
    });

    it("makes a passphrase given as plain text a secret, however it is wrapped, and leaves the path readable", async () => {
        const wrapped: readonly ProjectClientCertArgs["key"][] = [
            { file: "client.p12", passphrase: "the passphrase" },
            { file: "client.p12", passphrase: pulumi.output("the passphrase") },
            { file: pulumi.output("client.p12"), passphrase: Promise.resolve("the passphrase") },
            pulumi.output<PrivateKeySource>({ file: "client.p12", passphrase: "the passphrase" }),
            Promise.resolve<PrivateKeySource>({ file: "client.p12", passphrase: "the passphrase" }),
        ];
        for (const key of wrapped) {
            registered.splice(0);
            await urnOf(new ProjectClientCert("encrypted", { ...ARGUMENTS, key }));
            expect(registered[0]?.getObject()?.toJavaScript()["key"]).to.deep.equal({
                file: "client.p12",
                passphrase: {
                    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                    value: "the passphrase",
                },
            });
        }
    });

    it("sends a passphrase without a value as null, and one that is left out not at all", async () => {
        const sent = async (passphrase: pulumi.Input<string | undefined>): Promise<unknown> => {
            registered.splice(0);
            await urnOf(new ProjectClientCert("absent", { ...ARGUMENTS, key: { env: "CLIENT_KEY", passphrase } }));
            return registered[0]?.getObject()?.toJavaScript()["key"];
        };
        expect(await sent(pulumi.output(undefined))).to.deep.equal({ env: "CLIENT_KEY", passphrase: null });
        expect(await sent(undefined)).to.deep.equal({ env: "CLIENT_KEY" });
    });

    it("leaves out what is not given, so that check can tell", async () => {
        const { project, cert, key, ca } = ARGUMENTS;
        const others = { project, cert, key, ca };
        await urnOf(new ProjectClientCert("sparse", others));
        expect(Object.keys(registered[0]?.getObject()?.toJavaScript() ?? {}).sort()).to.deep.equal(
            ["__provider", ...Object.keys(others)].sort(),
        );
    });

    it("lets a program without types run into check, not into a TypeError", async () => {
        await urnOf(new ProjectClientCert("empty", {} as ProjectClientCertArgs));
        expect(Object.keys(registered[0]?.getObject()?.toJavaScript() ?? {})).to.deep.equal(["__provider"]);
    });

    it("recognises its own instances", () => {
        expect(ProjectClientCert.isInstance(new ProjectClientCert("mine", ARGUMENTS))).to.equal(true);
        expect(ProjectClientCert.isInstance(new DynamicTwin("its-twin", { ...ARGUMENTS }))).to.equal(true);
        expect(ProjectClientCert.isInstance({})).to.equal(false);
        expect(ProjectClientCert.isInstance(undefined)).to.equal(false);
    });

    it("knows an unknown value by the SDK's own mark", () => {
        expect(UNKNOWN_VALUE).to.equal(pulumi.runtime.unknownValue);
    });

    it("is told by its type alone, which is what a policy pack shows of a resource", () => {
        const type = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";
        expect(ProjectClientCert.isInstance({ __pulumiType: type })).to.equal(true);
        expect(ProjectClientCert.isInstance(new ProjectClientCert("told", ARGUMENTS))).to.equal(true);
        for (const other of [undefined, null, type, {}, { __pulumiType: "aws:acm/certificate:Certificate" }]) {
            expect(ProjectClientCert.isInstance(other)).to.equal(false);
        }
    });

    it("shows its outputs and none of its inputs to whoever lists its properties, as an export does", () => {
        const listed = Object.keys(new ProjectClientCert("listed", { ...ARGUMENTS, skipValidation: true }));
        expect(listed).to.include.members(["id", "urn", "certId", "fingerprint", "project", "origin", "expiries"]);
        expect(listed).to.not.include.members(["key"]);
        for (const name of ["cert", "key", "ca", "skipValidation", "allowOverwrite", "findings"]) {
            expect(listed).to.not.include(name);
        }
    });
});
