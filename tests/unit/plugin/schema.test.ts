import { expect } from "chai";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { readState, writeState } from "../../../provider/operations/state";
import { schemaText } from "../../../provider/plugin/schema";
import { pluginSchema, pluginSchemaText, SCHEMA_FILE } from "../../tools/generate/pluginSchema";

interface Described {
    readonly description?: string;
    readonly secret?: boolean;
}

interface Resource {
    readonly inputProperties: Readonly<Record<string, Described>>;
    readonly properties: Readonly<Record<string, Described>>;
    readonly requiredInputs: readonly string[];
    readonly aliases: readonly { readonly type: string }[];
}

describe("plugin/schema", () => {
    const { resources } = pluginSchema() as { readonly resources: Readonly<Record<string, Resource>> };
    const resource = resources["vercel-client-cert:index:ProjectClientCert"];

    it("is what the doc comments say; `npm run generate:schema` writes it", () => {
        expect(readFileSync(SCHEMA_FILE, "utf8")).to.equal(pluginSchemaText());
    });

    it("describes every argument and output", () => {
        const all = Object.entries({ ...resource?.inputProperties, ...resource?.properties });
        expect(all.filter(([, { description = "" }]) => description.length < 20)).to.deep.equal([]);
        expect(resource?.requiredInputs).to.deep.equal(["project", "cert", "key", "ca"]);
    });

    it("has every output that an operation returns", () => {
        const returned = Object.keys(writeState(readState({ team: "t", tokenEnv: "T" }), undefined));
        expect(Object.keys(resource?.properties ?? {})).to.include.members(returned);
    });

    it("takes the key for a secret, and nothing else", () => {
        const secrets = Object.entries(resource?.inputProperties ?? {}).filter(([, { secret }]) => secret === true);
        expect(secrets.map(([name]) => name)).to.deep.equal(["key"]);
    });

    it("says where a release has the plugin, once it is packed by a repository", () => {
        const about = { name: "p", version: "1.2.3" };
        const told = (manifest: Parameters<typeof schemaText>[0]): unknown =>
            (JSON.parse(schemaText(manifest)) as Record<string, unknown>)["pluginDownloadURL"];
        const url = "git+https://github.com/owner/some.name.git";
        expect(told({ ...about, repository: { url } })).to.equal("github://api.github.com/owner/some.name");
        expect(told(about)).to.equal(undefined);
    });

    it("takes over resources of the dynamic form by an alias", () => {
        expect(resource?.aliases).to.deep.equal([{ type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert" }]);
    });
});
