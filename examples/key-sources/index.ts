import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type PrivateKeySource, ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();

function privateKey(): pulumi.Input<PrivateKeySource> {
    const source = config.require("keySource");
    switch (source) {
        case "file":
            return { file: config.require("keyFile") };
        case "environment":
            return { env: "CLIENT_KEY" };
        case "config":
            return config.requireSecret("clientKey");
        default:
            throw new pulumi.RunError(`keySource: expected file, environment or config, got ${source}`);
    }
}

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.require("origin"),
    cert: fs.readFileSync(config.require("certFile"), "utf8"),
    key: privateKey(),
    ca: fs.readFileSync(config.require("caFile"), "utf8"),
});

export const certId = clientCert.certId;
export const fingerprint = clientCert.fingerprint;
