import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.require("origin"),
    // Both are public, and are in the repository.
    cert: fs.readFileSync("client.pem", "utf8"),
    ca: fs.readFileSync("ca.pem", "utf8"),
    // A secret of the repository on GitHub, which only the job that deploys is given.
    key: { env: "CLIENT_KEY" },
});

export const certId = clientCert.certId;
export const certFingerprint = clientCert.certFingerprint;
export const notAfter = clientCert.notAfter;
