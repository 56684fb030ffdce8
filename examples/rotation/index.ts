import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();
// One folder for each certificate that was ever issued. To rotate is to name the next one, to go back, the one before.
const folder = config.require("certificate");

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.require("origin"),
    cert: fs.readFileSync(`${folder}/client.pem`, "utf8"),
    key: { file: `${folder}/client.key` },
    ca: fs.readFileSync(`${folder}/ca.pem`, "utf8"),
    // A certificate that the origin rejects is not uploaded; the one in place stays.
    probe: true,
});

export const certId = clientCert.certId;
export const certFingerprint = clientCert.certFingerprint;
export const notAfter = clientCert.notAfter;
export const staleCertIds = clientCert.staleCertIds;
