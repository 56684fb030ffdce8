import { expect } from "chai";
import { BILLING, certIdsAt, describePrograms, FILES, LEDGER, ORIGINS } from "../../engine/examples/programs";

describePrograms([
    {
        example: "many-projects",
        gives: "every project its certificate",
        projects: ["my-shop", "my-docs"],
        config: { projects: JSON.stringify(["my-shop", "my-docs"]), origin: BILLING, ...FILES },
        check: ({ outputs, env }) => {
            const [shop, docs] = [env.certIds("prj_1"), env.certIds("prj_2")];
            expect([shop.length, docs.length]).to.deep.equal([1, 1]);
            expect(outputs["certIds"]).to.deep.equal({ "my-shop": shop[0], "my-docs": docs[0] });
        },
    },
    {
        example: "per-origin",
        gives: "every origin a certificate of its own",
        config: { project: "my-site", origins: ORIGINS },
        folders: ["billing", "ledger"],
        check: ({ outputs, resources, env }) => {
            const certificates = outputs["certificates"] as Record<string, { certId: string }>;
            const at = certIdsAt(env);
            expect(Object.keys(at)).to.have.members([BILLING, LEDGER]);
            expect(certificates["billing"]?.certId).to.equal(at[BILLING]);
            expect(certificates["ledger"]?.certId).to.equal(at[LEDGER]);
            const leaves = resources.flatMap(({ outputs: { certFingerprint } }) => certFingerprint ?? []);
            expect(new Set(leaves).size).to.equal(2);
        },
    },
    {
        example: "component",
        gives: "a component whose outputs and children are its own",
        config: { project: "my-site", origins: ORIGINS, folder: "partners" },
        folders: ["partners"],
        check: ({ outputs, resources, env }) => {
            const component = resources.find(({ type }) => type === "example:index:MutualTls");
            const children = resources.filter(({ parent }) => parent === component?.urn);
            expect(children.map(({ id }) => id)).to.have.members([BILLING, LEDGER].map((o) => `my-team/my-site/${o}`));
            const at = certIdsAt(env);
            expect(outputs["certIds"]).to.deep.equal({ billing: at[BILLING], ledger: at[LEDGER] });
            expect(component?.outputs).to.deep.equal(outputs);
        },
    },
]);
