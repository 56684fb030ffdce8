import { expect } from "chai";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import type { CheckResult } from "../../../provider/operations/check";
import { systemClock } from "../../../provider/vercel/clock";
import { mintAuthority, mintBundle } from "../../support/mint";
import { failureOf, ORIGIN, TestEnvironment } from "../../support/testEnvironment";

interface Findings {
    readonly certificates: readonly { readonly code: string; readonly severity: string }[];
    readonly key: unknown;
}

describe("check", () => {
    let env: TestEnvironment;
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "check-"));
        env = await TestEnvironment.start({ folder });
    });
    after(async () => {
        env.verify();
        expect(env.fakeVercel.requests).to.deep.equal([]);
        await env.stop();
        await rm(folder, { recursive: true });
    });

    const reasons = async (overrides: Record<string, unknown>, olds = {}): Promise<string[]> => {
        const { failures } = await env.provider.check(olds, env.inputs(overrides));
        failures.forEach(({ property }) => expect(property).to.equal(""));
        return failures.map(({ reason }) => reason);
    };

    it("adds what a preview is to show, in place of whatever stood there", async () => {
        const inputs = await env.checked({ fingerprint: "forged" });
        expect(inputs["fingerprint"]).to.match(/^v1:[0-9a-f]{64}$/);
        expect(inputs["certFingerprint"]).to.match(/^[0-9a-f]{64}$/);
        expect(Date.parse(String(inputs["notAfter"]))).to.be.greaterThan(Date.now());
    });

    it("reports every problem at once, each with what was expected", async () => {
        const found = await reasons({
            project: "a/b",
            team: 7,
            origin: "http://x.example.com",
            cert: undefined,
            key: { file: "a", env: "b" },
            ca: ["x"],
            skipValidation: "yes",
            skipvalidation: true,
            expiryWarningDays: -3,
        });
        const names = ["project", "team", "origin", "cert", "key", "ca", "skipValidation", "expiryWarningDays"];
        expect(found).to.have.lengthOf(9);
        for (const name of [...names, `"skipvalidation"`]) {
            expect(found.filter((reason) => reason.startsWith(`${name}: `))).to.have.lengthOf(1, name);
        }
    });

    it("does not repeat what stands where a secret may stand", async () => {
        const { key } = env.bundle;
        for (const overrides of [
            { project: { key } },
            { key: [key] },
            { key: { file: key } },
            { key: { env: key } },
            { ca: key },
        ]) {
            const found = await reasons(overrides);
            expect(found).to.not.deep.equal([]);
            env.verify(found);
        }
        expect((await reasons({ origin: "https://user:hunter22@x.example.com/" })).join()).to.not.contain("hunter22");
    });

    it("says one thing of texts that stand in each other's places", async () => {
        const { cert, key, ca } = env.bundle;
        const swapped: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
            [{ cert: ca, ca: cert }, "cert-ca-swapped"],
            [{ cert: key, key: cert }, "cert-key-swapped"],
            [{ ca: key, key: ca }, "cert-key-swapped"],
            [{ cert: key, key: ca, ca: cert }, "cert-key-swapped"],
        ];
        for (const [overrides, code] of swapped) {
            const said = await reasons(overrides);
            expect(said).to.have.lengthOf(1);
            expect(said[0]).to.contain(`[${code}]`);
        }
        // A key beside its certificate is exposed, whatever else is wrong.
        expect((await reasons({ cert: `${cert}${key}`, key: cert })).join()).to.contain("[private-key-exposed]");
    });

    it("refuses an asset as key and points to { file }", async () => {
        const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", path: "client.key" };
        expect(await reasons({ key: asset })).to.deep.equal([
            `key: expected the private key as PEM text, { file: "path" }, { env: "VARIABLE" } or { command: ["program"] }, ` +
                `got an asset; an asset would put the key into the state in clear: use { file: "path" } [wrong-type]`,
        ]);
    });

    it("reads the key from a file beside the program and from the environment", async () => {
        await writeFile(join(folder, "client.key"), env.bundle.key);
        env.environment["CLIENT_KEY"] = env.bundle.key;
        expect(await reasons({ key: { file: "client.key" } })).to.deep.equal([]);
        expect(await reasons({ key: { env: "CLIENT_KEY" } })).to.deep.equal([]);
    });

    it("only warns of a key that cannot be had, in the words in which create and update then fail before any call", async () => {
        const missing: readonly (readonly [unknown, string])[] = [
            [
                { file: "none.key" },
                `"none.key", relative to the program's folder ${JSON.stringify(folder)}: it cannot be read (ENOENT)`,
            ],
            [{ file: "." }, "no regular file"],
            [{ env: "NO_SUCH_KEY" }, `"NO_SUCH_KEY": it is not set`],
            [{ env: "EMPTY_KEY" }, `"EMPTY_KEY": it is empty`],
        ];
        env.environment["EMPTY_KEY"] = " ";
        for (const [key, reason] of missing) {
            const inputs = await env.checked({ key });
            const [line = "", ...more] = env.lines.splice(0);
            expect(more).to.deep.equal([]);
            expect(line)
                .to.contain(reason)
                .and.to.contain(
                    "so the key and OpenSSL's verdict on the chain, and nothing else, are not checked yet; without the key, pulumi up stops",
                );
            const { message } = await failureOf(env.provider.create(inputs));
            expect(line).to.contain(message);
            const state = { project: "site", team: "team_1", certId: "cert_1", fingerprint: "v1:old" };
            const update = env.provider.update(`team_1/site/${ORIGIN}`, state, inputs);
            expect((await failureOf(update)).message).to.equal(message);
        }
        await writeFile(join(folder, "wrong.key"), "no key");
        expect((await reasons({ key: { file: "wrong.key" } })).join()).to.contain("[not-pem]");
    });

    it("leaves unknown to a preview what needs a key that it cannot have, and everything else known", async () => {
        const weak = await mintBundle({ keyType: "ed25519" });
        const inputs = { cert: weak.cert, ca: weak.ca, key: { env: "NO_SUCH_KEY" } };
        const { findings } = await env.checked({ ...inputs, __preview: true });
        const [uncommon] = (findings as Findings).certificates;
        expect(uncommon).to.include({ code: "key-type-uncommon", severity: "warning" });
        expect((findings as Findings).key).to.equal(UNKNOWN_VALUE);
        // What follows from it stands on the resource: nothing is said twice.
        expect(env.lines.splice(0).join("\n")).to.match(/"NO_SUCH_KEY": it is not set; .* \[key-unavailable\]$/m);
        // The engine takes an unknown value in a preview only.
        const ofUp = await env.checked(inputs);
        expect((ofUp["findings"] as Findings).key).to.deep.equal([]);
        expect(ofUp).to.not.have.property("__preview");
        env.environment["THE_KEY"] = weak.key;
        const ofPreview = await env.checked({ ...inputs, key: { env: "THE_KEY" }, __preview: true });
        expect(ofPreview).to.deep.equal({ ...ofUp, key: { env: "THE_KEY" } });
        env.lines.splice(0);
    });

    it("still refuses a key that is there and wrong, and reads what is new without one", async () => {
        const expired = await mintBundle({ notBefore: new Date("2020-01-01"), notAfter: new Date("2020-02-01") });
        const found = await reasons({ cert: expired.cert, ca: expired.ca, key: { env: "NO_SUCH_KEY" } });
        expect(found.join()).to.contain("[expired]");
        env.lines.splice(0);
    });

    it("returns nothing but certificates of what stands in the texts: the leaf first, the others as they came", async () => {
        const root = await mintAuthority();
        const [one, two] = [await root.intermediate("one"), await root.intermediate("two")];
        const leaf = await one.issue();
        const around = (pem: string): string => `# a comment\r\n${pem.replace(/\n/g, "\r\n")}\r\n\r\n`;
        const inputs = {
            cert: [root.certPem, one.certPem, leaf.certPem].map(around).join(""),
            key: leaf.keyPem,
            ca: [two.certPem, root.certPem, two.certPem].map(around).join(""),
        };
        const checked = await env.checked(inputs);
        const pem = (...certificates: readonly string[]): string =>
            certificates.map((text) => new X509Certificate(text).toString()).join("");
        expect(checked["cert"]).to.equal(pem(leaf.certPem, root.certPem, one.certPem));
        expect(checked["ca"]).to.equal(pem(two.certPem, root.certPem));
        // What is canonical stays so, and is the same material.
        const { cert, ca, fingerprint } = checked;
        const again = await env.checked({ cert, ca, key: leaf.keyPem });
        expect(again).to.include({ cert, ca, fingerprint });
    });

    it("returns a key that is text as a secret, whatever way it came, and names as they are", async () => {
        const secret = (value: string): object => ({
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            value,
        });
        const { key } = env.bundle;
        const sealed = await env.checked();
        expect(sealed["key"]).to.deep.equal(secret(key));
        expect((await env.provider.check(sealed, sealed)).failures).to.deep.equal([]);
        const { inputs: refused } = await env.provider.check({}, env.inputs({ project: "a/b" }));
        expect(refused["key"]).to.deep.equal(secret(key));
        for (const malformed of [{ text: key }, { file: key }, { env: key }, [key], { command: key }]) {
            const { inputs, failures } = await env.provider.check({}, env.inputs({ key: malformed }));
            expect(failures).to.have.lengthOf(1);
            expect(JSON.stringify(inputs)).to.not.contain("PRIVATE KEY");
        }
        expect((await env.checked({ key: UNKNOWN_VALUE }))["key"]).to.equal(UNKNOWN_VALUE);
        env.environment["THE_KEY"] = key;
        expect((await env.checked({ key: { env: "THE_KEY" } }))["key"]).to.deep.equal({ env: "THE_KEY" });
    });

    it("keeps a key beside certificates from the engine: an error for new ones, a warning for those in place", async () => {
        const { cert, key } = env.bundle;
        const raw = `${cert}\n${key}`;
        const { inputs, failures } = await env.provider.check({}, env.inputs({ cert: raw }));
        expect(failures.map(({ reason }) => reason).join()).to.contain("[private-key-exposed]");
        expect(inputs["cert"]).to.equal(new X509Certificate(cert).toString());
        // As 0.1.0 stored it, where it did not recognise the key.
        const { fingerprint, certFingerprint, notAfter } = await env.checked();
        const olds = { ...env.inputs({ cert: raw }), fingerprint, certFingerprint, notAfter };
        for (const before of [olds, { ...olds, expiries: [] }]) {
            const kept = await env.provider.check(before, env.inputs({ cert: raw }));
            expect(kept.failures).to.deep.equal([]);
            expect(kept.inputs).to.include({ cert: new X509Certificate(cert).toString(), fingerprint });
            expect(env.lines.splice(0).join()).to.contain("[private-key-exposed]");
        }
        // A text that is no certificate at all is not returned even with its error.
        const none = await env.provider.check({}, env.inputs({ ca: key }));
        expect(none.inputs).to.not.have.property("ca");
        // Nor does the other text have to be known.
        const half = await env.provider.check({}, env.inputs({ cert: raw, ca: UNKNOWN_VALUE }));
        expect(half.inputs).to.include({ cert: new X509Certificate(cert).toString(), ca: UNKNOWN_VALUE });
        expect(half.failures.map(({ reason }) => reason).join()).to.contain("[private-key-exposed]");
    });

    it("records an import by its public inputs, without a key, after which the same certificates need none", async () => {
        const publicInputs = env.inputs({ key: undefined });
        // The engine hands the file's inputs over as old and as new ones, and stores them as they are.
        const { inputs, failures } = await env.provider.check(publicInputs, publicInputs);
        expect(failures).to.deep.equal([]);
        expect(await reasons({ key: { env: "NO_SUCH_KEY" } }, publicInputs)).to.deep.equal([]);
        const { fingerprint } = await env.checked();
        expect(inputs).to.include({ fingerprint }).and.to.not.have.property("key");
        const { cert, ca } = inputs;
        expect(await reasons({ cert, ca, key: { env: "NO_SUCH_KEY" } }, inputs)).to.deep.equal([]);
        expect(env.lines).to.deep.equal([]);
        // A program that forgot it is no import.
        expect((await reasons({ key: undefined })).join()).to.contain("key: missing the private key");
    });

    it("has computed inputs that no clock and no machine changes, so that a plan holds", async () => {
        const { cert, key } = await env.bundle.authority
            .issue({ notAfter: new Date(Date.now() + 86_400_000) })
            .then(({ certPem, keyPem }) => ({ cert: certPem, key: keyPem }));
        const inputs = env.inputs({ cert, key });
        const later = { ...systemClock, now: () => Date.now() + 3_600_000 };
        const other = await TestEnvironment.start({ clock: later });
        const computed = ({ inputs: { expiries, findings, notAfter, fingerprint } }: CheckResult): unknown => ({
            ...{ expiries, findings, notAfter, fingerprint },
        });
        try {
            const planned = computed(await env.provider.check({}, inputs));
            expect(computed(await other.provider.check({}, inputs))).to.deep.equal(planned);
        } finally {
            await other.stop();
        }
    });

    it("needs no key while the fingerprint is the one of the last run", async () => {
        const olds = await env.checked();
        expect(await reasons({ key: { file: "not-in-this-ci" } }, olds)).to.deep.equal([]);
    });

    it("refuses a key of another certificate", async () => {
        const other = await mintBundle();
        const found = await reasons({ key: other.key });
        expect(found).to.have.lengthOf(1);
        expect(found[0]).to.match(/^key: /);
    });

    it("refuses new material that has expired, and lets expired material in place be", async () => {
        const expired = await mintBundle({ notBefore: new Date("2020-01-01"), notAfter: new Date("2020-02-01") });
        const inputs = { cert: expired.cert, key: expired.key, ca: expired.ca };
        expect((await reasons(inputs)).join()).to.contain("2020-02-01");
        const waived = await env.checked({ ...inputs, skipValidation: true });
        env.lines.splice(0);
        expect(await reasons(inputs, waived)).to.deep.equal([]);
        // The program says it, on the resource; a second line would only be noise.
        expect(env.lines).to.deep.equal([]);
    });

    it("does not refuse after an import what may be in place, and leaves the verdict to diff and update", async () => {
        const expired = await mintBundle({ notBefore: new Date("2020-01-01"), notAfter: new Date("2020-02-01") });
        const { cert, key, ca } = expired;
        const imported = { __provider: "text" };
        const { inputs, failures } = await env.provider.check(imported, env.inputs({ cert, key, ca }));
        expect(failures).to.deep.equal([]);
        const state = { project: "site", team: "team_1", certId: "cert_1", staleCertIds: [] };
        const compare = async (fingerprint: unknown): Promise<boolean> =>
            (await env.provider.diff(`team_1/site/${ORIGIN}`, { ...state, fingerprint }, inputs)).changes;
        expect(await compare(inputs["fingerprint"])).to.equal(false);
        expect(await compare("v1:another")).to.equal(true);
        const refusal = env.provider.update(`team_1/site/${ORIGIN}`, { ...state, fingerprint: "v1:another" }, inputs);
        expect((await failureOf(refusal)).message).to.contain("[expired]");
    });

    it("refuses a key of another certificate after an import, too", async () => {
        const other = await mintBundle();
        expect((await reasons({ key: other.key }, { __provider: "text" })).join()).to.contain("[key-mismatch]");
    });

    it("takes the fingerprints of unchanged text from before, but not what a gate is about", async () => {
        const fingerprint = `v1:${"0".repeat(64)}`;
        const computed = { fingerprint, certFingerprint: "earlier", notAfter: "2030-01-01T00:00:00.000Z" };
        const { cert, ca } = await env.checked();
        const olds = { ...env.inputs({ cert, ca }), ...computed, expiries: [] };
        expect((await env.provider.check(olds, env.inputs({ cert, ca }))).inputs).to.include(computed);
        const refused = await reasons({ cert, ca, expectedFingerprint: fingerprint }, olds);
        expect(refused.join()).to.contain(`expected cert and ca with the fingerprint ${fingerprint}, got v1:`);
    });

    it("does not block unchanged text that an older version let pass and this one cannot read", async () => {
        const garbled = { cert: "no longer read", ca: env.bundle.ca };
        const computed = { fingerprint: "v1:old", certFingerprint: "old", notAfter: "2030-01-01T00:00:00.000Z" };
        const olds = { ...env.inputs(garbled), ...computed };
        const { inputs, failures } = await env.provider.check(olds, env.inputs(garbled));
        expect(failures).to.deep.equal([]);
        expect(inputs).to.include(computed);
        expect(env.lines.splice(0).join()).to.contain("[not-pem]");
        expect((await reasons({ ...garbled, cert: "new and no better" }, olds)).join()).to.contain("[not-pem]");
    });

    it("reports mistakes in the certificates and in the key at once", async () => {
        const found = await reasons({ cert: "no certificate", key: "no key" });
        expect(found.map((reason) => reason.slice(0, 5))).to.deep.equal(["cert:", "key: "]);
    });

    it("keeps a warning beside an error, and says what the program will say only where the program cannot", async () => {
        const { keyPem, certPem } = await env.bundle.authority.issue({ keyType: "ed25519" });
        await env.checked({ cert: certPem, key: keyPem });
        expect(env.lines).to.deep.equal([]);
        await reasons({ cert: certPem });
        expect(env.lines.splice(0).join()).to.contain("[key-type-uncommon]");
    });

    it("accepts a number of days of 0 or more as expiryWarningDays, without another fingerprint", async () => {
        const plain = await env.checked();
        for (const expiryWarningDays of [0, 0.5, 30, UNKNOWN_VALUE]) {
            expect((await env.checked({ expiryWarningDays }))["fingerprint"]).to.equal(plain["fingerprint"]);
        }
        for (const expiryWarningDays of [-1, Number.NaN, Number.POSITIVE_INFINITY, "30", [30]]) {
            expect((await reasons({ expiryWarningDays })).join()).to.match(
                /^expiryWarningDays: expected a number of days/,
            );
        }
    });

    it("takes a key file in DER, in base64 and in UTF-16, and names the file in the command that decrypts it", async () => {
        const key = createPrivateKey(env.bundle.key);
        const der = key.export({ type: "sec1", format: "der" });
        const files: readonly (readonly [string, string | Buffer])[] = [
            ["client.der", der],
            ["client.b64", der.toString("base64")],
            ["client.utf16", Buffer.from(`\uFEFF${env.bundle.key}`, "utf16le")],
        ];
        for (const [file, content] of files) {
            await writeFile(join(folder, file), content);
            expect(await reasons({ key: { file }, __preview: true })).to.deep.equal([], file);
            expect(env.lines.splice(0).join()).to.match(/key: .*(key-from-der|text-repaired)/);
        }
        await writeFile(
            join(folder, "locked.key"),
            key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }),
        );
        expect((await reasons({ key: { file: "locked.key" } })).join()).to.contain("openssl pkey -in locked.key -out");
    });

    it("lets nothing unknown be missed: computed inputs are unknown with their source", async () => {
        for (const name of ["cert", "ca"]) {
            const inputs = await env.checked({ [name]: UNKNOWN_VALUE });
            expect(inputs["fingerprint"]).to.equal(UNKNOWN_VALUE);
            expect(inputs["certFingerprint"]).to.equal(UNKNOWN_VALUE);
            expect(inputs["notAfter"]).to.equal(UNKNOWN_VALUE);
        }
        expect((await env.checked({ key: UNKNOWN_VALUE }))["fingerprint"]).to.match(/^v1:/);
        expect(
            await reasons({ project: UNKNOWN_VALUE, origin: UNKNOWN_VALUE, key: { file: UNKNOWN_VALUE } }),
        ).to.deep.equal([]);
    });

    it("passes the inputs of an import by file unchanged", async () => {
        const bare = { __provider: "text" };
        expect(await env.provider.check({}, bare)).to.deep.equal({ inputs: bare, failures: [] });
    });
});
