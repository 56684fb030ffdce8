import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

/** In the order of promotion. */
const STAGES = ["dev", "staging", "prod"];

/** The fingerprint that the stage before this one has in place; none for the first stage, which takes everything. */
function provenBefore(stage: string): pulumi.Input<string> | undefined {
    const index = STAGES.indexOf(stage);
    if (index < 0) {
        // A stack of another name must not get around the gate.
        throw new Error(`expected a stack called ${STAGES.join(", ")}, got ${stage}`);
    }
    const before = STAGES[index - 1];
    if (before === undefined) {
        return undefined;
    }
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${before}`;
    // Not getOutput: an output that is missing has to be an error.
    return new pulumi.StackReference(name).requireOutput("fingerprint");
}

const expectedFingerprint = provenBefore(pulumi.getStack());
const config = new pulumi.Config();

const clientCert = new ProjectClientCert("client-cert", {
    // The team comes from the configuration vercel:team.
    project: config.require("project"),
    origin: config.require("origin"),
    cert: fs.readFileSync("client.pem", "utf8"),
    key: { file: "client.key" },
    ca: fs.readFileSync("ca.pem", "utf8"),
    // Each stage has its own team, and a token that is for this team only.
    tokenEnv: config.require("tokenEnv"),
    expectedFingerprint,
});

/** The next stage takes this and nothing else. */
export const fingerprint = clientCert.fingerprint;
export const notAfter = clientCert.notAfter;
