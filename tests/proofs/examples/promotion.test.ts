import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { readCertificateSet } from "../../../provider/certificates/certificates";
import { ExampleProject } from "../../support/exampleProject";
import { mintBundle } from "../../support/mint";
import { findPulumiCli } from "../../support/pulumiCli";
import { assertNoSecrets } from "../../support/secretSweep";
import { newToken } from "../../support/testEnvironment";
import { FakeVercel } from "../../vercel/fakeVercel";

const STAGES = ["dev", "staging", "prod"] as const;
type Stage = (typeof STAGES)[number];

/** The three files of the example. */
interface Material {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
}

const fingerprintOf = (material: Material): string => readCertificateSet(material).value?.fingerprint ?? "";

describe("examples/promotion, as it stands there", function () {
    this.timeout(25 * 60_000);

    const tokens: Readonly<Record<Stage, string>> = { dev: newToken(), staging: newToken(), prod: newToken() };
    let fakeVercel: FakeVercel;
    let project: ExampleProject;
    let first: Material;
    let second: Material;
    before(async () => {
        fakeVercel = await FakeVercel.start();
        const { cert, key, ca, authority } = await mintBundle();
        const renewed = await authority.issue();
        first = { cert, key, ca };
        second = { cert: renewed.certPem, key: renewed.keyPem, ca };
        project = await ExampleProject.copyOf({
            cli: await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) }),
            example: "promotion",
            environment: { VERCEL_API_URL: fakeVercel.url },
        });
        for (const stage of STAGES) {
            const team = `team_${stage}`;
            fakeVercel.addTeam({ id: team, slug: `my-team-${stage}` });
            fakeVercel.addProject({ id: `prj_${stage}`, name: `my-site-${stage}`, team });
            fakeVercel.addToken(tokens[stage], { teams: [team] });
            project.setEnvironment({ [`VERCEL_TOKEN_${stage.toUpperCase()}`]: tokens[stage] });
            await project.addShippedStack(stage);
        }
    });
    after(async () => {
        try {
            const keys = [first.key, second.key];
            assertNoSecrets(project.allText(), { keys, tokens: Object.values(tokens) });
            expect(fakeVercel.specViolations).to.deep.equal([]);
        } finally {
            await project.dispose();
            await fakeVercel.stop();
        }
    });

    const give = ({ cert, key, ca }: Material): void => {
        project.writeFile("client.pem", cert);
        project.writeFile("client.key", key);
        project.writeFile("ca.pem", ca);
    };
    const inPlace = async (stage: Stage): Promise<unknown> => {
        expect(fakeVercel.certificates(`prj_${stage}`), stage).to.have.lengthOf(1);
        project.select(stage);
        return (await project.outputs())["fingerprint"];
    };

    /** Through all stages, by the way that the example's page describes. */
    const promote = async (material: Material): Promise<void> => {
        give(material);
        for (const stage of STAGES) {
            project.select(stage);
            await project.up();
            expect(await inPlace(stage)).to.equal(fingerprintOf(material));
        }
    };

    it("takes a certificate from dev to staging to prod", async () => {
        await promote(first);
    });

    it("keeps one out of prod that staging has not had, without a call, and leaves what is in place", async () => {
        give(second);
        const before = fakeVercel.requests.length;
        project.select("prod");
        const refused = await project.up([], { expectFailure: true });
        expect(refused.output)
            .to.contain("expectedFingerprint: expected cert and ca with the fingerprint")
            .and.to.contain(fingerprintOf(first))
            .and.to.contain(fingerprintOf(second))
            .and.to.contain("give the certificates that were tested");
        expect(fakeVercel.requests).to.have.lengthOf(before);
        expect(await inPlace("prod")).to.equal(fingerprintOf(first));
    });

    it("lets it into prod once it has gone through dev and staging", async () => {
        await promote(second);
    });

    it("goes back to the one before by the same way", async () => {
        await promote(first);
    });

    it("has no way around the stages by a stack of another name", async () => {
        await project.addStack("hotfix");
        const refused = await project.run(["preview"], { expectFailure: true });
        expect(refused.output).to.contain("expected a stack called dev, staging, prod, got hotfix");
    });

    it("removes every stage with that stage's token", async () => {
        for (const stage of STAGES) {
            project.select(stage);
            await project.destroy();
            expect(fakeVercel.certificates(`prj_${stage}`)).to.deep.equal([]);
        }
    });
});
