import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();
const origin = config.get("origin");

const clientCert = new ProjectClientCert("client-cert", {
    // The team comes from the configuration vercel:team.
    project: config.require("project"),
    // Without an origin the certificate is project-wide.
    ...(origin === undefined ? {} : { origin }),
    cert: fs.readFileSync(config.require("certFile"), "utf8"),
    // Only the path goes into the state; the provider reads the file when it uploads.
    key: { file: config.require("keyFile") },
    ca: fs.readFileSync(config.require("caFile"), "utf8"),
});

export const certId = clientCert.certId;
export const fingerprint = clientCert.fingerprint;
export const notAfter = clientCert.notAfter;
