/**
 * The main job, to watch: the real Pulumi CLI puts a client certificate in place, leaves it alone, refuses a wrong key,
 * rotates it with an encrypted one, notices that somebody deleted it, repairs that, and removes it. Every step's effect
 * is checked where the certificates are.
 */
import { createPrivateKey, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { findPulumiCli } from "../../support/pulumiCli";
import { PulumiProject } from "../../support/stack";
import { chooseTarget, type Target } from "./target";

const ORIGIN = "https://pulumi-vercel-client-cert-demo.example.com";

const COMMAND_LINE = resolve(__dirname, "../../../provider/cli/main.js");

const PROGRAM = `
const fs = require("node:fs");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");

const args = JSON.parse(fs.readFileSync("args.json", "utf8"));
const cert = new ProjectClientCert("demo", {
    ...args,
    cert: fs.readFileSync("client.pem", "utf8"),
    ca: fs.readFileSync("ca.pem", "utf8"),
});
exports.certId = cert.certId;
exports.fingerprint = cert.fingerprint;
exports.notAfter = cert.notAfter;
`;

class Demo {
    readonly #lines: string[] = [];
    #step = "starting";

    constructor(
        readonly target: Target,
        readonly project: PulumiProject,
        readonly bundle: CertificateBundle,
    ) {}

    get step(): string {
        return this.#step;
    }

    summary(): string {
        return this.#lines.map((line, index) => `  ${String(index + 1).padStart(2)}. ${line}`).join("\n");
    }

    async run(heading: string, action: () => Promise<string>): Promise<void> {
        this.#step = heading;
        console.log(`\n=== ${heading}`);
        const startedMs = Date.now();
        const outcome = await action();
        const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
        console.log(`--> ${outcome}`);
        this.#lines.push(`${heading}: ${outcome} (${seconds} s)`);
    }

    async pulumi(...args: string[]): Promise<string> {
        return await this.#pulumi(args, false);
    }

    /** A command that has to fail. */
    async refused(...args: string[]): Promise<string> {
        return await this.#pulumi(args, true);
    }

    async #pulumi(args: readonly string[], expectFailure: boolean): Promise<string> {
        const show = (chunk: string): boolean => process.stdout.write(chunk);
        const { output } = await this.project.run(args, { onOutput: show, expectFailure });
        return output;
    }

    async status(): Promise<string> {
        const { exitCode, output } = await this.project.runCommand(process.execPath, [COMMAND_LINE, "status"]);
        process.stdout.write(output);
        expectThat(exitCode === 0, "a status in order", output);
        return output;
    }

    writeCertificate(cert: string): void {
        this.project.writeFile("client.pem", cert);
    }

    declareKey(key: object): void {
        const { project, team } = this.target;
        const args = { project, origin: ORIGIN, ...(team === undefined ? {} : { team }), key };
        this.project.writeFile("args.json", JSON.stringify(args));
    }

    /** The ids at the demo's origin. */
    async inPlace(): Promise<string[]> {
        const entries = await this.target.list();
        return entries.filter(({ origin }) => origin === ORIGIN).map(({ certId }) => certId);
    }

    async theOneInPlace(): Promise<string> {
        const [certId, ...others] = await this.inPlace();
        const stated = String((await this.project.outputs())["certId"]);
        expectThat(
            certId === stated && others.length === 0,
            `exactly ${stated} in place`,
            [certId, ...others].join(", "),
        );
        return stated;
    }
}

function expectThat(holds: boolean, expected: string, got: string): void {
    if (!holds) {
        throw new Error(`expected ${expected}, got ${got === "" ? "nothing" : got}`);
    }
}

function expectText(output: string, pattern: RegExp, expected: string): void {
    expectThat(pattern.test(output), expected, "an output without it");
}

