import { expect } from "chai";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "mocha";
import { judgeAll } from "../../../../../provider/cli/commands/status/statusWarnings";
import { FORMATS, type Format } from "../../../../../provider/cli/commands/status/formats";
import { statusJson, type StatusReport } from "../../../../../provider/cli/commands/status/stackReport";
import { readStack } from "../../../../../provider/cli/commands/status/storedCertificate";
import { rendered } from "../../../../../provider/cli/terminal";
import { TYPE } from "../../../../../provider/registration";
import { exportOf } from "../../../../support/exportedState";
import { mintBundle } from "../../../../support/mint";
import { assertNoSecrets } from "../../../../support/secretSweep";

const RECORDED = resolve(__dirname, "../../../../../../tests/engine/states/v0.1.0.json");
const NOW_MS = Date.parse("2026-11-24T12:05:00Z");

describe("a state, as status reads it", () => {
    it("finds every certificate of a state that a released version wrote, in every condition", () => {
        const { certificates, urnPrefix } = readStack("recorded", JSON.parse(readFileSync(RECORDED, "utf8")));
        expect(urnPrefix).to.equal("recorded::states-of-the-past");
        const judged = judgeAll(certificates, { nowMs: NOW_MS, warningDays: 0 });
        const found = judged.map(({ name, origin, warnings, isLookedUp }) => [
            [name, origin.replace("https://", ""), isLookedUp ? "looked up" : "", ...warnings.map(({ code }) => code)]
                .filter((part) => part !== "")
                .join(" "),
        ]);
        expect(found.flat().sort()).to.deep.equal([
            "emptied emptied.example.com drifted",
            "imported imported.example.com drifted",
            "key-from-environment environment.example.com:8443",
            "key-from-file file.example.com",
            "looked-up foreign.example.com looked up",
            "partial partial.example.com drifted",
            "project-wide *",
            "replaced replaced.example.com pending-deletion",
            "replaced replacement.example.com",
            "secret-cert secret.example.com",
            "with-stale stale.example.com stale-ids",
            "without-team without-team.example.com",
        ]);
    });

    it("finds resources inside components, and leaves the others alone", () => {
        const inside = `urn:pulumi:dev::web::my:module:Component$${TYPE}::inner`;
        const { certificates } = readStack(
            undefined,
            exportOf([
                { urn: inside, type: TYPE, id: "site/*", outputs: {} },
                { urn: "urn:pulumi:dev::web::other:index:Cert::x", type: "other:index:Cert", id: "y" },
            ]),
        );
        expect(certificates.map(({ stack, name, project, origin }) => [stack, name, project, origin])).to.deep.equal([
            ["dev", "inner", "site", "*"],
        ]);
    });

    it("survives whatever else a state may hold, and every format can show it", async () => {
        const { key } = await mintBundle();
        const hostile: readonly unknown[] = [
            undefined,
            null,
            0,
            -1,
            NaN,
            1e300,
            "",
            "x".repeat(5000),
            "2026-99-99T99:99:99Z",
            "9999999-01-01T00:00:00Z",
            "\u202e\u0000\n\ud800",
            [],
            [null, {}, key, "cert_1"],
            {},
            { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:Y2lwaGVy" },
            key,
            true,
        ];
        const fields = ["urn", "id", "inputs", "outputs", "external", "delete"];
        const outputs = [
            "certId",
            "project",
            "team",
            "origin",
            "fingerprint",
            "certFingerprint",
            "subject",
            "notBefore",
        ];
        const resources = hostile.flatMap((value) => [
            value,
            { type: value },
            { type: TYPE, ...Object.fromEntries(fields.map((name) => [name, value])) },
            {
                type: TYPE,
                id: "team/site/https://a.example.com",
                inputs: { expiryWarningDays: value, notAfter: value, fingerprint: value },
                outputs: Object.fromEntries(
                    [
                        ...outputs,
                        "notAfter",
                        "uploadedAt",
                        "staleCertIds",
                        "otherCertIds",
                        "unconfirmed",
                        "expiries",
                    ].map((one) => [one, value]),
                ),
            },
        ]);
        const stack = readStack("dev", exportOf(resources));
        expect(stack.certificates).to.have.lengthOf(hostile.length * 2);
        const certificates = judgeAll(stack.certificates, { nowMs: NOW_MS, warningDays: undefined });
        const report: StatusReport = {
            nowMs: NOW_MS,
            stacks: [{ name: "dev", certificates: certificates.length, problem: undefined }],
            certificates,
        };
        const shown = Object.values(FORMATS)
            .map((format: Format) => rendered(format.render(report), false))
            .join("\n");
        assertNoSecrets(shown, { keys: [key], tokens: ["v1:Y2lwaGVy"] });
        expect(shown).to.not.match(/\bNaN\b|undefined|\[object|(?!\n)\p{Cc}|\p{Cf}/u);
        expect(JSON.parse(JSON.stringify(statusJson(report)))).to.deep.equal(statusJson(report));
    });

    it("refuses JSON that is no state, and takes an empty stack for one without certificates", () => {
        for (const foreign of [undefined, null, 7, "text", [], {}, { deployment: null }, { deployment: [] }]) {
            expect(() => readStack("dev", foreign), JSON.stringify(foreign)).to.throw(
                /pulumi stack export printed JSON without a deployment/,
            );
        }
        expect(readStack(undefined, { version: 3, deployment: {} })).to.deep.equal({
            name: "(selected)",
            urnPrefix: "",
            certificates: [],
        });
    });
});