async function play(demo: Demo): Promise<void> {
    const { target, bundle } = demo;
    await demo.run("pulumi up: put the certificate in place", async () => {
        await demo.pulumi("up", "--yes", "--skip-preview");
        return `${await demo.theOneInPlace()} is in place for ${ORIGIN}`;
    });
    const first = await demo.theOneInPlace();
    await demo.run("pulumi up: nothing changed", async () => {
        await demo.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
        return `still ${await demo.theOneInPlace()}`;
    });
    await demo.run("pulumi up: the PEM reformatted, with CRLF and a comment", async () => {
        demo.writeCertificate(`# billing, 2nd copy\r\n${bundle.cert.replace(/\n/g, "\r\n")}`);
        await demo.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
        expectThat((await demo.theOneInPlace()) === first, `still ${first}`, await demo.theOneInPlace());
        return "the same certificate, so no upload";
    });
    const renewed = await bundle.authority.issue();
    await demo.run("pulumi preview: a renewed certificate, but the old key", async () => {
        demo.writeCertificate(renewed.certPem);
        const output = await demo.refused("preview");
        expectText(output, /\[key-mismatch\]/, "the finding key-mismatch");
        return "refused before anything was called";
    });
    await demo.run("pulumi preview: the right key, encrypted, with its passphrase in the environment", async () => {
        const passphrase = randomBytes(16).toString("hex");
        const encryption = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
        demo.project.writeFile("renewed.key", createPrivateKey(renewed.keyPem).export(encryption).toString());
        demo.project.setEnvironment({ CLIENT_KEY_PASSPHRASE: passphrase });
        demo.declareKey({ file: "renewed.key", passphrase: { env: "CLIENT_KEY_PASSPHRASE" } });
        const output = await demo.pulumi("preview", "--diff");
        expectThat(!output.includes("2nd copy"), "certificates and nothing else in the diff", "the comment");
        expectText(output, /fingerprint\s*: "v1:\w+" => "v1:\w+"/, "the old and the new fingerprint in the preview");
        expectThat((await demo.theOneInPlace()) === first, `still ${first}`, await demo.theOneInPlace());
        return "old => new fingerprint shown, nothing uploaded";
    });
    await demo.run("pulumi up: rotate", async () => {
        await demo.pulumi("up", "--yes", "--skip-preview");
        return `${first} => ${await demo.theOneInPlace()}`;
    });
    await demo.run("somebody deletes the certificate", async () => {
        const certId = await demo.theOneInPlace();
        await target.remove(certId);
        expectThat((await demo.inPlace()).length === 0, "no certificate in place", (await demo.inPlace()).join(", "));
        return `${certId} is gone, and no stack knows`;
    });
    await demo.run("pulumi refresh: notice", async () => {
        expectText(
            await demo.pulumi("refresh", "--yes", "--skip-preview"),
            /is gone/,
            "a line that says that the certificate is gone",
        );
        return "the drift is reported";
    });
    await demo.run("pulumi up: repair", async () => {
        await demo.pulumi("up", "--yes", "--skip-preview");
        return `${await demo.theOneInPlace()} is in place`;
    });
    await demo.run("pulumi-vercel-client-cert status: what the stack holds, and how long it lasts", async () => {
        expectText(await demo.status(), /1 certificate\b/, "one certificate");
        return "in order";
    });
    await demo.run("pulumi destroy: remove", async () => {
        await demo.pulumi("destroy", "--yes", "--skip-preview");
        expectThat((await demo.inPlace()).length === 0, "no certificate in place", (await demo.inPlace()).join(", "));
        return "no certificate is left";
    });
}

async function main(): Promise<void> {
    const cli = await findPulumiCli({ log: (line) => console.log(line) });
    console.log(`Pulumi CLI ${cli.version} (${cli.source}), Node ${process.version}`);
    const target = await chooseTarget(process.env);
    console.log(`Running against ${target.description}`);
    console.log("Minting a certificate authority and a client certificate");
    const bundle = await mintBundle();
    const project = await PulumiProject.create({
        cli,
        program: PROGRAM,
        environment: { ...target.environment },
        files: {
            "client.pem": bundle.cert,
            "client.key": bundle.key,
            "ca.pem": bundle.ca,
        },
    });
    const demo = new Demo(target, project, bundle);
    demo.declareKey({ file: "client.key" });
    try {
        await play(demo);
        console.log(`\nAll steps did what they should:\n${demo.summary()}`);
    } catch (error) {
        console.error(
            `\nThe demo stopped in the step "${demo.step}": ${error instanceof Error ? error.message : "unknown error"}`,
        );
        process.exitCode = 1;
        await removeLeftovers(demo);
    } finally {
        await project.dispose();
        await target.stop();
    }
}

/** A demo that failed half-way leaves nothing behind at the real service either. */
async function removeLeftovers(demo: Demo): Promise<void> {
    try {
        for (const certId of await demo.inPlace()) {
            await demo.target.remove(certId);
        }
    } catch (error) {
        console.error(
            `What it left at ${ORIGIN} could not be removed: ${error instanceof Error ? error.message : "unknown error"}`,
        );
    }
}

main().catch((error: unknown) => {
    console.error(`The demo could not start: ${error instanceof Error ? error.message : "unknown error"}`);
    process.exitCode = 1;
});
